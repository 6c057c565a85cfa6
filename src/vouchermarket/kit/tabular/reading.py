"""Into rows of text, whatever the file is called: what it is, is seen from its bytes."""

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

import msgspec

from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.kit.tabular.harmless import unmarked

BYTES_MAX = 10_000_000
ROWS_MAX = 100_000
COLUMNS_MAX = 50
CELLS_MAX = ROWS_MAX * COLUMNS_MAX
EXPANDED_MAX = 50_000_000
ENTRIES_MAX = 1_000
_ZIP = b"PK\x03\x04"
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")


class TableTooLarge(Refusal):
    code = "table_too_large"
    kind = Kind.INVALID
    zh = "文件超出上限:{what} 最多 {at_most}"
    en = "The file is too large: at most {at_most} {what}"
    remedy_zh = "请分成几个文件导入,或删去多余的工作表、列和图片"
    remedy_en = "Import it in several files, or take out spare sheets, columns and pictures"


class EncodingUnknown(Refusal):
    code = "encoding_unknown"
    kind = Kind.INVALID
    zh = "文件不是 UTF-8 或 GB18030 编码的文本,也不是 Excel 工作簿(xlsx)"
    en = "The file is neither text in UTF-8 or GB18030 nor an Excel workbook (xlsx)"
    remedy_zh = "请另存为 xlsx,或“CSV UTF-8”"
    remedy_en = "Save it as xlsx or as 'CSV UTF-8'"


class TableNotReadable(Refusal):
    code = "table_not_readable"
    kind = Kind.INVALID
    zh = "文件无法读取:{problem}"
    en = "The file cannot be read: {problem}"
    remedy_zh = "请用表格软件打开后另存为新的 xlsx 文件再导入"
    remedy_en = "Open it in a spreadsheet program, save it as a new xlsx file and import that"


class Row(msgspec.Struct, frozen=True):
    """One row that is not empty: its number as a spreadsheet shows it, its cells up to the last filled one.

    `formulas` are the columns, from 0, whose cell is a formula; its text stands in `cells`.
    """

    number: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()


class Sheet(msgspec.Struct, frozen=True):
    """A table as it was read, and what it was read as: `utf-8`, `gb18030` or `xlsx`."""

    encoding: str
    rows: list[Row]


def read(content: bytes) -> Sheet:
    """The table in a file; of a workbook, its first sheet. Nothing is unpacked before its size is known.

    Refuses `TableTooLarge`, `EncodingUnknown`, `TableNotReadable`.
    """
    if len(content) > BYTES_MAX:
        raise TableTooLarge(what="bytes", at_most=BYTES_MAX)
    if content.startswith(_ZIP):
        return Sheet("xlsx", _of_workbook(content))
    text, encoding = _decoded(content)
    try:
        records = csv.reader(io.StringIO(text, newline=""), strict=True)
        return Sheet(encoding, _gathered([(unmarked(cell), False) for cell in record] for record in records))
    except csv.Error as error:
        raise TableNotReadable(problem=str(error)) from error


def _decoded(content: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise EncodingUnknown


def _gathered(rows: Iterable[list[tuple[str, bool]]]) -> list[Row]:
    found: list[Row] = []
    cells_seen = 0
    for number, cells in enumerate(rows, start=1):
        # Rows may be padded with thousands of empty cells: those cost time too.
        cells_seen += len(cells)
        while cells and not cells[-1][0].strip():
            cells.pop()
        if len(cells) > COLUMNS_MAX:
            raise TableTooLarge(what="columns", at_most=COLUMNS_MAX)
        # The heading is no row of the hundred thousand.
        if number > ROWS_MAX + 1 or cells_seen > CELLS_MAX + COLUMNS_MAX:
            raise TableTooLarge(what="rows", at_most=ROWS_MAX)
        if cells:
            formulas = frozenset(column for column, (_, is_formula) in enumerate(cells) if is_formula)
            found.append(Row(number, tuple(text for text, _ in cells), formulas))
    return found


def _of_workbook(content: bytes) -> list[Row]:
    import openpyxl  # a fifth of a second, for a workbook only

    try:
        _sound(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        sheet = book.worksheets[0]
        # What a workbook says of its own size may be wrong, and rows beyond it would be lost.
        sheet.reset_dimensions()
        return _gathered([_cell(cell) for cell in row] for row in sheet.iter_rows())
    except Refusal:
        raise
    except Exception as error:
        # Whatever the reader of workbooks trips over, it is the file that is broken.
        raise TableNotReadable(problem=type(error).__name__) from error


def _sound(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        entries = packed.infolist()
        if len(entries) > ENTRIES_MAX:
            raise TableTooLarge(what="entries", at_most=ENTRIES_MAX)
        # An entry that says less than it holds is cut off at what it said, and its sum no longer fits.
        if sum(entry.file_size for entry in entries) > EXPANDED_MAX:
            raise TableTooLarge(what="bytes unpacked", at_most=EXPANDED_MAX)
        for entry in entries:
            part = packed.read(entry)
            # In UTF-16 a declaration would not be seen; no spreadsheet program writes it.
            if part[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in part[:4] * entry.filename.endswith("xml"):
                raise TableNotReadable(problem="a part in UTF-16")
            if any(word in part for word in _DECLARATIONS):
                raise TableNotReadable(problem="it declares XML entities")


def _cell(cell: Any) -> tuple[str, bool]:
    return _text(cell.value), cell.data_type == "f"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        # Excel has no dates, only instants: one at midnight is a day.
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
