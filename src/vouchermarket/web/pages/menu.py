"""The menus of the desks: what each one opens first, and what else it does. One table for all of them."""

from collections.abc import Mapping

import msgspec

from vouchermarket.identity.rules import matrix
from vouchermarket.identity.structs import Actor
from vouchermarket.web.words import N_


class Entry(msgspec.Struct, frozen=True):
    """A line of a menu: an address, its name, and the verb of the matrix one needs for it."""

    path: str
    name: str
    verb: str


class Section(msgspec.Struct, frozen=True):
    """The menu of one desk."""

    desk: str
    entries: tuple[Entry, ...]

    def current(self, path: str) -> str:
        """The address of the entry a page belongs to: the longest one it stands under; else none."""
        under = [one.path for one in self.entries if f"{path}/".startswith(f"{one.path}/")]
        return max(under, key=len, default="")


# The first entry of a desk is its first screen.
MENUS: Mapping[str, tuple[Entry, ...]] = {
    "teacher": (
        Entry("/market", N_("培训超市"), "read_catalogue"),
        Entry("/cart", N_("选课车"), "book"),
        Entry("/bookings", N_("我的选课"), "read_own"),
        Entry("/timetable", N_("我的日程"), "book"),
        Entry("/completions", N_("完成确认"), "confirm_completion"),
        Entry("/credits", N_("我的学分"), "read_own"),
        Entry("/vouchers", N_("我的培训券"), "read_own"),
    ),
    "training_centre": (
        Entry("/centre", N_("待办"), "decide_accreditation"),
        Entry("/registrar/completions", N_("审核完成情况"), "verify_completion"),
        Entry("/registrar/credits", N_("复核学分"), "decide_credit"),
        Entry("/registrar/entries", N_("登记学分"), "register_credit"),
        Entry("/centre/courses", N_("课程"), "review_course"),
        Entry("/centre/accreditations", N_("承担单位认定"), "decide_accreditation"),
        Entry("/centre/statements", N_("结算单"), "turn_key"),
        Entry("/centre/revocations/new", N_("撤销完成情况"), "propose_revocation"),
        Entry("/centre/gone", N_("离开人员的选课"), "cancel_booking"),
    ),
    "teacher_office": (
        Entry("/office", N_("资金总览"), "read_money"),
        Entry("/office/funds", N_("经费"), "read_money"),
        Entry("/office/issuances", N_("核发"), "read_money"),
        Entry("/office/statements", N_("待签批结算单"), "turn_key"),
        Entry("/centre/statements", N_("结算单"), "turn_key"),
        Entry("/centre/revocations", N_("撤销完成情况"), "decide_revocation"),
        Entry("/office/teachers", N_("教师培训券和豁免"), "freeze_voucher"),
        Entry("/corrections", N_("更正"), "decide_correction"),
        Entry("/policies", N_("政策"), "read_catalogue"),
    ),
    "school": (
        Entry("/school", N_("本校教师"), "nominate"),
        Entry("/school/nominate", N_("选送教师"), "nominate"),
        Entry("/school/bookings", N_("选送记录"), "nominate"),
        Entry("/school/vouchers", N_("本校培训券"), "nominate"),
    ),
    "school_research_office": (
        Entry("/registrar", N_("待办"), "register_credit"),
        Entry("/registrar/entries", N_("登记学分"), "register_credit"),
        Entry("/registrar/entries/returned", N_("退回补正"), "register_credit"),
        Entry("/registrar/completions", N_("审核完成情况"), "verify_completion"),
    ),
    "county_bureau": (Entry("/county", N_("本县市区学校"), "read_school"),),
    "county_training_body": (
        Entry("/registrar", N_("待办"), "register_credit"),
        Entry("/registrar/credits", N_("复核学分"), "decide_credit"),
        Entry("/registrar/entries", N_("登记学分"), "register_credit"),
        Entry("/registrar/entries/returned", N_("退回补正"), "register_credit"),
        Entry("/registrar/completions", N_("审核完成情况"), "verify_completion"),
    ),
    "provider": (
        Entry("/provider", N_("今日班次"), "take_attendance"),
        Entry("/provider/runs", N_("班次"), "open_run"),
        Entry("/provider/courses", N_("课程"), "file_course"),
        Entry("/provider/statements", N_("结算"), "respond_to_line"),
        Entry("/provider/accreditations", N_("资质"), "file_accreditation"),
    ),
    "finance_office": (
        Entry("/finance", N_("待批准付款"), "approve_payment"),
        Entry("/finance/to-record", N_("待登记付款"), "record_payment"),
        Entry("/finance/payments", N_("付款"), "record_payment"),
        Entry("/finance/payees", N_("收款账户"), "decide_payee"),
        Entry("/finance/reversals", N_("待核准追回"), "decide_reversal"),
        Entry("/finance/reconciliations", N_("对账"), "read_money"),
        Entry("/finance/doubts", N_("结果不明的付款"), "record_payment"),
        Entry("/corrections", N_("更正"), "decide_correction"),
        Entry("/office", N_("资金总览"), "read_money"),
    ),
    "inspectorate": (
        Entry("/inspect", N_("查找"), "read_audit"),
        Entry("/inspect/line", N_("资金总览"), "read_money"),
        Entry("/inspect/trail", N_("审计记录"), "read_audit"),
        Entry("/inspect/promises", N_("账目查验"), "read_audit"),
        Entry("/finance/reconciliations", N_("对账"), "read_money"),
        Entry("/office/issuances", N_("核发"), "read_money"),
        Entry("/policies", N_("政策"), "read_catalogue"),
    ),
    "administrator": (
        Entry("/admin/people", N_("人员"), "change_roster"),
        Entry("/admin/bodies", N_("单位"), "change_roster"),
        Entry("/admin/imports", N_("从 Excel 导入"), "change_roster"),
        Entry("/admin/departures", N_("离岗登记"), "change_roster"),
        Entry("/admin/substitutions", N_("代办"), "change_roster"),
        Entry("/tasks", N_("我的任务"), "read_own"),
    ),
}
EVERYBODY = (Entry("/notices", N_("消息"), "read_own"), Entry("/logins", N_("登录与安全"), "read_own"))


def sections_for(actor: Actor) -> tuple[Section, ...]:
    """The menus of the desks somebody holds, in the order of the seats; each desk once."""
    desks = dict.fromkeys(seat.desk for seat in actor.seats)
    sections = (Section(desk, _allowed(MENUS.get(desk, ()), desk)) for desk in desks)
    return tuple(section for section in sections if section.entries)


def first_screen(actor: Actor) -> str:
    """Where somebody begins: the first entry of the first desk."""
    sections = sections_for(actor)
    return sections[0].entries[0].path if sections else EVERYBODY[0].path


def _allowed(entries: tuple[Entry, ...], desk: str) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if desk in matrix()[entry.verb])
