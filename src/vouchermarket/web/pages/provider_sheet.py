"""A run's sheet in Excel or CSV: sent in and looked at before it is applied; out again with a reason."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post

from vouchermarket.completion.operations import imports as sheets
from vouchermarket.completion.rules.imports import COMPLETIONS
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import files, tabular
from vouchermarket.kit.db import Session
from vouchermarket.kit.files import FileKind, NewFile
from vouchermarket.kit.ids import RunId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.kit.tabular import ExportPersonal, OnFault, Sheet
from vouchermarket.web import given
from vouchermarket.web.api.imports import saved
from vouchermarket.web.fields import Id
from vouchermarket.web.pages.acting import act, said, told
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.sent_files import TAKES_A_FILE, content_sent
from vouchermarket.web.pages.turn import Turn, Typed, refused


@get("/provider/runs/{run_id:uuid}/sheet", verb="report_completion")
async def choose(turn: given.Turn, run_id: Id) -> Response[str]:
    """The sheet out, and the way to send it back in."""
    return await _choosing(turn, run_id, None, None)


@post("/provider/runs/{run_id:uuid}/sheet", verb="report_completion", **TAKES_A_FILE)
async def send_in(turn: given.Turn, run_id: Id) -> Response[Any]:
    """Keep the file; what is in it is looked at on the page it leads to."""

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _choosing(turn, run_id, None, refusal)

    try:
        # Whose run it is, is asked first: of a stranger nothing is kept.
        await _refuse_stranger(turn, run_id)
        name, content = await content_sent(turn)
    except Refusal as refusal:
        return await again(await turn.typed(), refusal)
    new, onward = NewFile(FileKind.IMPORT, name, content), f"/provider/runs/{run_id}/sheet/{{}}".format
    return await act(turn, _keep, new, then=onward, again=again, done="file_kept")


@post("/provider/runs/{run_id:uuid}/sheet/out", verb="export_participants", status_code=200)
async def send_out(turn: given.Turn, run_id: Id) -> Response[Any]:
    """Everybody with a seat, with attendance and evidence, as the import reads it back."""
    typed = await turn.typed()
    try:
        command: ExportPersonal = _export_form(turn).read(typed)
        async with turn.reading() as session:
            made = await sheets.export(session, turn.actor, RunId(run_id), command, now=turn.now)
    except Refusal as refusal:
        return await _choosing(turn, run_id, typed, refusal)
    return saved(made.content, COMPLETIONS.name, command.format)


@get("/provider/runs/{run_id:uuid}/sheet/{file_id:uuid}", verb="report_completion")
async def look(turn: given.Turn, run_id: Id, file_id: Id) -> Response[str]:
    """What the sheet would put down and report, and every fault; nothing is written."""
    return await _look(turn, run_id, file_id, None)


@post("/provider/runs/{run_id:uuid}/sheet/{file_id:uuid}", verb="report_completion")
async def apply(turn: given.Turn, run_id: Id, file_id: Id) -> Response[Any]:
    """Take attendance and report as it tells: all of it or nothing."""

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _look(turn, run_id, file_id, refusal)

    sheet = await _sheet(turn, file_id)
    then = f"/provider/runs/{run_id}"
    return await act(turn, _bring, RunId(run_id), sheet, then=then, again=again, done="imported")


async def _keep(session: Session, actor: Actor, new: NewFile, *, now: datetime) -> UUID:
    return (await files.store(session, actor.bureau_id, new, made_by=actor.person_id, now=now)).id


async def _bring(session: Session, actor: Actor, run_id: RunId, sheet: Sheet, *, now: datetime) -> int:
    found = await sheets.bring(session, actor, run_id, sheet, now=now)
    tabular.refuse_faulty(found, OnFault.NONE)
    return len(found.changes)


async def _refuse_stranger(turn: Turn, run_id: UUID) -> str:
    """The title of one's own run. Refuses `NotFound` for another's."""
    async with turn.reading() as session:
        return (await sheets.own_run(session, turn.actor, RunId(run_id))).title


async def _sheet(turn: Turn, file_id: UUID) -> Sheet:
    """The table in one's own file. Refuses `NotFound` for another's, and what cannot be read."""
    async with turn.reading() as session:
        if await files.find(session, turn.bureau.id, file_id, turn.actor.person_id) is None:
            raise NotFound
        content = b"".join([part async for part in files.read(session, turn.bureau.id, file_id)])
    # Beside the event loop: a large workbook takes a while.
    return await asyncio.to_thread(tabular.read, content)


async def _look(turn: Turn, run_id: UUID, file_id: UUID, refusal: Refusal | None) -> Response[str]:
    title = await _refuse_stranger(turn, run_id)
    try:
        sheet = await _sheet(turn, file_id)
        async with turn.reading() as session:
            found = await sheets.look(session, turn.actor, RunId(run_id), sheet, now=turn.now)
    except NotFound:
        raise
    except Refusal as why:
        return await refused(turn, why, f"/provider/runs/{run_id}/sheet")
    return await turn.show(
        "provider/sheet_preview.html",
        run_id=run_id,
        file_id=file_id,
        title=title,
        preview=tabular.preview(COMPLETIONS.name, sheet.encoding, found),
        reports=sum(change.report is not None for change in found.changes),
        **told(refusal),
    )


def _export_form(turn: Turn) -> Form:
    formats = [("xlsx", "Excel"), ("csv", "CSV")]
    return Form(ExportPersonal, turn.say, turn.bureau.time_zone, options={"format": formats})


async def _choosing(turn: Turn, run_id: UUID, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    title = await _refuse_stranger(turn, run_id)
    return await turn.show(
        "provider/sheet.html",
        run_id=run_id,
        title=title,
        columns=COMPLETIONS.columns,
        **said(_export_form(turn), typed, refusal),
    )


ROUTES = (choose, send_in, send_out, look, apply)
