"""`vouchermarket serve --demo` as a newcomer sees it: up, a teacher books, and away without a trace."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

PATIENCE_SECONDS = 240


class Served:
    """A running server of a data folder of its own, and the tokens it printed."""

    def __init__(self, process: subprocess.Popen[str], address: str, tokens: dict[str, str]) -> None:
        self.process, self.address, self.tokens = process, address, tokens

    def ask(self, who: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=30)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _processes_of(folder: Path) -> list[str]:
    """Command lines and environments of living processes that speak of this folder."""
    living = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in told and int(entry.name) != os.getpid():
            living.append((entry / "cmdline").read_bytes().decode())
    return living


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    folder = Path(tempfile.mkdtemp(prefix="vouchermarket-serve-", dir="/var/tmp"))
    folder.chmod(0o755)
    port = _free_port()
    environment = {name: text for name, text in os.environ.items() if not name.startswith("DATABASE_")}
    environment |= {"VOUCHERMARKET_DATA_DIR": str(folder), "VOUCHERMARKET_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "vouchermarket.cli", "serve", "--demo", "--teachers", "50"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _until_ready(process, address)
        served = Served(process, address, {})
        assert process.stdout
        for line in iter(process.stdout.readline, ""):
            if found := re.match(r"\s+(\w+)\s+(vm_\S+)", line):
                served.tokens[found[1]] = found[2]
            if "calendar" in line:
                break
        yield served
        # The last test has ended it; what follows only looks.
        assert process.poll() == 0
        assert _processes_of(folder) == []
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def _until_ready(process: subprocess.Popen[str], address: str) -> None:
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        assert process.poll() is None, "the server ended by itself"
        try:
            if httpx.get(f"{address}/health/ready", timeout=2).status_code == 204:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail("the server did not come up")


def test_the_page_of_the_api_needs_nobody_else(served: Served):
    page = httpx.get(f"{served.address}/schema")
    assert page.status_code == 200
    links = re.findall(r"""(?:src|href)=["']([^"']+)""", page.text)
    ours = [link for link in links if link != "data:,"]  # the empty icon, which asks nobody
    assert ours
    for link in ours:
        assert link.startswith("/"), link
        assert httpx.get(f"{served.address}{link}").status_code == 200, link
    described = httpx.get(f"{served.address}/schema/openapi.json").json()
    assert "/api/v1/bookings" in described["paths"]


def test_a_teacher_books_a_run_and_another_cannot_see_it(served: Served):
    with served.ask("teacher00001") as one, served.ask("teacher00002") as another:
        shelf = one.get(
            "/api/v1/runs", params={"limit": 50, "type": "in_post", "has_seats_left": True}
        ).json()
        booked = None
        for run in shelf["runs"]:
            answer = one.post(
                "/api/v1/bookings", json={"run_id": run["id"]}, headers={"Idempotency-Key": run["id"]}
            )
            if answer.status_code == 201:
                booked = answer.json()
                break
            assert answer.status_code in {402, 409, 422}, answer.text
        assert booked
        where = f"/api/v1/bookings/{booked['booking_id']}"
        assert one.get(where).status_code == 200
        assert another.get(where).status_code == 404


def test_ctrl_c_leaves_no_process_behind(served: Served):
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(60) == 0
