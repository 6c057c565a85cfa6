"""A provider's sheet on a run: attendance and reports by the desk's own rules, every fault in its place."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from completion.rows import ENDS_AT, REPORTED_AT, WEEK, Course, open_course
from vouchermarket.completion import queries, rules
from vouchermarket.completion.operations import imports
from vouchermarket.completion.structs import State
from vouchermarket.completion.tables import completion
from vouchermarket.identity import rules as identity
from vouchermarket.identity.tables import person
from vouchermarket.kit import tabular
from vouchermarket.kit.ids import new_id
from vouchermarket.kit.tabular import ExportPersonal, Format, OnFault

HEADING = ["code", "name", "attended", "evidence"]


class Desk:
    """The desk of a run's provider, with three participants."""

    def __init__(self, course: Course, people) -> None:
        self.course, self.people = course, people

    def row(self, which: int, attended: str = "1|2|3|4", evidence: str = "签到表", **more):
        code, name = self.people[which]
        return {"code": code, "name": name, "attended": attended, "evidence": evidence} | more

    async def bring(self, told, on_fault=OnFault.NONE, *, by=None, at=REPORTED_AT, heading=HEADING):
        lines = [heading, *([one[name] for name in heading] for one in told)]
        return await self.read(tabular.write_csv(lines), on_fault, by=by, at=at)

    async def read(self, content, on_fault=OnFault.NONE, *, by=None, at=REPORTED_AT):
        sheet, run_id = tabular.read(content), self.course.run_id
        async with self.course.transaction() as session:
            return await imports.bring(
                session, by or self.course.provider, run_id, sheet, on_fault=on_fault, now=at
            )

    async def export(self, by=None, form=Format.CSV):
        async with self.course.transaction() as session:
            made = await imports.export(
                session,
                by or self.course.provider,
                self.course.run_id,
                ExportPersonal(reason="点名", format=form),
                now=REPORTED_AT,
            )
        return made.content

    async def standing(self):
        """By booking: the state and the meetings attended, for those who are reported."""
        async with self.course.transaction() as session:
            found = await queries.completions_of_run(session, self.course.bureau_id, self.course.run_id)
        return {one.booking_id: (one.state, one.attended, one.evidence) for one in found}


@pytest.fixture
async def desk(database, city, policy) -> Desk:
    course = await open_course(database, city, policy)
    teachers = [city.teacher(number) for number in range(3)]
    await course.seat(*teachers)
    async with course.transaction() as session:
        ids = [one.person_id for one in teachers]
        found = await session.execute(select(person.c.id, person.c.code, person.c.name))
        people = {row.id: (row.code, row.name) for row in found}
    return Desk(course, [people[one] for one in ids])


def counts(found):
    return len(found.changes), found.unchanged, len(found.faults)


def places(found):
    return [(one.row, one.column, str(one.kind)) for one in found.faults]


async def test_attendance_and_reports_come_in_once(desk: Desk) -> None:
    told = [desk.row(0), desk.row(1, "1|3"), desk.row(2, "2", "")]
    assert counts(await desk.bring(told)) == (3, 0, 0)
    first, second, _ = desk.course.booking_ids
    reported = {first: (State.REPORTED, 4, "签到表"), second: (State.REPORTED, 2, "签到表")}
    assert await desk.standing() == reported
    assert counts(await desk.bring(told)) == (0, 3, 0)
    assert counts(await desk.bring([desk.row(2, "2|4", "补交作业")])) == (1, 0, 0)
    assert (await desk.standing())[desk.course.booking_ids[2]] == (State.REPORTED, 2, "补交作业")


async def test_attendance_alone_comes_in_while_the_run_goes_on(desk: Desk) -> None:
    after_two = ENDS_AT - 2 * WEEK
    told = [desk.row(0, "1|2", ""), desk.row(1, "1|3", "")]
    found = await desk.bring(told, at=after_two)
    assert places(found) == [(3, "attended", "meeting_not_begun")]
    assert counts(await desk.bring(told, OnFault.OTHERS, at=after_two)) == (1, 0, 1)
    with pytest.raises(rules.RunNotEnded):
        await desk.bring([desk.row(0)], at=after_two)


