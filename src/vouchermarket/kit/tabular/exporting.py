"""Tables going out as files; one that names people only for a reason, with its count and digest kept."""

import asyncio
import enum
import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from vouchermarket.kit.fields import Stated
from vouchermarket.kit.tabular.writing import Value, write_csv, write_xlsx

Rows = Sequence[Sequence[Value]]


class Format(enum.StrEnum):
    """As what a table goes out."""

    CSV = "csv"
    XLSX = "xlsx"


class ExportPersonal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table that names people is asked for, with the reason, which is kept in the audit trail."""

    reason: Stated
    format: Format = Format.CSV


class Exported(msgspec.Struct, frozen=True):
    """The file, and what the audit trail keeps of it: `reason`, `format`, `rows`, `sha256` in hexadecimal."""

    content: bytes
    facts: dict[str, Any]


async def written(rows: Rows, name: str, as_format: Format) -> bytes:
    """The file of a table; written beside the event loop, for a long one takes seconds."""
    if as_format is Format.XLSX:
        return await asyncio.to_thread(write_xlsx, rows, name=name)
    return await asyncio.to_thread(write_csv, rows)


async def personal(rows: Rows, name: str, command: ExportPersonal) -> Exported:
    """The file of a table that names people; its heading counts as no row."""
    content = await written(rows, name, command.format)
    digest = hashlib.sha256(content).hexdigest()
    counted = {"rows": len(rows) - 1, "sha256": digest}
    return Exported(content, {"reason": command.reason, "format": command.format, **counted})
