"""Payments, their attempts, and what a gateway is told and answers. Amounts are integer fen."""

import enum
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from vouchermarket.kit.fields import Line
from vouchermarket.kit.ids import OrganisationId, PaymentId, PersonId, StatementId


class Gateway(enum.StrEnum):
    """How money leaves the building."""

    MANUAL = "manual"
    STRIPE = "stripe"


class PaymentState(enum.StrEnum):
    """Approved by finance and held; being carried out; paid; failed (the hold went back)."""

    APPROVED = "approved"
    SENDING = "sending"
    PAID = "paid"
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

    `destination` is the payee's account at the gateway, where the gateway knows payees by one.
    """

    payment_id: PaymentId
    statement_id: StatementId
    provider_id: OrganisationId
    amount_fen: int
    destination: str | None = None


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
        """Paid or on its way: it stands for its statement (I9). A failed one does not."""
        return self.state is not PaymentState.FAILED

    @property
    def instruction(self) -> Instruction:
        """What the gateway is told."""
        return Instruction(self.id, self.statement_id, self.provider_id, self.amount_fen, self.destination)


class Attempt(msgspec.Struct, frozen=True):
    """One try to carry out a payment; `key` is made of facts and the same however often it is sent.

    `started_at` is the first use of the key; `ended_at` the end of sending: an answer, or the first doubt.
    """

    payment_id: PaymentId
    number: int
    key: str
    state: AttemptState
    started_at: datetime
    ended_at: datetime | None = None
    fault: str | None = None

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
    """What an answer makes of an attempt and of its payment."""

    attempt: AttemptState
    payment: PaymentState


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
