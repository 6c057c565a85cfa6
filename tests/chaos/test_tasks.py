"""Cancelled or killed in the middle: no connection leaks, no other bureau shows, nothing is made twice."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

import factories
from apart import further_database
from chaos import handling
from chaos.town import town, until
from factories import NOW, City
from vouchermarket.identity.tables import person
from vouchermarket.kit import events, files
from vouchermarket.kit.clock import system_clock
from vouchermarket.kit.db import Database
from vouchermarket.kit.embedded import Cluster
from vouchermarket.kit.ids import BureauId, new_id
from vouchermarket.tasks.tables import task

BUREAUS, TASKS, CANCELLED, POOL, AT_ONCE = 3, 3000, 600, 8, 40
SEED = int(os.environ.get("VOUCHERMARKET_CHAOS_SEED", "2014"))


@pytest.fixture(scope="module")
def apart() -> Iterator[Cluster]:
    with further_database() as cluster:
        yield cluster


@pytest.fixture
async def small(apart: Cluster) -> AsyncIterator[Database]:
    """Eight connections for everybody."""
    opened = Database(apart.url, pool_size=POOL)
    yield opened
    await opened.close()


class Errands:
    """Each reads who is there and writes two events, in one transaction of one bureau."""

    def __init__(self, database: Database, bureaus: list[BureauId]) -> None:
        self.database, self.bureaus = database, bureaus
        self.foreign, self.ended = 0, Counter[str]()

    async def one(self, bureau_id: BureauId) -> None:
        subject_id = new_id()
        async with self.database.transaction(bureau_id) as session:
            seen = (await session.execute(select(person.c.bureau_id))).scalars().all()
            self.foreign += sum(each != bureau_id for each in seen) + (not seen)
            for kind in ("test.first", "test.second"):
                await events.record(session, bureau_id, kind, subject_id, now=NOW)

    async def watched(self, bureau_id: BureauId, cancel_after: float | None) -> None:
        """Carry one out, or cancel it at some point of its way."""
        errand = asyncio.create_task(self.one(bureau_id))
        if cancel_after is not None:
            await asyncio.sleep(cancel_after)
            errand.cancel()
        [ended] = await asyncio.gather(errand, return_exceptions=True)
        self.ended["done" if ended is None else type(ended).__name__] += 1


async def test_three_thousand_tasks_on_eight_connections_leave_nothing_behind(
    apart: Cluster, small: Database
) -> None:
    """docs/trust.md 12: mixed bureaus, a fifth cancelled wherever they just are."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable, and guards nothing
    bureaus = [await factories.make_bureau(small) for _ in range(BUREAUS)]
    for bureau_id in bureaus:
        await factories.make_city(small, bureau_id)
    errands, door = Errands(small, bureaus), asyncio.Semaphore(AT_ONCE)
    cancelled = set(chance.sample(range(TASKS), CANCELLED))

    async def through_the_door(number: int) -> None:
        after = chance.uniform(0, 0.05) if number in cancelled else None
        async with door:
            await errands.watched(bureaus[number % BUREAUS], after)

    began = time.monotonic()
    await asyncio.gather(*(through_the_door(number) for number in range(TASKS)))
    took = time.monotonic() - began
    assert errands.foreign == 0
    assert set(errands.ended) <= {"done", "CancelledError"}
    # Some were through before they were cancelled; a good part has to have been in the middle.
    assert CANCELLED / 4 < errands.ended["CancelledError"] <= CANCELLED
    assert small._engine.pool.checkedout() == 0
    with psycopg.connect(apart.superuser_url.replace("+psycopg", "", 1), autocommit=True) as looks:
        counted = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state LIKE 'idle in trans%%'"
        await until(lambda: looks.execute(counted, [apart.database]).fetchone() == (0,), 5)
    written = [await _written(small, bureau_id) for bureau_id in bureaus]
    assert all(first == second for first, second in written)
    assert sum(first for first, _ in written) >= errands.ended["done"]
    print(
        f"\ntasks: seed {SEED}, {TASKS} of {BUREAUS} bureaus on {POOL} connections in {took:.1f} s, "
        f"{dict(errands.ended)}, foreign rows 0, checked out 0, idle in transaction 0"
    )


async def _written(database: Database, bureau_id: BureauId) -> tuple[int, int]:
    async with database.transaction(bureau_id) as session:
        found = select(events.event.c.kind, func.count()).group_by(events.event.c.kind)
        counted = {kind: times for kind, times in await session.execute(found)}  # noqa: C416 - rows are no pairs
    return counted.get("test.first", 0), counted.get("test.second", 0)


async def test_a_task_of_a_killed_worker_is_taken_up_and_made_once() -> None:
    async with town() as built, built.database() as database:
        city = await factories.make_city(database, await factories.make_bureau(database))
        await _asked(database, city)
        script = str(Path(handling.__file__))
        holder = built.begin(script)
        await _row_where(database, city, "running")
        other = built.begin(script)
        holder.kill()
        began = time.monotonic()
        row = await _row_where(database, city, "done")
        took = time.monotonic() - began
        assert (row.attempts, row.result) == (2, {"pid": other.pid})
        async with database.transaction(city.bureau_id) as session:
            made = (await session.execute(select(files.file.c.id))).scalars().all()
            told = select(events.event.c.id).where(events.event.c.kind == "tasks.task_done")
            assert made == [row.file_id]
            assert len((await session.execute(told)).all()) == 1
        assert await other.ends() == 0
    print(f"\ntasks: done {took:.1f} s after the kill, with a lease of {handling.LEASE.seconds} s")


async def _asked(database: Database, city: City) -> None:
    row = {"id": new_id(), "kind": handling.KIND, "command": {}, "state": "waiting"}
    row |= {"asked_by": city.teacher().person_id, "asked_at": system_clock()}
    async with database.transaction(city.bureau_id) as session:
        await factories.add(session, city.bureau_id, task, row)


async def _row_where(database: Database, city: City, state: str):
    """The only task, once it has come to this state."""
    async with asyncio.timeout(60):
        while True:
            async with database.transaction(city.bureau_id) as session:
                row = (await session.execute(select(task))).one()
            if row.state == state:
                return row
            await asyncio.sleep(0.05)
