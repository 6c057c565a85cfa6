"""What people have booked already, as limits and clashes see it: two or three statements for any number."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from vouchermarket.booking.structs import Engagement, Period
from vouchermarket.booking.tables import booking
from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.tables import run
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.ids import PersonId


async def engagements(
    session: Session, bureau_id: UUID, person_ids: Collection[UUID], since: datetime, time_zone: str
) -> dict[PersonId, tuple[Engagement, ...]]:
    """Live bookings of these people in runs that end after `since`, oldest booking first.

    A run that was called off keeps nobody busy and counts towards no limit.
    """
    statement = (
        select(booking.c.person_id, booking.c.run_id)
        .join(run, leads_to(booking.c.run_id, run))
        .where(
            booking.c.bureau_id == bureau_id,
            booking.c.person_id == among(person_ids),
            booking.c.cancelled_at.is_(None),
            run.c.cancelled_at.is_(None),
            run.c.ends_at > since,
        )
        .order_by(booking.c.booked_at, booking.c.id)
    )
    rows = (await session.execute(statement)).all()
    if not rows:
        return {}
    runs = await catalogue.runs(session, bureau_id, {row.run_id for row in rows})
    seen = {
        id_: Engagement(
            id_,
            found.title,
            civil_day(found.starts_at, time_zone),
            tuple(Period(meeting.starts_at, meeting.ends_at) for meeting in found.meetings),
        )
        for id_, found in runs.items()
    }
    engaged: dict[PersonId, tuple[Engagement, ...]] = {}
    for row in rows:
        engaged[row.person_id] = (*engaged.get(row.person_id, ()), seen[row.run_id])
    return engaged
