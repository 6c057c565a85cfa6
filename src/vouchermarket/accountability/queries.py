"""Reads over a whole school: its teachers judged as each of them is, and the school judged by them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from vouchermarket.accountability.structs import SchoolStanding, TeacherStanding
from vouchermarket.credits import queries as register
from vouchermarket.credits import rules as credit_rules
from vouchermarket.identity import queries as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor, Organisation, OrganisationKind, Person
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import OrganisationId
from vouchermarket.policies import queries as policies
from vouchermarket.policies import rules as policy_rules
from vouchermarket.policies.structs import Evaluation, Roll, RollRow, SchoolFacts


async def standing_of_school(
    session: Session, actor: Actor, school_id: OrganisationId, as_of: date
) -> SchoolStanding:
    """Who of a school has fulfilled the year of `as_of` so far, and whether the share of ZZ-A20 is reached.

    Five statements, however many teachers there are. Refuses `RoleNotAllowed`, `NotFound` (another's school
    looks like none), `NoPolicyInForce`.
    """
    school = await identity.school_open_to(session, actor, school_id)
    [found] = await _standings(session, actor.bureau_id, [school], as_of)
    return found


async def standings_under_county(
    session: Session, actor: Actor, as_of: date, *, limit: int = 50, offset: int = 0
) -> list[SchoolStanding]:
    """The schools under the actor's county bureau, by code, each as `standing_of_school` and at its cost.

    Refuses `RoleNotAllowed`, `NoPolicyInForce`.
    """
    schools = await _under_county(session, actor)
    return await _standings(session, actor.bureau_id, schools[offset : offset + limit], as_of)


async def standing_under_county(
    session: Session, actor: Actor, school_id: OrganisationId, as_of: date
) -> SchoolStanding:
    """One school of the actor's county. Refuses `RoleNotAllowed`, `NotFound`, `NoPolicyInForce`."""
    school = next((one for one in await _under_county(session, actor) if one.id == school_id), None)
    if school is None:
        raise NotFound
    [found] = await _standings(session, actor.bureau_id, [school], as_of)
    return found


async def _under_county(session: Session, actor: Actor) -> list[Organisation]:
    seats = identity_rules.seats_for(actor, "read_school")
    counties = {seat.organisation_id for seat in seats if seat.kind is OrganisationKind.COUNTY_BUREAU}
    found = await identity.organisations_of(session, actor.bureau_id, OrganisationKind.SCHOOL)
    return [school for school in found if school.parent_id in counties]


async def _standings(
    session: Session, bureau_id: UUID, schools: Sequence[Organisation], as_of: date
) -> list[SchoolStanding]:
    pack = (await policies.in_force(session, bureau_id, as_of)).pack
    taught = await identity.teachers_of(session, bureau_id, [school.id for school in schools], as_of)
    ids = [person_id for at_school in taught.values() for person_id in at_school]
    people = await identity.people(session, bureau_id, ids, as_of)
    entries = await register.entries_of_all(session, bureau_id, ids)
    exemptions = await identity.exemptions_among(session, bureau_id, ids)
    standing: list[SchoolStanding] = []
    for school in schools:
        found: list[TeacherStanding] = []
        for person in (people[person_id] for person_id in taught.get(school.id, ())):
            facts = credit_rules.facts_of(person, school, exemptions.get(person.id, ()))
            earned = [credit_rules.judged(one) for one in entries.get(person.id, ()) if not one.is_replaced]
            found.append(_standing_of(person, policy_rules.evaluate(pack, facts, earned, as_of)))
        found.sort(key=lambda one: (-one.missing_hundredths, one.code))
        roll = Roll(school=SchoolFacts(id=school.code), teachers=tuple(_row(one) for one in found))
        verdict = policy_rules.school(pack, roll, as_of.year)
        standing.append(SchoolStanding(school, as_of, tuple(found), verdict))
    return standing


async def evaluation_at_school(
    session: Session, actor: Actor, school_id: OrganisationId, person_id: UUID, as_of: date
) -> tuple[Person, Evaluation]:
    """One teacher of a school, judged. Refuses as `standing_of_school`, `NotFound` for who is none of it."""
    school = await identity.school_open_to(session, actor, school_id)
    person = await identity.person_on(session, actor.bureau_id, person_id, as_of)
    if person is None or person.school is None or person.school.id != school.id:
        raise NotFound
    return person, await register.evaluation_of(session, actor.bureau_id, person_id, as_of)


def _standing_of(person: Person, judged: Evaluation) -> TeacherStanding:
    year = judged.as_of.year
    yearly = next((row.verdict for row in judged.years if row.year == year), None)
    return TeacherStanding(person.id, person.code, person.name, person.subject, yearly, len(judged.findings))


def _row(one: TeacherStanding) -> RollRow:
    if one.yearly is None:
        return RollRow(id=one.code, included=False)
    # Whom the rule does not bind has not missed it.
    counted = max(one.yearly.counted_hundredths, one.yearly.at_least_hundredths if one.yearly.met else 0)
    return RollRow(id=one.code, counted_hundredths=counted, qualified=one.yearly.met)
