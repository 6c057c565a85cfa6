"""Statements, their lines and keys, revocations, and the commands on them. Amounts are integer fen."""

import enum
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from vouchermarket.identity.structs import OrganisationKind
from vouchermarket.kit.fields import Line, Prose, Text
from vouchermarket.kit.ids import BookingId, CompletionId, OrganisationId, PaymentId, PersonId, StatementId
from vouchermarket.payments.structs import Payment, PaymentState


class Response(enum.StrEnum):
    """What a provider says of a line."""

    ACCEPTED = "accepted"
    DISPUTED = "disputed"


# --- commands ---------------------------------------------------------------------------------------------


class DrawUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Draw up a statement of the civil days `[from_on, to_on)` of the bureau."""

    provider_id: OrganisationId
    from_on: date
    to_on: date


class Respond(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Accept lines, or dispute them with a reason; all of them or none."""

    line_ids: Annotated[tuple[UUID, ...], msgspec.Meta(min_length=1, max_length=10_000)]
    response: Response
    reason: Text = ""


class DropLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take a disputed line off its statement."""

    line_id: UUID
    reason: Prose


class RecordPayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The bank has paid, under this reference."""

    payment_id: PaymentId
    reference: Line


class RecordFailure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The bank has not paid, and why."""

    payment_id: PaymentId
    reason: Prose


class ProposeRevocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Take a verified completion back: why, and the document that says so."""

    completion_id: CompletionId
    reason: Prose
    document: Line


# --- what stands ------------------------------------------------------------------------------------------


class EarnedCompletion(msgspec.Struct, frozen=True):
    """A verified completion as far as money is concerned."""

    id: CompletionId
    booking_id: BookingId
    captured_fen: int


class Statement(msgspec.Struct, frozen=True):
    """What a provider earned in a period; the total follows the live lines always (I8)."""

    id: StatementId
    provider_id: OrganisationId
    from_on: date
    to_on: date
    total_fen: int
    drawn_up_by: PersonId
    drawn_up_at: datetime
    settled_at: datetime | None


class StatementLine(msgspec.Struct, frozen=True):
    """One completion on a statement. A dropped line counts no more and keeps its story."""

    id: UUID
    statement_id: StatementId
    completion_id: CompletionId
    booking_id: BookingId
    amount_fen: int
    response: Response | None
    dispute: str | None
    responded_by: PersonId | None
    dropped_at: datetime | None

    @property
    def is_live(self) -> bool:
        """It counts in the total."""
        return self.dropped_at is None


class StatementKey(msgspec.Struct, frozen=True):
    """One office's key, turned by one person."""

    id: UUID
    statement_id: StatementId
    office: OrganisationKind
    person_id: PersonId
    turned_at: datetime


class Opened(msgspec.Struct, frozen=True):
    """A statement as people read it: lines (dropped ones too), the keys that are turned, its payments."""

    statement: Statement
    lines: tuple[StatementLine, ...]
    keys: tuple[StatementKey, ...]
    payments: tuple[Payment, ...]


class Turned(msgspec.Struct, frozen=True):
    """Which office's key was turned, and whether it settled the statement."""

    office: OrganisationKind
    settled: bool


class Recorded(msgspec.Struct, frozen=True):
    """How a payment stands after what was recorded."""

    payment_id: PaymentId
    state: PaymentState


class Revocation(msgspec.Struct, frozen=True):
    """A proposal to take a completion back: nothing moves until a second person approves."""

    id: UUID
    completion_id: CompletionId
    reason: str
    document: str
    proposed_by: PersonId
    proposed_at: datetime
    decided_by: PersonId | None
    approved: bool | None


class RevocationEffect(msgspec.Struct, frozen=True):
    """What taking a completion back moves: to its voucher or co-pay, or clawed back once it is settled."""

    amount_fen: int
    is_settled: bool


class StatementRow(msgspec.Struct, frozen=True):
    """A statement in a queue: how many lines are live, still unanswered, disputed; whose keys are turned."""

    statement: Statement
    lines: int
    unanswered: int
    disputed: int
    offices: tuple[OrganisationKind, ...]

    @property
    def stage(self) -> str:
        """How far it has come: `drawn`, `disputed`, `waiting`, `half` (one key), `settled`."""
        if self.statement.settled_at is not None:
            return "settled"
        if self.disputed:
            return "disputed"
        if self.unanswered:
            return "drawn"
        return "half" if self.offices else "waiting"


class ProviderMoney(msgspec.Struct, frozen=True):
    """Where a provider's money is: earned and not settled, settled and payable, on its way, paid."""

    earned_fen: int
    payable_fen: int
    held_fen: int
    paid_fen: int
