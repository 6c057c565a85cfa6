"""Rosters in and out as files: looked at, imported whole or not at all, exported for the next import."""

import asyncio
from enum import StrEnum
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromQuery, JSONBody

from vouchermarket.identity.operations import imports as roster
from vouchermarket.identity.queries import imports as exports
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit import files, tabular
from vouchermarket.kit.tabular import ImportFile, OnFault
from vouchermarket.tasks import operations as tasks
from vouchermarket.web import given
from vouchermarket.web.commands import Made
from vouchermarket.web.uploads import BODY_BYTES_MAX, UploadOperation, attachment, one_file

TAGS = ["imports"]
UPLOAD: dict[str, Any] = {
    "verb": "change_roster",
    "tags": TAGS,
    "status_code": 200,
    "uploads": True,
    "operation_class": UploadOperation,
    "request_max_body_size": BODY_BYTES_MAX,
}


class Format(StrEnum):
    """As what a table goes out."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def _sheet(request: Request[Any, Any, Any]) -> tabular.Sheet:
    # Read before a transaction is opened, and beside the event loop: a large workbook takes a while.
    sent = await one_file(request)
    return await asyncio.to_thread(tabular.read, sent.content)


def _importing(table: str) -> list[Any]:
    @post(f"/imports/{table}/preview", name=f"preview_{table}", **UPLOAD)
    async def preview(
        request: Request[Any, Any, Any], database: given.Database, actor: given.Actor, now: given.Now
    ) -> tabular.Preview:
        """What importing this CSV or Excel file would add and change, and what is wrong with it."""
        sheet = await _sheet(request)
        async with database.transaction(actor.bureau_id) as session:
            return await roster.preview(session, actor, table, sheet, now=now)

    @post(f"/imports/{table}/apply", name=f"apply_{table}", **UPLOAD)
    async def apply(
        request: Request[Any, Any, Any],
        database: given.Database,
        actor: given.Actor,
        now: given.Now,
        on_fault: FromQuery[OnFault] = OnFault.NONE,
    ) -> tabular.Preview:
        """Import a CSV or Excel file, all of it or the rows without fault; again it changes nothing."""
        sheet = await _sheet(request)
        async with database.transaction(actor.bureau_id) as session:
            return await roster.apply(session, actor, table, sheet, on_fault=on_fault, now=now)

    @post(f"/imports/{table}/tasks", name=f"import_{table}", verb="change_roster", tags=TAGS)
    async def enqueue(
        data: JSONBody[ImportFile], session: given.Session, actor: given.Actor, now: given.Now
    ) -> Made:
        """Have a stored file looked at or imported by a worker; the answer is the id of the task."""
        if await files.find(session, actor.bureau_id, data.file_id, actor.person_id) is None:
            raise NotFound
        return Made(await tasks.enqueue(session, actor, f"import_{table}", data, now=now))

    @get(f"/exports/{table}", name=f"export_{table}", verb="read_roster", tags=TAGS)
    async def export(
        database: given.Database,
        actor: given.Actor,
        now: given.Now,
        format: FromQuery[Format] = Format.CSV,  # noqa: A002 - the word of the query
    ) -> Response[bytes]:
        """The roster as it stands today, as the import reads it back."""
        async with database.transaction(actor.bureau_id) as session:
            rows = await exports.rows(session, actor, table, now=now)
        return await _written(rows, table, format)

    return [preview, apply, enqueue, export]


async def _written(rows: list[list[tabular.Value]], table: str, as_format: Format) -> Response[bytes]:
    def write() -> bytes:
        return tabular.write_xlsx(rows, name=table) if as_format is Format.XLSX else tabular.write_csv(rows)

    content = await asyncio.to_thread(write)
    headers = {"Content-Disposition": attachment(f"{table}.{as_format}")}
    return Response(content, media_type=MEDIA_TYPES[as_format], headers=headers)


ROUTES = (*_importing("organisations"), *_importing("people"))
