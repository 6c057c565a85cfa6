"""Workers with real tasks: finished, failed, cancelled in the middle, given back, and none left over."""

import asyncio
from collections import Counter

import msgspec
import pytest
from sqlalchemy import select

from factories import NOW, City
from vouchermarket.identity import queries as identity
from vouchermarket.jobs import tasks as jobs
from vouchermarket.jobs.tasks import Errand, Hands, Made
from vouchermarket.kit import files
from vouchermarket.kit.db import Busy, Database
from vouchermarket.kit.files import FileKind, NewFile
from vouchermarket.tasks import operations as tasks
from vouchermarket.tasks import rules
from vouchermarket.tasks.tables import task


class Nothing(msgspec.Struct, frozen=True):
    pass


class Yard:
    """A city's tasks and the hands that work at them."""

    def __init__(self, database: Database, city: City) -> None:
        self.database, self.city = database, city
        self.people = [*(one for both in city.officers.values() for one in both), city.teacher()]

    def open(self):
        return self.database.transaction(self.city.bureau_id)

    async def ask(self, kind: str, which: int = 0):
        async with self.open() as session:
            actor = self.people[which % len(self.people)]
            return await tasks.enqueue(session, actor, kind, Nothing(), now=NOW)

    async def cancel(self, task_id, which: int = 0):
        async with self.open() as session:
            actor = self.people[which % len(self.people)]
            await tasks.ask_cancel(session, actor, task_id, now=NOW)

    def hands(self, **kinds) -> Hands:
        return Hands(self.database, lambda: NOW, kinds)

    async def carry_out_one(self, stop=None, **kinds):
        """Claim one of this city's tasks and carry it out; other cities' are left alone."""
        async with self.open() as session:
            claimed = await tasks.claim(session, self.city.bureau_id, now=NOW)
        if claimed is not None:
            await self.hands(**kinds).carry_out(claimed, stop or asyncio.Event())
        return claimed

    async def rows(self):
        async with self.open() as session:
            found = select(task).where(task.c.bureau_id == self.city.bureau_id).order_by(task.c.id)
            return (await session.execute(found)).all()


@pytest.fixture
def yard(database: Database, city: City) -> Yard:
    return Yard(database, city)


async def counted(errand: Errand) -> Made:
    for number in range(3):
        await errand.progress(number, 3)
    return Made({"counted": 3}, NewFile(FileKind.EXPORT, "数.csv", b"a,b"))


async def test_a_task_ends_with_its_result_and_its_file(yard: Yard) -> None:
    await yard.ask("count")
    await yard.carry_out_one(count=counted)
    [row] = await yard.rows()
    assert (row.state, row.result, row.done, row.lease_id) == ("done", {"counted": 3}, 2, None)
    async with yard.open() as session:
        owner = yard.people[0].person_id
        assert (await files.find(session, yard.city.bureau_id, row.file_id, owner)).name == "数.csv"


async def test_a_refusal_ends_it_with_its_code_and_a_fault_of_ours_tells_no_inside(
    yard: Yard, capsys
) -> None:
    async def refused(errand: Errand) -> Made:
        raise rules.TaskEnded

    async def broken(errand: Errand) -> Made:
        raise ValueError("SELECT secrets")

    async def empty(errand: Errand) -> Made:
        return Made({}, NewFile(FileKind.EXPORT, "空.csv", b""))

    kinds = {"refused": refused, "broken": broken, "empty": empty}
    for kind in [*kinds, "nobody knows this"]:
        await yard.ask(kind)
        await yard.carry_out_one(**kinds)
    faults = [(row.state, row.fault) for row in await yard.rows()]
    told = ["task_ended", "something_broke", "file_empty", "something_broke"]
    assert faults == [("failed", fault) for fault in told]


async def test_a_busy_database_fails_nothing_and_the_task_comes_back(yard: Yard) -> None:
    async def busy(errand: Errand) -> Made:
        raise Busy

    await yard.ask("busy")
    await yard.carry_out_one(busy=busy)
    [row] = await yard.rows()
    assert (row.state, row.lease_until) == ("running", NOW + rules.LEASE)


