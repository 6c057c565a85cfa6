"""Reads of bookings."""

from vouchermarket.booking.queries.bookings import (
    booking,
    booking_by_id,
    bookings_by_id,
    bookings_of,
    bookings_of_run,
    bookings_sent_by,
    live_counts,
    roster,
)
from vouchermarket.booking.queries.cart import cart, cart_size
from vouchermarket.booking.queries.engagements import engagements
from vouchermarket.booking.queries.gone import heir_of, open_bookings_of_the_gone
from vouchermarket.booking.queries.timetable import feed_made_at, lessons_of, person_by_feed

__all__ = [
    "booking",
    "booking_by_id",
    "bookings_by_id",
    "bookings_of",
    "bookings_of_run",
    "bookings_sent_by",
    "cart",
    "cart_size",
    "engagements",
    "feed_made_at",
    "heir_of",
    "lessons_of",
    "live_counts",
    "open_bookings_of_the_gone",
    "person_by_feed",
    "roster",
]
