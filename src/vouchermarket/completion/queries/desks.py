"""What a desk reads: a provider its runs, a teacher the own completions, a registrar the queue."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from vouchermarket.booking.tables import booking
from vouchermarket.catalogue.tables import course
from vouchermarket.catalogue.tables import run as run_table
from vouchermarket.completion.queries.attendance import attendance_of, run
from vouchermarket.completion.queries.cases import awaiting
from vouchermarket.completion.queries.completions import (
    completion_of,
    completions,
    completions_of_person,
    completions_of_run,
    participants_of,
)
from vouchermarket.completion.structs import AttendanceRow, Completion, Standing, Unreported
from vouchermarket.completion.tables import completion as completion_table
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import CompletionId, RunId


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


async def completion(session: Session, actor: Actor, completion_id: UUID) -> Standing:
    """One completion, for its provider and the offices over the market.

    Refuses `RoleNotAllowed`, `NotFound` (another provider's).
    """
    identity.seats_for(actor, "read_provider")
    found = (await completions(session, actor.bureau_id, [completion_id])).get(CompletionId(completion_id))
    if found is None:
        raise identity.NotFound
    identity.overseer_or_at(actor, "read_provider", found.provider_id)
    return (await _standing(session, actor, [found]))[0]


async def contested(session: Session, actor: Actor, *, at_most: int = 50) -> list[Standing]:
    """What teachers contest of the actor's own providers, the longest waiting first.

    Refuses `RoleNotAllowed`.
    """
    table = completion_table.c
    statement = (
        select(completion_table)
        .where(
            table.bureau_id == actor.bureau_id,
            table.provider_id.in_(_own(actor)),
            table.contested_at.is_not(None),
            table.confirmed_at.is_(None),
            table.revoked_at.is_(None),
        )
        .order_by(table.contested_at, table.id)
        .limit(at_most)
    )
    return await _standing(session, actor, [completion_of(row) for row in await session.execute(statement)])


async def unreported(session: Session, actor: Actor, *, now: datetime, at_most: int = 50) -> list[Unreported]:
    """Runs of the actor's own providers that are over and not wholly reported, the longest ended first.

    Refuses `RoleNotAllowed`.
    """
    table = completion_table
    statement = (
        select(run_table.c.id, course.c.title, run_table.c.ends_at, func.count().label("seats"))
        .join_from(run_table, course, leads_to(run_table.c.course_id, course))
        .join(booking, leads_to(booking.c.run_id, run_table))
        .outerjoin(
            table,
            (table.c.bureau_id == booking.c.bureau_id) & (table.c.booking_id == booking.c.id),
        )
        .where(
            run_table.c.bureau_id == actor.bureau_id,
            course.c.provider_id.in_(_own(actor)),
            run_table.c.cancelled_at.is_(None),
            run_table.c.ends_at <= now,
            booking.c.cancelled_at.is_(None),
            table.c.id.is_(None),
        )
        .group_by(run_table.c.id, course.c.title, run_table.c.ends_at)
        .order_by(run_table.c.ends_at, run_table.c.id)
        .limit(at_most)
    )
    return [
        Unreported(RunId(row.id), row.title, row.ends_at, row.seats)
        for row in await session.execute(statement)
    ]


def _own(actor: Actor) -> list[UUID]:
    return [seat.organisation_id for seat in identity.seats_for(actor, "report_completion")]


async def _refuse_stranger(session: Session, actor: Actor, run_id: UUID) -> None:
    identity.seats_for(actor, "read_provider")
    found = await run(session, actor.bureau_id, run_id)
    identity.overseer_or_at(actor, "read_provider", found.provider_id)


async def _standing(session: Session, actor: Actor, found: Sequence[Completion]) -> list[Standing]:
    of = await participants_of(session, actor.bureau_id, [one.booking_id for one in found])
    return [
        Standing(one, one.state, of[one.booking_id].run_id, of[one.booking_id].person_id) for one in found
    ]
