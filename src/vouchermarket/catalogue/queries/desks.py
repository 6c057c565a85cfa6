"""What a provider's desk reads of its own runs: all of them, and the meetings of some days."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from vouchermarket.catalogue.queries.runs import card_values, cards, of_course
from vouchermarket.catalogue.structs import Meeting, MeetingAhead, RunCard
from vouchermarket.catalogue.tables import course, meeting
from vouchermarket.catalogue.tables import run as run_table
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import MeetingId, RunId


async def own_runs(session: Session, actor: Actor, *, limit: int = 50, offset: int = 0) -> list[RunCard]:
    """Every run of the actor's own providers that was not called off, the latest first.

    Refuses `RoleNotAllowed`.
    """
    statement = (
        cards()
        .where(
            run_table.c.bureau_id == actor.bureau_id,
            course.c.provider_id.in_(_own(actor)),
            run_table.c.cancelled_at.is_(None),
        )
        .order_by(run_table.c.starts_at.desc(), run_table.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [RunCard(**card_values(row)) for row in await session.execute(statement)]


async def own_meetings(
    session: Session, actor: Actor, from_at: datetime, to_at: datetime, at_most: int = 200
) -> list[MeetingAhead]:
    """The meetings of the actor's own providers that begin in `[from_at, to_at)`, the first one first.

    Refuses `RoleNotAllowed`.
    """
    statement = (
        select(meeting, run_table.c.taken, run_table.c.capacity, course.c.title)
        .join_from(meeting, run_table, leads_to(meeting.c.run_id, run_table))
        .join(course, of_course)
        .where(
            meeting.c.bureau_id == actor.bureau_id,
            course.c.provider_id.in_(_own(actor)),
            run_table.c.cancelled_at.is_(None),
            meeting.c.starts_at >= from_at,
            meeting.c.starts_at < to_at,
        )
        .order_by(meeting.c.starts_at, meeting.c.id)
        .limit(at_most)
    )
    return [
        MeetingAhead(
            run_id=RunId(row.run_id),
            title=row.title,
            taken=row.taken,
            capacity=row.capacity,
            meeting=Meeting(
                id=MeetingId(row.id),
                number=row.number,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                place=row.place,
            ),
        )
        for row in await session.execute(statement)
    ]


def _own(actor: Actor) -> list[UUID]:
    return [seat.organisation_id for seat in identity.seats_for(actor, "open_run")]
