"""Whose eyes a booking is for: another's looks like none at all."""

from vouchermarket.booking.structs import Booking
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor


def may_see(actor: Actor, booking: Booking) -> None:
    """The participant, the school that sent, the provider, and the city's overseers. Refuses `NotFound`."""
    if booking.person_id == actor.person_id:
        return
    readers = identity.matrix()
    for seat in actor.seats:
        if seat.desk in readers["read_school"] and (
            seat.kind in identity.OVERSEERS or seat.organisation_id == booking.sent_by
        ):
            return
        if seat.desk in readers["read_provider"] and seat.organisation_id == booking.provider_id:
            return
    raise identity.NotFound
