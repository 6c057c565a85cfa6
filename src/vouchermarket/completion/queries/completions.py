"""Completions by id, by booking, by run, by person."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from vouchermarket.booking.tables import booking
from vouchermarket.completion.structs import (
    Completion,
    Confirmed,
    Participant,
)
from vouchermarket.completion.tables import completion
from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.ids import BookingId, CompletionId, PersonId, RunId

_of_booking = leads_to(completion.c.booking_id, booking)


def completion_of(row: Any) -> Completion:
    """A row of `completion` as a struct."""
    return Completion(
        id=row.id,
        booking_id=row.booking_id,
        provider_id=row.provider_id,
        attended=row.attended,
        meetings=row.meetings,
        evidence=row.evidence,
        reported_by=row.reported_by,
        reported_at=row.reported_at,
        contested_at=row.contested_at,
        contest_reason=row.contest_reason,
        confirmed_at=row.confirmed_at,
        confirmed_how=Confirmed(row.confirmed_how) if row.confirmed_how else None,
        verified_at=row.verified_at,
        verified_by=row.verified_by,
        captured_fen=row.captured_fen,
        entry_id=row.entry_id,
        policy_version_id=row.policy_version_id,
        revoked_at=row.revoked_at,
    )


def participant_of(row: Any) -> Participant:
    """A row of `booking` as completion sees it."""
    return Participant(
        BookingId(row.id),
        RunId(row.run_id),
        PersonId(row.person_id),
        row.price_fen,
        row.cancelled_at is not None,
    )


async def completions(
    session: Session, bureau_id: UUID, completion_ids: Collection[UUID]
) -> dict[CompletionId, Completion]:
    """Completions by id; ids that are not there are left out."""
    statement = select(completion).where(
        completion.c.bureau_id == bureau_id, completion.c.id == among(completion_ids)
    )
    return {row.id: completion_of(row) for row in await session.execute(statement)}


async def completions_of_bookings(
    session: Session, bureau_id: UUID, booking_ids: Collection[UUID]
) -> dict[BookingId, Completion]:
    """Completions by booking: a booking is reported once."""
    statement = select(completion).where(
        completion.c.bureau_id == bureau_id, completion.c.booking_id == among(booking_ids)
    )
    return {row.booking_id: completion_of(row) for row in await session.execute(statement)}


async def completions_of_run(session: Session, bureau_id: UUID, run_id: UUID) -> list[Completion]:
    """What has been reported of a run, in the order of its bookings."""
    statement = _joined().where(booking.c.bureau_id == bureau_id, booking.c.run_id == run_id)
    return [completion_of(row) for row in await session.execute(statement.order_by(booking.c.id))]


async def completions_of_person(session: Session, bureau_id: UUID, person_id: UUID) -> list[Completion]:
    """A teacher's own completions, newest report first."""
    statement = _joined().where(booking.c.bureau_id == bureau_id, booking.c.person_id == person_id)
    newest_first = statement.order_by(completion.c.reported_at.desc(), completion.c.id)
    return [completion_of(row) for row in await session.execute(newest_first)]


def _joined() -> Select[Any]:
    return select(completion).join_from(completion, booking, _of_booking)


async def participants_of(
    session: Session, bureau_id: UUID, booking_ids: Collection[UUID]
) -> dict[BookingId, Participant]:
    """Bookings by id as completion sees them, unlocked."""
    statement = select(booking).where(booking.c.bureau_id == bureau_id, booking.c.id == among(booking_ids))
    return {row.id: participant_of(row) for row in await session.execute(statement)}
