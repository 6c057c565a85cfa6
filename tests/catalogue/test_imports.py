"""A provider's sheets of courses and runs: every fault with its place, filed once, read back as it stands."""

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import catalogue.rows as rows
from factories import NOW, City
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries
from vouchermarket.catalogue.operations import imports
from vouchermarket.catalogue.rules import ProviderNotAccredited
from vouchermarket.catalogue.rules.imports import COURSES, RUNS
from vouchermarket.catalogue.structs import CourseState, ReviewCourse
from vouchermarket.identity import rules as identity
from vouchermarket.identity.queries import imports as bodies
from vouchermarket.kit import tabular
from vouchermarket.kit.money import decimal_text
from vouchermarket.kit.tabular import OnFault

TWO_DAYS = "2014-05-10 09:00-12:00 | 2014-05-17 9:00-12:00"


class Desk:
    """An accredited provider's officer with a sheet."""

    def __init__(self, database, city: City, centre: str) -> None:
        self.database, self.city, self.centre = database, city, centre

    def open(self):
        return self.database.transaction(self.city.bureau_id)

    def course(self, title="阅读课", **more):
        told = {"title": title, "organiser": self.centre, "type": "in_post", "level": "市级", "mode": "集中"}
        told |= {"subject": "chinese", "stage": "", "fund_lines": "all_staff", "price": "180"}
        return told | {"amount": "18", "unit": "学分", "summary": "文本细读"} | more

    def run(self, course="阅读课", **more):
        told = {"course": course, "place": "3 号楼", "meetings": TWO_DAYS, "capacity": "40"}
        return told | {"books_from": "2014-03-05 08:00", "books_until": "2014/5/7 18:00", "price": ""} | more

    async def bring(self, told, table="courses", on_fault=OnFault.NONE, body="provider", actor=None):
        lines = [list(told[0]), *(list(one.values()) for one in told)]
        return await self.read(tabular.write_csv(lines), table, on_fault, actor or self.city.officer(body))

    async def read(self, content, table, on_fault=OnFault.NONE, actor=None):
        sheet, by = tabular.read(content), actor or self.city.officer("provider")
        async with self.open() as session:
            return await imports.bring(session, by, table, sheet, on_fault=on_fault, now=NOW)

    async def export(self, table):
        async with self.open() as session:
            return await imports.rows(session, self.city.officer("provider"), table, now=NOW)

    async def courses(self):
        async with self.open() as session:
            return await queries.courses(session, self.city.officer("training_centre"), limit=200)

    async def publish_all(self):
        centre = self.city.officer("training_centre")
        for one in await self.courses():
            async with self.open() as session:
                review = ReviewCourse(course_id=one.id, approve=True)
                await catalogue.review_course(session, centre, review, now=NOW)
                await catalogue.publish_course(session, centre, one.id, now=NOW)


@pytest.fixture
async def desk(database, city: City, policy) -> Desk:
    async with database.transaction(city.bureau_id) as session:
        await rows.accredit(session, city)
        standing = await bodies.standing_bodies(session, city.bureau_id)
    centre = next(code for code, body in standing.items() if body.id == city.bodies["training_centre"])
    return Desk(database, city, centre)


def counts(found):
    return len(found.changes), found.unchanged, len(found.faults)


def places(found):
    return [(one.row, one.column, str(one.kind)) for one in found.faults]


async def test_courses_are_filed_once_and_runs_opened_once(desk: Desk) -> None:
    told = [desk.course(), desk.course("写作课", price="0", fund_lines="", amount="49.50")]
    assert counts(await desk.bring(told)) == (2, 0, 0)
    assert counts(await desk.bring(told)) == (0, 2, 0)
    filed = {one.title: one for one in await desk.courses()}
    assert (filed["阅读课"].price_fen, filed["写作课"].amount, len(filed)) == (18_000, "49.5", 2)
    assert {one.state for one in filed.values()} == {CourseState.FILED}
    await desk.publish_all()
    opened = [desk.run(), desk.run(place="线上", price="90.5")]
    assert counts(await desk.bring(opened, "runs")) == (2, 0, 0)
    assert counts(await desk.bring(opened, "runs")) == (0, 2, 0)
    _, *shown = await desk.export("runs")
    assert {line[6] for line in shown} == {"180.00", "90.50"}
    assert {line[2] for line in shown} == {"2014-05-10 09:00-12:00 | 2014-05-17 09:00-12:00"}


async def test_every_fault_of_a_sheet_of_courses_is_told_and_nothing_filed(desk: Desk) -> None:
    await desk.bring([desk.course("已有课")])
    told = [
        desk.course("好课"),
        desk.course("一", type="cooking"),
        desk.course("二", level="县级"),
        desk.course("三", organiser="nowhere"),
        desk.course("四", fund_lines="nobody_pays"),
        desk.course("五", fund_lines=""),
        desk.course("六", price="-1"),
        desk.course("七", amount="1.234"),
        desk.course("八", unit="天"),
        desk.course("好课"),
        desk.course("已有课", price="190"),
        desk.course("", summary="无名"),
    ]
    found = await desk.bring(told)
    assert places(found) == [
        (3, "type", "type_unknown"),
        (4, "organiser", "organiser_not_of_level"),
        (5, "organiser", "organiser_unknown"),
        (6, "fund_lines", "fund_line_unknown"),
        (7, "fund_lines", "fund_lines_missing"),
        (8, "price", "number_not_readable"),
        (9, "amount", "number_not_readable"),
        (10, "unit", "choice_unknown"),
        (11, "title", "code_doubled"),
        (12, "price", "stands_otherwise"),
        (13, "title", "value_missing"),
    ]
    assert all(one.expected_zh and one.expected_en for one in found.faults)
    assert [one.title for one in await desk.courses()] == ["已有课"]
    assert counts(await desk.bring(told, on_fault=OnFault.OTHERS)) == (1, 0, 11)
    assert [one.title for one in await desk.courses()] == ["已有课", "好课"]


