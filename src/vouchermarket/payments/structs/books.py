"""What gateways show and tell: their list beside our books, and their own messages."""

import enum
from datetime import date, datetime
from uuid import UUID

import msgspec

from vouchermarket.kit.ids import PaymentId
from vouchermarket.payments.structs.paying import Gateway


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as the gateway's own list shows it; our ids stand in it as we told them, or are empty."""

    reference: str
    payment_id: str
    provider_id: str
    destination: str
    amount_fen: int
    reversed_fen: int
    made_at: datetime


class HookEvent(msgspec.Struct, frozen=True):
    """What a gateway told us by itself: the event's id, its kind, and the object it is about."""

    id: str
    kind: str
    object_id: str


class Match(enum.StrEnum):
    """How a line of our books stands to the gateway's list."""

    MATCHED = "matched"
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT_DIFFERS = "amount_differs"


class Entry(msgspec.Struct, frozen=True):
    """A paid payment in our books, less what of it has come back."""

    payment_id: PaymentId
    reference: str
    amount_fen: int


class ComparedLine(msgspec.Struct, frozen=True):
    """One payment on either side; 0 fen where it is missing."""

    match: Match
    reference: str
    payment_id: str
    here_fen: int
    there_fen: int


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """A day's comparison with a gateway: how many lines of each kind, and all that are not matched.

    `difference_fen` is what the gateway shows beyond our books, over all lines.
    """

    id: UUID
    gateway: Gateway
    day_on: date
    from_at: datetime
    to_at: datetime
    matched: int
    missing_here: int
    missing_there: int
    amount_differs: int
    difference_fen: int
    lines: tuple[ComparedLine, ...]

    @property
    def differs(self) -> int:
        """How many lines are not matched."""
        return self.missing_here + self.missing_there + self.amount_differs
