"""Giving a seat back: who may, until when, and what comes back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from vouchermarket.booking.rules import refusals
from vouchermarket.booking.rules.checks import shown_at
from vouchermarket.booking.structs import Booking, Consequence, Payment
from vouchermarket.catalogue.structs import Run
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor, OrganisationKind, Role
from vouchermarket.kit.ids import OrganisationId, VoucherId
from vouchermarket.ledger.structs import Hold
from vouchermarket.policies.rules import Pack


def may_cancel(actor: Actor, booking: Booking, heir_id: OrganisationId | None = None) -> None:
    """A teacher gives back the own choice, a school its nominee's seat: whoever pays decides (ZZ-B02, B03).

    For somebody who is gone the school he or she taught at last does it, `heir_id`, or the centre. Refuses
    `RoleNotAllowed` for a nominee, who sees the booking but did not make it; `NotFound` for others.
    """
    seats = identity.seats_for(actor, "cancel_booking")
    if heir_id is not None and any(
        seat.kind is OrganisationKind.TRAINING_CENTRE
        or (seat.organisation_id == heir_id and seat.role is Role.OFFICER)
        for seat in seats
    ):
        return
    if booking.sent_by is not None:
        if any(seat.organisation_id == booking.sent_by and seat.role is Role.OFFICER for seat in seats):
            return
        if booking.person_id == actor.person_id:
            raise identity.RoleNotAllowed(verb="cancel_booking")
    elif booking.person_id == actor.person_id:
        return
    raise identity.NotFound


def consequence(
    booking: Booking, run: Run, holds: Sequence[Hold], pack: Pack, now: datetime, time_zone: str
) -> Consequence:
    """What cancelling now gives back, in fen, by the terms of the version the booking was made under.

    Free until so many hours before the first meeting, later refused or free as the pack says; once the first
    meeting has begun never. A run that was called off can always be given back. Refuses `BookingNotLive`,
    `CancellationClosed`.
    """
    if not booking.is_live:
        raise refusals.BookingNotLive
    row = pack.cancellation
    free_until_at = run.starts_at
    if row is not None and row.late == "refused":
        free_until_at -= timedelta(hours=row.free_until_hours)
    if now >= free_until_at and run.cancelled_at is None:
        raise refusals.CancellationClosed(
            title=booking.title,
            free_until_at=shown_at(free_until_at, time_zone),
            clause=row.clause if row else None,
        )
    back = tuple(Payment(VoucherId(hold.source_id), hold.amount_fen) for hold in holds)
    return Consequence(booking.id, sum(payment.amount_fen for payment in back), back, free_until_at)
