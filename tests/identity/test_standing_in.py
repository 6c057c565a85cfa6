"""Officers in place of officers: at the desk for a time, and one hand with whom they stand in for."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from factories import NOW, TODAY, City
from vouchermarket.identity import operations, queries, rules
from vouchermarket.identity.structs import Actor, Leave, Substitute
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import PersonId, new_id

DAY = timedelta(days=1)
APRIL, MAY, JUNE = date(2014, 4, 1), date(2014, 5, 1), date(2014, 6, 1)
# What was done on the first of April, and on the first of June when everybody was back.
IN_APRIL, IN_JUNE = NOW + timedelta(days=29), NOW + timedelta(days=90)


def keeper(city: City) -> Actor:
    return city.officer("administrator")


async def substitute(
    database: Database,
    city: City,
    who: PersonId,
    for_whom: PersonId,
    body: str = "teacher_office",
    period: tuple[date, date] = (APRIL, MAY),
    actor: Actor | None = None,
) -> UUID:
    command = Substitute(
        person_id=who,
        acting_for=for_whom,
        organisation_id=city.bodies[body],
        from_on=period[0],
        to_on=period[1],
    )
    async with database.transaction(city.bureau_id) as session:
        return await operations.substitute(session, actor or keeper(city), command, now=NOW)


async def on(database: Database, city: City, who: PersonId, day: date) -> Actor:
    async with database.transaction(city.bureau_id) as session:
        return await queries.actor(session, city.bureau_id, who, day)


async def end(database: Database, city: City, id_: UUID, to_on: date, now=NOW) -> None:
    async with database.transaction(city.bureau_id) as session:
        await operations.end_appointment(session, keeper(city), id_, to_on, now=now)


async def test_a_substitute_sits_at_the_desk_within_the_dates(city: City, database: Database) -> None:
    stand_in, officer = city.officer("provider").person_id, city.officer("teacher_office").person_id
    id_ = await substitute(database, city, stand_in, officer)
    seats = [
        [(seat.kind.value, seat.acting_for) for seat in (await on(database, city, stand_in, day)).seats]
        for day in (APRIL - DAY, APRIL, MAY - DAY, MAY)
    ]
    own, more = ("provider", None), ("teacher_office", officer)
    assert seats == [[own], [own, more], [own, more], [own]]
    async with database.transaction(city.bureau_id) as session:
        [listed] = await queries.substitutions(session, city.bureau_id)
    assert (listed.appointment_id, listed.person_id, listed.acting_for) == (id_, stand_in, officer)


async def test_refuses_who_may_not_stand_in(city: City, database: Database) -> None:
    stand_in, officer = city.officer("provider").person_id, city.officer("teacher_office").person_id
    with pytest.raises(rules.SubstituteOfOneself):
        await substitute(database, city, officer, officer)
    with pytest.raises(rules.SeatNotHeld):
        await substitute(database, city, stand_in, officer, "training_centre")
    with pytest.raises(rules.SeatNotHeld):
        await substitute(database, city, stand_in, city.teacher().person_id, "school_a")
    with pytest.raises(rules.SeatNotHeld):
        await substitute(database, city, stand_in, officer, period=(date(2008, 1, 1), MAY))
    with pytest.raises(rules.NotFound):
        await substitute(database, city, stand_in, PersonId(new_id()))
    with pytest.raises(rules.PeriodEmpty):
        await substitute(database, city, stand_in, officer, period=(MAY, MAY))
    with pytest.raises(rules.PeriodOverlaps):
        await substitute(database, city, city.officer("teacher_office", 1).person_id, officer)
    with pytest.raises(rules.OwnAppointment):
        await substitute(database, city, stand_in, keeper(city).person_id)
    with pytest.raises(rules.RoleNotAllowed):
        await substitute(database, city, stand_in, officer, actor=city.officer("teacher_office"))


async def test_a_seat_held_for_another_is_not_passed_on(city: City, database: Database) -> None:
    stand_in, officer = city.officer("provider").person_id, city.officer("teacher_office").person_id
    await substitute(database, city, stand_in, officer)
    with pytest.raises(rules.SeatNotHeld):
        await substitute(database, city, city.officer("rival").person_id, stand_in)


async def test_a_substitution_ends_with_the_seat_it_stands_for(city: City, database: Database) -> None:
    stand_in, officer = city.officer("provider").person_id, city.officer("teacher_office").person_id
    await substitute(database, city, stand_in, officer)
    async with database.transaction(city.bureau_id) as session:
        seats = await queries.seats_of(session, city.bureau_id, officer)
    [own] = [seat.id for seat in seats if seat.acting_for is None]
    await end(database, city, own, APRIL + DAY)
    assert len((await on(database, city, stand_in, APRIL)).seats) == 2
    assert len((await on(database, city, stand_in, APRIL + DAY)).seats) == 1


async def test_a_substitution_ends_when_the_officer_leaves(city: City, database: Database) -> None:
    stand_in, officer = city.officer("provider").person_id, city.officer("teacher_office").person_id
    await substitute(database, city, stand_in, officer)
    leave = Leave(person_id=officer, gone_on=APRIL + DAY, reason="退休")
    async with database.transaction(city.bureau_id) as session:
        await operations.leave(session, keeper(city), leave, now=NOW)
    assert len((await on(database, city, stand_in, APRIL)).seats) == 2
    assert len((await on(database, city, stand_in, APRIL + DAY)).seats) == 1


async def test_a_substitution_is_not_shortened_into_the_past(city: City, database: Database) -> None:
    stand_in, officer = city.officer("provider").person_id, city.officer("teacher_office").person_id
    id_ = await substitute(database, city, stand_in, officer)
    later = NOW + timedelta(days=40)
    with pytest.raises(rules.SubstitutionPast):
        await end(database, city, id_, APRIL + DAY, now=later)
    leave = Leave(person_id=officer, gone_on=TODAY, reason="退休")
    async with database.transaction(city.bureau_id) as session:
        await operations.leave(session, keeper(city), leave, now=later)
        assert await queries.stood_in_for(session, city.bureau_id, stand_in, IN_APRIL) == {officer}
    with pytest.raises(rules.SeatNotHeld):
        await end(database, city, id_, JUNE, now=later)


async def checks(database: Database, city: City, checker: Actor, maker_id: PersonId, at=IN_APRIL) -> None:
    async with database.transaction(city.bureau_id) as session:
        await operations.of_other_hands(session, checker, (maker_id, at))


async def test_those_who_stand_in_for_one_another_count_as_one(city: City, database: Database) -> None:
    first, second = (city.officer(body).person_id for body in ("provider", "rival"))
    officer, colleague = (city.officer("teacher_office", which).person_id for which in range(2))
    await substitute(database, city, first, officer)
    await substitute(database, city, second, officer)
    stand_in, other, absent, free = [
        await on(database, city, who, APRIL) for who in (first, second, officer, colleague)
    ]
    for checker, maker in (
        (stand_in, officer),  # the substitute checks the absent one
        (absent, first),  # the one who is back checks the substitute
        (other, first),  # one substitute checks the other
        (stand_in, first),
    ):
        with pytest.raises(rules.ActsForMaker):
            await checks(database, city, checker, maker)
    await checks(database, city, free, first)
    await checks(database, city, stand_in, colleague)


async def test_the_time_of_making_counts_and_not_the_time_of_checking(city: City, database: Database) -> None:
    stand_in, officer = city.officer("provider").person_id, city.officer("teacher_office").person_id
    await substitute(database, city, stand_in, officer)
    back = await on(database, city, officer, JUNE)
    with pytest.raises(rules.ActsForMaker):
        await checks(database, city, back, stand_in, IN_APRIL)
    await checks(database, city, back, stand_in, IN_JUNE)
