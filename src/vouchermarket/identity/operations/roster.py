"""The roster's rows: bodies, people and seats, written as sets with one event each."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from vouchermarket.identity import queries, rules, tables
from vouchermarket.identity.structs import Actor, AddOrganisation, AddPerson, Appoint
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import BureauId, OrganisationId, PersonId, new_id
from vouchermarket.kit.loading import insert_rows
from vouchermarket.kit.locks import lock_rows


async def add_organisation(
    session: Session, actor: Actor, command: AddOrganisation, *, now: datetime
) -> OrganisationId:
    """Add one body. Refuses as `add_organisations`."""
    return (await add_organisations(session, actor, [command], now=now))[0]


async def add_organisations(
    session: Session, actor: Actor, commands: Sequence[AddOrganisation], *, now: datetime
) -> list[OrganisationId]:
    """Add bodies, whose parents stand already; ids in the order of the commands.

    Refuses `RoleNotAllowed`, `CodeTaken`, `NotFound` (the parent), `ParentNotFitting`, `FieldNotFitting`.
    """
    rules.seats_for(actor, "change_roster")
    return await write_organisations(session, actor.bureau_id, commands, by=actor.person_id, now=now)


async def add_person(session: Session, actor: Actor, command: AddPerson, *, now: datetime) -> PersonId:
    """Add one person. Refuses as `add_people`."""
    return (await add_people(session, actor, [command], now=now))[0]


async def add_people(
    session: Session, actor: Actor, commands: Sequence[AddPerson], *, now: datetime
) -> list[PersonId]:
    """Add persons; ids in the order of the commands. Refuses `RoleNotAllowed`, `CodeTaken`."""
    rules.seats_for(actor, "change_roster")
    return await write_people(session, actor.bureau_id, commands, by=actor.person_id, now=now)


async def appoint(session: Session, actor: Actor, command: Appoint, *, now: datetime) -> UUID:
    """Give one person one seat. Refuses as `appoint_all`."""
    return (await appoint_all(session, actor, [command], now=now))[0]


async def appoint_all(
    session: Session, actor: Actor, commands: Sequence[Appoint], *, now: datetime
) -> list[UUID]:
    """Give persons seats; ids in the order of the commands. In force within a second of the commit.

    Refuses `RoleNotAllowed`, `OwnAppointment`, `NotFound`, `RoleNotFitting`, `PersonGone`, `PeriodEmpty`,
    `PeriodOverlaps`.
    """
    rules.seats_for(actor, "change_roster")
    rules.another(actor, [command.person_id for command in commands])
    return await write_appointments(session, actor.bureau_id, commands, by=actor.person_id, now=now)


async def end_appointment(
    session: Session, actor: Actor, appointment_id: UUID, to_on: date, *, now: datetime
) -> None:
    """End a seat: its last day is the one before `to_on`. An end may be moved, too.

    Who sits there in this person's place ends with it. Refuses `RoleNotAllowed`, `NotFound`,
    `OwnAppointment`, `PeriodEmpty`, `PeriodOverlaps`, `SubstitutionPast`, `SeatNotHeld`.
    """
    rules.seats_for(actor, "change_roster")
    found = await queries.seat(session, actor.bureau_id, appointment_id)
    if found is None:
        raise rules.NotFound
    rules.another(actor, [found.person_id])
    await lock_people(session, actor.bureau_id, [found.person_id])
    held = await queries.seats_held(session, actor.bureau_id, [found.person_id])
    rules.ending(held, appointment_id, to_on)
    today = civil_day(now, (await queries.bureau(session, actor.bureau_id)).time_zone)
    substitutes: list[rules.Seated] = []
    if found.acting_for is not None:
        others = await queries.seats_of(session, actor.bureau_id, found.acting_for)
        rules.movable(found, to_on, others, today)
    else:
        seats = await queries.seats_of(session, actor.bureau_id, found.person_id)
        substitutes = [
            seat
            for seat in seats
            if seat.acting_for == found.person_id and seat.organisation_id == found.organisation_id
        ]
    ends = rules.reaching_past(substitutes, to_on, today)
    await end_seats(session, actor, ends | {appointment_id: to_on}, found.person_id, now=now)


async def end_seats(
    session: Session, actor: Actor, ends: Mapping[UUID, date], person_id: PersonId, *, now: datetime
) -> None:
    """Write the ends of seats that a person holds, or that others hold in his or her place."""
    table = tables.appointment
    for id_, to_on in ends.items():
        mine = (table.c.bureau_id == actor.bureau_id, table.c.id == id_)
        before = (await session.execute(select(table.c.to_on).where(*mine))).one()
        await session.execute(update(table).where(*mine).values(to_on=to_on))
        facts = {"person_id": person_id, "to_on": to_on, **events.changed(before, to_on=to_on)}
        await events.record(
            session,
            actor.bureau_id,
            "identity.appointment_ended",
            id_,
            actor_id=actor.person_id,
            now=now,
            facts=facts,
        )


async def lock_people(session: Session, bureau_id: UUID, person_ids: Sequence[UUID]) -> None:
    """Lock persons while what they hold is decided on. Refuses `NotFound` when one is none of ours."""
    wanted = set(person_ids)
    if len(await lock_rows(session, tables.person, bureau_id, wanted)) != len(wanted):
        raise rules.NotFound


async def write_organisations(
    session: Session,
    bureau_id: BureauId,
    commands: Sequence[AddOrganisation],
    *,
    by: PersonId | None,
    now: datetime,
) -> list[OrganisationId]:
    """Decide on bodies and write them; `by` is None only while a bureau is being opened."""
    codes = [command.code for command in commands]
    rules.unused(codes, await queries.codes_taken(session, bureau_id, codes))
    wanted = {command.parent_id for command in commands if command.parent_id}
    parents = await queries.organisations(session, bureau_id, wanted)
    if set(parents) != wanted:
        raise rules.NotFound
    for command in commands:
        rules.fits(command, parents[command.parent_id] if command.parent_id else None)
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "kind": command.kind.value,
            "code": command.code,
            "name": command.name,
            "parent_id": command.parent_id,
            "is_direct": command.is_direct,
            "is_rural": command.is_rural,
            "stage": command.stage.value if command.stage else None,
            "provider_kind": command.provider_kind.value if command.provider_kind else None,
        }
        for command in commands
    ]
    await write(session, bureau_id, tables.organisation, rows)
    await tell(session, bureau_id, "identity.organisation_added", rows, ("kind", "code"), by=by, now=now)
    return [row["id"] for row in rows]


async def write_people(
    session: Session,
    bureau_id: BureauId,
    commands: Sequence[AddPerson],
    *,
    by: PersonId | None,
    now: datetime,
) -> list[PersonId]:
    """Decide on persons and write them."""
    codes = [command.code for command in commands]
    rules.unused(codes, await queries.person_ids_by_code(session, bureau_id, codes))
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "code": command.code,
            "name": command.name,
            "sex": command.sex,
            "born_on": command.born_on,
            "joined_on": command.joined_on,
            "registered": command.registered,
            "subject": command.subject,
        }
        for command in commands
    ]
    await write(session, bureau_id, tables.person, rows)
    await tell(session, bureau_id, "identity.person_added", rows, ("code",), by=by, now=now)
    return [row["id"] for row in rows]


async def write_appointments(
    session: Session, bureau_id: BureauId, commands: Sequence[Appoint], *, by: PersonId | None, now: datetime
) -> list[UUID]:
    """Lock the persons, decide on their seats and write them."""
    people = [command.person_id for command in commands]
    await lock_people(session, bureau_id, people)
    bodies = await queries.organisations(
        session, bureau_id, {command.organisation_id for command in commands}
    )
    rules.appointable(commands, bodies)
    rules.still_there(commands, await queries.gone_from(session, bureau_id, people))
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "person_id": command.person_id,
            "organisation_id": command.organisation_id,
            "role": command.role.value,
            "from_on": command.from_on,
            "to_on": command.to_on,
        }
        for command in commands
    ]
    fresh = [
        rules.Held(
            row["id"],
            command.person_id,
            rules.seat_word(command.role, command.organisation_id),
            command.from_on,
            command.to_on,
        )
        for row, command in zip(rows, commands, strict=True)
    ]
    rules.apart(await queries.seats_held(session, bureau_id, people), fresh)
    await write(session, bureau_id, tables.appointment, rows)
    facts = ("person_id", "organisation_id", "role", "from_on", "to_on")
    await tell(session, bureau_id, "identity.appointed", rows, facts, by=by, now=now)
    return [row["id"] for row in rows]


async def write(session: Session, bureau_id: UUID, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert a set of rows of one bureau."""
    await insert_rows(session, table, [{"bureau_id": bureau_id, **row} for row in rows])


async def tell(
    session: Session,
    bureau_id: UUID,
    kind: str,
    rows: Sequence[dict[str, Any]],
    facts: Sequence[str],
    *,
    by: UUID | None,
    now: datetime,
) -> None:
    """One event a row, about its `id`, or about its `person_id` where the row has no id of its own."""
    told = [
        events.event_row(
            bureau_id,
            kind,
            row["id"] if "id" in row else row["person_id"],
            actor_id=by,
            now=now,
            facts={name: row[name] for name in facts},
        )
        for row in rows
    ]
    await events.write(session, told)
