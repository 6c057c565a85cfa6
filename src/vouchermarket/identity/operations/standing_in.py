"""Officers in place of officers: for a time, at one desk, and never to turn both keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert

from vouchermarket.identity import queries, rules, tables
from vouchermarket.identity.operations.roster import lock_people, write_appointments
from vouchermarket.identity.structs import Actor, Appoint, Role, Substitute
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PersonId


async def substitute(session: Session, actor: Actor, command: Substitute, *, now: datetime) -> UUID:
    """Let a person sit at an officer's desk in that officer's place; returns the appointment.

    It ends with the seat it stands for, if not before. Refuses `RoleNotAllowed`, `OwnAppointment`,
    `NotFound`, `SubstituteOfOneself`, `SeatNotHeld`, `PersonGone`, `PeriodEmpty`, `PeriodOverlaps` (an own
    seat there already).
    """
    rules.seats_for(actor, "change_roster")
    both = [command.person_id, command.acting_for]
    rules.another(actor, both)
    await lock_people(session, actor.bureau_id, both)
    rules.substitutable(command, await queries.seats_of(session, actor.bureau_id, command.acting_for))
    seat = Appoint(
        person_id=command.person_id,
        organisation_id=command.organisation_id,
        role=Role.OFFICER,
        from_on=command.from_on,
        to_on=command.to_on,
    )
    [id_] = await write_appointments(session, actor.bureau_id, [seat], by=actor.person_id, now=now)
    facts = {"person_id": command.person_id, "acting_for": command.acting_for}
    row = {"bureau_id": actor.bureau_id, "appointment_id": id_, **facts}
    await session.execute(insert(tables.substitution).values(row))
    await events.record(
        session,
        actor.bureau_id,
        "identity.substitute_named",
        id_,
        actor_id=actor.person_id,
        now=now,
        facts=facts,
    )
    return id_


async def of_other_hands(session: Session, actor: Actor, *made: tuple[PersonId, datetime]) -> None:
    """Whether the actor may check what these persons made at these times: maker and checker are two persons,
    and neither of them stands or stood in for the other, or for the same one.

    Refuses `ActsForMaker`.
    """
    checking = rules.hands(actor)
    for maker_id, at in made:
        made_for = await queries.stood_in_for(session, actor.bureau_id, maker_id, at)
        rules.of_other_hands(checking, maker_id, made_for)
