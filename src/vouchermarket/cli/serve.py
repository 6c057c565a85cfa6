"""`vouchermarket serve`: HTTP, and with `--demo` an invented city and one worker beside it."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

import click
import msgspec
from granian import Granian
from granian.constants import Interfaces
from litestar import Litestar

from vouchermarket.app import PRODUCTION, create_app, refuse_privileged, safe_for_production
from vouchermarket.cli.opening import addresses, opened
from vouchermarket.kit import schema
from vouchermarket.kit.clock import shifted_clock
from vouchermarket.settings import Settings, from_environment, hand_down

GRACE_SECONDS = 10
DEMO_PACK = "zhuzhou-2014"
# Two teachers of direct schools, and one of each desk that has something to do.
DEMO_PEOPLE = ("teacher00001", "teacher00002", "university101", "centre03", "finance01", "inspector01")


@click.command(name="serve")
@click.option("--demo", "is_demo", is_flag=True, help="Invent a city first, and run one worker beside it.")
@click.option(
    "--teachers", default=200, show_default=True, type=click.IntRange(50, 100_000), help="Of the demo."
)
def command(is_demo: bool, teachers: int) -> None:
    """Serve on VOUCHERMARKET_HOST and _PORT (127.0.0.1:8000). SIGTERM or Ctrl-C ends it and what it began."""
    # Until the server listens for itself, a SIGTERM must still close what has been opened.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    settings = from_environment()
    safe_for_production(settings)  # as it was told: below, an embedded server has an address too
    with addresses(settings) as found:
        schema.upgrade(found.owner_url)
        ready = msgspec.structs.replace(settings, database_url=found.url, database_owner_url="")
        if is_demo:
            ready = _with_demo(ready, teachers)
        create_app(ready)  # what is wrong with it shows here, before any worker is begun
        if settings.mode == PRODUCTION:
            asyncio.run(_on_its_role(ready))
        hand_down(ready)
        with _worker(is_demo):
            _serve(ready)


async def _on_its_role(settings: Settings) -> None:
    async with opened(settings.database_url) as database:
        await refuse_privileged(database)


def application() -> Litestar:
    """What each worker process runs: the application of its environment."""
    return create_app(from_environment())


def _serve(settings: Settings) -> None:
    click.echo(f"serving on http://{settings.host}:{settings.port}, the API's page at /schema", err=True)
    Granian(
        "vouchermarket.cli.serve:application",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        # Without it one dead worker ends the whole server.
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
        websockets=False,
        log_enabled=False,
    ).serve()


def _with_demo(settings: Settings, teachers: int) -> Settings:
    """Load the city if it is not there, say who may come in, and let the clock tell the city's time."""
    from vouchermarket.cli.demo.loading import DemoClock, load, tokens

    async def loaded() -> tuple[DemoClock, dict[str, str]]:
        async with opened(settings.database_url) as database:
            clock = await load(database, settings.seeds_dir / DEMO_PACK, settings.data_dir, teachers)
            offset = timedelta(seconds=clock.offset_seconds)
            return clock, await tokens(database, shifted_clock(offset), *DEMO_PEOPLE)

    clock, issued = asyncio.run(loaded())
    click.echo("\nBearer tokens of the demo city (Authorization: Bearer …):")
    for code, token in issued.items():
        click.echo(f"  {code:<14} {token}")
    today = shifted_clock(timedelta(seconds=clock.offset_seconds))().date()
    click.echo(f"The city's calendar says {today}.\n")
    return msgspec.structs.replace(settings, clock_offset_seconds=clock.offset_seconds, demo_entrance=True)


@contextmanager
def _worker(is_wanted: bool) -> Generator[None]:
    """One `vouchermarket work` beside the server; it ends with it."""
    if not is_wanted:
        yield
        return
    process = subprocess.Popen([sys.executable, "-m", "vouchermarket.cli", "work"])
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
