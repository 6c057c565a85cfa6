"""`vouchermarket ledger verify`: do the books hold?"""

import sys

import click
import msgspec

from vouchermarket.cli.opening import on_database
from vouchermarket.identity import queries as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Bureau
from vouchermarket.kit.db import Database
from vouchermarket.reporting.queries import invariants


class Checked(msgspec.Struct, frozen=True):
    """The twelve findings of one bureau."""

    bureau: str
    name: str
    unsealed_events: int
    findings: list[invariants.Finding]


@click.group(name="ledger")
def command() -> None:
    """The books."""


async def check_bureaus(database: Database, code: str = "") -> list[Checked]:
    """All invariants of every bureau, or of the one with this code. Refuses `NotFound`."""
    async with database.registry() as session:
        bureaus = [one for one in await identity.bureaus(session) if code in {"", one.code}]
    if code and not bureaus:
        raise identity_rules.NotFound
    return [await check_bureau(database, bureau) for bureau in bureaus]


async def check_bureau(database: Database, bureau: Bureau) -> Checked:
    """All invariants of one bureau. Each is one statement, so it sees one moment whoever writes meanwhile."""
    async with database.transaction(bureau.id) as session:
        findings = await invariants.check(session, bureau.id)
        unsealed = await invariants.unsealed(session, bureau.id)
    return Checked(bureau.code, bureau.name, unsealed, findings)


def show(checked: Checked) -> None:
    """Print the findings of one bureau, one a line."""
    click.echo(f"{checked.name} ({checked.bureau})")
    for finding in checked.findings:
        mark = click.style("ok    ", fg="green") if not finding.broken else click.style("BROKEN", fg="red")
        click.echo(
            f"  {finding.code:<4}{mark} {finding.checked:>9,} checked {finding.broken:>6,} broken  ", nl=False
        )
        click.echo(finding.promise)
    click.echo(f"  {checked.unsealed_events:,} events not sealed yet")


@command.command()
@click.option("--bureau", default="", help="The code of one bureau, instead of all of them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def verify(bureau: str, as_json: bool) -> None:
    """Run I1 to I12 on every bureau; exit 1 if any fails."""
    found = on_database(lambda database: check_bureaus(database, bureau))
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        for checked in found:
            show(checked)
        if not found:
            click.echo("no bureau yet: nothing to check")
    broken = sum(finding.broken for checked in found for finding in checked.findings)
    sys.exit(1 if broken else 0)
