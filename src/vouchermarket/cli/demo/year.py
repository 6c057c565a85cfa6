"""One school year of the pilot, from the pack's approval to the lapse of the funds, step by step."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from vouchermarket.cli.demo import choosing, city, learning, market, money
from vouchermarket.cli.demo.choosing import Tick
from vouchermarket.cli.demo.city import City, at
from vouchermarket.cli.demo.market import Shelf
from vouchermarket.jobs.sweeps import confirm_by_silence, relay_deliveries, send_payouts
from vouchermarket.kit.db import Database
from vouchermarket.policies import operations as policies


class Year(msgspec.Struct):
    """What a year left behind: the city, its shelf, and how choosing went, by outcome."""

    city: City
    shelf: Shelf
    choices: Counter[str]


class Steps:
    """Progress on stderr: one bar a step."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<34}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=is_quiet,
        )

    @contextmanager
    def all(self) -> Generator[None]:
        """Show the bars while the year goes on."""
        with self._progress:
            yield

    def step(self, name: str, total: int) -> Tick:
        """A bar of its own; calling it says how many more are done."""
        task = self._progress.add_task(name, total=total)
        return lambda done: self._progress.update(task, advance=done)


async def live(
    database: Database, seeds: Path, code: str, teachers: int, year: int, *, is_quiet: bool = False
) -> Year:
    """Run the whole year through the operations; nothing is put into a table beside them."""
    steps = Steps(is_quiet=is_quiet)
    with steps.all():
        tick = steps.step("roster", 1)
        invented = await city.build(database, seeds, code, teachers, year)
        tick(1)
        shelf = await _prepare(database, invented, seeds, year, steps)
        lived = Year(invented, shelf, Counter())
        spring, autumn = date(year, 4, 5), date(year, 9, 6)
        await _term(database, lived, steps, f"{year}-1", spring)
        await _term(database, lived, steps, f"{year}-2", autumn)
        await money.close_year(database, invented, year)
    return lived


async def _prepare(database: Database, invented: City, seeds: Path, year: int, steps: Steps) -> Shelf:
    tick = steps.step("policy, budget, issuance, shelf", 4)
    now = at(date(year, 2, 26))
    content = (seeds / "pack.toml").read_text(encoding="utf-8")
    async with database.transaction(invented.bureau.id) as session:
        version = await policies.propose(session, invented.officers["budget01"], content, now=now)
        await policies.decide(session, invented.officers["budget02"], version, approve=True, now=now)
    tick(1)
    await money.appropriate_and_issue(database, invented, year)
    tick(1)
    await market.accredit(database, invented, year)
    tick(1)
    shelf = await market.file_courses(database, invented, seeds, year)
    tick(1)
    return shelf


async def _term(database: Database, lived: Year, steps: Steps, term: str, first_on: date) -> None:
    """Open, choose, hold, confirm, verify, review, settle, pay: one term."""
    invented, people = lived.city, len(lived.city.teachers)
    opens_at = at(first_on - timedelta(days=20))
    before = len(lived.shelf.offers)
    await market.open_runs(database, invented, lived.shelf, first_on, opens_at)
    offers = lived.shelf.offers[before:]
    told = await choosing.choose(
        database, invented, offers, opens_at + timedelta(hours=1), steps.step(f"{term} choosing", people)
    )
    told += await choosing.send(
        database,
        invented,
        offers,
        opens_at + timedelta(days=1),
        steps.step(f"{term} sending", len(invented.schools)),
    )
    lived.choices += told
    await learning.teach(database, invented, offers, steps.step(f"{term} meetings", len(offers)))
    ended_at = max(offer.ends_at for offer in offers) + timedelta(days=1)
    await learning.confirm(database, invented, ended_at, steps.step(f"{term} confirming", people))
    silent_until = ended_at + timedelta(days=8)
    await confirm_by_silence(database, invented.bureau, silent_until)
    seats = told["booked"] - told["given_back"]
    await learning.verify(database, invented, silent_until, steps.step(f"{term} verifying", seats))
    await relay_deliveries(database, invented.bureau, silent_until)
    await learning.register_school_based(
        database,
        invented,
        silent_until.date(),
        term,
        silent_until,
        steps.step(f"{term} school-based", len(invented.schools)),
    )
    await learning.review(
        database, invented, silent_until + timedelta(days=2), steps.step(f"{term} reviewing", seats + people)
    )
    await _settle(database, lived, steps, term, first_on, silent_until.date() + timedelta(days=3))


async def _settle(
    database: Database, lived: Year, steps: Steps, term: str, from_on: date, to_on: date
) -> None:
    """Statements of the term: one completion is revoked before its statement is settled, one after."""
    tick = steps.step(f"{term} settling and paying", 4)
    drawn = await money.draw_up(database, lived.city, from_on, to_on, at(to_on))
    tick(1)
    await money.revoke(database, lived.city, drawn[0], at(to_on, 10))
    await money.settle(database, lived.city, drawn, at(to_on + timedelta(days=1)))
    tick(1)
    await money.pay(database, lived.city, drawn, at(to_on + timedelta(days=2)))
    await send_payouts(database, lived.city.bureau, at(to_on + timedelta(days=3)))
    tick(1)
    await money.revoke(database, lived.city, drawn[1], at(to_on + timedelta(days=6)))
    tick(1)
