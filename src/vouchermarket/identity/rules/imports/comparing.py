"""What a file is compared with and what comes of it, the same for bodies and people."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from vouchermarket.identity.rules.roster import Held
from vouchermarket.identity.rules.sheets import Fault, FaultKind, Record, Records
from vouchermarket.identity.structs import OrganisationKind
from vouchermarket.kit.ids import OrganisationId, PersonId
from vouchermarket.kit.refusal import Kind, Refusal

FAULTS_SHOWN = 200


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


class StandingBody(msgspec.Struct, frozen=True):
    """A body as it stands, in the words of the file."""

    id: OrganisationId
    values: dict[str, Any]
    is_closed: bool = False

    @property
    def kind(self) -> OrganisationKind:
        return OrganisationKind(self.values["kind"])


class StandingSeat(msgspec.Struct, frozen=True):
    """A seat somebody has, had or will have."""

    id: UUID
    organisation: str
    role: str
    from_on: date
    to_on: date | None


class StandingPerson(msgspec.Struct, frozen=True):
    """A person as he or she stands, with all periods of seats, posts and tiers (`words`)."""

    id: PersonId
    values: dict[str, Any]
    seats: tuple[StandingSeat, ...]
    words: Mapping[str, tuple[Held, ...]]


class Change(msgspec.Struct, frozen=True):
    """What one row does: `fields` are those that become others, all of them for a new row.

    `leaves` is the seat that ends on the row's `from_on`; `begun` and `ended` are posts and tiers.
    """

    row: int
    code: str
    id: UUID | None
    fields: tuple[str, ...]
    values: dict[str, Any]
    takes_seat: bool = False
    leaves: UUID | None = None
    begun: Mapping[str, tuple[str, ...]] = {}
    ended: Mapping[str, tuple[Held, ...]] = {}


class Compared(msgspec.Struct, frozen=True):
    """A whole file: what it changes, how many rows change nothing, what is wrong."""

    changes: list[Change]
    unchanged: int
    faults: list[Fault]


def is_change(change: Change) -> bool:
    """Does the row do anything?"""
    return bool(
        change.fields or change.takes_seat or any(change.begun.values()) or any(change.ended.values())
    )


def compared(records: Records, judged: Callable[[Record], Change | list[Fault]]) -> Compared:
    """Each row judged for itself; the faults of reading and of judging in the order of the rows."""
    changes: list[Change] = []
    faults = list(records.faults)
    unchanged = 0
    for record in records.rows:
        verdict = judged(record)
        if isinstance(verdict, list):
            faults += verdict
        elif verdict.id is not None and not is_change(verdict):
            unchanged += 1
        else:
            changes.append(verdict)
    return Compared(changes, unchanged, sorted(faults, key=lambda each: (each.row, each.column)))


def fault(record: Record, kind: FaultKind, field: str, zh: str, en: str) -> Fault:
    """A fault of one field of a row that could be read."""
    found = record.values.get(field)
    told = "|".join(found) if isinstance(found, tuple) else "" if found is None else str(found)
    return Fault(record.row, field, kind, told, zh, en)


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


def preview(table: str, encoding: str, found: Compared) -> Preview:
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
        tuple(
            Told(change.row, change.code, change.id is None, told_fields(change))
            for change in found.changes[:FAULTS_SHOWN]
        ),
    )


def told_fields(change: Change) -> tuple[str, ...]:
    """The columns whose value becomes another."""
    words = [name for name in change.begun if change.begun[name] or change.ended[name]]
    return (*change.fields, *(["organisation"] if change.takes_seat else []), *words)
