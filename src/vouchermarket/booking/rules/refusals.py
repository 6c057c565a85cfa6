"""Every "no" of the booking slice, in the order in which `decide` would tell it."""

from collections.abc import Sequence
from typing import Any

from vouchermarket.kit.ids import RunId
from vouchermarket.kit.refusal import Kind, Refusal


class RunNotFound(Refusal):
    code = "run_not_found"
    kind = Kind.MISSING
    zh = "没有这个班次"
    en = "There is no such run"
    remedy_zh = "请从课程目录中选择"
    remedy_en = "Choose one from the catalogue"


class RunCancelled(Refusal):
    code = "run_cancelled"
    kind = Kind.CONFLICT
    zh = "“{title}”这一班次已经停办"
    en = 'This run of "{title}" has been called off'
    remedy_zh = "请选择其他班次"
    remedy_en = "Choose another run"


class RunClosed(Refusal):
    code = "run_closed"
    kind = Kind.CONFLICT
    zh = "“{title}”这一班次不再接受选课"
    en = 'This run of "{title}" takes no more bookings'
    remedy_zh = "请选择其他班次"
    remedy_en = "Choose another run"


class WindowNotOpen(Refusal):
    code = "window_not_open"
    kind = Kind.CONFLICT
    zh = "“{title}”自 {books_from_at} 起选课"
    en = '"{title}" can be booked from {books_from_at}'
    remedy_zh = "请在选课开始后再来"
    remedy_en = "Come back when booking opens"


class WindowClosed(Refusal):
    code = "window_closed"
    kind = Kind.CONFLICT
    zh = "“{title}”的选课已于 {books_until_at} 截止"
    en = 'Booking of "{title}" closed at {books_until_at}'
    remedy_zh = "请选择其他班次"
    remedy_en = "Choose another run"


class PersonNotEligible(Refusal):
    code = "person_not_eligible"
    kind = Kind.FORBIDDEN
    zh = "名册中此人今日不在任何学校任教"
    en = "The roster has no school for this person today"
    remedy_zh = "请由学校核对其任职记录"
    remedy_en = "Let the school check the person's appointment"


class NomineeNotOfSchool(Refusal):
    """A stranger and a teacher of another school look the same: a list must not tell who exists."""

    code = "nominee_not_of_school"
    kind = Kind.MISSING
    zh = "贵校没有这位教师"
    en = "Your school has no such teacher"
    remedy_zh = "请从本校在任教师中选送"
    remedy_en = "Send teachers who are in post at your school"
    clause = "ZZ-B03"


class AlreadyBooked(Refusal):
    code = "already_booked"
    kind = Kind.CONFLICT
    zh = "“{title}”这一班次已经选过"
    en = 'This run of "{title}" is booked already'
    remedy_zh = "无需重复选课"
    remedy_en = "There is nothing more to do"


class MeetingsClash(Refusal):
    code = "meetings_clash"
    kind = Kind.CONFLICT
    zh = "与已选的“{other}”时间冲突:{starts_at} 至 {ends_at}"
    en = 'It clashes with "{other}", booked already: {starts_at} to {ends_at}'
    remedy_zh = "请选择其他时间的班次,或先退选“{other}”"
    remedy_en = 'Choose a run at another time, or cancel "{other}" first'


class YearLimitReached(Refusal):
    code = "year_limit_reached"
    kind = Kind.CONFLICT
    zh = "{year} 年已选 {booked} 个班次,每人至多 {at_most} 个"
    en = "{booked} runs are booked for {year}: {at_most} a person at most"
    remedy_zh = "请先退选一个班次,或选择下一年度的班次"
    remedy_en = "Cancel one first, or choose a run of another year"


class TermLimitReached(Refusal):
    code = "term_limit_reached"
    kind = Kind.CONFLICT
    zh = "{term} 学期已选 {booked} 个班次,每人至多 {at_most} 个"
    en = "{booked} runs are booked for term {term}: {at_most} a person at most"
    remedy_zh = "请先退选一个班次,或选择其他学期的班次"
    remedy_en = "Cancel one first, or choose a run of another term"


