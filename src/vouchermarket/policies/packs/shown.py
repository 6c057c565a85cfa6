"""Packs as people read them: the credit table as printed, and the list of rows with their clauses."""

from datetime import date
from fractions import Fraction
from typing import Any

import msgspec

from vouchermarket.kit.money import decimal_text, four_places
from vouchermarket.policies.packs.checks import NUMBER, number_of, rows
from vouchermarket.policies.rules.pack import Pack
from vouchermarket.policies.structs import Row

_NOT_LISTED = frozenset(msgspec.structs.fields(Row)[place].name for place in range(3))


def credit_table(pack: Pack) -> list[list[str]]:
    """Head and rows of the document's table, cell by cell, with the numbers of the rows that judge."""
    if pack.credit_table is None:
        return []
    printed = [[_with_numbers(pack, cell) for cell in row.cells] for row in pack.credit_rows]
    return [list(pack.credit_table.columns), *printed]


def listing(pack: Pack) -> list[dict[str, Any]]:
    """Every row: its path, the rule it rests on or the open question, its fields, what it sets aside."""
    return [_listed(path, row) for path, row in rows(pack)]


def header_fields(pack: Pack) -> dict[str, Any]:
    """The head of a pack: its document, from when to when, and how it names levels."""
    return _fields(pack.header)


def _with_numbers(pack: Pack, cell: str) -> str:
    return NUMBER.sub(lambda match: number_of(pack, match[1], match[2]) or match[0], cell)


def _listed(path: str, row: Row) -> dict[str, Any]:
    aside = getattr(row, "sets_aside", None)
    return {
        "path": path,
        "rule": row.clause,
        "open": row.cite.left_open,
        "quote": row.cite.quote,
        "also": [quote.rule for quote in row.also],
        "sets_aside": None if aside is None else {"rule": aside.rule, "why": aside.why},
        "fields": _fields(row, skipped=_NOT_LISTED | {"sets_aside"}),
    }


def _fields(value: msgspec.Struct, skipped: frozenset[str] = frozenset()) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(value):
        one = getattr(value, field.name)
        if field.name not in skipped and one not in (None, (), {}):
            fields[field.encode_name] = _plain(one, is_hundredths=field.name.endswith("_hundredths"))
    return {name: one for name, one in fields.items() if one != {}}


def _plain(value: Any, *, is_hundredths: bool = False) -> Any:
    if is_hundredths:
        return decimal_text(value)
    match value:
        case msgspec.Struct():
            return _fields(value)
        case Fraction():
            return four_places(value)
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return {key: _plain(one) for key, one in value.items()} if isinstance(value, dict) else value
