"""Tables as clerks have them, CSV and Excel: into rows of text, and out of rows of values.

`cells` and `records` read the rows by a table's columns; `importing` compares them with what stands;
`exporting` makes files of them.
"""

from vouchermarket.kit.tabular.cells import YES_NO, Cell, CellFault, Column, prose
from vouchermarket.kit.tabular.cells import shown as shown_cell
from vouchermarket.kit.tabular.exporting import Exported, ExportPersonal, Format, personal, written
from vouchermarket.kit.tabular.importing import (
    FAULTS_SHOWN,
    Change,
    Compared,
    ImportFaulty,
    ImportFile,
    ImportInFlight,
    OnFault,
    Preview,
    compared,
    in_order,
    preview,
    refuse_faulty,
    stopping,
    told,
)
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
from vouchermarket.kit.tabular.records import (
    Fault,
    Record,
    Records,
    Table,
    fault_of,
    is_of_heading,
    key_of,
    read_records,
    shown,
)
from vouchermarket.kit.tabular.writing import Value, write_csv, write_xlsx

__all__ = [
    "BYTES_MAX",
    "FAULTS_SHOWN",
    "ROWS_MAX",
    "YES_NO",
    "Cell",
    "CellFault",
    "Change",
    "Column",
    "Compared",
    "EncodingUnknown",
    "ExportPersonal",
    "Exported",
    "Fault",
    "Format",
    "ImportFaulty",
    "ImportFile",
    "ImportInFlight",
    "OnFault",
    "Preview",
    "Record",
    "Records",
    "Row",
    "Sheet",
    "Table",
    "TableNotReadable",
    "TableTooLarge",
    "Value",
    "compared",
    "fault_of",
    "in_order",
    "is_of_heading",
    "key_of",
    "personal",
    "preview",
    "prose",
    "read",
    "read_records",
    "refuse_faulty",
    "shown",
    "shown_cell",
    "stopping",
    "told",
    "write_csv",
    "write_xlsx",
    "written",
]