async def test_every_fault_of_a_sheet_of_runs_is_told_and_none_opened(desk: Desk) -> None:
    await desk.bring([desk.course(), desk.course("未上架")])
    await desk.publish_all()
    await desk.bring([desk.course("未审")])
    await desk.bring([desk.run()], "runs")
    backwards = "2014-05-10 09:00-12:00|2014-05-09 09:00-12:00"
    told = [
        desk.run("没有的课"),
        desk.run("未审"),
        desk.run(place="甲", capacity="0"),
        desk.run(place="乙", meetings=backwards),
        desk.run(place="丙", meetings="2014-05-10 12:00-09:00"),
        desk.run(place="丁", books_until="2014-05-11 00:00"),
        desk.run(place="戊", books_from="明天"),
        desk.run(place="己", meetings="2014-05-10 25:00-26:00"),
        desk.run(place="庚", meetings="2015-05-10 09:00-12:00", books_until="2014-05-07 18:00"),
        desk.run(capacity="41"),
    ]
    assert places(await desk.bring(told, "runs")) == [
        (2, "course", "course_unknown"),
        (3, "course", "course_unknown"),
        (4, "capacity", "capacity_out_of_range"),
        (5, "meetings", "meetings_overlap"),
        (6, "meetings", "meeting_empty"),
        (7, "books_until", "booking_window_after_start"),
        (8, "books_from", "time_not_readable"),
        (9, "meetings", "time_not_readable"),
        (10, "meetings", "provider_not_accredited"),
        (11, "capacity", "stands_otherwise"),
    ]
    assert len(await desk.export("runs")) == 2


async def test_a_returned_course_is_filed_anew_by_its_mended_row(desk: Desk) -> None:
    await desk.bring([desk.course()])
    [filed] = await desk.courses()
    async with desk.open() as session:
        back = ReviewCourse(course_id=filed.id, approve=False, reason="请写明课次")
        await catalogue.review_course(session, desk.city.officer("training_centre"), back, now=NOW)
    assert counts(await desk.bring([desk.course(summary="四次课")])) == (1, 0, 0)


async def test_an_export_is_read_back_as_nothing_new_from_either_form(desk: Desk) -> None:
    await desk.bring([desk.course(), desk.course("=1+1", summary="第一行\n第二行")])
    await desk.publish_all()
    night = "2014-05-10 20:00-2014-05-11 01:00"
    await desk.bring([desk.run(), desk.run("=1+1", place="-", meetings=night, price="0")], "runs")
    for table in (COURSES.name, RUNS.name):
        told = await desk.export(table)
        for content in (tabular.write_csv(told), tabular.write_xlsx(told, name=table)):
            assert counts(await desk.read(content, table)) == (0, 2, 0)


_TEXT = st.text(st.characters(codec="gb18030", exclude_categories=("C", "Z")), min_size=1, max_size=40)
_number = itertools.count()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    titles=st.lists(_TEXT, min_size=1, max_size=5, unique=True),
    price_fen=st.integers(0, 18_000),
    amount_hundredths=st.integers(1, 10**5),
    summary=st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=60),
)
async def test_whatever_was_filed_is_read_back_as_it_stands(
    desk: Desk, titles, price_fen, amount_hundredths, summary
) -> None:
    """Round trip: courses filed at the desk, exported, imported: 0 changes."""
    number = next(_number)
    async with desk.open() as session:
        for title in titles:
            await rows.file(
                session,
                desk.city,
                title=f"{title}{number}",
                price_fen=price_fen,
                amount=decimal_text(amount_hundredths),
                summary=summary,
            )
    told = await desk.export("courses")
    for content in (tabular.write_csv(told), tabular.write_xlsx(told, name="courses")):
        assert counts(await desk.read(content, "courses")) == (0, len(told) - 1, 0)


async def test_two_sheets_of_a_provider_at_once_are_one(desk: Desk) -> None:
    told = [desk.course(f"课{number}") for number in range(10)]
    found = await asyncio.gather(*(desk.bring(told) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(one, (tabular.ImportInFlight, tabular.Compared)) for one in found)
    assert len(await desk.courses()) == 10
    async with desk.open() as session:
        sheet = tabular.read(tabular.write_csv([list(told[0]), list(told[0].values())]))
        await imports.bring(session, desk.city.officer("provider"), "courses", sheet, now=NOW)
        with pytest.raises(tabular.ImportInFlight):
            await desk.bring(told)


async def test_only_a_provider_that_is_accredited_brings_its_own_sheet(desk: Desk) -> None:
    with pytest.raises(ProviderNotAccredited):
        await desk.bring([desk.course()], body="rival")
    for table in ("courses", "runs"):
        with pytest.raises(identity.RoleNotAllowed):
            await desk.bring([desk.course()], table, actor=desk.city.teacher())
    with pytest.raises(identity.RoleNotAllowed):
        async with desk.open() as session:
            await imports.rows(session, desk.city.teacher(), "courses", now=NOW)
