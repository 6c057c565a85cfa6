"""A worker of a test: the real hands with one kind of task that takes a while and makes a file.

Run as a script. A killed hand's task comes back after a lease of two seconds instead of two minutes.
"""

import asyncio
import os
import signal
from datetime import timedelta

from vouchermarket.tasks import rules

LEASE = timedelta(seconds=2)
TAKES_SECONDS = 1.0
KIND = "slow"


async def main(url: str) -> None:
    """Carry tasks out until SIGTERM."""
    rules.LEASE = LEASE  # before the hands are imported: they keep it by its name
    from vouchermarket.jobs.tasks import Errand, Hands, Made
    from vouchermarket.kit.clock import system_clock
    from vouchermarket.kit.db import Database
    from vouchermarket.kit.files import FileKind, NewFile

    async def slow(errand: Errand) -> Made:
        await errand.progress(0, 1)
        await asyncio.sleep(TAKES_SECONDS)
        return Made({"pid": os.getpid()}, NewFile(FileKind.EXPORT, "慢.csv", b"a,b"))

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database = Database(url, pool_size=4)
    await Hands(database, system_clock, {KIND: slow}, at_once=1).work(stop)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(os.environ["DATABASE_URL"]))
