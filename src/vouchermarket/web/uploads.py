"""Files over the wire: one file in a `multipart/form-data` body in, a labelled attachment out."""

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from vouchermarket.kit.files import BYTES_MAX
from vouchermarket.web.problems import MediaTypeNotTaken

MULTIPART = "multipart/form-data"
# The file itself, and the lines around it.
BODY_BYTES_MAX = BYTES_MAX + 100_000


class Upload(msgspec.Struct, frozen=True):
    """One file as it was sent: its name is anybody's word."""

    name: str
    content: bytes


class UploadOperation(Operation):
    """Describes a route that reads one file."""

    def __post_init__(self) -> None:
        """The framework reads bodies by their parameter; this one is read by the handler."""
        one_file = Schema(
            type=OpenAPIType.OBJECT,
            required=["file"],
            properties={"file": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)},
        )
        self.request_body = RequestBody(content={MULTIPART: OpenAPIMediaType(schema=one_file)}, required=True)


async def one_file(request: Request[Any, Any, Any]) -> Upload:
    """The one file of a body, under whatever field name. Refuses `MediaTypeNotTaken`.

    Too many bytes end the reading at once (413). Called before a transaction is opened: a slow sender holds
    no connection of the database.
    """
    refused = MediaTypeNotTaken(wanted=f"{MULTIPART} (1)")
    if request.content_type[0] != MULTIPART:
        raise refused
    try:
        parts = list((await request.form()).multi_items())
    except RequestEntityTooLarge:
        raise
    except (HTTPException, ValueError, LookupError) as error:
        # Broken lines, no boundary, a part in no charset there is.
        raise refused from error
    found = [part for _, part in parts if isinstance(part, UploadFile)]
    try:
        if len(parts) != 1 or len(found) != 1:
            raise refused
        return Upload(found[0].filename, await found[0].read())
    finally:
        for part in found:
            await part.close()


def attachment(name: str) -> str:
    """`Content-Disposition` of a download: to be saved, never shown, under its label (RFC 6266)."""
    plain = "".join(one if one.isascii() and (one.isalnum() or one in " ._-()") else "_" for one in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
