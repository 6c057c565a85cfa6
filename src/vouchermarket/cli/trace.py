"""`vouchermarket trace`: follow the money of one booking from the budget to the payout."""

from uuid import UUID

import click
import msgspec

from vouchermarket.cli.opening import on_database
from vouchermarket.identity import queries as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.kit.db import Database
from vouchermarket.kit.money import yuan
from vouchermarket.reporting.queries import trace


@click.command(name="trace")
@click.argument("booking", type=click.UUID)
@click.option("--bureau", default="", help="The bureau's code, where there are several.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def command(booking: UUID, bureau: str, as_json: bool) -> None:
    """Every station of a booking's money: who, when, which document, how much."""
    steps = on_database(lambda database: _steps(database, booking, bureau))
    if as_json:
        click.echo(msgspec.json.encode(steps).decode())
    elif steps:
        show(steps)
    else:
        click.echo("no money has moved for this booking")


async def _steps(database: Database, booking: UUID, code: str) -> list[trace.Step]:
    async with database.registry() as session:
        bureaus = await identity.bureaus(session)
    for bureau in bureaus:
        if code in {"", bureau.code}:
            async with database.transaction(bureau.id) as session:
                if await trace.is_known(session, bureau.id, booking):
                    return await trace.of_booking(session, bureau.id, booking)
    raise identity_rules.NotFound


def show(steps: list[trace.Step]) -> None:
    """Print the stations, two lines each."""
    for step in steps:
        who = step.actor or "by schedule"
        click.echo(f"  {step.at:%Y-%m-%d %H:%M}Z  {step.code:<12}{yuan(step.amount_fen):>14}  {who}")
        click.echo(f"    {step.source} -> {step.target}  ({step.event} {step.document_id})")