async def test_a_task_cancelled_in_the_middle_goes_no_further(yard: Yard) -> None:
    task_id, parts = await yard.ask("long"), []

    async def long(errand: Errand) -> Made:
        for number in range(9):
            await errand.progress(number, 9)
            parts.append(number)
            if number == 4:
                await yard.cancel(task_id)
        raise AssertionError("went on")

    await yard.carry_out_one(long=long)
    [row] = await yard.rows()
    assert (row.state, parts) == ("cancelled", [0, 1, 2, 3, 4])


async def test_a_part_that_takes_long_is_cancelled_too_and_keeps_its_lease(yard: Yard, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "LEASE", rules.LEASE / 1000)
    task_id, begun = await yard.ask("endless"), asyncio.Event()

    async def endless(errand: Errand) -> Made:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError("woke up")

    carrying = asyncio.create_task(yard.carry_out_one(endless=endless))
    await begun.wait()
    await yard.cancel(task_id)
    async with asyncio.timeout(5):
        await carrying
    assert [row.state for row in await yard.rows()] == ["cancelled"]


async def test_a_stop_gives_the_task_back_at_once(yard: Yard) -> None:
    await yard.ask("endless")
    stop, begun = asyncio.Event(), asyncio.Event()

    async def endless(errand: Errand) -> Made:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError("woke up")

    carrying = asyncio.create_task(yard.carry_out_one(stop, endless=endless))
    await begun.wait()
    stop.set()
    async with asyncio.timeout(5):
        await carrying
    [row] = await yard.rows()
    assert (row.state, row.attempts, row.lease_id) == ("waiting", 0, None)


async def test_what_a_worker_made_too_late_is_undone(yard: Yard) -> None:
    await yard.ask("late")

    async def late(errand: Errand) -> Made:
        async with yard.open() as session:
            assert await tasks.claim(session, yard.city.bureau_id, now=NOW + rules.LEASE)
        return Made({}, NewFile(FileKind.EXPORT, "晚.csv", b"a"))

    await yard.carry_out_one(late=late)
    [row] = await yard.rows()
    assert (row.state, row.attempts) == ("running", 2)
    async with yard.open() as session:
        kept = select(files.file).where(files.file.c.bureau_id == yard.city.bureau_id)
        assert (await session.execute(kept)).all() == []


async def test_two_hundred_tasks_with_every_fifth_cancelled_leave_nothing_checked_out(
    yard: Yard, monkeypatch
) -> None:
    """Four workers of two hands each; cancelled while they wait, while they run, and too late."""
    asked = [await yard.ask("count", number) for number in range(200)]
    made: Counter[object] = Counter()

    async def count(errand: Errand) -> Made:
        await errand.progress(0, 1)
        made[errand.claimed.id] += 1
        return Made({"counted": 1})

    async def only_this_city(session):
        return [await identity.bureau(session, yard.city.bureau_id)]

    monkeypatch.setattr(jobs.identity, "bureaus", only_this_city)
    stop = asyncio.Event()
    workers = [asyncio.create_task(yard.hands(count=count).work(stop)) for _ in range(4)]

    async def cancel(number: int) -> int:
        try:
            await yard.cancel(asked[number], number)
        except rules.TaskEnded:
            return 0
        return 1

    taken = sum([await cancel(number) for number in range(199, -1, -5)])
    async with asyncio.timeout(60):
        while any(row.state in {"waiting", "running"} for row in await yard.rows()):  # noqa: ASYNC110 - workers end it
            await asyncio.sleep(0.1)
        stop.set()
        await asyncio.gather(*workers)
    states = Counter(row.state for row in await yard.rows())
    assert states["done"] + states["cancelled"] == 200
    assert 0 < states["cancelled"] <= taken <= 40
    assert all(row.lease_id is None for row in await yard.rows())
    assert max(made.values()) == 1
    print(f"\n{dict(states)}, cancellations taken {taken}")
