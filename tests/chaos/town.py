"""A market of its own with real processes: PostgreSQL, `serve` with two web workers, `work`.

Each can be killed and begun again. Only processes begun here are ended, by their id.
"""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from factories import NOW
from vouchermarket.kit import embedded, schema
from vouchermarket.kit.db import Database
from vouchermarket.kit.embedded import Cluster

PATIENCE_SECONDS = 60
WEB_WORKERS = 2
COMMAND = ("-m", "vouchermarket.cli")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def until(holds: Callable[[], object], within: float = PATIENCE_SECONDS) -> None:
    """Wait for what another process brings about."""
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - nobody here can set an event
            await asyncio.sleep(0.02)


class Process:
    """One command with a log of its own, at the head of a process group of its own."""

    def __init__(self, log: Path, environment: dict[str, str], *command: str) -> None:
        self.log = log
        with log.open("ab") as written:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                env=environment,
                stdout=written,
                stderr=written,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.pid = self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def children(self) -> list[int]:
        """The web workers of a server, oldest first."""
        with suppress(FileNotFoundError):
            return [
                int(child) for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            ]
        return []

    def kill(self) -> None:
        """SIGKILL for it and everything it began."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    async def ends(self, within: float = 20) -> int:
        """SIGTERM; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        await until(lambda: not self.is_alive, within)
        return self._process.returncode

    def said(self) -> str:
        """Its log without colours."""
        return re.sub(r"\x1b\[\d*m", "", self.log.read_text())


class Town:
    """The folder, the cluster in it, and the processes that work on it."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.folder, self.cluster, self.port = folder, cluster, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.ahead = timedelta(0)
        self._processes: list[Process] = []

    def _environment(self) -> dict[str, str]:
        offset = NOW - datetime.now(UTC) + self.ahead
        return {
            **os.environ,
            "DATABASE_URL": self.cluster.url,
            "DATABASE_OWNER_URL": self.cluster.owner_url,
            "VOUCHERMARKET_DATA_DIR": str(self.folder),
            "VOUCHERMARKET_PORT": str(self.port),
            "VOUCHERMARKET_WORKERS": str(WEB_WORKERS),
            # In the city's own spring: its vouchers are valid and its runs open for booking.
            "VOUCHERMARKET_CLOCK_OFFSET_SECONDS": str(int(offset.total_seconds())),
        }

    def begin(self, *command: str) -> Process:
        """`serve` or `work`, or a script of a test, with a log in the folder."""
        log = self.folder / f"{len(self._processes)}.log"
        told = command if command[0].endswith(".py") else (*COMMAND, *command)
        process = Process(log, self._environment(), *told)
        self._processes.append(process)
        return process

    async def ready(self, within: float = PATIENCE_SECONDS) -> None:
        """The server says that it can work."""
        async with httpx.AsyncClient(base_url=self.address, trust_env=False) as client:
            try:
                async with asyncio.timeout(within):
                    while not await is_ready(client):  # noqa: ASYNC110 - another process brings it about
                        await asyncio.sleep(0.1)
            except TimeoutError:
                raise AssertionError([process.said() for process in self._processes]) from None

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """A pool of this moment: an older one may still hold connections to a server that was killed."""
        opened = Database(self.cluster.url, pool_size=8)
        try:
            yield opened
        finally:
            await opened.close()

    def kill_postmaster(self) -> None:
        """SIGKILL for the PostgreSQL of this folder; its children notice and leave."""
        os.kill(int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    async def begin_postgres(self) -> None:
        """Start it again on what the disk holds."""
        await asyncio.to_thread(embedded.start, self.folder)

    def end_processes(self) -> None:
        """Kill what is left of what was begun here."""
        for process in self._processes:
            process.kill()


async def is_ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).status_code == 204
    except httpx.TransportError:
        return False


@asynccontextmanager
async def town() -> AsyncIterator[Town]:
    """A town in a folder of its own, which is gone afterwards with all its processes."""
    folder = Path(tempfile.mkdtemp(prefix="vouchermarket-chaos-", dir="/var/tmp"))
    folder.chmod(0o755)  # noqa: ASYNC240 - at once
    try:
        cluster = await asyncio.to_thread(embedded.start, folder)
        await asyncio.to_thread(schema.upgrade, cluster.owner_url)
        built = Town(folder, cluster)
        try:
            yield built
        finally:
            built.end_processes()
    finally:
        await asyncio.to_thread(embedded.stop, folder)
        shutil.rmtree(folder, ignore_errors=True)
