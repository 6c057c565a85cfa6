"""Identifiers: UUIDv7, made in Python, typed by what they name."""

import uuid
from typing import NewType
from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7

BureauId = NewType("BureauId", UUID)
OrganisationId = NewType("OrganisationId", UUID)
PersonId = NewType("PersonId", UUID)
AccountId = NewType("AccountId", UUID)
TransferId = NewType("TransferId", UUID)
EventId = NewType("EventId", UUID)
PolicyVersionId = NewType("PolicyVersionId", UUID)
CourseId = NewType("CourseId", UUID)
RunId = NewType("RunId", UUID)
MeetingId = NewType("MeetingId", UUID)
FundId = NewType("FundId", UUID)
IssuanceId = NewType("IssuanceId", UUID)
VoucherId = NewType("VoucherId", UUID)
BookingId = NewType("BookingId", UUID)
CompletionId = NewType("CompletionId", UUID)
EntryId = NewType("EntryId", UUID)
StatementId = NewType("StatementId", UUID)
PaymentId = NewType("PaymentId", UUID)


def new_id() -> UUID:
    """A fresh UUIDv7: sorted by time, so that indexes grow at their right edge."""
    return _uuid7()


def fact_id(bureau_id: UUID, fact: str) -> UUID:
    """The same id for the same fact in the same bureau: for rows that must exist once."""
    return uuid.uuid5(bureau_id, fact)