async def test_every_fault_of_a_sheet_is_told_and_nothing_put_down(desk: Desk) -> None:
    await desk.bring([desk.row(0, "1")])
    told = [
        desk.row(1, name="李四光"),
        desk.row(2, "1|5"),
        desk.row(2, "一"),
        desk.row(0, "1|2"),
        desk.row(2, code="nobody", name=""),
        desk.row(2, code="张三"),
    ]
    assert places(await desk.bring(told)) == [
        (2, "name", "name_not_of_code"),
        (3, "attended", "meeting_unknown"),
        (4, "attended", "number_not_readable"),
        (4, "code", "code_doubled"),
        (5, "attended", "attendance_closed"),
        (6, "code", "participant_unknown"),
        (7, "code", "code_not_readable"),
    ]
    told = [desk.row(0, "1", "另一份材料"), desk.row(1, evidence="长" * 2001)]
    found = await desk.bring(told)
    assert places(found) == [(2, "evidence", "already_reported"), (3, "evidence", "evidence_too_long")]
    assert all(one.expected_zh and one.expected_en for one in found.faults)
    assert len(await desk.standing()) == 1


async def test_a_contested_report_is_made_again_by_its_mended_row(desk: Desk) -> None:
    await desk.bring([desk.row(0, "1|2")])
    async with desk.course.transaction() as session:
        [filed] = await queries.completions_of_run(session, desk.course.bureau_id, desk.course.run_id)
    await desk.course.contest(desk.course.teachers[0], filed.id)
    assert counts(await desk.bring([desk.row(0, "1|2")])) == (0, 1, 0)
    assert counts(await desk.bring([desk.row(0)])) == (1, 0, 0)
    assert await desk.standing() == {desk.course.booking_ids[0]: (State.REPORTED, 4, "签到表")}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    attended=st.lists(st.sets(st.integers(1, 4)), min_size=2, max_size=2),
    evidence=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40),
)
async def test_whatever_was_put_down_is_read_back_as_it_stands(desk: Desk, attended, evidence) -> None:
    """Round trip, from either form: 0 changes. The first participant is reported, the others attend."""
    first, *others = desk.course.booking_ids
    if not await desk.standing():
        await desk.course.report(first)
    for number in range(1, 5):
        there = zip(others, attended, strict=True)
        await desk.course.attend(number, {one: number in numbers for one, numbers in there})
    async with desk.course.transaction() as session:
        of_first = (completion.c.bureau_id == desk.course.bureau_id, completion.c.booking_id == first)
        await session.execute(update(completion).where(*of_first).values(evidence=evidence))
    for form in Format:
        assert counts(await desk.read(await desk.export(form=form))) == (0, 3, 0)


async def test_two_sheets_of_a_run_at_once_are_one(desk: Desk) -> None:
    told = [desk.row(number) for number in range(3)]
    found = await asyncio.gather(*(desk.bring(told) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(one, (tabular.ImportInFlight, tabular.Compared)) for one in found)
    assert len(await desk.standing()) == 3
    async with desk.course.transaction() as session:
        sheet = tabular.read(tabular.write_csv([HEADING]))
        await imports.bring(session, desk.course.provider, desk.course.run_id, sheet, now=REPORTED_AT)
        with pytest.raises(tabular.ImportInFlight):
            await desk.bring(told)


async def test_only_the_provider_of_the_run_reads_and_brings_its_sheet(desk: Desk) -> None:
    for by, refusal in (
        (desk.course.rival, identity.NotFound),
        (desk.course.centre, identity.RoleNotAllowed),
    ):
        with pytest.raises(refusal):
            await desk.bring([desk.row(0)], by=by)
        with pytest.raises(refusal):
            await desk.export(by)
    desk.course.run_id = new_id()
    with pytest.raises(identity.NotFound):
        await desk.export()
