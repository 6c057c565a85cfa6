"""A city that has lived for some weeks, on a server of its own, and who may knock at which of its doors."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

import factories
from vouchermarket.app import create_app
from vouchermarket.cli.opening import opened
from vouchermarket.identity import queries
from vouchermarket.identity.rules import matrix
from vouchermarket.kit import embedded, schema
from vouchermarket.settings import Settings
from web.lives import BODIES, KINDS, TODAY, Life
from web.routes import Description, describe, desks

PATIENCE_SECONDS = 40


async def build(url: str) -> dict[str, Any]:
    """Let a city live on this database; gives what the hooks have to know of it, as JSON takes it."""
    async with opened(url) as database:
        city = await factories.make_city(database, await factories.make_bureau(database))
        life = await Life(database, city).live()
        people = desks(city)
        bearers = {desk: await life.bearer(actor) for desk, actor in people.items()}
        guest = city.teacher(3, "school_b")
        guests = await life.bearer(guest)
        keepers = {str(actor.person_id) for actor in [*people.values(), guest]}
        app = create_app(Settings(database_url=url, data_dir=Path(), seeds_dir=Path()))
        description = await describe(app)
        await app.state.database.close()
        async with database.transaction(city.bureau_id) as session:
            tokens = await queries.tokens_of(session, city.bureau_id, guest.person_id)
        spare = [str(city.teacher(which, "school_c").person_id) for which in range(4)]
        return {
            "bearers": bearers,
            "guest": guests,
            "keepers": sorted(keepers),
            "spare": spare,
            "kept": [str(one.id) for one in tokens] + [str(each) for each in life.ids["appointment"]],
            "verbs": _verbs(description),
            "ids": _ids(life) | {"person_id": spare + [str(city.teacher(n).person_id) for n in range(4)]},
        }


def _verbs(description: Description) -> dict[str, list[str]]:
    """The desks of each route: `POST /courses` → `["provider"]`."""
    return {
        str(route): sorted(matrix()[route.verb]) for route in description.routes if route.verb is not None
    }


def _ids(life: Life) -> dict[str, list[str]]:
    """What stands in this city for each name of a place in a request."""
    places = {place: life.ids[kind] for place, kind in KINDS.items() if kind in life.ids}
    places |= {place: [life.city.bodies[body]] for place, body in BODIES.items()}
    # Real ones of these are those that sign the requests, and stay as they are.
    del places["token_id"], places["appointment_id"]
    return {place: [str(each) for each in found] for place, found in places.items()}


@contextmanager
def database() -> Generator[str]:
    """`DATABASE_URL` where it is set, else an embedded server in a folder of its own."""
    told = os.environ.get("DATABASE_URL")
    if told:
        schema.upgrade(os.environ["DATABASE_OWNER_URL"])
        yield told
        return
    folder = Path(tempfile.mkdtemp(prefix="vouchermarket-fuzz-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        cluster = embedded.start(folder, durable=False)
        schema.upgrade(cluster.owner_url)
        yield cluster.url
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def served(url: str, folder: Path) -> Generator[str]:
    """`vouchermarket serve` in the city's own May; gives its address. Its log stays in `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = {
        "DATABASE_URL": url,
        "DATABASE_OWNER_URL": os.environ.get("DATABASE_OWNER_URL", url),
        "VOUCHERMARKET_PORT": str(port),
        "VOUCHERMARKET_DATA_DIR": str(folder),
        "VOUCHERMARKET_CLOCK_OFFSET_SECONDS": str(int((TODAY - datetime.now(UTC)).total_seconds())),
    }
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "vouchermarket.cli", "serve"],
            env=os.environ | told,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if httpx.get(f"{address}/health/ready", trust_env=False).status_code == 204:
                return
        except httpx.TransportError:
            pass
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the server does not answer")
        time.sleep(0.1)


def written(city: dict[str, Any], folder: Path) -> Path:
    """The city as the file that the hooks read."""
    path = folder / "city.json"
    path.write_text(json.dumps(city), encoding="utf-8")
    return path
