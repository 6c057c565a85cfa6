"""Tables as clerks have them, CSV and Excel: into rows of text, and out of rows of values."""

from vouchermarket.kit.tabular.reading import (
    BYTES_MAX,
    ROWS_MAX,
    EncodingUnknown,
    Row,
    Sheet,
    TableNotReadable,
    TableTooLarge,
    read,
)
from vouchermarket.kit.tabular.writing import Value, write_csv, write_xlsx

__all__ = [
    "BYTES_MAX",
    "ROWS_MAX",
    "EncodingUnknown",
    "Row",
    "Sheet",
    "TableNotReadable",
    "TableTooLarge",
    "Value",
    "read",
    "write_csv",
    "write_xlsx",
]
