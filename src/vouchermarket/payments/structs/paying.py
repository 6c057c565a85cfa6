"""Payments, their attempts, and what a gateway is told and answers. Amounts are integer fen."""

import enum
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec

from vouchermarket.kit.fields import Line, Prose
from vouchermarket.kit.ids import OrganisationId, PaymentId, PersonId, StatementId
from vouchermarket.kit.money import FEN_MAX

# Some of a sum: a fen at least.
Part = Annotated[int, msgspec.Meta(ge=1, le=FEN_MAX)]


class Gateway(enum.StrEnum):
    """How money leaves the building."""

    MANUAL = "manual"
    STRIPE = "stripe"


class PaymentState(enum.StrEnum):
    """Approved by finance and held; being carried out; paid; failed (the hold went back).

    Returned: it was paid, and all of it has come back. Its statement may be paid again.
    """

    APPROVED = "approved"
    SENDING = "sending"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"


class ReversalState(enum.StrEnum):
    """Proposed; rejected or approved by a second person; being carried out; money back; refused there."""

    PROPOSED = "proposed"
    REJECTED = "rejected"
    APPROVED = "approved"
    SENDING = "sending"
    REVERSED = "reversed"
    FAILED = "failed"


class AttemptState(enum.StrEnum):
    """One try at the gateway. Unknown is an outcome of its own: never taken for failed."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class Outcome(enum.StrEnum):
    """What a gateway says of a payment. A silence is UNKNOWN: the money may have moved.

    LATER: this call did nothing, and the same key may be sent again. BARRED: so too, since the gateway does
    not let us in at all; nothing more is sent until somebody has looked at it.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    LATER = "later"
    BARRED = "barred"


class Step(enum.StrEnum):
    """What the next beat does with an attempt: send it (again, same key), look for it, or leave it alone."""

    SUBMIT = "submit"
    FIND = "find"
    WAIT = "wait"


class Instruction(msgspec.Struct, frozen=True):
    """What a gateway is told: ids and an amount, never a teacher's name.

    `destination` is the payee's account at the gateway, where the gateway knows payees by one. With a
    `reversal_id` it asks for this amount back, out of the payment the gateway calls `reverses`.
    """

    payment_id: PaymentId
    statement_id: StatementId
    provider_id: OrganisationId
    amount_fen: int
    destination: str | None = None
    reversal_id: UUID | None = None
    reverses: str | None = None


class Answer(msgspec.Struct, frozen=True):
    """What a gateway answers. `reference` is the bank's or the gateway's own number."""

    outcome: Outcome
    reference: str | None = None
    fault: str | None = None


class Retries(msgspec.Struct, frozen=True):
    """What a gateway promises about keys.

    Within `key_life` of its first use a repeated key gets its first answer and moves nothing again. Once
    `absence_after` has passed since the last sending, an empty `find` proves that nothing was done.
    """

    key_life: timedelta
    absence_after: timedelta


class Payment(msgspec.Struct, frozen=True):
    """One pay-out of a statement, as approved by finance. `hold_id` is its reservation in the ledger.

    `destination` is the payee's account as it was when finance approved: a later one changes nothing here.
    """

    id: PaymentId
    statement_id: StatementId
    provider_id: OrganisationId
    amount_fen: int
    gateway: Gateway
    state: PaymentState
    hold_id: UUID
    approved_by: PersonId
    approved_at: datetime
    recorded_by: PersonId | None = None
    reference: str | None = None
    ended_at: datetime | None = None
    destination: str | None = None

    @property
    def is_live(self) -> bool:
        """Paid or on its way: it stands for its statement (I9). One that failed or came back does not."""
        return self.state not in {PaymentState.FAILED, PaymentState.RETURNED}

    @property
    def instruction(self) -> Instruction:
        """What the gateway is told."""
        return Instruction(self.id, self.statement_id, self.provider_id, self.amount_fen, self.destination)


class Reversal(msgspec.Struct, frozen=True):
    """Money of a paid payment that is asked back, all of it or a part, by two persons of finance."""

    id: UUID
    payment_id: PaymentId
    amount_fen: int
    reason: str
    state: ReversalState
    proposed_by: PersonId
    proposed_at: datetime
    decided_by: PersonId | None = None
    decided_at: datetime | None = None
    reference: str | None = None
    ended_at: datetime | None = None

    def instruction(self, payment: Payment) -> Instruction:
        """What the gateway is told of it."""
        return msgspec.structs.replace(
            payment.instruction,
            amount_fen=self.amount_fen,
            reversal_id=self.id,
            reverses=payment.reference,
        )


class Attempt(msgspec.Struct, frozen=True):
    """One try to carry out a payment, or a reversal of it; `key` is made of facts and the same however often
    it is sent. The attempts of a payment and of its reversals are counted in one row.

    `started_at` is the first use of the key; `ended_at` the end of sending: an answer, or the first doubt.
    """

    payment_id: PaymentId
    number: int
    key: str
    state: AttemptState
    started_at: datetime
    ended_at: datetime | None = None
    fault: str | None = None
    reversal_id: UUID | None = None

    @property
    def is_open(self) -> bool:
        """Sent and not answered, or answered in doubt."""
        return self.state in {AttemptState.SENDING, AttemptState.UNKNOWN}


class Errand(msgspec.Struct, frozen=True):
    """One call to make between the beats, outside any transaction."""

    instruction: Instruction
    gateway: Gateway
    number: int
    key: str
    step: Step


class Conclusion(msgspec.Struct, frozen=True):
    """What an answer makes of an attempt and of its payment (or reversal: paid is then money back)."""

    attempt: AttemptState
    payment: PaymentState


class ProposeReversal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """So much of a paid payment is to come back, and why."""

    payment_id: PaymentId
    amount_fen: Part
    reason: Prose


class ProposePayee(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The account at a gateway that a provider is to be paid into."""

    provider_id: OrganisationId
    gateway: Gateway
    account: Line


class Payee(msgspec.Struct, frozen=True):
    """A provider's account at a gateway as one officer of finance entered it and another decided on it."""

    id: UUID
    provider_id: OrganisationId
    gateway: Gateway
    account: str
    proposed_by: PersonId
    proposed_at: datetime
    decided_by: PersonId | None = None
    decided_at: datetime | None = None
    approved: bool | None = None
