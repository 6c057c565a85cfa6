"""Files: one's own evidence and import tables coming in, one's own files and exports going out."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import FromQuery
from litestar.response import Stream

from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import db, files
from vouchermarket.kit.files import FileKind, NewFile
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.uploads import BODY_BYTES_MAX, UploadOperation, attachment, one_file

TAGS = ["files"]


class UploadKind(StrEnum):
    """What a file may be sent in for; exports are made here."""

    EVIDENCE = FileKind.EVIDENCE.value
    IMPORT = FileKind.IMPORT.value


class Kept(msgspec.Struct, frozen=True):
    """A file that now stands. `sha256` in hexadecimal, for comparing with one's own copy."""

    id: UUID
    name: str
    media_type: str
    size_bytes: int
    sha256: str


@post(
    "/files",
    verb="read_own",
    tags=TAGS,
    uploads=True,
    operation_class=UploadOperation,
    request_max_body_size=BODY_BYTES_MAX,
)
async def send_in(
    request: Request[Any, Any, Any],
    database: given.Database,
    actor: given.Actor,
    now: given.Now,
    kind: FromQuery[UploadKind] = UploadKind.EVIDENCE,
) -> Kept:
    """Keep one file of at most 10 MB: PDF, PNG, JPEG as evidence; Excel or CSV to be imported."""
    sent = await one_file(request)
    new = NewFile(FileKind(kind.value), sent.name, sent.content)
    async with database.transaction(actor.bureau_id) as session:
        kept = await files.store(session, actor.bureau_id, new, made_by=actor.person_id, now=now)
    return Kept(kept.id, kept.name, kept.media_type, kept.size_bytes, kept.sha256)


@get("/files/{file_id:uuid}", verb="read_own", tags=TAGS, media_type="application/octet-stream")
async def download(file_id: Id, database: given.Database, actor: given.Actor) -> Stream:
    """One's own file, part by part: an attachment of bytes, whatever it is, so that no browser opens it."""
    return await sent_out(database, actor, file_id)


async def sent_out(database: db.Database, actor: Actor, file_id: UUID) -> Stream:
    """One's own file as a stream. Refuses `NotFound`: another's is like one that nobody has."""
    async with database.transaction(actor.bureau_id) as session:
        found = await files.find(session, actor.bureau_id, file_id, actor.person_id)
    if found is None:
        raise NotFound
    headers = {"Content-Disposition": attachment(found.name), "Content-Length": str(found.size_bytes)}
    return Stream(_parts(database, actor.bureau_id, file_id), headers=headers)


async def _parts(database: db.Database, bureau_id: UUID, file_id: UUID) -> AsyncIterator[bytes]:
    # A slow reader must not keep a connection: each part is fetched in a transaction of its own. A file is
    # never changed, only swept, and a reader who is cut off then sees fewer bytes than were announced.
    number = 0
    while True:
        async with database.transaction(bureau_id) as session:
            part = await files.part(session, bureau_id, file_id, number)
        if part is None:
            return
        yield part
        number += 1


ROUTES = (send_in, download)
