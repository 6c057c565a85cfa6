"""Rosters in from Excel or CSV: looked at with every fault, then applied or left to a worker; rosters out."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from vouchermarket.identity.operations import exports as roster_out
from vouchermarket.identity.operations import imports as roster
from vouchermarket.identity.rules import NotFound, sheets
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import files, tabular
from vouchermarket.kit.db import Session
from vouchermarket.kit.files import FileKind, NewFile
from vouchermarket.kit.refusal import Refusal
from vouchermarket.kit.tabular import ExportPersonal, ImportFile, OnFault, Preview
from vouchermarket.tasks import operations as tasks
from vouchermarket.web import given
from vouchermarket.web.api.imports import saved
from vouchermarket.web.fields import Id
from vouchermarket.web.pages.acting import act, said, told
from vouchermarket.web.pages.forms import Form, faults_of
from vouchermarket.web.pages.sent_files import TAKES_A_FILE, content_sent
from vouchermarket.web.pages.turn import Turn, Typed, refused

CHANGES_SHOWN = 50


@get("/admin/imports", verb="change_roster")
async def choose(turn: given.Turn) -> Response[str]:
    """Which roster, and its file; what its columns are."""
    return await _choosing(turn, None)


@post("/admin/imports/{table:str}", verb="change_roster", **TAKES_A_FILE)
async def send_in(turn: given.Turn, table: FromPath[str]) -> Response[Any]:
    """Keep the file; what is in it is looked at on the page it leads to."""

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _choosing(turn, refusal, _known(table))

    try:
        name, content = await content_sent(turn)
    except Refusal as refusal:
        return await again(await turn.typed(), refusal)
    new, onward = NewFile(FileKind.IMPORT, name, content), f"/admin/imports/{_known(table)}/{{}}".format
    return await act(turn, _keep, new, then=onward, again=again, done="file_kept")


@get("/admin/imports/{table:str}/{file_id:uuid}", verb="change_roster")
async def look(turn: given.Turn, table: FromPath[str], file_id: Id) -> Response[str]:
    """What importing the file would add and change, and every fault by row and column; nothing is written."""
    return await _look(turn, _known(table), file_id, None)


@post("/admin/imports/{table:str}/{file_id:uuid}", verb="change_roster")
async def apply(turn: given.Turn, table: FromPath[str], file_id: Id) -> Response[Any]:
    """Import it at once: all of it, or the rows without fault."""
    typed = await turn.typed()

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _look(turn, _known(table), file_id, refusal)

    try:
        sheet = await _sheet(turn, file_id)
    except Refusal as refusal:
        return await again(typed, refusal)
    onward = "/admin/people" if table == sheets.PEOPLE.name else "/admin/bodies"
    how = (_known(table), sheet, _on_fault(typed))
    return await act(turn, _bring, *how, typed=typed, then=onward, again=again, done="imported")


@post("/admin/imports/{table:str}/{file_id:uuid}/task", verb="change_roster")
async def enqueue(turn: given.Turn, table: FromPath[str], file_id: Id) -> Response[Any]:
    """Leave it to a worker, and watch how far it is."""
    typed = await turn.typed()

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _look(turn, _known(table), file_id, refusal)

    what = (f"import_{_known(table)}", ImportFile(file_id, _on_fault(typed)))
    onward = "/tasks/{}".format
    return await act(turn, tasks.enqueue, *what, typed=typed, then=onward, again=again, done="task_asked")


@get("/admin/people/export", verb="export_people")
async def before_exporting(turn: given.Turn) -> Response[str]:
    """Names in full leave only with a reason, which is kept."""
    return await _exporting(turn, None, None)


@post("/admin/people/export", verb="export_people", status_code=200)
async def export_people(turn: given.Turn) -> Response[Any]:
    """Everybody as the import reads them back."""
    typed = await turn.typed()
    try:
        command: ExportPersonal = _export_form(turn).read(typed)
        async with turn.reading() as session:
            made = await roster_out.export_people(session, turn.actor, command, now=turn.now)
    except Refusal as refusal:
        return await _exporting(turn, typed, refusal)
    return saved(made.content, "people", command.format)


async def _keep(session: Session, actor: Actor, new: NewFile, *, now: datetime) -> UUID:
    return (await files.store(session, actor.bureau_id, new, made_by=actor.person_id, now=now)).id


async def _bring(
    session: Session, actor: Actor, table: str, sheet: tabular.Sheet, on_fault: OnFault, *, now: datetime
) -> dict[str, int]:
    found = await roster.bring(session, actor, table, sheet, on_fault=on_fault, now=now)
    tabular.refuse_faulty(found, on_fault)
    return {"changes": len(found.changes), "unchanged": found.unchanged}


def _known(table: str) -> str:
    if table not in sheets.TABLES:
        raise NotFound
    return table


def _on_fault(typed: Typed) -> OnFault:
    return OnFault.OTHERS if typed.one("on_fault") == OnFault.OTHERS.value else OnFault.NONE


async def _sheet(turn: Turn, file_id: Id) -> tabular.Sheet:
    """The table in one's own file. Refuses `NotFound` for another's, and what cannot be read."""
    async with turn.reading() as session:
        if await files.find(session, turn.bureau.id, file_id, turn.actor.person_id) is None:
            raise NotFound
        content = b"".join([part async for part in files.read(session, turn.bureau.id, file_id)])
    # Beside the event loop: a large workbook takes a while.
    return await asyncio.to_thread(tabular.read, content)


async def _look(turn: Turn, table: str, file_id: Id, refusal: Refusal | None) -> Response[str]:
    try:
        sheet = await _sheet(turn, file_id)
        async with turn.reading() as session:
            found = await roster.look(session, turn.actor, table, sheet, now=turn.now)
    except NotFound:
        raise
    except Refusal as why:
        return await refused(turn, why, "/admin/imports")
    preview: Preview = tabular.preview(table, sheet.encoding, found)
    return await turn.show(
        "admin/preview.html",
        preview=preview,
        changes=preview.changes[:CHANGES_SHOWN],
        file_id=file_id,
        heading=_heading(found.faults),
        **told(refusal),
    )


def _heading(faults: Sequence[tabular.Fault]) -> bool:
    """Is it the heading that is wrong? Then no row can come in."""
    return any(tabular.is_of_heading(one) for one in faults)


async def _choosing(turn: Turn, refusal: Refusal | None, table: str = "") -> Response[str]:
    return await turn.show(
        "admin/imports.html",
        tables=sheets.TABLES,
        chosen=table,
        faults=faults_of(refusal),
        **told(refusal),
    )


def _export_form(turn: Turn) -> Form:
    formats = [("csv", "CSV"), ("xlsx", "Excel")]
    return Form(ExportPersonal, turn.say, turn.bureau.time_zone, options={"format": formats})


async def _exporting(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    return await turn.show("admin/export.html", **said(_export_form(turn), typed, refusal))


ROUTES = (choose, send_in, look, apply, enqueue, before_exporting, export_people)
