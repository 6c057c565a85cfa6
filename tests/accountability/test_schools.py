"""A school's teachers against the yearly 72 and the 20 % rule, and one of them looked at alone."""

from datetime import date

import pytest
from sqlalchemy import event

from credits.entries import diploma
from factories import NOW, TODAY, City
from vouchermarket.accountability import queries
from vouchermarket.credits import operations as register
from vouchermarket.credits.structs import DecideEntry, Decision
from vouchermarket.identity import operations as identity
from vouchermarket.identity.rules import NotFound, RoleNotAllowed
from vouchermarket.identity.structs import Actor, Exempt
from vouchermarket.kit.db import Database
from vouchermarket.policies.queries import InForce

pytestmark = pytest.mark.database


async def give_degree(city: City, database: Database, teacher: Actor) -> None:
    """A degree is worth 100 credits: more than a year asks for."""
    async with database.transaction(city.bureau_id) as session:
        entry_id = await register.register_by_hand(
            session, city.officer("training_centre"), diploma(teacher), now=NOW
        )
        word = DecideEntry(Decision.APPROVE, "学位证原件已核")
        await register.decide(session, city.officer("training_centre", 1), entry_id, word, now=NOW)


async def standing(city: City, database: Database, on: date = TODAY):
    async with database.transaction(city.bureau_id) as session:
        school = city.bodies["school_a"]
        return await queries.standing_of_school(session, city.officer("school_a"), school, on)


async def test_who_is_furthest_behind_stands_first(city: City, database: Database, policy: InForce) -> None:
    ahead = city.teacher(0)
    await give_degree(city, database, ahead)
    found = await standing(city, database)
    assert [one.missing_hundredths for one in found.teachers] == [7200, 7200, 7200, 0]
    assert found.teachers[-1].person_id == ahead.person_id
    assert (found.verdict.numerator, found.verdict.denominator) == (3, 4)
    assert found.verdict.triggered
    assert found.verdict.rule == "ZZ-A20"


async def test_whom_the_yearly_rule_does_not_bind_has_not_missed_it(
    city: City, database: Database, policy: InForce
) -> None:
    async with database.transaction(city.bureau_id) as session:
        for number in range(4):
            sick = Exempt(
                person_id=city.teacher(number).person_id,
                rule="ZZ-A19",
                from_on=date(2014, 1, 1),
                reason="长期病假",
            )
            await identity.exempt(session, city.officer("teacher_office"), sick, now=NOW)
    found = await standing(city, database)
    assert (found.verdict.numerator, found.verdict.denominator) == (0, 4)
    assert not found.verdict.triggered


async def test_a_school_is_judged_in_as_many_statements_as_any_other(
    city: City, database: Database, policy: InForce
) -> None:
    async with database.transaction(city.bureau_id) as session:
        asked: list[str] = []
        event.listen(session.sync_connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        await queries.standing_of_school(session, city.officer("school_a"), city.bodies["school_a"], TODAY)
    assert len(asked) <= 8, asked


async def test_another_school_looks_like_none(city: City, database: Database, policy: InForce) -> None:
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(NotFound):
            await queries.standing_of_school(
                session, city.officer("school_b"), city.bodies["school_a"], TODAY
            )
        with pytest.raises(RoleNotAllowed):
            await queries.standing_of_school(session, city.teacher(), city.bodies["school_a"], TODAY)


async def test_one_teacher_of_the_school_is_judged_and_another_schools_is_not(
    city: City, database: Database, policy: InForce
) -> None:
    clerk, school = city.officer("school_a"), city.bodies["school_a"]
    async with database.transaction(city.bureau_id) as session:
        person, judged = await queries.evaluation_at_school(
            session, clerk, school, city.teacher().person_id, TODAY
        )
        assert person.code == judged.person
        assert judged.findings
        with pytest.raises(NotFound):
            stranger = city.teacher(0, "school_b").person_id
            await queries.evaluation_at_school(session, clerk, school, stranger, TODAY)
