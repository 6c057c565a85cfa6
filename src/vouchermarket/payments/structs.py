"""Payments, their attempts and what a gateway may answer."""

import enum


class Gateway(enum.StrEnum):
    """How money leaves the building."""

    MANUAL = "manual"


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
