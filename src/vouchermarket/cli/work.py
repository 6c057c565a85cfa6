"""`vouchermarket work`: the schedule and its sweeps, beside the web."""

import asyncio
import signal
from datetime import timedelta

import click

from vouchermarket.app import safe_for_production
from vouchermarket.cli.opening import addresses, opened
from vouchermarket.jobs import imports, tasks
from vouchermarket.jobs.leader import Leader
from vouchermarket.jobs.letters import jobs_by_mail
from vouchermarket.jobs.schedule import Schedule
from vouchermarket.jobs.sweeps import jobs_through, ways_out
from vouchermarket.jobs.tasks import Hands
from vouchermarket.kit.clock import Clock, shifted_clock
from vouchermarket.settings import Settings, from_environment


@click.command(name="work")
def command() -> None:
    """Run the schedule and carry out tasks: any number of these may run, exactly one leads the schedule.

    Expiry, confirmation by silence, payouts, deliveries, letters, the nightly check of the books; every one
    of them carries out tasks, two at a time. SIGTERM ends it.
    """
    settings = from_environment()
    safe_for_production(settings)
    with addresses(settings) as found:
        asyncio.run(_work(found.url, settings))


async def _work(url: str, settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    letters = jobs_by_mail(settings)
    async with opened(url) as database, ways_out(settings) as ways:
        schedule = Schedule(database, (*jobs_through(ways), *letters), _clock(settings))
        dsn = url.replace("postgresql+psycopg://", "postgresql://", 1)
        kinds = {**tasks.KINDS, **imports.KINDS}
        leader, hands = Leader(dsn, schedule.begin, schedule.end), Hands(database, _clock(settings), kinds)
        await asyncio.gather(leader.campaign(stop), hands.work(stop))


def _clock(settings: Settings) -> Clock:
    return shifted_clock(timedelta(seconds=settings.clock_offset_seconds))
