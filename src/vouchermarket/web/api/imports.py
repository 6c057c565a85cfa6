"""Rosters in and out as files: looked at, imported whole or not at all, exported for the next import."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromQuery, JSONBody

from vouchermarket.catalogue.operations import imports as shelf
from vouchermarket.completion.operations import imports as completions
from vouchermarket.identity.operations import exports as roster_out
from vouchermarket.identity.operations import imports as roster
from vouchermarket.identity.queries import imports as exports
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import db, files, tabular
from vouchermarket.kit.ids import RunId
from vouchermarket.kit.tabular import Compared, ExportPersonal, Format, ImportFile, OnFault
from vouchermarket.tasks import operations as tasks
from vouchermarket.web import given
from vouchermarket.web.commands import Made
from vouchermarket.web.fields import Id
from vouchermarket.web.uploads import BODY_BYTES_MAX, UploadOperation, attachment, one_file

TAGS = ["imports"]
SHEET = "completions"
UPLOAD: dict[str, Any] = {
    "tags": TAGS,
    "status_code": 200,
    "uploads": True,
    "operation_class": UploadOperation,
    "request_max_body_size": BODY_BYTES_MAX,
}


MEDIA_TYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MEDIA = tuple(MEDIA_TYPES.values())


async def sheet_of(request: Request[Any, Any, Any]) -> tabular.Sheet:
    """The table a request brings, in whatever form it is."""
    # Read before a transaction is opened, and beside the event loop: a large workbook takes a while.
    sent = await one_file(request)
    return await asyncio.to_thread(tabular.read, sent.content)


class Way(msgspec.Struct, frozen=True):
    """How one slice takes its tables in, and the verb of the desks that may; `rows` and `read` of going out.

    What names people goes out by a route of its own, with a reason: such a table has neither.
    """

    look: Callable[..., Awaitable[Compared[Any]]]
    bring: Callable[..., Awaitable[Compared[Any]]]
    change: str
    rows: Callable[..., Awaitable[list[list[tabular.Value]]]] | None = None
    read: str = ""


def _coming_in(table: str, way: Way) -> list[Any]:
    @post(f"/imports/{table}/preview", name=f"preview_{table}", verb=way.change, **UPLOAD)
    async def preview(
        request: Request[Any, Any, Any], database: given.Database, actor: given.Actor, now: given.Now
    ) -> tabular.Preview:
        """What importing this CSV or Excel file would add and change, and what is wrong with it."""
        sheet = await sheet_of(request)
        async with database.transaction(actor.bureau_id) as session:
            return tabular.preview(
                table, sheet.encoding, await way.look(session, actor, table, sheet, now=now)
            )

    @post(f"/imports/{table}/apply", name=f"apply_{table}", verb=way.change, **UPLOAD)
    async def apply(
        request: Request[Any, Any, Any],
        database: given.Database,
        actor: given.Actor,
        now: given.Now,
        on_fault: FromQuery[OnFault] = OnFault.NONE,
    ) -> tabular.Preview:
        """Import a CSV or Excel file, all of it or the rows without fault; again it changes nothing."""
        sheet = await sheet_of(request)
        async with database.transaction(actor.bureau_id) as session:
            found = await way.bring(session, actor, table, sheet, on_fault=on_fault, now=now)
            tabular.refuse_faulty(found, on_fault)
        return tabular.preview(table, sheet.encoding, found)

    @post(f"/imports/{table}/tasks", name=f"import_{table}", verb=way.change, tags=TAGS)
    async def enqueue(
        data: JSONBody[ImportFile], session: given.Session, actor: given.Actor, now: given.Now
    ) -> Made:
        """Have a stored file looked at or imported by a worker; the answer is the id of the task."""
        if await files.find(session, actor.bureau_id, data.file_id, actor.person_id) is None:
            raise NotFound
        return Made(await tasks.enqueue(session, actor, f"import_{table}", data, now=now))

    return [preview, apply, enqueue]


def _going_out(table: str, way: Way) -> list[Any]:
    rows_of = way.rows
    if rows_of is None:
        return []

    @get(f"/exports/{table}", name=f"export_{table}", verb=way.read, tags=TAGS, media=MEDIA)
    async def export(
        database: given.Database,
        actor: given.Actor,
        now: given.Now,
        format: FromQuery[Format] = Format.CSV,  # noqa: A002 - the word of the query
    ) -> Response[bytes]:
        """The table as it stands today, as the import reads it back."""
        async with database.transaction(actor.bureau_id) as session:
            rows = await rows_of(session, actor, table, now=now)
        return saved(await tabular.written(rows, table, format), table, format)

    return [export]


def saved(content: bytes, table: str, as_format: Format) -> Response[bytes]:
    """A table as a file to be saved."""
    headers = {"Content-Disposition": attachment(f"{table}.{as_format}")}
    return Response(content, media_type=MEDIA_TYPES[as_format], headers=headers)


@post("/exports/people", verb="export_people", tags=TAGS, status_code=200, media=MEDIA)
async def export_people(
    data: JSONBody[ExportPersonal], session: given.Session, actor: given.Actor, now: given.Now
) -> Response[bytes]:
    """Everybody with names in full, as the import reads them back; the reason is kept."""
    made = await roster_out.export_people(session, actor, data, now=now)
    return saved(made.content, "people", data.format)


async def _own_sheet(
    request: Request[Any, Any, Any], database: db.Database, actor: Actor, run_id: UUID
) -> tabular.Sheet:
    # Whose run it is, is asked first and apart: of a stranger nothing is read.
    async with database.transaction(actor.bureau_id) as session:
        await completions.own_run(session, actor, RunId(run_id))
    return await sheet_of(request)


@post("/runs/{run_id:uuid}/sheet/preview", verb="report_completion", **UPLOAD)
async def preview_sheet(
    run_id: Id,
    request: Request[Any, Any, Any],
    database: given.Database,
    actor: given.Actor,
    now: given.Now,
) -> tabular.Preview:
    """What this sheet on one's own run would put down and report, and what is wrong with it."""
    sheet = await _own_sheet(request, database, actor, run_id)
    async with database.transaction(actor.bureau_id) as session:
        found = await completions.look(session, actor, RunId(run_id), sheet, now=now)
    return tabular.preview(SHEET, sheet.encoding, found)


