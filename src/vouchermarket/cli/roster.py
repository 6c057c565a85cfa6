"""`vouchermarket roster`: check, apply, export. Exit 2 with one line a fault where a file has any."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar
from uuid import UUID

import click
import msgspec

from vouchermarket.cli.opening import on_database
from vouchermarket.completion.operations import imports as completions
from vouchermarket.identity import queries
from vouchermarket.identity.operations import exports as people
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor
from vouchermarket.jobs.imports import WAYS, Way
from vouchermarket.kit import tabular
from vouchermarket.kit.clock import civil_day, system_clock
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import RunId
from vouchermarket.kit.tabular import Format

Result = TypeVar("Result")
# Out of the database into a file: its content, and how many rows it has.
Out = Callable[[Session, Actor], Awaitable[tuple[bytes, int]]]
FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
COMPLETIONS = "completions"
BUREAU = click.option("--bureau", required=True, help="The code of the bureau.")
BY = click.option("--by", required=True, help="The code of the person in whose name it is done.")
TABLE = click.option(
    "--table", type=click.Choice([*WAYS, COMPLETIONS]), default="people", show_default=True, help="Of what."
)
RUN = click.option("--run", type=click.UUID, help="The id of the run, for completions.")
ON_FAULT = click.option(
    "--on-fault",
    type=click.Choice([one.value for one in tabular.OnFault]),
    default=tabular.OnFault.NONE.value,
    show_default=True,
    help="What of a file with faults is imported.",
)


@click.group(name="roster")
def command() -> None:
    """Bodies, people, courses, runs and completions, from and to CSV and Excel files."""


@command.command()
@FILE
@BUREAU
@BY
@TABLE
@RUN
def check(file: Path, bureau: str, by: str, table: str, run: UUID | None) -> None:
    """Tell what importing FILE would do, and what is wrong with it; change nothing."""
    (way, of), sheet = _way(table, run), _read(file)

    async def looked_at(session: Session, actor: Actor) -> tabular.Preview:
        found = await way.look(session, actor, of, sheet, now=system_clock())
        return tabular.preview(table, sheet.encoding, found)

    found = _as_person(bureau, by, looked_at)
    if found.faulty:
        _refuse(found.faults, found.faulty)
    _show(found)


@command.command()
@FILE
@BUREAU
@BY
@TABLE
@RUN
@ON_FAULT
def apply(file: Path, bureau: str, by: str, table: str, run: UUID | None, on_fault: str) -> None:
    """Import FILE: every row of it or none, or with --on-fault others every row without fault."""
    (way, of), sheet, of_faulty = _way(table, run), _read(file), tabular.OnFault(on_fault)

    async def imported(session: Session, actor: Actor) -> tabular.Preview:
        found = await way.bring(session, actor, of, sheet, on_fault=of_faulty, now=system_clock())
        tabular.refuse_faulty(found, of_faulty)
        return tabular.preview(table, sheet.encoding, found)

    try:
        found = _as_person(bureau, by, imported)
    except tabular.ImportFaulty as refusal:
        _refuse(refusal.facts["faults"], refusal.facts["count"])
    _show(found)
    if found.faulty:
        _refuse(found.faults, found.faulty)


@command.command()
@FILE
@BUREAU
@BY
@TABLE
@RUN
@click.option("--reason", help="What for, where the table names people; it is kept in the audit trail.")
def export(file: Path, bureau: str, by: str, table: str, run: UUID | None, reason: str | None) -> None:
    """Write FILE as `apply` reads it: Excel where its name ends in .xlsx, else CSV."""
    (way, of), form = _way(table, run), Format.XLSX if file.suffix == ".xlsx" else Format.CSV
    out = _plain(way.rows, table, form) if way.rows else _named(of, _asked(reason, form))
    content, count = _as_person(bureau, by, out)
    file.write_bytes(content)
    click.echo(f"{count:,} rows")


def _plain(rows_of: Callable[..., Awaitable[list[list[tabular.Value]]]], table: str, form: Format) -> Out:
    async def made(session: Session, actor: Actor) -> tuple[bytes, int]:
        rows = await rows_of(session, actor, table, now=system_clock())
        return await tabular.written(rows, table, form), len(rows) - 1

    return made


def _named(of: str | UUID, asked: tabular.ExportPersonal) -> Out:
    async def made(session: Session, actor: Actor) -> tuple[bytes, int]:
        now = system_clock()
        if isinstance(of, UUID):
            sheet = await completions.export(session, actor, RunId(of), asked, now=now)
        else:
            sheet = await people.export_people(session, actor, asked, now=now)
        return sheet.content, sheet.facts["rows"]

    return made


def _asked(reason: str | None, form: Format) -> tabular.ExportPersonal:
    try:
        return msgspec.convert({"reason": reason, "format": form}, tabular.ExportPersonal)
    except msgspec.ValidationError as error:
        raise click.UsageError("a table that names people needs --reason, of one line") from error


def _way(table: str, run: UUID | None) -> tuple[Way, str | UUID]:
    """How a table comes in, and of what: the table's name, or the run whose sheet it is."""
    if table != COMPLETIONS:
        return WAYS[table], table
    if run is None:
        raise click.UsageError("--table completions needs --run")
    return Way(completions.look, completions.bring), run


def _read(file: Path) -> tabular.Sheet:
    # Looked at before it is read: a file of many megabytes never comes into memory.
    if file.stat().st_size > tabular.BYTES_MAX:
        raise tabular.TableTooLarge(what="bytes", at_most=tabular.BYTES_MAX)
    return tabular.read(file.read_bytes())


def _as_person(code: str, by: str, work: Callable[[Session, Actor], Awaitable[Result]]) -> Result:
    async def carried_out(database: Database) -> Result:
        async with database.registry() as registry:
            bureau = await queries.bureau_by_code(registry, code)
        if bureau is None:
            raise NotFound
        async with database.transaction(bureau.id) as session:
            ids = await queries.person_ids_by_code(session, bureau.id, [by])
            if by not in ids:
                raise NotFound
            today = civil_day(system_clock(), bureau.time_zone)
            return await work(session, await queries.actor(session, bureau.id, ids[by], today))

    return on_database(carried_out)


def _show(found: tabular.Preview) -> None:
    changes = found.added + found.changed
    told = f"{changes:,} changes: {found.added:,} added, {found.changed:,} changed"
    click.echo(f"{told}, {found.unchanged:,} as before (read as {found.encoding})")


def _refuse(faults: Sequence[tabular.Fault], count: int) -> NoReturn:
    for fault in faults:
        place = f"row {fault.row}, {fault.column}"
        click.echo(f"{place}: {fault.kind}: found {fault.found!r}, expected {fault.expected_en}", err=True)
    if count > len(faults):
        click.echo(f"and {count - len(faults):,} faults more", err=True)
    sys.exit(2)
