"""Taking attendance, meeting by meeting."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from vouchermarket.completion import queries, rules
from vouchermarket.completion.operations.lock import lock_bookings
from vouchermarket.completion.tables import attendance
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import BookingId, MeetingId


async def take_attendance(
    session: Session, actor: Actor, meeting_id: MeetingId, present: Mapping[BookingId, bool], *, now: datetime
) -> int:
    """Write down who was at a meeting, by the provider of the run; returns how many were present.

    May be put right until the booking is reported, and again while its teacher contests the report. Who is
    not listed counts as absent. Refuses `RoleNotAllowed`, `NotFound` for another's run, `MeetingNotBegun`,
    `AttendanceOfStranger`, `AttendanceClosed`.
    """
    identity.seats_for(actor, "take_attendance")
    run = await queries.run_of_meeting(session, actor.bureau_id, meeting_id)
    identity.seat_at(actor, "take_attendance", run.provider_id)
    # A report locks the same bookings: nobody's attendance changes while it is being counted.
    participants = await lock_bookings(session, actor.bureau_id, present)
    reported = await queries.completions_of_bookings(session, actor.bureau_id, present)
    rules.refuse_attendance(run, meeting_id, present, participants, reported, now)
    standing = await queries.attendance_of(session, actor.bureau_id, present)
    before = {one.booking_id: one.present for one in standing if one.meeting_id == meeting_id}
    await _write(session, actor, meeting_id, present, now)
    # Rows change when attendance is put right; what was written each time stays here.
    told = {str(booking_id): there for booking_id, there in present.items()}
    facts = {
        "present": [booking_id for booking_id, there in present.items() if there],
        "absent": [booking_id for booking_id, there in present.items() if not there],
        **events.changed({str(booking_id): before.get(booking_id) for booking_id in present}, **told),
    }
    await events.record(
        session,
        actor.bureau_id,
        "completion.attendance_taken",
        meeting_id,
        now=now,
        actor_id=actor.person_id,
        facts=facts,
    )
    return len(facts["present"])


async def _write(
    session: Session, actor: Actor, meeting_id: UUID, present: Mapping[BookingId, bool], now: datetime
) -> None:
    rows = [
        {
            "bureau_id": actor.bureau_id,
            "meeting_id": meeting_id,
            "booking_id": booking_id,
            "present": present[booking_id],
            "recorded_by": actor.person_id,
            "at": now,
        }
        for booking_id in sorted(present)
    ]
    if not rows:
        return
    statement = insert(attendance)
    fresh = statement.excluded
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["bureau_id", "meeting_id", "booking_id"],
            set_={"present": fresh.present, "recorded_by": fresh.recorded_by, "at": fresh.at},
        ),
        rows,
    )
