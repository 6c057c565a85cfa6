"""Whose eyes a booking is for: another's looks like none at all."""

from vouchermarket.booking.structs import Booking
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor, OrganisationKind

# Desks that look over the whole market of their bureau.
_OVERSEERS = frozenset(
    {OrganisationKind.TRAINING_CENTRE, OrganisationKind.TEACHER_OFFICE, OrganisationKind.INSPECTORATE}
)


def may_see(actor: Actor, booking: Booking) -> None:
    """The participant, the school that sent, the provider, and the city's overseers. Refuses `NotFound`."""
    if booking.person_id == actor.person_id:
        return
    readers = identity.matrix()
    for seat in actor.seats:
        if seat.desk in readers["read_school"] and (
            seat.kind in _OVERSEERS or seat.organisation_id == booking.sent_by
        ):
            return
        if seat.desk in readers["read_provider"] and seat.organisation_id == booking.provider_id:
            return
    raise identity.NotFound
