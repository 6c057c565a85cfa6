"""People over time: a teacher moves to another school, a person leaves or dies, or is back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from vouchermarket.identity import queries, rules, tables
from vouchermarket.identity.operations import logins
from vouchermarket.identity.operations.roster import end_seats, lock_people, write_appointments
from vouchermarket.identity.structs import Actor, Appoint, DepartureKind, Leave, Move, RecordDeath, Role
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PersonId, new_id


async def move(session: Session, actor: Actor, command: Move, *, now: datetime) -> UUID:
    """Take a teacher from the present school to another in one step; returns the new appointment.

    What was booked stays booked. Refuses `RoleNotAllowed`, `OwnAppointment`, `NotFound`, `SchoolMissing`,
    `SchoolUnchanged`, `PeriodEmpty`, `PersonGone`, `RoleNotFitting`, `PeriodOverlaps`.
    """
    rules.seats_for(actor, "change_roster")
    rules.another(actor, [command.person_id])
    await lock_people(session, actor.bureau_id, [command.person_id])
    seats = await _own_seats(session, actor, command.person_id)
    leaving = rules.leaving_seat(seats, command.organisation_id, command.on)
    await end_seats(session, actor, {leaving.id: command.on}, command.person_id, now=now)
    seat = Appoint(
        person_id=command.person_id,
        organisation_id=command.organisation_id,
        role=Role.TEACHER,
        from_on=command.on,
    )
    ids = await write_appointments(session, actor.bureau_id, [seat], by=actor.person_id, now=now)
    return ids[0]


async def leave(session: Session, actor: Actor, command: Leave, *, now: datetime) -> UUID:
    """Record that a person leaves: seats, and what others hold in his or her place, end on that day.

    From that day on no login opens and nothing can be booked. A job then freezes what the person's vouchers
    have left. Returns the departure. Refuses `RoleNotAllowed`, `OwnAppointment`, `NotFound`,
    `DepartureRecorded`.
    """
    return await _depart(
        session, actor, command.person_id, DepartureKind.LEFT, command.gone_on, command.reason, now=now
    )


async def record_death(session: Session, actor: Actor, command: RecordDeath, *, now: datetime) -> UUID:
    """Record that a person has died: as `leave`, and nobody writes to him or her any more.

    Entries, certificates and the books stay as they are. Refuses as `leave`, and `DeathAhead`.
    """
    return await _depart(session, actor, command.person_id, DepartureKind.DIED, command.died_on, "", now=now)


async def take_back_departure(session: Session, actor: Actor, departure_id: UUID, *, now: datetime) -> None:
    """Take back what was recorded wrongly, or of a person who is back.

    Seats are given anew and vouchers let go by those who may: nothing comes back by itself. Refuses
    `RoleNotAllowed`, `NotFound`, `OwnAppointment`.
    """
    rules.seats_for(actor, "change_roster")
    table = tables.departure
    mine = (
        table.c.bureau_id == actor.bureau_id,
        table.c.id == departure_id,
        table.c.taken_back_at.is_(None),
    )
    found = (await session.execute(select(table.c.person_id).where(*mine))).one_or_none()
    if found is None:
        raise rules.NotFound
    rules.another(actor, [found.person_id])
    await lock_people(session, actor.bureau_id, [found.person_id])
    taken = await session.execute(update(table).where(*mine).values(taken_back_at=now))
    if not taken.rowcount:
        raise rules.NotFound
    facts = {"person_id": found.person_id, **events.changed({"taken_back_at": None}, taken_back_at=now)}
    await _tell(session, actor, "identity.departure_taken_back", departure_id, facts, now=now)


async def _depart(
    session: Session,
    actor: Actor,
    person_id: PersonId,
    kind: DepartureKind,
    gone_on: date,
    reason: str,
    *,
    now: datetime,
) -> UUID:
    rules.seats_for(actor, "change_roster")
    rules.another(actor, [person_id])
    # Who books holds the person's row as well: what is booked was booked before, and nothing after.
    await lock_people(session, actor.bureau_id, [person_id])
    today = civil_day(now, (await queries.bureau(session, actor.bureau_id)).time_zone)
    standing = await queries.departures_of(session, actor.bureau_id, person_id)
    rules.departable(kind, gone_on, standing, today)
    departure_id = new_id()
    row = {
        "bureau_id": actor.bureau_id,
        "id": departure_id,
        "person_id": person_id,
        "kind": kind.value,
        "gone_on": gone_on,
        "reason": reason,
        "recorded_by": actor.person_id,
        "recorded_at": now,
    }
    await session.execute(insert(tables.departure).values(row))
    seats = await queries.seats_of(session, actor.bureau_id, person_id)
    await end_seats(session, actor, rules.reaching_past(seats, gone_on, today), person_id, now=now)
    if gone_on <= today:
        await logins.end_all(session, actor.bureau_id, person_id, now)
    facts = {"departure_id": departure_id, "gone_on": gone_on}
    await _tell(session, actor, f"identity.person_{kind.value}", person_id, facts, now=now)
    return departure_id


async def _own_seats(session: Session, actor: Actor, person_id: PersonId) -> list[rules.Seated]:
    seats = await queries.seats_of(session, actor.bureau_id, person_id)
    return [seat for seat in seats if seat.person_id == person_id]


async def _tell(
    session: Session, actor: Actor, kind: str, subject_id: UUID, facts: dict[str, Any], *, now: datetime
) -> None:
    await events.record(
        session, actor.bureau_id, kind, subject_id, actor_id=actor.person_id, now=now, facts=facts
    )
