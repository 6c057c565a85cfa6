"""A worker as a process of its own, on a database that nobody else uses."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from vouchermarket.kit.embedded import Cluster

WORK = [sys.executable, "-c", "from vouchermarket.cli import main; main()", "work"]


@asynccontextmanager
async def a_worker(cluster: Cluster, offset: timedelta) -> AsyncIterator[asyncio.subprocess.Process]:
    """Started with its clock moved by `offset`; killed in the end, if it still lives."""
    environment = {
        **os.environ,
        "DATABASE_URL": cluster.url,
        "VOUCHERMARKET_CLOCK_OFFSET_SECONDS": str(int(offset.total_seconds())),
    }
    quiet = asyncio.subprocess.DEVNULL
    worker = await asyncio.create_subprocess_exec(*WORK, env=environment, stdout=quiet, stderr=quiet)
    try:
        yield worker
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()
