"""`vouchermarket policy`: check, show, evaluate, school, funding. Reads files only, never a database.

Exit 0 whatever a verdict says; 2 for input that cannot be read, one line per fault with its path (S16).
"""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click

from vouchermarket.policies import packs, rules
from vouchermarket.policies.packs import reading
from vouchermarket.policies.packs import shown as pack_shown
from vouchermarket.policies.structs import Budget, Roll, Transcript

FOLDER = click.argument("folder", type=click.Path(path_type=Path))
FILE = click.argument("file", type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
LANGUAGE = click.option(
    "--language", type=click.Choice(["zh", "en"]), default="en", show_default=True, help="Of the texts."
)


class CivilDay(click.ParamType):
    """A day written YYYY-MM-DD, within what packs and facts may name."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!a} is no day written YYYY-MM-DD", param, ctx)
        if len(value) != len("2014-12-31") or not reading.FIRST_DAY <= day <= reading.LAST_DAY:
            self.fail(f"{value!a} is no day between {reading.FIRST_DAY} and {reading.LAST_DAY}", param, ctx)
        return day


YEAR = click.option(
    "--year", type=click.IntRange(reading.FIRST_DAY.year, reading.LAST_DAY.year), required=True
)


@click.group()
def command() -> None:
    """Read a bureau's policy pack and judge by it. Files only."""


@command.command()
@FOLDER
@click.option("--source", type=click.Path(path_type=Path), help="The document, or a folder of .txt files.")
@AS_JSON
def check(folder: Path, source: Path | None, as_json: bool) -> None:
    """Decode a pack, its citations and references; with --source, find every quote in the document."""
    with _faults(folder):
        found = packs.check(folder, source)
    if as_json:
        code = found.pack.header.code
        _print({"pack": code, "rows": found.rows, "rules": found.rules, "source": found.source})
        return
    quotes = f", every quote found in {found.source}" if found.source else ""
    click.echo(f"{found.pack.header.code}: {found.rows} rows, {found.rules} rules cited, no fault{quotes}")


@command.command()
@FOLDER
@click.option("--table", type=click.Choice(["credit"]), help="Render the document's table back.")
@AS_JSON
def show(folder: Path, table: str | None, as_json: bool) -> None:
    """List every row with its rule, or render a table of the document, tab-separated."""
    with _faults(folder):
        pack = packs.load(folder)
    if table is not None:
        cells = pack_shown.credit_table(pack)
        if as_json:
            _print(cells)
        else:
            click.echo("\n".join("\t".join(row) for row in cells))
        return
    listed = pack_shown.listing(pack)
    if as_json:
        _print({"pack": pack.header.code, "document": pack.header.document, "rows": listed})
        return
    click.echo(f"{pack.header.code}  {pack.header.bureau}  {pack.header.document}")
    for row in listed:
        fields = json.dumps(row["fields"], ensure_ascii=False)
        aside = f"  sets aside {row['sets_aside']['rule']}" if row["sets_aside"] else ""
        click.echo(f"{row['rule'] or 'open'}\t{row['path']}\t{fields}\t{row['quote'] or row['open']}{aside}")


@command.command()
@FOLDER
@FILE
@click.option("--as-of", type=CivilDay(), required=True, help="The day of judging.")
@LANGUAGE
@AS_JSON
def evaluate(folder: Path, file: Path, as_of: date, language: str, as_json: bool) -> None:
    """Judge a person (teacher.json): years, cycles, duties, graduation."""
    with _faults(folder):
        pack = packs.load(folder)
    with _faults(file):
        facts = packs.read_facts(file, Transcript)
        verdict = rules.shown.evaluation(rules.evaluate(pack, facts.person, facts.entries, as_of), language)
    if as_json:
        _print(verdict)
        return
    click.echo(
        f"{verdict['person']} as of {verdict['as_of']}: may graduate: {_word(verdict['may_graduate'])}"
    )
    for row in verdict["years"]:
        click.echo(_line(str(row["year"]), row))
    for cycle in verdict["cycles"]:
        click.echo(_line(cycle["code"], cycle))
        for row in cycle["mandatory"]:
            click.echo(_line(f"  {row['code']}", row))
    for row in verdict["obligations"]:
        click.echo(_line(f"{row['code']} ({row['unit']})", row))
    for row in verdict["entries"]:
        if row["why"]:
            click.echo(f"entry {row['index']}: counts {row['counted']}, {row['why']}")
    for row in verdict["findings"]:
        click.echo(f"[{row['rule'] or 'open'}] {row['text']}; {row['remedy']}")


@command.command()
@FOLDER
@FILE
@YEAR
@LANGUAGE
@AS_JSON
def school(folder: Path, file: Path, year: int, language: str, as_json: bool) -> None:
    """Judge a school's year (school.json): how many missed, and what follows."""
    with _faults(folder):
        pack = packs.load(folder)
    with _faults(file):
        verdict = rules.shown.school(rules.school(pack, packs.read_facts(file, Roll), year), language)
    if as_json:
        _print(verdict)
        return
    click.echo(f"[{verdict['rule'] or 'open'}] {verdict['text']}")
    click.echo(f"triggered: {_word(verdict['triggered'])}")
    for sanction in verdict["sanctions"]:
        click.echo(f"  {sanction}")


@command.command()
@FOLDER
@FILE
@LANGUAGE
@AS_JSON
def funding(folder: Path, file: Path, language: str, as_json: bool) -> None:
    """Judge a budget (budget.json): shares, sums, purposes."""
    with _faults(folder):
        pack = packs.load(folder)
    with _faults(file):
        verdict = rules.shown.funding(rules.funding(pack, packs.read_facts(file, Budget)), language)
    if as_json:
        _print(verdict)
        return
    for row in verdict["findings"]:
        click.echo(f"[{row['rule'] or 'open'}] {row['verdict']}: {row['text']}")


@contextmanager
def _faults(path: Path) -> Generator[None, None, None]:
    # Faults found while judging carry no file yet; those of reading do.
    try:
        yield
    except rules.PackNotReadable as refusal:
        _refuse(refusal.faults)
    except rules.FactsNotReadable as refusal:
        named = (fault if fault.startswith(f"{path}: ") else f"{path}: {fault}" for fault in refusal.faults)
        _refuse(tuple(named))


def _refuse(faults: tuple[str, ...]) -> None:
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(2)


def _print(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n", nl=False)


def _line(name: str, row: dict[str, Any]) -> str:
    open_still = "" if row.get("closed", True) else ", not closed yet"
    exempted = ", exempted" if row.get("exempted") else ""
    met = f"{_word(row['met'])}{open_still}{exempted}"
    return f"{name}: {row['counted']} of {row['at_least'] or '-'}, met: {met} [{row['rule'] or 'open'}]"


def _word(verdict: bool | None) -> str:
    return {True: "yes", False: "no", None: "not judged"}[verdict]
