"""A table of a desk: columns with a kind each, rows, pages of it, and the same as a file.

What is exported is what is shown: the same columns of the same rows, all pages of them, but for the names of
people: those leave in a file only by an export that asks for a reason (trust 48).
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response

from vouchermarket.kit.money import decimal_text
from vouchermarket.kit.tabular import Value, write_csv, write_xlsx
from vouchermarket.web.pages.labels import label_of
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.problems import RequestNotReadable
from vouchermarket.web.uploads import attachment

PAGE_ROWS = 50
EXPORT_ROWS_MAX = 10_000
KINDS = ("text", "name", "money", "credits", "number", "day", "instant", "label", "state", "id")


class Column(msgspec.Struct, frozen=True):
    """One column: its name, what it shows of a row, and how.

    `kind`: text, name (of a person), money (fen), credits (hundredths), number, day, instant, label and state
    (codes of `group`).
    `link` gives the address a cell leads to.
    """

    name: str
    value: Callable[[Any], Any]
    kind: str = "text"
    group: str = ""
    link: Callable[[Any], str] | None = None


class Table(msgspec.Struct, frozen=True):
    """Rows on a page of `PAGE_ROWS`, with the way to the next; `empty` says what to do when there is none."""

    columns: tuple[Column, ...]
    rows: Sequence[Any]
    empty: str
    page: int = 1
    has_more: bool = False
    caption: str = ""


Read = Callable[[int, int], Awaitable[Sequence[Any]]]


def page_asked(turn: Turn) -> int:
    """Which page of a list is asked for, from 1. Refuses `RequestNotReadable`."""
    text = turn.request.query_params.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 5 and int(text) >= 1):
        raise RequestNotReadable(path="query:page", problem="no page of a list")
    return int(text)


async def read_page(turn: Turn, read: Read, columns: tuple[Column, ...], empty: str) -> Table:
    """One page of a list that is read by `read(limit, offset)`; one row more tells whether there is more."""
    page = page_asked(turn)
    found = await read(PAGE_ROWS + 1, (page - 1) * PAGE_ROWS)
    return Table(columns, found[:PAGE_ROWS], empty, page, len(found) > PAGE_ROWS)


def file_asked(turn: Turn) -> str:
    """`csv` or `xlsx` where the list is wanted as a file."""
    wanted = turn.request.query_params.get("as", "")
    return wanted if wanted in {"csv", "xlsx"} else ""


async def as_file(turn: Turn, read: Read, columns: tuple[Column, ...], name: str) -> Response[bytes]:
    """Every row of the list as a file of these columns, up to ten thousand."""
    written_out = [column for column in columns if column.kind != "name"]
    rows: list[Any] = []
    while len(rows) < EXPORT_ROWS_MAX:
        # The lists of the slices answer two hundred at a time.
        part = await read(200, len(rows))
        rows += part
        if len(part) < 200:
            break
    lines: list[list[Value]] = [[turn.say(column.name) for column in written_out]]
    lines += ([written(turn, column, row) for column in written_out] for row in rows)
    kind = file_asked(turn)
    content = write_csv(lines) if kind == "csv" else write_xlsx(lines, name=name[:31])
    media_type = "text/csv" if kind == "csv" else XLSX
    headers = {"Content-Disposition": attachment(f"{name}.{kind}")}
    return Response(content, media_type=media_type, headers=headers)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def written(turn: Turn, column: Column, row: Any) -> Value:
    """A cell of a file: money in yuan as a number, codes by their names, days as days."""
    value = column.value(row)
    if value is None or value == "":
        return None
    if column.kind == "money":
        return Decimal(value) / 100
    if column.kind == "credits":
        return Decimal(decimal_text(value) if isinstance(value, int) else value)
    if column.kind in {"label", "state"}:
        return label_of(value, column.group, turn.say)
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(turn.bureau.time_zone)).strftime("%Y-%m-%d %H:%M")
    return value if isinstance(value, int | Decimal | date) else str(value)
