"""What the roster knows of a person and the judge takes into account: exemptions, and a principal's term."""

from datetime import date

from factories import NOW, City
from vouchermarket.credits import queries
from vouchermarket.identity import operations as identity
from vouchermarket.identity.structs import Actor, Exempt, GivePost
from vouchermarket.kit.db import Database
from vouchermarket.policies.queries import InForce
from vouchermarket.policies.structs import Verdict

AS_OF = date(2014, 6, 30)
APPOINTED = date(2013, 9, 1)


async def serving(database: Database, city: City, who: Actor, as_of: date = AS_OF) -> Verdict:
    """How the duty of principals in office stands: 360 credits in five years, or since the appointment."""
    async with database.transaction(city.bureau_id) as session:
        evaluation = await queries.evaluation_of(session, city.bureau_id, who.person_id, as_of)
    [verdict] = [one for one in evaluation.obligations if one.code == "principal_serving"]
    return verdict


async def make_principal(database: Database, city: City, from_on: date, to_on: date | None = None) -> Actor:
    who = city.teacher()
    post = GivePost(person_id=who.person_id, post="principal", from_on=from_on, to_on=to_on)
    async with database.transaction(city.bureau_id) as session:
        await identity.give_post(session, city.officer("administrator"), post, now=NOW)
    return who


async def test_a_principal_is_judged_from_the_appointment_on(
    city: City, database: Database, policy: InForce
) -> None:
    who = await make_principal(database, city, APPOINTED)
    verdict = await serving(database, city, who)
    assert (verdict.begins_on, verdict.closed) == (APPOINTED, False)


async def test_a_principal_of_many_years_is_judged_over_five(
    city: City, database: Database, policy: InForce
) -> None:
    who = await make_principal(database, city, date(2001, 9, 1))
    assert (await serving(database, city, who)).begins_on == date(2009, 7, 1)


async def test_the_present_post_counts_and_not_a_former_one(
    city: City, database: Database, policy: InForce
) -> None:
    await make_principal(database, city, date(2005, 9, 1), date(2011, 9, 1))
    who = await make_principal(database, city, APPOINTED)
    assert (await serving(database, city, who)).begins_on == APPOINTED


async def test_an_exemption_by_name_is_taken_into_account(
    city: City, database: Database, policy: InForce
) -> None:
    who = await make_principal(database, city, APPOINTED)
    rule = (await serving(database, city, who)).rule
    assert rule is not None

    async def exempt(from_on: date, to_on: date | None) -> Verdict:
        command = Exempt(person_id=who.person_id, rule=rule, from_on=from_on, to_on=to_on, reason="产假")
        async with database.transaction(city.bureau_id) as session:
            await identity.exempt(session, city.officer("teacher_office"), command, now=NOW)
        return await serving(database, city, who)

    before = await exempt(date(2012, 9, 1), APPOINTED)
    assert (before.met, before.exempted) == (False, False)
    touching = await exempt(date(2014, 1, 1), None)
    assert (touching.met, touching.exempted) == (True, True)