class RunFull(Refusal):
    code = "run_full"
    kind = Kind.CONFLICT
    zh = "“{title}”的 {capacity} 个名额已满"
    en = 'All {capacity} seats of "{title}" are taken'
    remedy_zh = "请选择其他班次"
    remedy_en = "Choose another run"


class RunHasWaitingList(Refusal):
    code = "run_has_waiting_list"
    kind = Kind.CONFLICT
    zh = "“{title}”空出的名额先给候补的教师"
    en = 'Free seats of "{title}" go to those who wait for them first'
    remedy_zh = "请选择其他班次,或加入候补"
    remedy_en = "Choose another run, or join the waiting list"


class VoucherMissing(Refusal):
    code = "voucher_missing"
    kind = Kind.PAYMENT
    zh = "没有今日有效、可用于本课程的培训券(经费科目:{lines})"
    en = "There is no voucher valid today of a fund line that may pay for this course: {lines}"
    remedy_zh = "请等待核发,或选择其他经费科目支持的课程"
    remedy_en = "Wait for the next issuance, or choose a course another line pays for"


class VouchersFrozen(Refusal):
    code = "vouchers_frozen"
    kind = Kind.PAYMENT
    zh = "可用于本课程的 {frozen} 张培训券均已冻结"
    en = "All vouchers that may pay for this course are frozen: {frozen}"
    remedy_zh = "请向教师科询问冻结原因"
    remedy_en = "Ask the teacher affairs office why"


class VoucherShort(Refusal):
    """`free` names what is free in each fund line that may pay, in the order in which they would."""

    code = "voucher_short"
    kind = Kind.PAYMENT
    zh = "“{title}”需 {price},培训券可用 {free},尚缺 {missing}"
    en = '"{title}" costs {price}; the vouchers have {free}: {missing} are missing'
    remedy_zh = "请选择价格不超过余额的班次,或先退选其他班次"
    remedy_en = "Choose a run within what is left, or cancel another booking first"


class CartFull(Refusal):
    code = "cart_full"
    kind = Kind.CONFLICT
    zh = "选课车已满,至多放 {at_most} 个班次"
    en = "The cart is full: it takes {at_most} runs at most"
    remedy_zh = "请先提交或移出一些班次"
    remedy_en = "Check out first, or take some runs out"


class CartRefused(Refusal):
    """One refusal for the whole cart; `lines` holds run and refusal of every line that could not stand."""

    code = "cart_refused"
    kind = Kind.CONFLICT
    zh = "选课车未办理,{refused} 行不能选:"
    en = "The cart was not booked, {refused} of its lines could not be: "
    remedy_zh = "请去掉或更换所列的行后重新提交"
    remedy_en = "Take out or change the lines listed, then check out again"

    def __init__(self, lines: Sequence[tuple[RunId, Refusal]], **facts: Any) -> None:
        self.lines = tuple(lines)
        told = [{"run_id": run_id, "refusal": refusal} for run_id, refusal in self.lines]
        super().__init__(refused=len(told), lines=told, **facts)

    def text(self, language: str = "zh") -> str:
        """What happened, followed by what each line was refused for."""
        told = (refusal.text(language) for _, refusal in self.lines)
        return super().text(language) + (";" if language == "zh" else "; ").join(told)


class BookingNotLive(Refusal):
    code = "booking_not_live"
    kind = Kind.CONFLICT
    zh = "这次选课已经退选"
    en = "This booking has been cancelled already"
    remedy_zh = "无需再次退选"
    remedy_en = "There is nothing more to do"


class CancellationClosed(Refusal):
    code = "cancellation_closed"
    kind = Kind.CONFLICT
    zh = "“{title}”的退选已于 {free_until_at} 截止"
    en = '"{title}" could be cancelled until {free_until_at}'
    remedy_zh = "如不能参加,请与培训项目承担单位联系"
    remedy_en = "Tell the provider if you cannot come"
