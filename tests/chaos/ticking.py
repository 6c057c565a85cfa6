"""A worker of a test: the real leader and schedule with one quick job, which takes half of its period.

Run as a script. Each turn leaves two events, `test.begun` and `test.through`.
"""

import asyncio
import os
import signal
from datetime import datetime, timedelta

from vouchermarket.identity.structs import Bureau
from vouchermarket.jobs.leader import Leader
from vouchermarket.jobs.schedule import CatchUp, Job, Schedule
from vouchermarket.kit import events, slots
from vouchermarket.kit.clock import system_clock
from vouchermarket.kit.db import Database

NAME = "tick"
EVERY = timedelta(seconds=1)
TAKES_SECONDS = 0.4
LEASE = timedelta(seconds=2)


async def sweep(database: Database, bureau: Bureau, now: datetime) -> int:
    """Begin, work for a moment, be through: three steps of which a kill may come between any two."""
    for kind in ("test.begun", "test.through"):
        async with database.transaction(bureau.id) as session:
            await events.record(session, bureau.id, kind, bureau.id, now=now, facts={"pid": os.getpid()})
        if kind == "test.begun":
            await asyncio.sleep(TAKES_SECONDS)
    return 1


async def main(url: str) -> None:
    """Stand for the lead until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = Database(url, pool_size=4)
    schedule = Schedule(database, (Job(NAME, sweep, EVERY, CatchUp.EACH),), system_clock)
    await Leader(url.replace("+psycopg", "", 1), schedule.begin, schedule.end).campaign(stop)
    await database.close()


if __name__ == "__main__":
    slots.LEASE = LEASE
    asyncio.run(main(os.environ["DATABASE_URL"]))
