"""What a pack must hold beyond its fields: codes, references, and an answer for every cell of authority."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from vouchermarket.kit.money import decimal_text
from vouchermarket.policies.packs.reading import Faults
from vouchermarket.policies.rules.pack import Pack
from vouchermarket.policies.structs import SHARED_TYPES, Cite, Level, Quote, Row, SetsAside

# `{requirement.ed_tech}` in a printed cell stands for that row's number.
NUMBER = re.compile(r"\{([a-z_]+)\.([a-z0-9_]+)\}")


def rows(pack: Pack) -> Iterator[tuple[str, Row]]:
    """Every row with its path (`requirement[3]`, `wallet`), in the order of the tables."""
    for field in msgspec.structs.fields(Pack):
        value = getattr(pack, field.name)
        if isinstance(value, Row):
            yield field.encode_name, value
        elif isinstance(value, tuple):
            yield from ((f"{field.encode_name}[{place}]", row) for place, row in enumerate(value))


def citations(pack: Pack) -> Iterator[tuple[str, str, str | None]]:
    """Every rule the pack cites: path, rule, quote (None where a row only sets it aside)."""
    for place, quote in enumerate(pack.header.also):
        yield f"pack.also[{place}]", quote.rule, quote.quote
    for path, row in rows(pack):
        cite = row.cite
        if cite.rule is not None:
            yield f"{path}.cite", cite.rule, cite.quote
        for place, quote in enumerate(row.also):
            yield f"{path}.also[{place}]", quote.rule, quote.quote
        aside: SetsAside | None = getattr(row, "sets_aside", None)
        if aside is not None:
            yield f"{path}.sets_aside", aside.rule, None


def rules_of(pack: Pack) -> set[str]:
    """The rules the pack carries."""
    return {rule for _, rule, _ in citations(pack)}


def check(pack: Pack, faults: Faults) -> None:
    """Codes stand once, references lead somewhere, periods have a cycle, authority answers every cell."""
    _codes(pack, faults)
    _references(pack, faults)
    _requirements(pack, faults)
    _cells(pack, faults)
    _authority(pack, faults)


def _codes(pack: Pack, faults: Faults) -> None:
    seen: dict[tuple[str, str], str] = {}
    for path, row in rows(pack):
        code = getattr(row, "code", None)
        if code is None:
            continue
        key = (path.partition("[")[0], code)
        if key in seen:
            faults.add(f"{path}.code", f"{code} stands already at {seen[key]}")
        seen.setdefault(key, path)


def _references(pack: Pack, faults: Faults) -> None:
    types = SHARED_TYPES | {row.code for row in pack.types}
    lines = {row.code for row in pack.fund_lines}
    for path, row in rows(pack):
        for where, code in _named(row, path, ("types", "not_types")):
            if code not in types:
                faults.add(where, f"no such training type: {code}")
        for where, code in _named(row, path, ("fund_lines",)):
            if code not in lines:
                faults.add(where, f"no such fund line: {code}")
    requirements = {row.code for row in pack.requirements}
    for place, row in enumerate(pack.requirements):
        for code in row.replaces:
            if code not in requirements:
                faults.add(f"requirement[{place}].replaces", f"no such requirement: {code}")
    for place, trigger in enumerate(pack.share_triggers):
        if trigger.of not in requirements | {"qualified"}:
            faults.add(f"share_trigger[{place}].of", f"no such requirement: {trigger.of}")
    rules = {row.rule for row in pack.exemptions} - rules_of(pack)
    for rule in sorted(rules):
        faults.add("exemption", f"no row rests on {rule}")


def _named(value: msgspec.Struct, path: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    # Filters (counts, match) stand one struct below their row.
    for field in msgspec.structs.fields(value):
        one: Any = getattr(value, field.name)
        here = f"{path}.{field.encode_name}"
        if field.name in names:
            yield from ((f"{here}[{place}]", code) for place, code in enumerate(one))
        elif isinstance(one, msgspec.Struct) and not isinstance(one, (Cite, Quote)):
            yield from _named(one, here, names)


def _requirements(pack: Pack, faults: Faults) -> None:
    for place, row in enumerate(pack.requirements):
        if row.period in {"year", "cycle"} and not pack.cycles:
            faults.add(f"requirement[{place}].period", f"{row.period} needs a cycle")
    for (_, before), (place, cycle) in zip(
        enumerate(pack.cycles), enumerate(pack.cycles[1:], 1), strict=False
    ):
        if cycle.begins_on < before.ends_on:
            faults.add(f"cycle[{place}].from", f"begins before cycle {before.code} ends")
    orders = [row.pay_order for row in pack.fund_lines]
    if len(set(orders)) != len(orders):
        faults.add("fund_line", "two lines have the same pay_order")


def _cells(pack: Pack, faults: Faults) -> None:
    width = len(pack.credit_table.columns) if pack.credit_table else 0
    for place, row in enumerate(pack.credit_rows):
        if len(row.cells) != width:
            faults.add(f"credit_row[{place}].cells", f"expected {width} cells, got {len(row.cells)}")
        for number, cell in enumerate(row.cells):
            for table, code in NUMBER.findall(cell):
                if number_of(pack, table, code) is None:
                    faults.add(f"credit_row[{place}].cells[{number}]", f"no such number: {table}.{code}")


def number_of(pack: Pack, table: str, code: str) -> str | None:
    """The number of a row that a printed cell names: of a requirement, a cap or a fixed type."""
    amounts: dict[str, dict[str, int | None]] = {
        "requirement": {row.code: row.at_least_hundredths for row in pack.requirements},
        "cap": {row.code: row.at_most_hundredths for row in pack.caps},
        "training_type": {row.code: row.fixed_hundredths for row in pack.types},
    }
    amount = amounts.get(table, {}).get(code)
    return None if amount is None else decimal_text(amount)


def _authority(pack: Pack, faults: Faults) -> None:
    if not pack.authorities:
        return
    acting: set[int] = set()
    for row in pack.types:
        levels: tuple[Level | None, ...] = row.levels or (None,)
        for level in levels:
            for is_direct in (True, False):
                found = _first_match(pack, row.code, level, is_direct)
                acting.add(found)
                if found < 0:
                    side = "direct" if is_direct else "county"
                    faults.add("authority", f"no row answers {row.code} at {level or 'no level'}, {side}")
    for place in range(len(pack.authorities)):
        if place not in acting:
            faults.add(f"authority[{place}].match", "never acts: rows before it answer every cell it names")


def _first_match(pack: Pack, code: str, level: str | None, is_direct: bool) -> int:
    matches = (n for n, row in enumerate(pack.authorities) if row.match.holds(code, level, is_direct))
    return next(matches, -1)
