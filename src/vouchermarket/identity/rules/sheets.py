"""What the roster's files look like, as a table of columns, and reading their cells by it."""

import enum
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from vouchermarket.identity.structs import OrganisationKind, ProviderKind, Role, SchoolStage
from vouchermarket.kit.tabular import Row, Sheet

LENGTH_MAX = 200
YEARS = range(1900, 2101)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)
_DAY = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Cell(enum.Enum):
    """What a column holds."""

    LINE = "line"
    CODE = "code"
    CODES = "codes"
    DATE = "date"
    CHOICE = "choice"


class Column(msgspec.Struct, frozen=True):
    """One column: its heading in English (the field's own name) and Chinese, and what stands in it."""

    field: str
    zh: str
    cell: Cell = Cell.LINE
    is_required: bool = False
    # value → what a Chinese clerk writes for it; either is read.
    choices: Mapping[str, str] = {}


class Table(msgspec.Struct, frozen=True):
    """A file's columns; the first is the code that tells rows apart."""

    name: str
    columns: tuple[Column, ...]


YES_NO = {"true": "是", "false": "否"}
_KINDS = (
    *("教育局", "县市区教育局", "教师科", "教师培训中心", "教科院", "学校", "学校教研室"),
    *("县级培训机构", "培训项目承担单位", "财务", "教育督导"),
)
_STAGES = ("幼儿园", "小学", "初中", "高中", "职业学校", "特殊教育")
_PROVIDERS = ("高等学校", "培训机构", "培训基地", "工作室", "学校", "企业")


def _words(kind: type[enum.StrEnum], *written: str) -> dict[str, str]:
    return dict(zip((one.value for one in kind), written, strict=True))


ORGANISATIONS = Table(
    "organisations",
    (
        Column("code", "单位编号", Cell.CODE, is_required=True),
        Column("kind", "单位类别", Cell.CHOICE, is_required=True, choices=_words(OrganisationKind, *_KINDS)),
        Column("name", "单位名称", is_required=True),
        Column("parent", "上级单位编号", Cell.CODE),
        Column("is_direct", "市直属", Cell.CHOICE, choices=YES_NO),
        Column("is_rural", "农村学校", Cell.CHOICE, choices=YES_NO),
        Column("stage", "学段", Cell.CHOICE, choices=_words(SchoolStage, *_STAGES)),
        Column("provider_kind", "承担单位类别", Cell.CHOICE, choices=_words(ProviderKind, *_PROVIDERS)),
    ),
)
PEOPLE = Table(
    "people",
    (
        Column("code", "工号", Cell.CODE, is_required=True),
        Column("name", "姓名", is_required=True),
        Column("sex", "性别", Cell.CHOICE, is_required=True, choices={"female": "女", "male": "男"}),
        Column("born_on", "出生日期", Cell.DATE, is_required=True),
        Column("joined_on", "入职日期", Cell.DATE, is_required=True),
        Column("registered", "在编在册", Cell.CHOICE, is_required=True, choices=YES_NO),
        Column("subject", "学科", Cell.CODE),
        Column("organisation", "所在单位编号", Cell.CODE),
        Column("role", "角色", Cell.CHOICE, choices=_words(Role, "教师", "经办人", "管理员")),
        Column("posts", "职务", Cell.CODES),
        Column("tiers", "层次", Cell.CODES),
        Column("from_on", "起始日期", Cell.DATE),
    ),
)
TABLES = {table.name: table for table in (ORGANISATIONS, PEOPLE)}


class FaultKind(enum.StrEnum):
    """What can be wrong in a file."""

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
    ORGANISATION_UNKNOWN = "organisation_unknown"
    ORGANISATION_CLOSED = "organisation_closed"
    KIND_CHANGED = "kind_changed"
    PARENT_NOT_FITTING = "parent_not_fitting"
    FIELD_NOT_FITTING = "field_not_fitting"
    ROLE_NOT_FITTING = "role_not_fitting"
    PERSON_ELSEWHERE = "person_elsewhere"
    BEGINS_TOO_EARLY = "begins_too_early"
    OWN_ROW = "own_row"


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong: the row as a spreadsheet numbers it, the column's heading, found and expected."""

    row: int
    column: str
    kind: FaultKind
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


def read(table: Table, sheet: Sheet) -> Records:
    """Each cell as the value its column wants. A heading may be either language's."""
    heading, *rows = sheet.rows or [Row(1, ())]
    places, faults = _placed(table, heading)
    is_whole = not any(fault.kind is FaultKind.HEADING_MISSING for fault in faults)
    records: list[Record] = []
    seen: dict[str, int] = {}
    for row in rows:
        values, wrong = _row(places, row)
        code = values.get(table.columns[0].field)
        if code in seen:
            wrong.append(_doubled(row.number, table.columns[0].field, str(code), seen[code]))
        elif code:
            seen[code] = row.number
        if not wrong and is_whole:
            records.append(Record(row.number, str(code), values))
        faults += wrong
    return Records(records, frozenset(seen), faults)