@post("/runs/{run_id:uuid}/sheet/apply", verb="report_completion", **UPLOAD)
async def apply_sheet(
    run_id: Id,
    request: Request[Any, Any, Any],
    database: given.Database,
    actor: given.Actor,
    now: given.Now,
    on_fault: FromQuery[OnFault] = OnFault.NONE,
) -> tabular.Preview:
    """Take attendance and report by a sheet on one's own run; again it changes nothing."""
    sheet = await _own_sheet(request, database, actor, run_id)
    async with database.transaction(actor.bureau_id) as session:
        found = await completions.bring(session, actor, RunId(run_id), sheet, on_fault=on_fault, now=now)
        tabular.refuse_faulty(found, on_fault)
    return tabular.preview(SHEET, sheet.encoding, found)


@post("/runs/{run_id:uuid}/sheet/export", verb="export_participants", tags=TAGS, status_code=200, media=MEDIA)
async def export_sheet(
    run_id: Id,
    data: JSONBody[ExportPersonal],
    session: given.Session,
    actor: given.Actor,
    now: given.Now,
) -> Response[bytes]:
    """Everybody with a seat of one's own run, with attendance and evidence; the reason is kept."""
    made = await completions.export(session, actor, RunId(run_id), data, now=now)
    return saved(made.content, SHEET, data.format)


_COURSES, _RUNS = (
    Way(shelf.look, shelf.bring, verb, shelf.rows, verb) for verb in ("file_course", "open_run")
)
WAYS = {
    "organisations": Way(roster.look, roster.bring, "change_roster", exports.body_rows, "read_roster"),
    "people": Way(roster.look, roster.bring, "change_roster"),
    "courses": _COURSES,
    "runs": _RUNS,
}
ROUTES = [
    *(route for table, way in WAYS.items() for route in (*_coming_in(table, way), *_going_out(table, way))),
    export_people,
    preview_sheet,
    apply_sheet,
    export_sheet,
]
