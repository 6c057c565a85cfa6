"""Strict reading of TOML and JSON into structs: every fault listed with its path, never only the first.

Decimals are written as strings; a float is a fault wherever it stands. Nothing here knows a rule.
"""

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from vouchermarket.kit.money import AmountNotReadable, fraction, hundredths
from vouchermarket.policies.structs.cited import HUNDREDTHS, SHARE

BYTES_MAX = 10 * 1024 * 1024
DEPTH_MAX = 32
FAULTS_MAX = 1000
DOTS_MAX = 200
# Dates beyond these are slips of the pen, and arithmetic on them leaves the calendar.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_PLAIN = re.compile(r"[\w:@-]{1,60}")


class Twice:
    """Stands in the place of a JSON value whose key stands twice in its object."""


class Faults(list[str]):
    """Faults found so far, each `name: path: what is wrong`, one line."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def add(self, path: str, what: str) -> None:
        if len(self) < FAULTS_MAX:
            self.append(f"{self.name}: {path}: {what}" if path else f"{self.name}: {what}")
        elif len(self) == FAULTS_MAX:
            self.append(f"{self.name}: more than {FAULTS_MAX} faults, the rest is not listed")


def text_of(path: Path, faults: Faults) -> str:
    """The text of a file of at most 10 MB in UTF-8; empty with a fault where it cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(BYTES_MAX + 1)
    except OSError as error:
        faults.add("", f"cannot be read: {error.strerror or error}")
        return ""
    except ValueError:
        faults.add("", "cannot be read: no such path")
        return ""
    if len(raw) > BYTES_MAX:
        faults.add("", "is larger than 10 MB")
        return ""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        faults.add("", f"is not UTF-8 (byte {error.start})")
        return ""


def is_endless(text: str, faults: Faults) -> bool:
    """Whether a line of TOML has more dots than any of ours: a fault before it is parsed.

    The time the parser takes for a dotted key grows with the square of its parts.
    """
    endless = [number for number, line in enumerate(text.split("\n"), 1) if line.count(".") > DOTS_MAX]
    for number in endless:
        faults.add(f"line {number}", f"more than {DOTS_MAX} dots")
    return bool(endless)


def parsed(parse: Callable[[str], Any], text: str, faults: Faults) -> Any:
    """The plain value of a text; a fault where it does not parse, or holds what no file of ours may hold."""
    try:
        value = parse(text)
        _sweep(value, "", 0, faults)
    except RecursionError:
        faults.add("", "is nested too deeply")
        return None
    except ValueError as error:
        faults.add("", f"does not parse: {_one_line(str(error))}")
        return None
    return value


def struct_of(kind: type[msgspec.Struct], raw: Any, path: str, faults: Faults) -> Any:
    """The struct, or None where its value has faults; unknown and missing fields are named one by one."""
    if not isinstance(raw, dict):
        faults.add(path, f"expected a table, got {_kind_of(raw)}")
        return None
    before = len(faults)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key in raw:
        if key not in fields:
            faults.add(_under(path, key), "unknown field")
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in raw:
            values[field.name] = _value_of(field.type, raw[name], _under(path, name), faults)
        elif field.required:
            faults.add(_under(path, name), "missing")
    if len(faults) > before:
        return None
    try:
        return kind(**values)
    except ValueError as error:
        faults.add(path, str(error))
        return None


def _value_of(wanted: Any, raw: Any, path: str, faults: Faults) -> Any:
    if isinstance(raw, (float, Twice)):
        return None  # the sweep has said so
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in {Union, UnionType}:
        return _either(arguments, raw, path, faults)
    if origin is Annotated and (HUNDREDTHS in arguments or SHARE in arguments):
        return _number(hundredths if HUNDREDTHS in arguments else fraction, raw, path, faults)
    if origin in {tuple, dict}:
        many = _row_of if origin is tuple else _mapping_of
        return many(arguments, raw, path, faults)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return struct_of(wanted, raw, path, faults)
    return _leaf(wanted, raw, path, faults)


def _either(kinds: tuple[Any, ...], raw: Any, path: str, faults: Faults) -> Any:
    if raw is None and NoneType in kinds:
        return None
    # The only unions of packs and facts are "one kind or nothing" and "a date, a code or nothing".
    first, *others = (kind for kind in kinds if kind is not NoneType)
    wanted = others[0] if others and not isinstance(raw, date) else first
    return _value_of(wanted, raw, path, faults)


def _number(read: Callable[[str], Any], raw: Any, path: str, faults: Faults) -> int | Fraction | None:
    if not isinstance(raw, str):
        faults.add(path, f'expected a decimal in quotes such as "12" or "49.5", got {_kind_of(raw)}')
        return None
    try:
        return read(raw)
    except AmountNotReadable:
        faults.add(path, f"no decimal that can be read: {raw[:40]!a}")
        return None


def _row_of(arguments: tuple[Any, ...], raw: Any, path: str, faults: Faults) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        faults.add(path, f"expected a list, got {_kind_of(raw)}")
        return ()
    if arguments[-1] is not Ellipsis and len(raw) != len(arguments):
        faults.add(path, f"expected {len(arguments)} values, got {len(raw)}")
        return ()
    return tuple(_value_of(arguments[0], one, f"{path}[{place}]", faults) for place, one in enumerate(raw))


def _mapping_of(arguments: tuple[Any, ...], raw: Any, path: str, faults: Faults) -> dict[str, Any]:
    if not isinstance(raw, dict):
        faults.add(path, f"expected a table, got {_kind_of(raw)}")
        return {}
    return {key: _value_of(arguments[1], value, _under(path, key), faults) for key, value in raw.items()}


def _leaf(wanted: Any, raw: Any, path: str, faults: Faults) -> Any:
    try:
        value = msgspec.convert(raw, wanted)
    except msgspec.ValidationError as error:
        faults.add(path, _one_line(str(error).split(" - at `")[0]))
        return None
    if isinstance(value, date) and not FIRST_DAY <= value <= LAST_DAY:
        faults.add(path, f"no day between {FIRST_DAY} and {LAST_DAY}")
        return None
    return value


def _sweep(value: Any, path: str, depth: int, faults: Faults) -> None:
    if depth > DEPTH_MAX:
        raise RecursionError
    if isinstance(value, Twice):
        faults.add(path, "stands twice")
    elif isinstance(value, float):
        fen = path.endswith("_fen")
        faults.add(path, "a fraction of a fen" if fen else 'a decimal is written in quotes, such as "49.5"')
    elif isinstance(value, str):
        if "\0" in value or not _encodes(value):
            faults.add(path, "holds a character that is no text")
    elif isinstance(value, dict):
        for key, one in value.items():
            _sweep(one, _under(path, key), depth + 1, faults)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            _sweep(one, f"{path}[{place}]", depth + 1, faults)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _under(path: str, key: str) -> str:
    shown = key if _PLAIN.fullmatch(key) else ascii(key[:40])
    return f"{path}.{shown}" if path else shown


def _one_line(text: str) -> str:
    return ascii(text[:200])[1:-1] if not text.isprintable() else text[:200]


def _kind_of(raw: Any) -> str:
    names = {dict: "a table", list: "a list", str: "a text", bool: "true or false", int: "a number"}
    return names.get(type(raw), "nothing" if raw is None else type(raw).__name__)
