"""Imports as tasks: looked at, applied whole or in part, cancelled, killed; never half of one."""

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from factories import NOW, City, make_bureau, make_city
from identity.rosters import a_body, a_teacher, bodies_file, people_file
from jobs.workers import a_worker
from vouchermarket.identity import tables
from vouchermarket.identity.operations import imports as roster
from vouchermarket.identity.queries import imports as exports
from vouchermarket.jobs.imports import KINDS
from vouchermarket.jobs.tasks import Errand, Hands
from vouchermarket.kit import files, tabular
from vouchermarket.kit.db import Database
from vouchermarket.kit.files import FileKind, NewFile
from vouchermarket.kit.tabular import ImportFile, OnFault
from vouchermarket.tasks import operations as tasks
from vouchermarket.tasks import rules
from vouchermarket.tasks.tables import task


class Desk:
    """The keeper of a city's roster: sends files in and has them imported."""

    def __init__(self, database: Database, city: City) -> None:
        self.database, self.city = database, city
        self.keeper = city.officer("administrator")

    def open(self):
        return self.database.transaction(self.city.bureau_id)

    async def schools(self):
        async with self.open() as session:
            bodies = await exports.standing_bodies(session, self.city.bureau_id)
        return [code for code, body in bodies.items() if body.values["kind"] == "school"]

    async def ask(self, content, on_fault=OnFault.NONE, *, table="people", preview=False, actor=None):
        sent, by = NewFile(FileKind.IMPORT, "名册.csv", content), actor or self.keeper
        async with self.open() as session:
            kept = await files.store(session, self.city.bureau_id, sent, made_by=by.person_id, now=NOW)
            asked = ImportFile(kept.id, on_fault, preview)
            return await tasks.enqueue(session, self.keeper, f"import_{table}", asked, now=NOW)

    async def carry_out(self):
        async with self.open() as session:
            claimed = await tasks.claim(session, self.city.bureau_id, now=NOW)
        await Hands(self.database, lambda: NOW, KINDS).carry_out(claimed, asyncio.Event())

    async def imported(self, *told, **more):
        """The row of the task when it has ended."""
        task_id = await self.ask(*told, **more)
        await self.carry_out()
        return await self.row(task_id)

    async def row(self, task_id):
        async with self.open() as session:
            found = select(task).where(task.c.bureau_id == self.city.bureau_id, task.c.id == task_id)
            return (await session.execute(found)).one()

    async def listed(self, row):
        """What the file of a task says, without its heading."""
        async with self.open() as session:
            parts = [part async for part in files.read(session, self.city.bureau_id, row.file_id)]
        return list(csv.reader(io.StringIO(b"".join(parts).decode("utf-8-sig"))))[1:]

    async def people(self):
        async with self.open() as session:
            of_bureau = tables.person.c.bureau_id == self.city.bureau_id
            return (await session.execute(select(func.count()).where(of_bureau))).scalar_one()


@pytest.fixture
def desk(database: Database, city: City) -> Desk:
    return Desk(database, city)


def counts(row):
    return {name: row.result[name] for name in ("applied", "added", "changed", "unchanged", "faulty")}


def counted(added=0, changed=0, unchanged=0, faulty=0, *, applied=True):
    told = {"added": added, "changed": changed, "unchanged": unchanged, "faulty": faulty}
    return {"applied": applied, **told}


async def test_ten_thousand_rows_with_a_bad_one_come_in_without_it_or_not_at_all(desk: Desk) -> None:
    """Trust 45: nothing, or all the others, as chosen; mended it is one row more, and again none."""
    schools, before = await desk.schools(), await desk.people()
    good = [a_teacher(number, schools[number % len(schools)]) for number in range(10_000)]
    bad = [*good[:7000], good[7000] | {"born_on": "1980-02-30"}, *good[7001:]]
    row = await desk.imported(people_file(bad), OnFault.NONE)
    assert (row.state, counts(row)) == ("done", counted(9999, faulty=1, applied=False))
    assert await desk.people() == before
    place = ["7002", "born_on", "date_not_readable", "1980-02-30"]
    assert await desk.listed(row) == [[*place, "日期,如 2014-03-01", "a date such as 2014-03-01"]]
    row = await desk.imported(people_file(bad), OnFault.OTHERS)
    assert (row.state, counts(row), row.done, row.total) == ("done", counted(9999, faulty=1), 10_000, 10_000)
    assert await desk.people() == before + 9999
    assert [line[:4] for line in await desk.listed(row)] == [place]
    row = await desk.imported(people_file(good))
    assert counts(row) == counted(1, unchanged=9999)
    assert await desk.listed(row) == [
        ["7002", "new07000", "是", "name|sex|born_on|joined_on|registered|subject|organisation"]
    ]
    assert counts(await desk.imported(people_file(good))) == counted(unchanged=10_000)


