"""What a cell may hold: from the text a clerk wrote to a value, and back as an export writes it."""

import enum
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

LENGTH_MAX = 200
PROSE_MAX = 5000
YEARS = range(1900, 2101)
_FEN_MAX = 10**12
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)
_DAY = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Prose may hold tabs and several lines.
_CONTROL_IN_PROSE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,2})?", re.ASCII)
_MONEY = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,2}))?", re.ASCII)
_MOMENT = re.compile(r"(\S{8,10})[ T]([0-9]{1,2}):([0-9]{2})(?::00)?", re.ASCII)
_SPAN = re.compile(r"(\S{8,10}[ T][0-9:]{4,8})\s*[-~]\s*(?:(\S{8,10})[ T])?([0-9]{1,2}):([0-9]{2})", re.ASCII)


class Cell(enum.Enum):
    """What a column holds, and in the list below what it is read as."""

    LINE = "line"
    PROSE = "prose"
    CODE = "code"
    CODES = "codes"
    DATE = "date"
    CHOICE = "choice"
    WHOLE = "whole"
    WHOLES = "wholes"
    AMOUNT = "amount"
    MONEY = "money"
    MOMENT = "moment"
    SPANS = "spans"


SEVERAL = frozenset({Cell.CODES, Cell.WHOLES, Cell.SPANS})


class Column(msgspec.Struct, frozen=True):
    """One column: its heading in English (the field's own name) and Chinese, and what stands in it."""

    field: str
    zh: str
    cell: Cell = Cell.LINE
    is_required: bool = False
    # value → what a Chinese clerk writes for it; either is read.
    choices: Mapping[str, str] = {}


YES_NO = {"true": "是", "false": "否"}


class CellFault(enum.StrEnum):
    """What can be wrong in any file; what can be wrong with its matter, each slice names itself."""

    HEADING_MISSING = "heading_missing"
    HEADING_UNKNOWN = "heading_unknown"
    HEADING_DOUBLED = "heading_doubled"
    CELL_WITHOUT_HEADING = "cell_without_heading"
    VALUE_MISSING = "value_missing"
    FORMULA = "formula"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    DATE_NOT_READABLE = "date_not_readable"
    CHOICE_UNKNOWN = "choice_unknown"
    CODE_NOT_READABLE = "code_not_readable"
    CODE_DOUBLED = "code_doubled"
    NUMBER_NOT_READABLE = "number_not_readable"
    TIME_NOT_READABLE = "time_not_readable"


def value(column: Column, written: str, *, is_formula: bool) -> tuple[Any, CellFault | None]:
    """The value of a cell, None where it is empty, and what is wrong with it."""
    is_prose = column.cell is Cell.PROSE
    several = column.cell in SEVERAL
    if is_formula:
        return None, CellFault.FORMULA
    if len(written) > (PROSE_MAX if is_prose or several else LENGTH_MAX):
        return None, CellFault.TOO_LONG
    if (_CONTROL_IN_PROSE if is_prose else _CONTROL).search(written):
        return None, CellFault.CONTROL_CHARACTER
    if not written:
        fault = CellFault.VALUE_MISSING if column.is_required else None
        return (() if several and not fault else None), fault
    read_cell, kind = _CELLS[column.cell]
    found = read_cell(column, written)
    return found, kind if found is None else None


def expected(column: Column, kind: CellFault) -> tuple[str, str]:
    """What should stand there, in Chinese and English."""
    if kind is CellFault.FORMULA:
        return "数值本身,不是公式", "the value itself, no formula"
    if kind is CellFault.TOO_LONG:
        length_max = PROSE_MAX if column.cell is Cell.PROSE or column.cell in SEVERAL else LENGTH_MAX
        return f"最多 {length_max} 个字符", f"at most {length_max} characters"
    if kind is CellFault.CONTROL_CHARACTER:
        return "一行文字,不含控制字符", "one line without control characters"
    if column.cell is Cell.CHOICE:
        return " | ".join(column.choices.values()), " | ".join(column.choices)
    return _EXPECTED[column.cell]


_CODE_ZH, _CODE_EN = "编号:字母、数字和 _ . -,最多 40 个", "a code: letters, digits and _ . -, at most 40"
_EXPECTED = {
    Cell.LINE: ("文字", "some text"),
    Cell.PROSE: ("文字", "some text"),
    Cell.CODE: (_CODE_ZH, _CODE_EN),
    Cell.CODES: (f"{_CODE_ZH},多个用 | 隔开", f"{_CODE_EN}, several parted by |"),
    Cell.DATE: ("日期,如 2014-03-01", "a date such as 2014-03-01"),
    Cell.WHOLE: ("整数,如 40", "a whole number such as 40"),
    Cell.WHOLES: ("序号,多个用 | 隔开,如 1|2|4", "numbers parted by |, such as 1|2|4"),
    Cell.AMOUNT: ("数,至多两位小数,如 12 或 49.5", "a number of at most two decimals such as 12 or 49.5"),
    Cell.MONEY: ("金额(元),如 300 或 300.50", "yuan, such as 300 or 300.50"),
    Cell.MOMENT: ("时间,如 2014-05-01 09:00", "a time such as 2014-05-01 09:00"),
    Cell.SPANS: (
        "起止时间,多个用 | 隔开,如 2014-05-01 09:00-12:00",
        "from when to when, parted by |, such as 2014-05-01 09:00-12:00",
    ),
}


