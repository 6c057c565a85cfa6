"""An import, whatever it is of: compared with what stands, shown, and then applied as its sender chose."""

import enum
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.kit.tabular.records import Fault, Record, Records, is_of_heading

FAULTS_SHOWN = 200


class OnFault(enum.StrEnum):
    """What is imported of a file with faults: none of it, or all the other rows."""

    NONE = "none"
    OTHERS = "others"


class ImportFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stored file to be imported by a worker, or only looked at."""

    file_id: UUID
    on_fault: OnFault = OnFault.NONE
    preview: bool = False


class ImportFaulty(Refusal):
    code = "import_faulty"
    kind = Kind.INVALID
    zh = "文件有 {count} 处错误,没有导入任何一行"
    en = "The file has {count} faults: not one row was imported"
    remedy_zh = "请按所列行、列逐处更正后重新导入"
    remedy_en = "Put them right by row and column and import the file again"


class ImportInFlight(Refusal):
    code = "import_in_flight"
    kind = Kind.CONFLICT
    zh = "本局正在导入另一份名册"
    en = "Another roster is being imported into this bureau right now"
    remedy_zh = "请待其完成后再试"
    remedy_en = "Try again when it is done"


class Change(msgspec.Struct, frozen=True):
    """What one row does: `fields` are those that become others, all of them for a new row."""

    row: int
    code: str
    id: UUID | None
    fields: tuple[str, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """The columns whose value becomes another."""
        return self.fields

    @property
    def is_empty(self) -> bool:
        """Does the row change nothing that stands?"""
        return self.id is not None and not self.told


ChangeT = TypeVar("ChangeT", bound=Change)


class Compared(msgspec.Struct, Generic[ChangeT], frozen=True):
    """A whole file: what it changes, how many rows change nothing, what is wrong."""

    changes: list[ChangeT]
    unchanged: int
    faults: list[Fault]


class Told(msgspec.Struct, frozen=True):
    """One change as a preview shows it."""

    row: int
    code: str
    is_new: bool
    fields: tuple[str, ...]


class Preview(msgspec.Struct, frozen=True):
    """What a file does to the roster: counts, and the first 200 faults and changes.

    `encoding` is what the file was read as: `utf-8`, `gb18030` or `xlsx`.
    """

    table: str
    encoding: str
    added: int
    changed: int
    unchanged: int
    faulty: int
    faults: tuple[Fault, ...]
    changes: tuple[Told, ...]


def compared(records: Records, judged: Callable[[Record], ChangeT | Sequence[Fault]]) -> Compared[ChangeT]:
    """Each row judged for itself; the faults of reading and of judging in the order of the rows."""
    changes: list[ChangeT] = []
    faults = list(records.faults)
    unchanged = 0
    for record in records.rows:
        verdict = judged(record)
        if not isinstance(verdict, Change):
            faults += verdict
        elif verdict.is_empty:
            unchanged += 1
        else:
            changes.append(verdict)
    return Compared(changes, unchanged, in_order(faults))


def in_order(faults: Sequence[Fault]) -> list[Fault]:
    """By row, then column."""
    return sorted(faults, key=lambda each: (each.row, each.column))


def stopping(found: Compared[Any], on_fault: OnFault) -> list[Fault]:
    """The faults that keep the whole file out; what is wrong with a heading is wrong with every row."""
    return found.faults if on_fault is OnFault.NONE else [one for one in found.faults if is_of_heading(one)]


def refuse_faulty(found: Compared[Any], on_fault: OnFault) -> None:
    """Whether the file may come in. Refuses `ImportFaulty` (`count`, and the first 200 `faults`)."""
    if stopping(found, on_fault):
        raise ImportFaulty(count=len(found.faults), faults=found.faults[:FAULTS_SHOWN])


def preview(table: str, encoding: str, found: Compared[Any]) -> Preview:
    """The whole comparison in as much as a page can hold."""
    added = sum(change.id is None for change in found.changes)
    return Preview(
        table,
        encoding,
        added,
        len(found.changes) - added,
        found.unchanged,
        len(found.faults),
        tuple(found.faults[:FAULTS_SHOWN]),
        tuple(told(change) for change in found.changes[:FAULTS_SHOWN]),
    )


def told(change: Change) -> Told:
    """A change as it is shown."""
    return Told(change.row, change.code, change.id is None, change.told)