async def test_a_file_that_is_only_looked_at_changes_nothing(desk: Desk) -> None:
    [school, *_], before = await desk.schools(), await desk.people()
    rows = [a_teacher(number, school) for number in range(300)]
    row = await desk.imported(people_file(rows), preview=True)
    assert counts(row) == counted(300, applied=False)
    assert len(await desk.listed(row)) == 300
    row = await desk.imported(people_file([one | {"sex": "x"} for one in rows]), preview=True)
    assert (counts(row), len(await desk.listed(row))) == (counted(faulty=300, applied=False), 300)
    assert await desk.people() == before


async def test_a_heading_that_is_wrong_keeps_every_row_out_whatever_was_chosen(desk: Desk) -> None:
    [school, *_] = await desk.schools()
    heading = ["备注", *a_teacher(1, school)]
    row = await desk.imported(people_file([a_teacher(1, school)], heading), OnFault.OTHERS)
    assert counts(row) == counted(1, faulty=1, applied=False)


async def test_bodies_under_a_faulty_one_are_left_out_with_it(desk: Desk) -> None:
    rows = [
        a_body("c1", "county_bureau", is_rural="true"),
        a_body("s1", parent="c1", stage="小学"),
        a_body("s1-office", "学校教研室", parent="s1"),
        a_body("c2", "county_bureau"),
    ]
    row = await desk.imported(bodies_file(rows), OnFault.OTHERS, table="organisations")
    assert counts(row) == counted(1, faulty=3)
    assert [line[:3] for line in await desk.listed(row)] == [
        ["2", "is_rural", "field_not_fitting"],
        ["3", "parent", "organisation_unknown"],
        ["4", "parent", "organisation_unknown"],
    ]


async def test_an_import_cancelled_in_the_middle_leaves_nothing(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(roster, "PART", 10)
    [school, *_], before = await desk.schools(), await desk.people()
    task_id = await desk.ask(people_file([a_teacher(number, school) for number in range(50)]))
    progress, seen = Errand.progress, []

    async def told(errand, done, total):
        seen.append((done, total))
        if done == 30:
            async with desk.open() as session:
                await tasks.ask_cancel(session, desk.keeper, task_id, now=NOW)
        await progress(errand, done, total)

    monkeypatch.setattr(Errand, "progress", told)
    await desk.carry_out()
    row = await desk.row(task_id)
    assert (row.state, row.result, await desk.people()) == ("cancelled", None, before)
    assert seen == [(0, 50), (0, 50), (10, 50), (20, 50), (30, 50)]


async def test_an_import_whose_lease_is_lost_is_undone(desk: Desk, monkeypatch) -> None:
    [school, *_], before = await desk.schools(), await desk.people()
    task_id, end = await desk.ask(people_file([a_teacher(1, school)])), Errand.end

    async def too_late(errand, session, made):
        async with desk.open() as other:
            assert await tasks.claim(other, desk.city.bureau_id, now=NOW + rules.LEASE)
        await end(errand, session, made)

    monkeypatch.setattr(Errand, "end", too_late)
    await desk.carry_out()
    assert ((await desk.row(task_id)).attempts, await desk.people()) == (2, before)


async def test_a_second_import_beside_another_is_refused_by_its_name(desk: Desk) -> None:
    [school, *_] = await desk.schools()
    content = people_file([a_teacher(number, school) for number in range(3)])
    async with desk.open() as session:
        await roster.bring(session, desk.keeper, "people", tabular.read(content), now=NOW)
        row = await desk.imported(content)
    assert (row.state, row.fault) == ("failed", "import_in_flight")


async def test_a_file_of_somebody_else_or_of_no_table_ends_with_a_code(desk: Desk) -> None:
    another = await desk.imported(b"code", actor=desk.city.teacher())
    unknown = await desk.imported(b"code\n\x81\xff")
    assert [another.fault, unknown.fault] == ["not_found", "encoding_unknown"]


async def test_a_worker_killed_in_the_middle_leaves_nothing_and_another_begins_anew(apart) -> None:
    """Trust 45: `kill -9` of a real worker between two parts of an import of 10,000 rows."""
    database = Database(apart.url)
    desk = Desk(database, await make_city(database, await make_bureau(database)))
    schools, before = await desk.schools(), await desk.people()
    rows = [a_teacher(number, schools[number % len(schools)]) for number in range(10_000)]
    task_id = await desk.ask(people_file(rows))
    async with a_worker(apart, offset=NOW - datetime.now(UTC)) as worker:
        async with asyncio.timeout(180):
            while not 0 < (row := await desk.row(task_id)).done < 10_000:
                assert worker.returncode is None
                await asyncio.sleep(0.01)
        worker.kill()
        await worker.wait()
    assert (row.state, (await desk.row(task_id)).state) == ("running", "running")
    assert await desk.people() == before
    later = NOW + rules.LEASE + timedelta(minutes=1)
    async with a_worker(apart, offset=later - datetime.now(UTC)), asyncio.timeout(180):
        while (row := await desk.row(task_id)).state == "running":  # noqa: ASYNC110 - same
            await asyncio.sleep(0.1)
    assert (row.state, row.attempts, counts(row)) == ("done", 2, counted(10_000))
    assert await desk.people() == before + 10_000
    await database.close()
