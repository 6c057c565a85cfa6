"""From the text of a field to the value a command takes: what cannot be read says so, nothing is guessed."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import FieldInfo

from vouchermarket.web.pages.amounts import AmountUnclear, fen_of
from vouchermarket.web.pages.shapes import is_list, plain
from vouchermarket.web.words import N_

MISSING = N_("请填写")
# Nothing was typed, and there is no such thing as an empty one.
EMPTY = object()
AS_THEY_ARE = (date, datetime)
UNREADABLE = {
    "number": N_("请填写整数,如 30"),
    "money": N_("请填写金额(元),至多两位小数,如 1200 或 49.50"),
    "date": N_("请填写日期,如 2026-03-05"),
    "instant": N_("请填写日期和时间,如 2026-03-05 14:00"),
}
# What the type's own checks say of a bound, and what people are told; the first that fits.
BOUNDS = {
    "of length <=": N_("太长了,请缩短"),
    "of length >=": MISSING,
    "matching regex": N_("含有不能接受的字符"),
    "<=": N_("数值太大"),
    ">=": N_("数值太小"),
    "Invalid enum": N_("请从列表中选择"),
    "Invalid UUID": N_("请从列表中选择"),
}
DIGITS_MAX = 15


class Fault(Exception):
    """Why one field cannot be read, as a text still to be translated."""


def value_of(field: FieldInfo, texts: list[str], zone: ZoneInfo) -> Any:
    """The value a field was given, or `EMPTY`. Raises `Fault`."""
    told = [text.strip() for text in texts if text.strip()]
    if is_list(field.type):
        return [line.strip() for text in told for line in text.split("\n") if line.strip()]
    kind = plain(field.type)
    if isinstance(kind, msgspec.inspect.BoolType):
        return bool(told)
    if not told:
        may_be_empty = isinstance(kind, msgspec.inspect.StrType) and not (kind.min_length or kind.pattern)
        return "" if may_be_empty and field.required else EMPTY
    return _read(field.name, kind, told[0], zone)


def _read(name: str, kind: msgspec.inspect.Type, text: str, zone: ZoneInfo) -> Any:
    what = "text"
    try:
        if name.endswith("_fen"):
            what = "money"
            return fen_of(text)
        if isinstance(kind, msgspec.inspect.IntType):
            what = "number"
            return _whole(text)
        if isinstance(kind, msgspec.inspect.DateType):
            what = "date"
            return date.fromisoformat(text)
        if isinstance(kind, msgspec.inspect.DateTimeType):
            what = "instant"
            return datetime.fromisoformat(text).replace(tzinfo=zone)
    except (AmountUnclear, ValueError) as error:
        raise Fault(UNREADABLE[what]) from error
    return text


def _whole(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= DIGITS_MAX):
        raise ValueError(text[:40])
    return int(text)


def checked(value: Any, wanted: Any) -> Any:
    """The value within the bounds of its type. Raises `Fault`, each bound with a text of its own."""
    try:
        msgspec.convert(value, wanted, strict=True, builtin_types=AS_THEY_ARE)
    except msgspec.ValidationError as error:
        said = str(error)
        told = next((text for sign, text in BOUNDS.items() if sign in said), N_("此处填写的内容不能接受"))
        raise Fault(told) from error
    return value
