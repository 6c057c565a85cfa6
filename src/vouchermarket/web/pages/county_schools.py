"""A county bureau's first screen: its schools against the yearly rule and the 20 %, and one's teachers."""

from typing import Any

from litestar import Response, get

from vouchermarket.accountability import queries
from vouchermarket.accountability.structs import SchoolStanding, TeacherStanding
from vouchermarket.kit.ids import OrganisationId
from vouchermarket.kit.money import percent
from vouchermarket.policies import rules as policies
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.words import N_


def _share(one: SchoolStanding) -> str:
    share = one.verdict.share
    return "" if share is None else f"{percent(share)} %"


def _behind(one: SchoolStanding) -> str:
    return "missed" if one.verdict.triggered else "met"


def _state(one: TeacherStanding) -> str:
    if one.yearly is None:
        return "not_asked"
    return "met" if one.yearly.met else "missed"


SCHOOLS = (
    Column(N_("学校"), lambda one: one.school.name, link=lambda one: f"/county/schools/{one.school.id}"),
    Column(N_("教师人数"), lambda one: len(one.teachers), "number"),
    Column(N_("计入考核"), lambda one: one.verdict.denominator, "number"),
    Column(N_("尚未达到"), lambda one: one.verdict.numerator, "number"),
    Column(N_("未达到的比例"), _share, "number"),
    Column(N_("状态"), _behind, "state", "school_share"),
)
TEACHERS = (
    Column(N_("姓名"), lambda one: one.name, "name"),
    Column(N_("工号"), lambda one: one.code),
    Column(N_("学科"), lambda one: one.subject, "label", "subject"),
    Column(N_("本年计入"), lambda one: one.yearly and one.yearly.counted_hundredths, "credits"),
    Column(N_("要求"), lambda one: one.yearly and one.yearly.at_least_hundredths, "credits"),
    Column(N_("还差"), lambda one: one.missing_hundredths, "credits"),
    Column(N_("状态"), _state, "state", "standing"),
)


@get("/county", verb="read_school")
async def schools(turn: given.Turn) -> Response[Any]:
    """The county's schools by code, as a table and as a file."""

    async def read(limit: int, offset: int) -> list[SchoolStanding]:
        async with turn.reading() as session:
            return await queries.standings_under_county(
                session, turn.actor, turn.today, limit=limit, offset=offset
            )

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, SCHOOLS, "schools")
    empty = N_("名册里没有本县市区的学校,请联系系统管理员。")
    table = await tables.read_page(turn, read, SCHOOLS, empty)
    return await turn.show("county/schools.html", table=table)


@get("/county/schools/{school_id:uuid}", verb="read_school")
async def school(turn: given.Turn, school_id: Id) -> Response[Any]:
    """One school's teachers, who is furthest behind first."""
    async with turn.reading() as session:
        found = await queries.standing_under_county(
            session, turn.actor, OrganisationId(school_id), turn.today
        )

    async def read(limit: int, offset: int) -> list[TeacherStanding]:
        return list(found.teachers[offset : offset + limit])

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, TEACHERS, "teachers")
    table = await tables.read_page(turn, read, TEACHERS, N_("这所学校今天没有在职教师。"))
    judged = policies.shown.school(found.verdict, turn.language)
    return await turn.show("county/school.html", table=table, found=found, judged=judged)


ROUTES = (schools, school)
