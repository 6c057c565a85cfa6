"""The browser's files, served by name from a list made at the start: no path is ever built from a request."""

import hashlib
import mimetypes
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from vouchermarket.web.problems import RouteNotFound

ASSETS = Path(__file__).parent / "assets"
# Our own files and the built third-party ones; the rest of the folder is nobody's business.
FOLDERS = ("own", "built")


class Asset(msgspec.Struct, frozen=True):
    """One file as it goes out."""

    content: bytes
    media_type: str
    tag: str


def read_all() -> dict[str, Asset]:
    """Every asset by its address below /assets."""
    return {
        f"/{path.relative_to(ASSETS).as_posix()}": _read(path)
        for folder in FOLDERS
        for path in sorted((ASSETS / folder).rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "text/plain"
    return Asset(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


@get("/assets/{name:path}", verb=None, include_in_schema=False)
async def asset(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """One file; a browser asks again each time and is told when nothing changed."""
    found: Asset | None = request.app.state.assets.get(name)
    if found is None:
        raise RouteNotFound
    headers = {"ETag": found.tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == found.tag:
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    return Response(found.content, headers=headers, media_type=found.media_type)
