"""What a version of a pack changes: rows that came, rows that went, and fields that read otherwise."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from vouchermarket.policies.packs.shown import header_fields, listing
from vouchermarket.policies.rules.pack import Pack

# Of a listed row, what is law or number; its place in the file changes nothing.
_TOLD = ("rule", "open", "quote", "also", "sets_aside")


class Changed(msgspec.Struct, frozen=True):
    """One field of a row; None where it was not there before, or is not there any more."""

    field: str
    before: Any
    after: Any


class Change(msgspec.Struct, frozen=True):
    """A row that differs: `kind` is added, removed or changed; a row without a code is never "changed"."""

    kind: str
    table: str
    code: str | None
    rule: str | None
    fields: tuple[Changed, ...]


def compare(before: Pack, after: Pack) -> list[Change]:
    """From one version to another: in the order of the earlier one, what is new at the end."""
    old, new = _rows(before), _rows(after)
    changes = [_change(key, row, new.get(key)) for key, row in old.items() if new.get(key) != row]
    return changes + [_change(key, None, row) for key, row in new.items() if key not in old]


def _rows(pack: Pack) -> dict[tuple[str, str], dict[str, Any]]:
    """Every row by its table and code. A row without one is its own key: changed, it is another row."""
    found: dict[tuple[str, str], dict[str, Any]] = {("pack", ""): header_fields(pack)}
    for listed in listing(pack):
        table, in_list, _ = listed["path"].partition("[")
        row = {name: listed[name] for name in _TOLD if listed[name]} | listed["fields"]
        code = row.get("code") or (json.dumps(row, sort_keys=True, default=str) if in_list else "")
        while (table, code) in found:
            # The same row twice stands twice.
            code += "+"
        found[table, code] = row
    return found


def _change(
    key: tuple[str, str], before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Change:
    kind = "added" if before is None else "removed" if after is None else "changed"
    old, new = before or {}, after or {}
    fields = tuple(
        Changed(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if name != "code" and old.get(name) != new.get(name)
    )
    row = new or old
    return Change(kind, key[0], row.get("code"), row.get("rule"), fields)
