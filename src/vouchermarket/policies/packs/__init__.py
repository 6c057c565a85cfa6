"""Packs from files: `load` a folder, `decode` a text, `check` both against rules.csv and the document.

Everything here reads files only; no database is ever started for it.
"""

import json
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from vouchermarket.policies.packs import checks, quotes, reading
from vouchermarket.policies.rules.pack import Pack
from vouchermarket.policies.rules.refusals import FactsNotReadable, PackNotReadable

FILE = "pack.toml"
RULES = "rules.csv"
Facts = TypeVar("Facts", bound=Struct)


class Checked(Struct, frozen=True, kw_only=True):
    """What `check` went through: rows of the pack, rules they cite, the source where one was given."""

    pack: Pack
    rows: int
    rules: int
    source: str | None


def load(folder: Path) -> Pack:
    """The pack in a folder. Raises `PackNotReadable` with every fault (`pack.toml: requirement[3].…`)."""
    path = folder / FILE
    unreadable = reading.Faults(str(path))
    text = reading.text_of(path, unreadable)
    if unreadable:
        raise PackNotReadable(unreadable)
    return decode(text)


def decode(text: str) -> Pack:
    """The pack in a text. Raises `PackNotReadable` with every fault, references to nothing included."""
    faults = reading.Faults(FILE)
    raw = None if reading.is_endless(text, faults) else reading.parsed(tomllib.loads, text, faults)
    pack = None if raw is None else reading.struct_of(Pack, raw, "", faults)
    if pack is not None and not faults:
        checks.check(pack, faults)
    if pack is None or faults:
        raise PackNotReadable(faults)
    return pack


def check(folder: Path, source: Path | None = None) -> Checked:
    """Decode a pack, compare it with its rules.csv, and find its quotes in a source file or folder (S24).

    Raises `PackNotReadable` with every fault.
    """
    pack = load(folder)
    faults = reading.Faults(FILE)
    quoted = quotes.quoted(pack, FILE)
    if (folder / RULES).exists():
        quoted += quotes.check_rules(pack, folder / RULES, faults)
    name = None if source is None else quotes.check_sources(quoted, source, faults)
    if faults:
        raise PackNotReadable(faults)
    found = sum(1 for _ in checks.rows(pack))
    return Checked(pack=pack, rows=found, rules=len(checks.rules_of(pack)), source=name)


def read_facts(path: Path, kind: type[Facts]) -> Facts:
    """teacher.json, school.json or budget.json as a struct. Raises `FactsNotReadable` with every fault."""
    faults = reading.Faults(str(path))
    text = reading.text_of(path, faults)
    raw = None if faults else reading.parsed(_json, text, faults)
    facts = None if faults else reading.struct_of(kind, raw, "", faults)
    if facts is None or faults:
        raise FactsNotReadable(faults)
    return facts


def _json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_pairs)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = reading.Twice() if key in found else value
    return found
