"""Attendance, and the runs and meetings it is taken in."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.structs import Run
from vouchermarket.catalogue.tables import meeting
from vouchermarket.completion.structs import (
    AttendanceRow,
)
from vouchermarket.completion.tables import attendance
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.db import Session, among
from vouchermarket.kit.ids import BookingId


async def run_of_meeting(session: Session, bureau_id: UUID, meeting_id: UUID) -> Run:
    """The run a meeting belongs to. Refuses `NotFound`."""
    statement = select(meeting.c.run_id).where(meeting.c.bureau_id == bureau_id, meeting.c.id == meeting_id)
    return await run(session, bureau_id, (await session.execute(statement)).scalar())


async def run(session: Session, bureau_id: UUID, run_id: UUID | None) -> Run:
    """A run with its course's facts and its meetings. Refuses `NotFound`."""
    found = {} if run_id is None else await catalogue.runs(session, bureau_id, [run_id])
    if not found:
        raise NotFound
    return next(iter(found.values()))


async def attended(session: Session, bureau_id: UUID, booking_ids: Collection[UUID]) -> dict[BookingId, int]:
    """At how many meetings each was present; who was never marked present is left out."""
    statement = (
        select(attendance.c.booking_id, func.count().label("times"))
        .where(
            attendance.c.bureau_id == bureau_id,
            attendance.c.booking_id == among(booking_ids),
            attendance.c.present,
        )
        .group_by(attendance.c.booking_id)
    )
    return {row.booking_id: row.times for row in await session.execute(statement)}


async def attendance_of(
    session: Session, bureau_id: UUID, booking_ids: Collection[UUID]
) -> list[AttendanceRow]:
    """Attendance as taken down, by meeting and booking."""
    statement = (
        select(attendance)
        .where(attendance.c.bureau_id == bureau_id, attendance.c.booking_id == among(booking_ids))
        .order_by(attendance.c.meeting_id, attendance.c.booking_id)
    )
    return [
        AttendanceRow(row.meeting_id, row.booking_id, row.present, row.recorded_by, row.at)
        for row in await session.execute(statement)
    ]
