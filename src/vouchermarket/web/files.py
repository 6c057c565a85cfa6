"""The browser's files, served by name from a list made at the start: no path is ever built from a request."""

import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath, FromQuery

from vouchermarket.web.problems import RouteNotFound

ASSETS = Path(__file__).parent / "assets"
# Our own files and the built third-party ones; the rest of the folder is nobody's business.
FOLDERS = ("own", "built")
# Packed once at the start. Pages are not: packed text beside a secret would tell of it by its length.
WORTH_PACKING = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})


class Asset(msgspec.Struct, frozen=True):
    """One file as it goes out."""

    content: bytes
    packed: bytes
    media_type: str
    tag: str

    @property
    def version(self) -> str:
        """Changes when the file does; stands in its address on pages."""
        return self.tag[1:13]


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
    packed = gzip.compress(content, mtime=0) if media_type in WORTH_PACKING else b""
    return Asset(content, packed, media_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


@get("/assets/{name:path}", verb=None, include_in_schema=False)
async def asset(
    request: Request[Any, Any, Any], name: FromPath[str], v: FromQuery[str] = ""
) -> Response[bytes]:
    """One file. Under the address with its version it is kept for good; else a browser asks each time."""
    found: Asset | None = request.app.state.assets.get(name)
    if found is None:
        raise RouteNotFound
    is_versioned = v == found.version
    headers = {
        "ETag": found.tag,
        "Cache-Control": "public, max-age=31536000, immutable" if is_versioned else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == found.tag:
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    content = found.content
    if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = found.packed, "gzip"
    return Response(content, headers=headers, media_type=found.media_type)
