"""A seat is given back: its holds are released, and the next one may have it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from vouchermarket.booking import queries, rules, tables
from vouchermarket.booking.structs import Booking, Consequence
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries as catalogue_queries
from vouchermarket.catalogue.structs import Run
from vouchermarket.identity import queries as identity_queries
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import BookingId, TransferId, new_id
from vouchermarket.kit.locks import lock_rows
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger.structs import Hold, Posting, TransferCode
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.policies import queries as policies


async def preview_cancel(session: Session, actor: Actor, booking_id: UUID, *, now: datetime) -> Consequence:
    """What cancelling now would give back, in fen; nothing is written. Refuses as `cancel`."""
    booking = await _cancellable(session, actor, booking_id, now=now)
    runs = await catalogue_queries.runs(session, actor.bureau_id, [booking.run_id])
    consequence, _ = await _judged(session, actor, booking, runs[booking.run_id], now=now)
    return consequence


async def cancel(
    session: Session, actor: Actor, booking_id: UUID, reason: str, *, now: datetime
) -> Consequence:
    """Give a seat back, as the teacher who chose it or the school that sent its nominee.

    For somebody who is gone the last school or the centre does it. By the terms of the policy version it was
    booked under. Refuses `RoleNotAllowed`, `NotFound`, `BookingNotLive`, `CancellationClosed`.
    """
    unlocked = await _cancellable(session, actor, booking_id, now=now)
    bureau_id = actor.bureau_id
    run = (await catalogue.lock_runs(session, bureau_id, [unlocked.run_id]))[unlocked.run_id]
    await lock_rows(session, tables.booking, bureau_id, [booking_id])
    # Read after the lock: somebody else may have cancelled it meanwhile.
    booking = await _cancellable(session, actor, booking_id, now=now)
    consequence, holds = await _judged(session, actor, booking, run, now=now)
    facts = {"run_id": run.id, "person_id": booking.person_id, "released_fen": consequence.released_fen}
    event_id = await events.record(
        session,
        bureau_id,
        "booking.cancelled",
        booking.id,
        now=now,
        actor_id=actor.person_id,
        # The reason may tell of an illness: it stays in its row, and out of the trail.
        facts=facts | events.changed(booking, cancelled_at=now),
    )
    await session.execute(
        update(tables.booking)
        .where(tables.booking.c.bureau_id == bureau_id, tables.booking.c.id == booking.id)
        .values(cancelled_at=now, cancelled_by=actor.person_id, cancel_reason=reason)
    )
    await ledger.post(session, bureau_id, _releases(booking.id, holds), event_id=event_id, now=now)
    await catalogue.set_taken(session, bureau_id, {run.id: run.taken - 1})
    if booking.person_id != actor.person_id:
        told = {"booking_id": booking.id, "title": booking.title, "reason": reason}
        kind = notice_rules.BookingCancelledBySchool
        await notices.tell(session, bureau_id, booking.person_id, kind, told, now=now)
    return consequence


async def _cancellable(session: Session, actor: Actor, booking_id: UUID, *, now: datetime) -> Booking:
    """A booking the actor may cancel by role. Refuses `RoleNotAllowed`, `NotFound`."""
    identity.seats_for(actor, "cancel_booking")
    booking = await queries.booking_by_id(session, actor.bureau_id, booking_id)
    if booking is None:
        raise identity.NotFound
    heir_id = await queries.heir_of(session, actor.bureau_id, booking.person_id, now=now)
    rules.may_cancel(actor, booking, heir_id)
    return booking


async def _judged(
    session: Session, actor: Actor, booking: Booking, run: Run, *, now: datetime
) -> tuple[Consequence, list[Hold]]:
    zone = (await identity_queries.bureau(session, actor.bureau_id)).time_zone
    policy = await policies.by_version(session, actor.bureau_id, booking.policy_version_id)
    holds = await ledger_queries.holds_of(session, actor.bureau_id, [booking.id])
    return rules.consequence(booking, run, holds, policy.pack, now, zone), holds


def _releases(booking_id: BookingId, holds: Sequence[Hold]) -> list[Posting]:
    return [
        Posting(
            id=TransferId(new_id()),
            code=TransferCode.RELEASE,
            source_id=hold.source_id,
            target_id=hold.target_id,
            amount_fen=hold.amount_fen,
            key=f"release:{hold.id}",
            document_id=booking_id,
            resolves_id=hold.id,
        )
        for hold in holds
    ]
