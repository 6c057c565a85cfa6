"""The whole of it: `vouchermarket serve` under granian on a port of this machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from factories import City
from vouchermarket.identity import operations, queries
from vouchermarket.identity.structs import MakeToken
from vouchermarket.kit.clock import system_clock
from vouchermarket.kit.db import Database

PATIENCE_SECONDS = 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "log"
        told = {"VOUCHERMARKET_PORT": str(self.port), "VOUCHERMARKET_DATA_DIR": str(folder)}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vouchermarket.cli", "serve"],
                env=os.environ | told,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self, path: str = "/health/ready") -> bool:
        try:
            return httpx.get(self.address + path, trust_env=False).status_code == 204
        except httpx.TransportError:
            return False

    def wait(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(child) for child in children.read_text().split()]

    def gone(self, pids: list[int]) -> bool:
        return not any(Path(f"/proc/{pid}").exists() for pid in pids)

    def said(self, request: bytes) -> bytes:
        """The first line of the answer to raw bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(request)
            return connection.recv(65536).split(b"\r\n", 1)[0]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    server = Served(tmp_path_factory.mktemp("served"))
    try:
        server.wait()
        yield server
    finally:
        if server.process.poll() is None:
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()


async def test_a_token_opens_the_market_over_a_real_port(
    served: Served, city: City, database: Database
) -> None:
    async with database.transaction(city.bureau_id) as session:
        token = await operations.make_token(session, city.teacher(), MakeToken(label="t"), now=system_clock())
        code = (await queries.bureau(session, city.bureau_id)).code
    async with httpx.AsyncClient(base_url=served.address, trust_env=False) as client:
        me = await client.get("/api/v1/me", headers={"authorization": f"Bearer {token.token}"})
        assert me.json()["person"]["id"] == str(city.teacher().person_id)
        login = await client.post(f"/{code}/api/v1/login", json={"username": "a", "password": "b"})
        assert (login.status_code, login.json()["code"]) == (401, "login_refused")
        assert (await client.get("/schema")).status_code == 200


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /health/live HTTP/1.0\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: u@a\r\nConnection: close\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: a\r\nX-Csrf-Token: \x00\r\n\r\n",
        b"POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
)
async def test_what_is_no_request_is_refused(served: Served, request_bytes: bytes) -> None:
    """docs/trust.md 32 and 35, at the socket."""
    said = served.said(request_bytes)
    assert said == b"" or said.split()[1].startswith(b"4"), said
    assert served.answers("/health/live")


async def test_a_killed_worker_is_replaced_and_a_signal_ends_all(served: Served) -> None:
    """docs/trust.md 77: SIGTERM ends server and workers, and the exit says that it was no fault."""
    before = served.workers()
    assert before
    os.kill(before[-1], signal.SIGKILL)
    served.wait()
    assert served.process.poll() is None
    workers = served.workers()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(PATIENCE_SECONDS) == 0, served.log.read_text()
    assert served.gone(before + workers)
    assert not served.answers("/health/live")
