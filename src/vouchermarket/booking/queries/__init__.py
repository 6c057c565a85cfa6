"""Reads of bookings."""

from vouchermarket.booking.queries.bookings import (
    booking,
    booking_by_id,
    bookings_of,
    bookings_of_run,
    bookings_sent_by,
    live_counts,
    roster,
)
from vouchermarket.booking.queries.engagements import engagements

__all__ = [
    "booking",
    "booking_by_id",
    "bookings_of",
    "bookings_of_run",
    "bookings_sent_by",
    "engagements",
    "live_counts",
    "roster",
]
