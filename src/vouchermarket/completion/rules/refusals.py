"""Every "no" of the completion slice."""

from vouchermarket.kit.refusal import Kind, Refusal


class MeetingNotBegun(Refusal):
    code = "meeting_not_begun"
    kind = Kind.CONFLICT
    zh = "第 {number} 次课尚未开始,不能记录考勤"
    en = "Meeting {number} has not begun: nobody can have attended it"
    remedy_zh = "请在开课后记录"
    remedy_en = "Take attendance once it has begun"
    clause = "ZZ-B04"


class AttendanceOfStranger(Refusal):
    code = "attendance_of_stranger"
    kind = Kind.INVALID
    zh = "名单中有 {strangers} 人不在本班次的有效选课中"
    en = "{strangers} of those listed hold no live booking of this run"
    remedy_zh = "请按班次名单记录考勤"
    remedy_en = "Take attendance by the roster of the run"
    clause = "ZZ-B04"


class AttendanceClosed(Refusal):
    code = "attendance_closed"
    kind = Kind.CONFLICT
    zh = "名单中有 {reported} 人的完成情况已经上报,考勤不能再改"
    en = "{reported} of those listed have been reported: their attendance is closed"
    remedy_zh = "教师提出异议后可更正并重新上报"
    remedy_en = "It can be put right when the teacher contests the report"


class BookingNotOfRun(Refusal):
    """A stranger and a participant of another run look the same to a provider."""

    code = "booking_not_of_run"
    kind = Kind.INVALID
    zh = "第 {line} 行不是本班次的选课"
    en = "Line {line} is no booking of this run"
    remedy_zh = "请按班次名单上报"
    remedy_en = "Report by the roster of the run"
    clause = "ZZ-B04"


class BookingCancelled(Refusal):
    code = "booking_cancelled"
    kind = Kind.CONFLICT
    zh = "第 {line} 行的选课已经退选"
    en = "The booking of line {line} has been cancelled"
    remedy_zh = "请从名单中去掉该行"
    remedy_en = "Take the line out"
    clause = "ZZ-B04"


class RunNotEnded(Refusal):
    code = "run_not_ended"
    kind = Kind.CONFLICT
    zh = "班次于 {ends_at} 结束,此前不能上报完成情况"
    en = "The run ends at {ends_at}: nobody has completed it before"
    remedy_zh = "请在班次结束后上报"
    remedy_en = "Report once it has ended"
    clause = "ZZ-B04"


class RunCalledOff(Refusal):
    code = "run_called_off"
    kind = Kind.CONFLICT
    zh = "“{title}”这一班次已经停办,没有可上报的完成情况"
    en = 'This run of "{title}" was called off: nobody has completed it'
    remedy_zh = "请通知学员退选"
    remedy_en = "Let the participants cancel their bookings"
    clause = "ZZ-B04"


class AlreadyReported(Refusal):
    code = "already_reported"
    kind = Kind.CONFLICT
    zh = "第 {line} 行的完成情况已经上报"
    en = "Line {line} has been reported already"
    remedy_zh = "请从名单中去掉该行;教师提出异议的,请重新上报该项"
    remedy_en = "Take the line out; a contested report is made again by itself"
    clause = "ZZ-B04"


class NotContested(Refusal):
    code = "not_contested"
    kind = Kind.CONFLICT
    zh = "教师没有提出异议,不能重新上报"
    en = "The teacher has not contested this report: it stands as it is"
    remedy_zh = "请等待教师确认"
    remedy_en = "Wait for the teacher's word"


class CompletionContested(Refusal):
    code = "completion_contested"
    kind = Kind.CONFLICT
    zh = "教师对上报的完成情况有异议,须由承担单位重新上报"
    en = "The teacher has contested this report: the provider has to report again"
    remedy_zh = "请承担单位核对考勤后重新上报"
    remedy_en = "Let the provider check the attendance and report again"


class AlreadyConfirmed(Refusal):
    code = "already_confirmed"
    kind = Kind.CONFLICT
    zh = "完成情况已经确认,不能再确认或提出异议"
    en = "This completion has been confirmed: it can no longer be confirmed or contested"
    remedy_zh = "如仍有误,请向登记单位反映"
    remedy_en = "If it is still wrong, tell the body that registers it"


class NotConfirmed(Refusal):
    """The provider's word alone earns no money: the teacher's, or silence, stands beside it."""

    code = "not_confirmed"
    kind = Kind.CONFLICT
    zh = "教师尚未确认完成情况"
    en = "The teacher has not confirmed this completion yet"
    remedy_zh = "请等待教师确认,或等待规定的期限届满"
    remedy_en = "Wait for the teacher's word, or for the days of silence the policy names"
    clause = "ZZ-B04"


class AlreadyVerified(Refusal):
    code = "already_verified"
    kind = Kind.CONFLICT
    zh = "完成情况已经核实登记"
    en = "This completion has been verified already"
    remedy_zh = "无须再次办理"
    remedy_en = "There is nothing more to do"


class CompletionRevoked(Refusal):
    code = "completion_revoked"
    kind = Kind.CONFLICT
    zh = "此项完成已被撤销"
    en = "This completion has been revoked"
    remedy_zh = "无须再次办理"
    remedy_en = "There is nothing more to do"


class NotVerified(Refusal):
    code = "not_verified"
    kind = Kind.CONFLICT
    zh = "只有已核实登记的完成才能撤销"
    en = "Only a verified completion can be revoked"
    remedy_zh = "尚未核实的,不予核实即可"
    remedy_en = "One that has not been verified is simply not verified"


class VerifierNotIndependent(Refusal):
    """Whoever reported it, or whose training it was, cannot verify it, whatever seats the person holds."""

    code = "verifier_not_independent"
    kind = Kind.FORBIDDEN
    zh = "上报人和参训教师本人不能核实此项完成"
    en = "Neither who reported a completion nor the teacher concerned can verify it"
    remedy_zh = "请由另一位经办人办理"
    remedy_en = "Ask another officer"
    clause = "ZZ-B04"


class TeacherWithoutSchool(Refusal):
    """By the school on that day it is decided who registers and who reviews."""

    code = "teacher_without_school"
    kind = Kind.CONFLICT
    zh = "名册中该教师 {on} 不在任何学校任教"
    en = "The roster has no school for this teacher on {on}"
    remedy_zh = "请管理员先补全其任职记录"
    remedy_en = "Let the administrator complete the teacher's appointments first"


class HoldsShort(Refusal):
    """Less is held for the booking than attendance has earned: nothing moves before the books are checked."""

    code = "holds_short"
    kind = Kind.CONFLICT
    zh = "该选课冻结 {held_fen} 分,应支用 {due_fen} 分"
    en = "{held_fen} fen are held for this booking, {due_fen} are due"
    remedy_zh = "请教师科核对账目"
    remedy_en = "Let the teacher affairs office check the books"
