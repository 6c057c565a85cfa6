"""What nobody is asked for leaves its events too: the jobs of the schedule and the commands of a terminal."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import pytest
from sqlalchemy import select

from trust.kinds import COMMANDS, JOBS, fault_of
from vouchermarket.cli import cli
from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries
from vouchermarket.identity.structs import Leave
from vouchermarket.jobs import sweeps
from vouchermarket.jobs.letters import jobs_by_mail
from vouchermarket.kit.events import event
from vouchermarket.kit.ids import CompletionId
from vouchermarket.payments.gateways.stripe import StripeGateway
from vouchermarket.payments.structs import Gateway
from vouchermarket.settings import Secret
from vouchermarket.settlement import operations as settlement
from web.learning import DRAWN_UP, REPORTED, SETTLED, VERIFIED
from web.routes import none
from web.settings_of import settings
from world import World

DAY = timedelta(days=1)
LATER, NEXT_YEAR = SETTLED + 10 * DAY, datetime(2015, 2, 1, 1, tzinfo=UTC)
# Those that find something to do in a year without a fault, each at its time.
DUE = {
    "confirm_by_silence": REPORTED + 8 * DAY,
    "send_payouts": LATER,
    "freeze_vouchers_of_the_gone": LATER,
    "expire_vouchers": NEXT_YEAR,
    "check_books": NEXT_YEAR,
}


@pytest.fixture
async def schedule() -> AsyncIterator[dict[str, Any]]:
    """Every job there is, by its name: with mail, and with a gateway that shows its books."""
    mail = settings(smtp_url=Secret("smtp://127.0.0.1:1"), smtp_sender="a@b.cn", base_url="https://b.cn")
    stripe = StripeGateway("https://b.cn", Secret("sk_test_1"))
    ways = {**sweeps.GATEWAYS, Gateway.STRIPE: stripe}
    yield {job.name: job for job in (*sweeps.jobs_through(ways), *jobs_by_mail(mail))}
    await stripe.aclose()


def typed(command: click.Command, *names: str) -> list[str]:
    """Every command below this one, as it is typed."""
    if not isinstance(command, click.Group):
        return [" ".join(names)]
    context = click.Context(command)
    below = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
    return [each for name, one in below if one is not None for each in typed(one, *names, name)]


async def test_every_job_and_every_command_says_which_events_it_leaves(schedule: dict[str, Any]) -> None:
    assert set(JOBS) == set(schedule)
    assert set(COMMANDS) == set(typed(cli))


@pytest.mark.usefixtures("policy")
async def test_each_job_that_writes_leaves_its_events_whole(world: World, schedule: dict[str, Any]) -> None:
    completions = await _reported(world)
    async with world.open() as session:
        bureau = await queries.bureau(session, world.bureau_id)
    wrong = []
    for name, now in DUE.items():
        if name == "send_payouts":
            await _approved(world, completions)
        before = {row.id for row in await _events(world)}
        await schedule[name].sweep(world.database, bureau, now)
        rows = [row for row in await _events(world) if row.id not in before]
        if not rows or not {row.kind for row in rows} <= set(JOBS[name]):
            wrong.append(f"{name} leaves {sorted({row.kind for row in rows})}")
        wrong += [f"{name}: {fault}" for row in rows if (fault := fault_of(row))]
        wrong += [f"{name}: {row.kind} names somebody" for row in rows if row.actor_id is not None]
    none(wrong)


async def _reported(world: World) -> list[CompletionId]:
    """Two completions and nobody's word on them; a colleague leaves."""
    await world.issue()
    run_id = await world.open_run()
    seats = [await world.book(world.city.teacher(which), run_id) for which in range(2)]
    completions = await world.hold(run_id, dict.fromkeys(seats, 4))
    gone = Leave(person_id=world.city.teacher(3).person_id, gone_on=SETTLED.date(), reason="调离")
    async with world.open() as session:
        await identity.leave(session, world.city.officer("administrator"), gone, now=SETTLED)
    return list(completions.values())


async def _approved(world: World, completions: list[CompletionId]) -> None:
    """What silence has confirmed is verified and settled, and its payment approved."""
    await world.verify(completions, VERIFIED)
    statement_id = await world.draw_up(DRAWN_UP)
    await world.accept(statement_id, DRAWN_UP)
    await world.turn_keys(statement_id, SETTLED)
    async with world.open() as session:
        finance = world.city.officer("finance_office")
        await settlement.approve_payment(session, finance, statement_id, now=LATER)


async def _events(world: World) -> list[Any]:
    async with world.open() as session:
        found = select(event).where(event.c.bureau_id == world.bureau_id).order_by(event.c.id)
        return list(await session.execute(found))