def _doubled(row: int, column: str, code: str, first: int) -> Fault:
    return Fault(
        row,
        column,
        FaultKind.CODE_DOUBLED,
        code,
        f"每个编号一行,第 {first} 行已有",
        f"once; row {first} has it",
    )


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
            faults.append(_heading(heading, FaultKind.HEADING_UNKNOWN, written, table.columns))
        elif column in places.values():
            faults.append(_heading(heading, FaultKind.HEADING_DOUBLED, written, [column]))
            column = None
        # The cells under a heading that is not ours are passed over: it is told of once.
        places[place] = column
    missing = [column for column in table.columns if column.is_required and column not in places.values()]
    faults += [_heading(heading, FaultKind.HEADING_MISSING, "", [column]) for column in missing]
    return places, faults


def _heading(row: Row, kind: FaultKind, found: str, wanted: Iterable[Column]) -> Fault:
    zh, en = (" | ".join(names) for names in zip(*((each.zh, each.field) for each in wanted), strict=True))
    return Fault(row.number, found or en, kind, found[:LENGTH_MAX], zh, en)


def _row(places: Mapping[int, Column | None], row: Row) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for place, column in places.items():
        if column is None:
            continue
        written = row.cells[place] if place < len(row.cells) else ""
        value, kind = _value(column, written.strip(), is_formula=place in row.formulas)
        if kind is not None:
            zh, en = _EXPECTED[kind] if kind in _EXPECTED else _expected(column)
            faults.append(Fault(row.number, column.field, kind, written[:LENGTH_MAX], zh, en))
        values[column.field] = value
    for place, cell in enumerate(row.cells):
        if place not in places and cell.strip():
            kind = FaultKind.CELL_WITHOUT_HEADING
            faults.append(Fault(row.number, str(place + 1), kind, cell[:LENGTH_MAX], "空", "nothing"))
    return values, faults


_EXPECTED = {
    FaultKind.FORMULA: ("数值本身,不是公式", "the value itself, no formula"),
    FaultKind.TOO_LONG: (f"最多 {LENGTH_MAX} 个字符", f"at most {LENGTH_MAX} characters"),
    FaultKind.CONTROL_CHARACTER: ("一行文字,不含控制字符", "one line without control characters"),
}


def _expected(column: Column) -> tuple[str, str]:
    if column.cell is Cell.DATE:
        return "日期,如 2014-03-01", "a date such as 2014-03-01"
    if column.cell is Cell.CHOICE:
        return " | ".join(column.choices.values()), " | ".join(column.choices)
    if column.cell is Cell.LINE:
        return "文字", "some text"
    zh, en = "编号:字母、数字和 _ . -,最多 40 个", "a code: letters, digits and _ . -, at most 40"
    return (f"{zh},多个用 | 隔开", f"{en}, several parted by |") if column.cell is Cell.CODES else (zh, en)


def _value(column: Column, written: str, *, is_formula: bool) -> tuple[Any, FaultKind | None]:
    unfit = {
        FaultKind.FORMULA: is_formula,
        FaultKind.TOO_LONG: len(written) > LENGTH_MAX,
        FaultKind.CONTROL_CHARACTER: _CONTROL.search(written) is not None,
        FaultKind.VALUE_MISSING: column.is_required and not written,
    }
    fault = next((kind for kind, is_so in unfit.items() if is_so), None)
    if fault or (not written and column.cell is not Cell.CODES):
        return None, fault
    read_cell, kind = _CELLS[column.cell]
    value = read_cell(column, written)
    return value, kind if value is None else None


def _code(_column: Column, written: str) -> str | None:
    return written if _CODE.fullmatch(written) else None


def _codes(_column: Column, written: str) -> tuple[str, ...] | None:
    codes = {each.strip() for each in written.split("|") if each.strip()}
    return tuple(sorted(codes)) if all(map(_CODE.fullmatch, codes)) else None


def _choice(column: Column, written: str) -> str | bool | None:
    chosen = next((value for value, zh in column.choices.items() if written in {value, zh}), None)
    return chosen == "true" if chosen and column.choices is YES_NO else chosen


def _day(_column: Column, written: str) -> date | None:
    found = _DAY.fullmatch(written)
    try:
        day = date(int(found[1]), int(found[3]), int(found[4])) if found else None
    except ValueError:
        return None
    return day if day and day.year in YEARS else None


_CELLS: dict[Cell, tuple[Callable[[Column, str], Any], FaultKind]] = {
    Cell.LINE: (lambda _column, written: written, FaultKind.VALUE_MISSING),
    Cell.CODE: (_code, FaultKind.CODE_NOT_READABLE),
    Cell.CODES: (_codes, FaultKind.CODE_NOT_READABLE),
    Cell.DATE: (_day, FaultKind.DATE_NOT_READABLE),
    Cell.CHOICE: (_choice, FaultKind.CHOICE_UNKNOWN),
}


def shown(table: Table, values: Mapping[str, Any]) -> list[str | date | None]:
    """The cells of one row as an export writes them, which `read` reads back."""
    return [_shown(column, values[column.field]) for column in table.columns]


def _shown(column: Column, value: Any) -> str | date | None:
    if isinstance(value, tuple):
        return "|".join(str(each) for each in value)
    if value is None or not column.choices:
        return value
    return column.choices[str(value).lower()]
