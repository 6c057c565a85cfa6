"""What the demo prints: the line in fen at each station, the invariants, and one fen on its way."""

import click
import msgspec

from vouchermarket.cli.demo.year import Year
from vouchermarket.cli.ledger import Checked, check_bureau
from vouchermarket.cli.ledger import show as show_checked
from vouchermarket.cli.trace import show as show_trace
from vouchermarket.kit.db import Database
from vouchermarket.kit.money import decimal_text, yuan
from vouchermarket.reporting.queries import line, trace


class Figures(msgspec.Struct, frozen=True):
    """Everything a demo year left, as read from the database."""

    teachers: int
    choices: dict[str, int]
    money: line.MoneyLine
    counts: line.Counts
    checked: Checked
    steps: list[trace.Step]

    @property
    def broken(self) -> int:
        """How many invariants do not hold."""
        return sum(1 for finding in self.checked.findings if finding.broken)

    @property
    def is_sound(self) -> bool:
        """The equation holds to the fen and no invariant is broken."""
        return self.money.balanced and not self.broken


async def figures(database: Database, lived: Year) -> Figures:
    """Read what the year left."""
    bureau = lived.city.bureau
    checked = await check_bureau(database, bureau)
    async with database.transaction(bureau.id) as session:
        money = await line.money_line(session, bureau.id)
        counts = await line.counts(session, bureau.id)
        paid = await trace.first_paid_booking(session, bureau.id)
        steps = await trace.of_booking(session, bureau.id, paid) if paid else []
    return Figures(len(lived.city.teachers), dict(lived.choices), money, counts, checked, steps)


def show(found: Figures, *, as_json: bool, seconds: int) -> None:
    """Print it, for people or as one JSON document."""
    if as_json:
        click.echo(msgspec.json.encode(as_document(found)).decode())
        return
    money = found.money
    click.echo(f"\n{found.teachers} teachers, one school year, {seconds} s\n")
    for name, amount in msgspec.structs.asdict(money).items():
        click.echo(f"  {name.removesuffix('_fen'):<14}{amount:>16,} fen {yuan(amount):>18}")
    left, right = (
        money.appropriated_fen + money.copaid_fen,
        "to the fen" if money.balanced else "NOT BALANCED",
    )
    click.echo(f"\n  appropriated + copaid = {left:,} fen = where it all is: {right}\n")
    for name, number in as_counts(found.counts).items():
        click.echo(f"  {name:<16}{number:>10}")
    click.echo("\nWhat choosing met with:")
    for code, times in sorted(found.choices.items(), key=lambda pair: -pair[1]):
        click.echo(f"  {code:<28}{times:>8,}")
    click.echo("\nOne booking's money, from the budget to the payout:")
    show_trace(found.steps)
    click.echo()
    show_checked(found.checked)


def as_counts(counts: line.Counts) -> dict[str, int | str]:
    """The counts as the outside reads them: credits as a decimal text."""
    return {
        "bookings": counts.bookings,
        "cancelled": counts.cancelled,
        "completions": counts.completions,
        "credit_entries": counts.credit_entries,
        "credits": decimal_text(counts.credits_hundredths),
        "hours": decimal_text(counts.hours_hundredths),
        "statements": counts.statements,
        "payouts": counts.payouts,
    }


def as_document(found: Figures) -> dict[str, object]:
    """The keys of the house: balances at the end, sums over time, counts, invariants."""
    return {
        **msgspec.structs.asdict(found.money),
        **as_counts(found.counts),
        "teachers": found.teachers,
        "choices": found.choices,
        "balanced": found.money.balanced,
        "invariants_failed": found.broken,
        "trace": found.steps,
    }
