"""What people who left or died have still booked: for their school or the centre to give back."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from vouchermarket.booking.queries.bookings import booking_of, bookings_in
from vouchermarket.booking.structs import OpenOfGone
from vouchermarket.booking.tables import booking
from vouchermarket.catalogue.tables import run
from vouchermarket.identity import queries as identity_queries
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.identity.tables import bureau, departure, person
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import OrganisationId, PersonId


async def open_bookings_of_the_gone(
    session: Session, actor: Actor, *, limit: int = 50, offset: int = 0
) -> list[OpenOfGone]:
    """Live bookings of people who left, will leave or died, in runs that end after they are gone.

    A school sees those it sent and those who taught there last, the city's overseers see all; the run that
    begins first comes first. Refuses `RoleNotAllowed`.
    """
    seats = identity.seats_for(actor, "read_school")
    departed = (
        select(departure.c.bureau_id, departure.c.person_id, func.min(departure.c.gone_on).label("gone_on"))
        .where(departure.c.bureau_id == actor.bureau_id, departure.c.taken_back_at.is_(None))
        .group_by(departure.c.bureau_id, departure.c.person_id)
        .subquery()
    )
    last = identity_queries.last_schools(actor.bureau_id)
    zone = select(bureau.c.time_zone).where(bureau.c.id == actor.bureau_id).scalar_subquery()
    goes_at = func.timezone(zone, departed.c.gone_on + time(0))
    statement = (
        bookings_in(actor.bureau_id)
        .add_columns(person.c.code, person.c.name, departed.c.gone_on, last.c.school_id)
        .join(person, leads_to(booking.c.person_id, person))
        .join(departed, and_(departed.c.bureau_id == person.c.bureau_id, departed.c.person_id == person.c.id))
        .outerjoin(last, and_(last.c.bureau_id == person.c.bureau_id, last.c.person_id == person.c.id))
        .where(booking.c.cancelled_at.is_(None), run.c.ends_at > goes_at)
        .order_by(run.c.starts_at, booking.c.id)
    )
    if not any(seat.kind in identity.OVERSEERS for seat in seats):
        mine = [seat.organisation_id for seat in seats]
        statement = statement.where(or_(booking.c.sent_by.in_(mine), last.c.school_id.in_(mine)))
    return [
        OpenOfGone(booking_of(row), row.code, row.name, row.gone_on, row.school_id)
        for row in await session.execute(statement.limit(limit).offset(offset))
    ]


async def heir_of(
    session: Session, bureau_id: UUID, person_id: PersonId, *, now: datetime
) -> OrganisationId | None:
    """The school that a person taught at last, once that person is gone; None while he or she is there."""
    zone = (await identity_queries.bureau(session, bureau_id)).time_zone
    gone_on = (await identity_queries.gone_from(session, bureau_id, [person_id])).get(person_id)
    if gone_on is None or civil_day(now, zone) < gone_on:
        return None
    last = identity_queries.last_schools(bureau_id)
    statement = select(last.c.school_id).where(last.c.person_id == person_id)
    return (await session.execute(statement)).scalar_one_or_none()
