"""Whose teachers a registrar's desk may look up: a school's own office its school's, a county body its
county's schools', the centre everybody's. Who may register what is judged by the operation."""

from uuid import UUID

from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound, seats_for
from vouchermarket.identity.structs import Organisation, OrganisationKind, Person
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import OrganisationId
from vouchermarket.web.pages.turn import Turn


async def schools_within(session: Session, turn: Turn) -> list[Organisation]:
    """The schools of the actor's desks, by code. Refuses `RoleNotAllowed`."""
    over = await _over(session, turn)
    found = await identity.organisations_of(session, turn.bureau.id, OrganisationKind.SCHOOL)
    return [school for school in found if over is None or over & {school.id, school.parent_id}]


async def person_within(session: Session, turn: Turn, who: UUID | str) -> Person | None:
    """A teacher of one of these schools today, by id or by code; by code None where there is none.

    Refuses `RoleNotAllowed`; by id `NotFound`.
    """
    over = await _over(session, turn)
    person_id = who if isinstance(who, UUID) else await _by_code(session, turn, who)
    person = await identity.person_on(session, turn.bureau.id, person_id, turn.today) if person_id else None
    school = person.school if person else None
    if school and (over is None or over & {school.id, school.parent_id}):
        return person
    if isinstance(who, UUID):
        raise NotFound
    return None


async def _by_code(session: Session, turn: Turn, code: str) -> UUID | None:
    return (await identity.person_ids_by_code(session, turn.bureau.id, [code])).get(code)


async def _over(session: Session, turn: Turn) -> set[OrganisationId | None] | None:
    """The schools and counties the actor's desks stand under; None for the centre, which is over all."""
    seats = seats_for(turn.actor, "register_credit")
    if any(seat.kind is OrganisationKind.TRAINING_CENTRE for seat in seats):
        return None
    offices = await identity.organisations(session, turn.bureau.id, {seat.organisation_id for seat in seats})
    return {office.parent_id for office in offices.values() if office.parent_id}
