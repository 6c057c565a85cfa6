"""What the register of credits takes and gives: integer hundredths inside, decimal text outside."""

import enum
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec

from vouchermarket.kit.fields import Line, Prose
from vouchermarket.kit.ids import EntryId, OrganisationId, PersonId, PolicyVersionId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.policies.rules import Pack
from vouchermarket.policies.structs import Counted, Evaluation, Level, Mode, Unit
from vouchermarket.policies.structs.cited import TermCode


class Decision(enum.StrEnum):
    """What a reviewer says of an entry; `reverse` is said only when the ground it rests on is gone."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    REVERSE = "reverse"


class EntryStatus(enum.StrEnum):
    """Where an entry stands: read from its decisions, never stored."""

    REGISTERED = "registered"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    REVERSED = "reversed"


class RegisterEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Register by hand: school-based training, a diploma, an award.

    `amount` is a decimal string ("12", "49.5"). `organiser_id` names the school or county that held the
    training, where it was not the person's own. `document` is the number of the diploma.
    """

    person_id: PersonId
    type: Line
    amount: str
    unit: Unit
    earned_on: date
    evidence: Prose
    term: TermCode | None = None
    mode: Mode | None = None
    level: Level | None = None
    document: Prose | None = None
    organiser_id: OrganisationId | None = None
    evidence_complete: bool = True


class CorrectEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a registrar puts right after a return.

    Person, type, unit and level stay, and with them the offices; an entry wrong in one of these is rejected
    and registered anew.
    """

    amount: str
    earned_on: date
    evidence: Prose
    term: TermCode | None = None
    mode: Mode | None = None
    document: Prose | None = None
    evidence_complete: bool = True


class DecideEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reviewer's word on an entry, with the reason that stands in the register: all but `reverse`."""

    decision: Decision
    reason: Prose

    def __post_init__(self) -> None:
        if self.decision is Decision.REVERSE:
            raise ValueError("decision: an entry is reversed by revoking the completion it rests on")


class NewEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that has been judged and may be written. `source_id` is the completion it comes from."""

    person_id: PersonId
    type: str
    amount_hundredths: int
    unit: Unit
    earned_on: date
    term: str | None
    mode: Mode | None
    level: Level | None
    evidence: str
    registrar_id: PersonId
    registrar_office_id: OrganisationId
    reviewer_office_id: OrganisationId | None
    clause: str
    policy_version_id: PolicyVersionId
    document: str | None = None
    evidence_complete: bool = True
    source_id: UUID | None = None
    replaces_id: EntryId | None = None


class CreditEntry(NewEntry, frozen=True, kw_only=True):
    """An entry as it stands in the register. `steps` counts its decisions."""

    id: EntryId
    at: datetime
    status: EntryStatus
    steps: int
    is_replaced: bool

    @property
    def is_live(self) -> bool:
        """It speaks for its ground: neither corrected by another entry nor reversed (I7)."""
        return not self.is_replaced and self.status is not EntryStatus.REVERSED


class EntryCard(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as people read it; `amount` is a decimal string in `unit`."""

    id: EntryId
    at: datetime
    status: EntryStatus
    is_replaced: bool
    person_id: PersonId
    type: str
    amount: str
    unit: Unit
    earned_on: date
    term: str | None
    mode: Mode | None
    level: Level | None
    document: str | None
    evidence: str
    evidence_complete: bool
    registrar_id: PersonId
    registrar_office_id: OrganisationId
    reviewer_office_id: OrganisationId | None
    clause: str
    policy_version_id: PolicyVersionId
    source_id: UUID | None
    replaces_id: EntryId | None


class DecisionRow(msgspec.Struct, frozen=True):
    """One decision as written."""

    entry_id: EntryId
    step: int
    decision: Decision
    reviewer_id: PersonId
    office_id: OrganisationId
    clause: str
    reason: str
    at: datetime


class OpenedEntry(msgspec.Struct, frozen=True):
    """An entry with what was said of it, step by step."""

    entry: EntryCard
    decisions: tuple[DecisionRow, ...]


class Registered(msgspec.Struct, frozen=True):
    """The outcome of one line of a list: its entry, or the refusal that kept it out."""

    person_id: PersonId
    entry_id: EntryId | None = None
    refusal: Refusal | None = None


class Decided(msgspec.Struct, frozen=True):
    """The outcome of one entry of a set: its new status, or the refusal that kept it as it was."""

    entry_id: EntryId
    status: EntryStatus | None = None
    refusal: Refusal | None = None


class TranscriptRow(msgspec.Struct, frozen=True):
    """One entry of a person with what it counts and why not more; both None once it has been corrected."""

    entry: CreditEntry
    counted: Counted | None


class PersonTranscript(msgspec.Struct, frozen=True):
    """All entries of a person, oldest day first, and the verdict they give."""

    rows: tuple[TranscriptRow, ...]
    evaluation: Evaluation


class Desks(msgspec.Struct, frozen=True):
    """Where the bodies of Table 1 stand: by the school or county they belong to, and the one centre."""

    research_offices: Mapping[OrganisationId, OrganisationId]
    county_bodies: Mapping[OrganisationId, OrganisationId]
    centre_id: OrganisationId | None


class Offices(msgspec.Struct, frozen=True):
    """Which two bodies act on an entry, and the row that names them; no reviewer where none is named."""

    registrar_id: OrganisationId
    reviewer_id: OrganisationId | None
    clause: str


class Past(msgspec.Struct, frozen=True):
    """What a person has of one type: diplomas ever registered, and the days of the entries that stand."""

    documents: set[str] = msgspec.field(default_factory=set)
    days: list[date] = msgspec.field(default_factory=list)


class Registrar(msgspec.Struct, frozen=True, kw_only=True):
    """Who registers by hand, where, by which version of the pack, on which day."""

    person_id: PersonId
    offices: frozenset[OrganisationId]
    pack: Pack
    version_id: PolicyVersionId
    today: date
    desks: Desks
