"""Bookings one by one, of a person, of a run, and as completion and settlement ask for them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from vouchermarket.booking import rules
from vouchermarket.booking.structs import Booking, RosterLine
from vouchermarket.booking.tables import booking as booking_table
from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.tables import course, run
from vouchermarket.identity import queries as identity_queries
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.identity.tables import person
from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.ids import (
    BookingId,
    CourseId,
    OrganisationId,
    PersonId,
    PolicyVersionId,
    RunId,
)

_of_run = leads_to(booking_table.c.run_id, run)
_of_course = leads_to(run.c.course_id, course)
_of_person = leads_to(booking_table.c.person_id, person)


def bookings_in(bureau_id: UUID) -> Select[Any]:
    """Every booking of a bureau with what its struct shows of run and course."""
    return (
        select(
            booking_table,
            run.c.course_id,
            run.c.starts_at,
            run.c.ends_at,
            course.c.title,
            course.c.provider_id,
        )
        .join_from(booking_table, run, _of_run)
        .join(course, _of_course)
        .where(booking_table.c.bureau_id == bureau_id)
    )


async def booking(session: Session, actor: Actor, booking_id: UUID) -> Booking:
    """One booking, for those whose business it is. Refuses `NotFound`."""
    found = await booking_by_id(session, actor.bureau_id, booking_id)
    if found is None:
        raise identity.NotFound
    rules.may_see(actor, found)
    return found


async def booking_by_id(session: Session, bureau_id: UUID, booking_id: UUID) -> Booking | None:
    """One booking, or None: for operations that judge themselves who may have it."""
    statement = bookings_in(bureau_id).where(booking_table.c.id == booking_id)
    row = (await session.execute(statement)).one_or_none()
    return booking_of(row) if row else None


async def bookings_by_id(
    session: Session, bureau_id: UUID, booking_ids: Collection[UUID]
) -> dict[BookingId, Booking]:
    """Bookings by id, for desks that have judged already who may see them; unknown ids are left out."""
    statement = bookings_in(bureau_id).where(booking_table.c.id == among(booking_ids))
    return {BookingId(row.id): booking_of(row) for row in await session.execute(statement)}


async def bookings_of(
    session: Session, bureau_id: UUID, person_id: UUID, *, limit: int = 50, offset: int = 0
) -> list[Booking]:
    """A person's bookings, cancelled ones too, the latest run first."""
    of_person = bookings_in(bureau_id).where(booking_table.c.person_id == person_id)
    return await _page(session, of_person, limit, offset)


async def bookings_sent_by(
    session: Session, actor: Actor, school_id: OrganisationId, *, limit: int = 50, offset: int = 0
) -> list[Booking]:
    """Bookings a school has made for teachers it sent, cancelled ones too, the latest run first.

    Refuses `RoleNotAllowed`, `NotFound` (another's school looks like none).
    """
    school = await identity_queries.school_open_to(session, actor, school_id)
    of_school = bookings_in(actor.bureau_id).where(booking_table.c.sent_by == school.id)
    return await _page(session, of_school, limit, offset)


async def _page(session: Session, found: Select[Any], limit: int, offset: int) -> list[Booking]:
    latest_first = found.order_by(run.c.starts_at.desc(), booking_table.c.id.desc())
    return [booking_of(row) for row in await session.execute(latest_first.limit(limit).offset(offset))]


async def roster(session: Session, actor: Actor, run_id: UUID) -> list[RosterLine]:
    """The participants of a run by their codes, for its provider and the city's overseers.

    Refuses `RoleNotAllowed`, `NotFound` (another provider's run looks like none).
    """
    identity.seats_for(actor, "read_provider")
    found = (await catalogue.runs(session, actor.bureau_id, [run_id])).get(RunId(run_id))
    if found is None:
        raise identity.NotFound
    identity.overseer_or_at(actor, "read_provider", found.provider_id)
    return await bookings_of_run(session, actor.bureau_id, run_id)


async def bookings_of_run(session: Session, bureau_id: UUID, run_id: UUID) -> list[RosterLine]:
    """The participants of a run by their codes, for operations: live bookings only."""
    table = booking_table
    statement = (
        select(table, person.c.code, person.c.name)
        .join_from(table, person, _of_person)
        .where(table.c.bureau_id == bureau_id, table.c.run_id == run_id, table.c.cancelled_at.is_(None))
        .order_by(person.c.code)
    )
    return [
        RosterLine(row.id, row.person_id, row.code, row.name, row.sent_by, row.booked_at)
        for row in await session.execute(statement)
    ]


async def live_counts(session: Session, bureau_id: UUID, run_ids: Collection[UUID]) -> dict[RunId, int]:
    """Live bookings counted run by run: what `run.taken` must equal (I5). Runs without any are left out."""
    table = booking_table
    statement = (
        select(table.c.run_id, func.count().label("live"))
        .where(
            table.c.bureau_id == bureau_id,
            table.c.run_id == among(run_ids),
            table.c.cancelled_at.is_(None),
        )
        .group_by(table.c.run_id)
    )
    return {row.run_id: row.live for row in await session.execute(statement)}


def booking_of(row: Any) -> Booking:
    """A row of `bookings_in` as a struct."""
    return Booking(
        id=BookingId(row.id),
        run_id=RunId(row.run_id),
        course_id=CourseId(row.course_id),
        title=row.title,
        person_id=PersonId(row.person_id),
        booked_by=PersonId(row.booked_by),
        sent_by=OrganisationId(row.sent_by) if row.sent_by else None,
        provider_id=OrganisationId(row.provider_id),
        price_fen=row.price_fen,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        booked_at=row.booked_at,
        cancelled_at=row.cancelled_at,
        policy_version_id=PolicyVersionId(row.policy_version_id),
    )
