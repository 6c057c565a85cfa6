"""Out of rows of values: CSV that Excel opens as UTF-8, and XLSX in which nothing is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from vouchermarket.kit.tabular.harmless import marked

# A code is a text, be it all digits; only what is counted is a number.
Value = str | int | Decimal | date | None


def write_csv(rows: Iterable[Sequence[Value]]) -> bytes:
    """UTF-8 with a byte order mark, lines ended as Excel ends them."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows([_in_csv(value) for value in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Iterable[Sequence[Value]], *, name: str) -> bytes:
    """A workbook of one sheet with its first row kept in sight."""
    import xlsxwriter  # a tenth of a second, for a workbook only

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, int | Decimal):
                    sheet.write_number(number, column, Fraction(value))
                elif value is not None:
                    sheet.write_string(number, column, _text(value))
    return written.getvalue()


def _in_csv(value: Value) -> str | int | Decimal:
    if value is None or isinstance(value, int | Decimal):
        return "" if value is None else value
    return marked(_text(value))


def _text(value: str | date) -> str:
    return value if isinstance(value, str) else value.isoformat()
