"""Three stand for the lead; whoever leads is killed in the middle of a turn, or loses its connection.

Every slot is run to its end once, by whoever takes it up, and none is missing.
"""

import asyncio
import statistics
import time
from pathlib import Path

import psycopg
from sqlalchemy import select

import factories
from chaos import ticking
from chaos.town import Process, Town, town, until
from vouchermarket.jobs.leader import LOCK_NUMBER
from vouchermarket.kit import slots
from vouchermarket.kit.clock import system_clock
from vouchermarket.kit.db import Database
from vouchermarket.kit.events import event

SCRIPT = str(Path(ticking.__file__))
KILLS, CUTS, STANDING = 5, 1, 3
_HOLDER = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND (classid::bigint << 32) + objid::bigint = %s"
)


class Watch:
    """Who leads, seen from the database."""

    def __init__(self, built: Town) -> None:
        address = built.cluster.url.replace("+psycopg", "", 1)
        self._connection = psycopg.connect(address, autocommit=True)

    def holder(self) -> int | None:
        """The server's process behind the leader's connection."""
        row = self._connection.execute(_HOLDER, [LOCK_NUMBER]).fetchone()
        return row[0] if row else None

    def cut(self, holder: int) -> None:
        self._connection.execute("SELECT pg_terminate_backend(%s)", [holder])

    async def followed(self, before: int) -> float:
        """Seconds until somebody else leads."""
        began = time.monotonic()
        await until(lambda: self.holder() not in {None, before})
        return time.monotonic() - began

    def close(self) -> None:
        self._connection.close()


async def _told_by(database: Database, bureau_id, kind: str) -> list[int]:
    """The processes that wrote such an event, in order."""
    async with database.transaction(bureau_id) as session:
        found = select(event.c.facts).where(event.c.kind == kind).order_by(event.c.id)
        return [facts["pid"] for facts in (await session.execute(found)).scalars()]


async def _in_the_middle(database: Database, bureau_id) -> int:
    """Wait until a turn has begun from now on and is not through; the process that runs it."""
    before = len(await _told_by(database, bureau_id, "test.begun"))
    async with asyncio.timeout(30):
        while len(begun := await _told_by(database, bureau_id, "test.begun")) == before:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
    return begun[-1]


async def test_no_slot_is_run_twice_and_none_is_missed_whoever_is_killed() -> None:
    took: list[float] = []
    async with town() as built, built.database() as database:
        bureau_id = await factories.make_bureau(database)
        standing: dict[int, Process] = {}
        for _ in range(STANDING):
            process = built.begin(SCRIPT)
            standing[process.pid] = process
        watch = Watch(built)
        for number in range(KILLS + CUTS):
            leads = await _in_the_middle(database, bureau_id)
            holder = watch.holder()
            assert holder is not None
            if number < KILLS:
                standing.pop(leads).kill()
                took.append(await watch.followed(holder))
                process = built.begin(SCRIPT)
                standing[process.pid] = process
            else:
                watch.cut(holder)
                took.append(await watch.followed(holder))
        async with asyncio.timeout(90):
            while not await _caught_up(database):  # noqa: ASYNC110 - another process brings it about
                await asyncio.sleep(0.1)
        watch.close()
        assert {await process.ends() for process in standing.values()} == {0}
        rows = await _rows(database)
        begun = len(await _told_by(database, bureau_id, "test.begun"))
        through = len(await _told_by(database, bureau_id, "test.through"))
    assert [row.slot_at for row in rows] == [rows[0].slot_at + n * ticking.EVERY for n in range(len(rows))]
    # Whoever was told to stop in the middle has left its slot for one that comes no more.
    assert sum(row.done_at is not None for row in rows) == through >= len(rows) - 1
    assert begun >= through + KILLS
    print(
        f"\nscheduler: kills {KILLS}, cuts {CUTS}, slots {through}, twice 0, missed 0, "
        f"begun again {begun - through}, failover p50 {statistics.median(took):.2f} s, max {max(took):.2f} s"
    )


async def _rows(database: Database):
    async with database.registry() as session:
        found = select(slots.job_slot).where(slots.job_slot.c.job == ticking.NAME)
        return (await session.execute(found.order_by(slots.job_slot.c.slot_at))).all()


async def _caught_up(database: Database) -> bool:
    """The newest slot is of now, and all before it are done."""
    *before, newest = await _rows(database)
    is_now = newest.slot_at > system_clock() - 2 * ticking.EVERY
    return is_now and all(row.done_at is not None for row in before)


async def test_a_worker_that_is_told_to_stop_frees_the_lead_at_once() -> None:
    """docs/trust.md 77, the schedule's side: `vouchermarket work` itself."""
    async with town() as built, built.database() as database:
        await factories.make_bureau(database)
        waiting = [built.begin("work") for _ in range(2)]
        watch = Watch(built)
        await until(watch.holder)
        await until(lambda: any("leader.elected" in one.said() for one in waiting))
        [leads] = [one for one in waiting if "leader.elected" in one.said()]
        [follows] = [one for one in waiting if one is not leads]
        before = watch.holder()
        ended = asyncio.create_task(leads.ends(10))
        began = time.monotonic()
        await until(lambda: watch.holder() != before, 2)
        freed = time.monotonic() - began
        assert await ended == 0
        await until(lambda: "leader.elected" in follows.said())
        watch.close()
    print(f"\nscheduler: told to stop, the lead is free after {freed:.2f} s")
