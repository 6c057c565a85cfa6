"""What a desk reads: a provider its runs, a teacher the own completions, a registrar the queue."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from vouchermarket.booking.tables import booking
from vouchermarket.completion.queries.attendance import attendance_of, run
from vouchermarket.completion.queries.cases import awaiting
from vouchermarket.completion.queries.completions import (
    completions_of_person,
    completions_of_run,
    participants_of,
)
from vouchermarket.completion.structs import AttendanceRow, Completion, Standing
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CompletionId


async def run_attendance(session: Session, actor: Actor, run_id: UUID) -> list[AttendanceRow]:
    """The attendance of a run, by meeting and booking: for its provider and the offices over the market.

    Refuses `RoleNotAllowed`, `NotFound` (another provider's run).
    """
    await _refuse_stranger(session, actor, run_id)
    taken = select(booking.c.id).where(booking.c.bureau_id == actor.bureau_id, booking.c.run_id == run_id)
    return await attendance_of(session, actor.bureau_id, (await session.execute(taken)).scalars().all())


async def run_completions(session: Session, actor: Actor, run_id: UUID) -> list[Standing]:
    """What has been reported of a run, in the order of its bookings; for the same readers.

    Refuses `RoleNotAllowed`, `NotFound` (another provider's run).
    """
    await _refuse_stranger(session, actor, run_id)
    return await _standing(session, actor, await completions_of_run(session, actor.bureau_id, run_id))


async def own_completions(session: Session, actor: Actor) -> list[Standing]:
    """A person's own completions, newest report first."""
    found = await completions_of_person(session, actor.bureau_id, actor.person_id)
    return await _standing(session, actor, found)


async def registrar_queue(
    session: Session, actor: Actor, *, after: CompletionId | None = None, at_most: int = 50
) -> list[Standing]:
    """What waits for the actor's offices to verify, oldest report first, beginning after one of them.

    Refuses `RoleNotAllowed`.
    """
    offices = [seat.organisation_id for seat in identity.seats_for(actor, "verify_completion")]
    found = await awaiting(session, actor.bureau_id, *offices, after=after, at_most=at_most)
    return await _standing(session, actor, found)


async def _refuse_stranger(session: Session, actor: Actor, run_id: UUID) -> None:
    identity.seats_for(actor, "read_provider")
    found = await run(session, actor.bureau_id, run_id)
    identity.overseer_or_at(actor, "read_provider", found.provider_id)


async def _standing(session: Session, actor: Actor, found: Sequence[Completion]) -> list[Standing]:
    of = await participants_of(session, actor.bureau_id, [one.booking_id for one in found])
    return [
        Standing(one, one.state, of[one.booking_id].run_id, of[one.booking_id].person_id) for one in found
    ]
