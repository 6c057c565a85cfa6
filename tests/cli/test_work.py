"""`vouchermarket work`: any number of processes, one of which leads; whoever is killed is followed."""

import asyncio
import os
import re
import signal
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from factories import NOW, make_bureau
from vouchermarket.kit import events, slots
from vouchermarket.kit.db import Database

WORK = [sys.executable, "-c", "from vouchermarket.cli import main; main()", "work"]


class Worker:
    """A process of its own, and what it has written to its log."""

    def __init__(self, process):
        self.process, self.lines = process, []

    async def has_logged(self, *words):
        """Wait until a line of the log holds these words."""
        async with asyncio.timeout(20):
            while not any(all(word in line for word in words) for line in self.lines):
                line = await self.process.stdout.readline()
                assert line, f"ended without {words}: {self.lines}"
                self.lines.append(re.sub(r"\x1b\[\d*m", "", line.decode()))
        return self

    async def ends(self, number):
        """Its exit code within ten seconds of the signal."""
        self.process.send_signal(number)
        async with asyncio.timeout(10):
            return await self.process.wait()


@asynccontextmanager
async def working(cluster, times):
    """So many workers on a database; none is left behind."""
    environment = {
        **os.environ,
        "DATABASE_URL": cluster.url,
        # In the city's own spring, far from the hour of the nightly jobs.
        "VOUCHERMARKET_CLOCK_OFFSET_SECONDS": str(int((NOW - datetime.now(UTC)).total_seconds())),
    }
    workers = [
        Worker(
            await asyncio.create_subprocess_exec(
                *WORK, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
            )
        )
        for _ in range(times)
    ]
    try:
        yield workers
    finally:
        for worker in workers:
            if worker.process.returncode is None:
                worker.process.kill()
            await worker.process.communicate()


async def first_to_lead(workers):
    """The one that leads, and those that wait."""
    asked = {asyncio.create_task(worker.has_logged("leader.elected")) for worker in workers}
    done, pending = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    led = done.pop().result()
    return led, [worker for worker in workers if worker is not led]


@pytest.fixture
async def database_apart(apart):
    database = Database(apart.url)
    yield database
    await database.close()


async def _slots(database, job):
    async with database.registry() as session:
        found = select(slots.job_slot).where(slots.job_slot.c.job == job).order_by(slots.job_slot.c.slot_at)
        return (await session.execute(found)).all()


async def _books_checked(database, bureau_id):
    kind = select(events.event.c.id).where(events.event.c.kind == "reporting.books_checked")
    async with database.transaction(bureau_id) as session:
        return len((await session.execute(kind)).all())


async def test_whoever_ends_is_followed_and_whoever_is_told_to_ends_well(apart, database_apart):
    bureau_id = await make_bureau(database_apart)
    async with working(apart, 3) as workers:
        led, others = await first_to_lead(workers)
        await led.has_logged("check_books", f"b{bureau_id.hex[-10:]}")
        assert await _books_checked(database_apart, bureau_id) == 1
        before = await _slots(database_apart, "relay_deliveries")
        assert await led.ends(signal.SIGKILL) == -signal.SIGKILL
        led, [waits] = await first_to_lead(others)
        # The next five seconds' slot is run by whoever leads now, and the night's is not run again.
        async with asyncio.timeout(10):
            while len(await _slots(database_apart, "relay_deliveries")) == len(before):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.2)
        assert await _books_checked(database_apart, bureau_id) == 1
        assert await waits.ends(signal.SIGINT) == 0
        assert await led.ends(signal.SIGTERM) == 0
        await led.has_logged("leader.resigned")
    taken = await _slots(database_apart, "relay_deliveries")
    assert len({row.slot_at for row in taken}) == len(taken) > len(before)
    assert all(row.fault is None for row in taken)
