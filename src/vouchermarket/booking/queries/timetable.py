"""The meetings somebody has a seat for, and whose calendar may read them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from vouchermarket.booking.structs import Lesson
from vouchermarket.booking.tables import booking, calendar_feed
from vouchermarket.catalogue.tables import course, meeting, run
from vouchermarket.identity import queries as people
from vouchermarket.kit.cipher import secret_hash
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import BookingId, MeetingId, PersonId

# More than anybody attends in the time that is shown.
LESSONS_MAX = 1000


async def lessons_of(session: Session, bureau_id: UUID, person_id: UUID, since: datetime) -> list[Lesson]:
    """Meetings of a person's live bookings that end after `since`, earliest first; not those called off."""
    statement = (
        select(meeting, booking.c.id.label("booking_id"), course.c.title)
        .join_from(booking, run, leads_to(booking.c.run_id, run))
        .join(course, leads_to(run.c.course_id, course))
        .join(meeting, leads_to(meeting.c.run_id, run))
        .where(
            booking.c.bureau_id == bureau_id,
            booking.c.person_id == person_id,
            booking.c.cancelled_at.is_(None),
            run.c.cancelled_at.is_(None),
            meeting.c.ends_at > since,
        )
        .order_by(meeting.c.starts_at, meeting.c.id)
        .limit(LESSONS_MAX)
    )
    return [
        Lesson(MeetingId(row.id), BookingId(row.booking_id), row.title, row.starts_at, row.ends_at, row.place)
        for row in await session.execute(statement)
    ]


async def feed_made_at(session: Session, bureau_id: UUID, person_id: UUID) -> datetime | None:
    """Since when somebody has a calendar feed; None without one."""
    statement = select(calendar_feed.c.made_at).where(
        calendar_feed.c.bureau_id == bureau_id, calendar_feed.c.person_id == person_id
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def person_by_feed(session: Session, bureau_id: UUID, secret: str, now: datetime) -> PersonId | None:
    """Whose feed has this secret; nobody's where it was ended or its person is gone."""
    statement = select(calendar_feed.c.person_id).where(
        calendar_feed.c.bureau_id == bureau_id, calendar_feed.c.secret_hash == secret_hash(secret)
    )
    person_id = (await session.execute(statement)).scalar_one_or_none()
    if person_id is None or await people.is_gone(session, bureau_id, person_id, now):
        return None
    return PersonId(person_id)
