"""Locking in the order of the house: bookings first, then what has been reported of them."""

from collections.abc import Collection
from uuid import UUID

from vouchermarket.booking.tables import booking
from vouchermarket.completion import queries
from vouchermarket.completion.structs import Completion, Participant
from vouchermarket.completion.tables import completion
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import BookingId, CompletionId
from vouchermarket.kit.locks import lock_rows


async def lock_bookings(
    session: Session, bureau_id: UUID, booking_ids: Collection[UUID]
) -> dict[BookingId, Participant]:
    """Lock bookings: while they are ours nobody cancels them, reports them or takes their attendance."""
    rows = await lock_rows(session, booking, bureau_id, booking_ids)
    return {row.id: queries.participant_of(row) for row in rows}


async def lock(
    session: Session, bureau_id: UUID, completion_ids: Collection[UUID]
) -> tuple[dict[CompletionId, Completion], dict[BookingId, Participant]]:
    """Lock completions and, before them, their bookings; ids that are not there are left out."""
    # A completion never changes its booking, so this may be read before anything is locked.
    seen = await queries.completions(session, bureau_id, completion_ids)
    participants = await lock_bookings(session, bureau_id, {one.booking_id for one in seen.values()})
    rows = await lock_rows(session, completion, bureau_id, seen)
    return {row.id: queries.completion_of(row) for row in rows}, participants
