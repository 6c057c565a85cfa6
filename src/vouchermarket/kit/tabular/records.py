"""A file's columns as a table, and a sheet's rows read by it: every fault with its row and column."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from vouchermarket.kit.tabular.cells import LENGTH_MAX, CellFault, Column, expected, value
from vouchermarket.kit.tabular.cells import shown as shown_cell
from vouchermarket.kit.tabular.reading import Row, Sheet

_HEADINGS = frozenset({CellFault.HEADING_MISSING, CellFault.HEADING_UNKNOWN, CellFault.HEADING_DOUBLED})


class Table(msgspec.Struct, frozen=True):
    """A file's columns; the first `keys` of them tell rows apart."""

    name: str
    columns: tuple[Column, ...]
    keys: int = 1


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong: the row as a spreadsheet numbers it, the column's heading, found and expected."""

    row: int
    column: str
    kind: str
    found: str
    expected_zh: str
    expected_en: str


class Record(msgspec.Struct, frozen=True):
    """One row without fault: field → value, None where the cell is empty; columns left out are left out."""

    row: int
    code: str
    values: dict[str, Any]


class Records(msgspec.Struct, frozen=True):
    """A file as it was read: rows without fault, the codes of all rows, and the faults."""

    rows: list[Record]
    codes: frozenset[str]
    faults: list[Fault]


def is_of_heading(fault: Fault) -> bool:
    """Does it concern every row of the file?"""
    return fault.kind in _HEADINGS


def read_records(table: Table, sheet: Sheet) -> Records:
    """Each cell as the value its column wants. A heading may be either language's."""
    heading, *rows = sheet.rows or [Row(1, ())]
    places, faults = _placed(table, heading)
    is_whole = not any(fault.kind is CellFault.HEADING_MISSING for fault in faults)
    first_key = table.columns[0].field
    records: list[Record] = []
    seen: dict[str, int] = {}
    for row in rows:
        values, wrong = _row(places, row)
        code = key_of(table, values)
        if code and code in seen:
            wrong.append(_doubled(row.number, first_key, code, seen[code]))
        elif code:
            seen[code] = row.number
        if not wrong and is_whole:
            records.append(Record(row.number, str(code), values))
        faults += wrong
    return Records(records, frozenset(seen), faults)


def key_of(table: Table, values: Mapping[str, Any]) -> str | None:
    """What tells a row apart, as it is written; None where a part of it is missing."""
    told = [shown_cell(column, values.get(column.field)) for column in table.columns[: table.keys]]
    return " · ".join(str(each) for each in told) if all(told) else None


def shown(table: Table, values: Mapping[str, Any]) -> list[str | date | None]:
    """The cells of one row as an export writes them, which `read_records` reads back."""
    return [shown_cell(column, values[column.field]) for column in table.columns]


def fault_of(record: Record, kind: str, field: str, zh: str, en: str) -> Fault:
    """A fault of one field of a row that could be read."""
    found = record.values.get(field)
    told = "|".join(map(str, found)) if isinstance(found, tuple) else "" if found is None else str(found)
    return Fault(record.row, field, kind, told[:LENGTH_MAX], zh, en)


def _doubled(row: int, column: str, code: str, first: int) -> Fault:
    zh, en = f"每个编号一行,第 {first} 行已有", f"once; row {first} has it"
    return Fault(row, column, CellFault.CODE_DOUBLED, code[:LENGTH_MAX], zh, en)


def _placed(table: Table, heading: Row) -> tuple[dict[int, Column | None], list[Fault]]:
    known = {name: column for column in table.columns for name in (column.field, column.zh)}
    places: dict[int, Column | None] = {}
    faults: list[Fault] = []
    for place, cell in enumerate(heading.cells):
        written = cell.strip()
        column = known.get(written)
        if not written:
            continue
        if column is None:
            faults.append(_heading(heading, CellFault.HEADING_UNKNOWN, written, table.columns))
        elif column in places.values():
            faults.append(_heading(heading, CellFault.HEADING_DOUBLED, written, [column]))
            column = None
        # The cells under a heading that is not ours are passed over: it is told of once.
        places[place] = column
    missing = [column for column in table.columns if column.is_required and column not in places.values()]
    faults += [_heading(heading, CellFault.HEADING_MISSING, "", [column]) for column in missing]
    return places, faults


def _heading(row: Row, kind: CellFault, found: str, wanted: Iterable[Column]) -> Fault:
    zh, en = (" | ".join(names) for names in zip(*((each.zh, each.field) for each in wanted), strict=True))
    return Fault(row.number, found or en, kind, found[:LENGTH_MAX], zh, en)


def _row(places: Mapping[int, Column | None], row: Row) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for place, column in places.items():
        if column is None:
            continue
        written = row.cells[place] if place < len(row.cells) else ""
        values[column.field], kind = value(column, written.strip(), is_formula=place in row.formulas)
        if kind is not None:
            told = expected(column, kind)
            faults.append(Fault(row.number, column.field, kind, written[:LENGTH_MAX], *told))
    for place, cell in enumerate(row.cells):
        if place not in places and cell.strip():
            kind = CellFault.CELL_WITHOUT_HEADING
            faults.append(Fault(row.number, str(place + 1), kind, cell[:LENGTH_MAX], "空", "nothing"))
    return values, faults
