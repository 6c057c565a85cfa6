"""The look-up of known weaknesses: clean, weak, and not possible are three different ends (trust 74)."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tidy.source import ROOT


class Source(HTTPServer):
    """An advisory source on loopback that knows what it is told."""

    weak: str = ""
    is_broken = False


class _Answers(BaseHTTPRequestHandler):
    server: Source

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
        results = [
            {"vulns": [{"id": "OSV-1"}]} if one["package"]["name"] == self.server.weak else {}
            for one in asked
        ]
        body = json.dumps({"results": results[:-1] if self.server.is_broken else results}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told: object) -> None:
        """Nothing: the test says what it saw."""


@pytest.fixture
def source() -> Iterator[Source]:
    server = Source(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def audit(address: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(ROOT / ".ci/audit")],
        env={"ADVISORIES": address},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_is_green_when_every_package_was_looked_up(source: Source) -> None:
    code, told = audit(f"http://127.0.0.1:{source.server_port}")
    assert (code, "0 with known weaknesses" in told) == (0, True)


def test_names_what_is_weak(source: Source) -> None:
    source.weak = "litestar"
    code, told = audit(f"http://127.0.0.1:{source.server_port}")
    assert (code, "PyPI litestar" in told) == (1, True)


def test_is_not_green_where_nobody_answers_or_not_to_every_question(source: Source) -> None:
    source.is_broken = True
    assert audit(f"http://127.0.0.1:{source.server_port}")[0] == 3
    code, told = audit("http://127.0.0.1:9")
    assert (code, told.startswith("not audited")) == (3, True)
