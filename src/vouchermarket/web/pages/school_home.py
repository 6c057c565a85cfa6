"""The school's first screen: its teachers against the yearly rule and the 20 %, and each of them alone."""

from typing import Any

from litestar import Response, get

from vouchermarket.accountability import queries
from vouchermarket.accountability.structs import TeacherStanding
from vouchermarket.identity.rules import seats_for
from vouchermarket.kit.ids import OrganisationId
from vouchermarket.policies import rules as policies
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.tables import PAGE_ROWS, Column
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.words import N_


def _state(one: TeacherStanding) -> str:
    if one.yearly is None:
        return "not_asked"
    return "met" if one.yearly.met else "missed"


COLUMNS = (
    Column(N_("姓名"), lambda one: one.name, "name", link=lambda one: f"/school/teachers/{one.person_id}"),
    Column(N_("工号"), lambda one: one.code),
    Column(N_("学科"), lambda one: one.subject, "label", "subject"),
    Column(N_("本年计入"), lambda one: one.yearly and one.yearly.counted_hundredths, "credits"),
    Column(N_("要求"), lambda one: one.yearly and one.yearly.at_least_hundredths, "credits"),
    Column(N_("还差"), lambda one: one.missing_hundredths, "credits"),
    Column(N_("状态"), _state, "state", "standing"),
    Column(N_("未达到的要求"), lambda one: one.open_findings, "number"),
)


def school_of(turn: Turn) -> OrganisationId:
    """The school one sits at; of several the first. Refuses `RoleNotAllowed`."""
    return seats_for(turn.actor, "nominate")[0].organisation_id


@get("/school", verb="nominate")
async def home(turn: given.Turn) -> Response[Any]:
    """Every teacher, who is furthest behind first, and how the school as a whole stands."""
    async with turn.reading() as session:
        found = await queries.standing_of_school(session, turn.actor, school_of(turn), turn.today)

    async def read(limit: int, offset: int) -> list[TeacherStanding]:
        return list(found.teachers[offset : offset + limit])

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "teachers")
    empty = N_("学校名册里还没有教师,请联系系统管理员。")
    table = await tables.read_page(turn, read, COLUMNS, empty)
    judged = policies.shown.school(found.verdict, turn.language)
    return await turn.show("school/home.html", table=table, found=found, judged=judged, rows=PAGE_ROWS)


@get("/school/teachers/{person_id:uuid}", verb="nominate")
async def teacher(turn: given.Turn, person_id: Id) -> Response[str]:
    """One teacher: what is fulfilled and what is not, rule by rule."""
    async with turn.reading() as session:
        person, found = await queries.evaluation_at_school(
            session, turn.actor, school_of(turn), person_id, turn.today
        )
    judged = policies.shown.evaluation(found, turn.language)
    return await turn.show("school/teacher.html", person=person, judged=judged)


ROUTES = (home, teacher)