def shown(column: Column, told: Any) -> str | date | None:
    """The cell as an export writes it, which `value` reads back."""
    if column.cell is Cell.SPANS and told:
        return " | ".join(_shown_span(*each) for each in told)
    if isinstance(told, tuple):
        return "|".join(str(each) for each in told)  # pyright: ignore[reportUnknownVariableType] - any tuple
    if column.cell is Cell.MONEY and told is not None:
        return f"{told // 100}.{told % 100:02d}"
    if isinstance(told, datetime):
        return f"{told:%Y-%m-%d %H:%M}"
    if told is None or not column.choices:
        return str(told) if isinstance(told, int) else told
    return column.choices[str(told).lower()]


def _shown_span(begins: datetime, ends: datetime) -> str:
    last = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{ends:%Y-%m-%d %H:%M}"
    return f"{begins:%Y-%m-%d %H:%M}-{last}"


def prose(text: str) -> str:
    """Several lines as they come back from a file, whichever way it ends them."""
    return "\n".join(text.strip().splitlines())


def _code(_column: Column, written: str) -> str | None:
    return written if _CODE.fullmatch(written) else None


def _parts(written: str) -> list[str]:
    return [each.strip() for each in written.split("|") if each.strip()]


def _codes(_column: Column, written: str) -> tuple[str, ...] | None:
    codes = set(_parts(written))
    return tuple(sorted(codes)) if all(map(_CODE.fullmatch, codes)) else None


def _choice(column: Column, written: str) -> str | bool | None:
    chosen = next((word for word, zh in column.choices.items() if written in {word, zh}), None)
    return chosen == "true" if chosen and column.choices is YES_NO else chosen


def _day(_column: Column, written: str) -> date | None:
    found = _DAY.fullmatch(written)
    try:
        day = date(int(found[1]), int(found[3]), int(found[4])) if found else None
    except ValueError:
        return None
    return day if day and day.year in YEARS else None


def _whole(_column: Column, written: str) -> int | None:
    return int(written) if _WHOLE.fullmatch(written) else None


def _wholes(_column: Column, written: str) -> tuple[int, ...] | None:
    parts = _parts(written)
    return tuple(sorted({int(each) for each in parts})) if all(map(_WHOLE.fullmatch, parts)) else None


def _amount(_column: Column, written: str) -> str | None:
    """As the commands take it: a decimal string without trailing zeros."""
    if not _AMOUNT.fullmatch(written):
        return None
    return written.rstrip("0").rstrip(".") if "." in written else written


def _money(_column: Column, written: str) -> int | None:
    found = _MONEY.fullmatch(written.replace(",", ""))
    fen = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None
    return fen if fen is not None and fen <= _FEN_MAX else None


def _moment(column: Column, written: str) -> datetime | None:
    """The time on the wall of the bureau; a spreadsheet writes a `T` and seconds."""
    found = _MOMENT.fullmatch(written)
    day = _day(column, found[1]) if found else None
    return _at(day, found[2], found[3]) if found and day else None


def _at(day: date, hour: str, minute: str) -> datetime | None:
    if int(hour) > 23 or int(minute) > 59:
        return None
    return datetime(day.year, day.month, day.day, int(hour), int(minute))  # noqa: DTZ001 - the bureau's zone is put on by who knows it


def _spans(column: Column, written: str) -> tuple[tuple[datetime, datetime], ...] | None:
    found = [_span(column, each) for each in _parts(written)]
    whole = tuple(each for each in found if each)
    return whole if len(whole) == len(found) else None


def _span(column: Column, written: str) -> tuple[datetime, datetime] | None:
    """An end without a day of its own is on the day of the beginning."""
    found = _SPAN.fullmatch(written)
    begins = _moment(column, found[1]) if found else None
    if not found or not begins:
        return None
    last = _day(column, found[2]) if found[2] else begins.date()
    ends = _at(last, found[3], found[4]) if last else None
    return (begins, ends) if ends else None


_CELLS: dict[Cell, tuple[Callable[[Column, str], Any], CellFault]] = {
    Cell.LINE: (lambda _column, written: written, CellFault.VALUE_MISSING),
    Cell.PROSE: (lambda _column, written: prose(written), CellFault.VALUE_MISSING),
    Cell.CODE: (_code, CellFault.CODE_NOT_READABLE),
    Cell.CODES: (_codes, CellFault.CODE_NOT_READABLE),
    Cell.DATE: (_day, CellFault.DATE_NOT_READABLE),
    Cell.CHOICE: (_choice, CellFault.CHOICE_UNKNOWN),
    Cell.WHOLE: (_whole, CellFault.NUMBER_NOT_READABLE),
    Cell.WHOLES: (_wholes, CellFault.NUMBER_NOT_READABLE),
    Cell.AMOUNT: (_amount, CellFault.NUMBER_NOT_READABLE),
    Cell.MONEY: (_money, CellFault.NUMBER_NOT_READABLE),
    Cell.MOMENT: (_moment, CellFault.TIME_NOT_READABLE),
    Cell.SPANS: (_spans, CellFault.TIME_NOT_READABLE),
}
