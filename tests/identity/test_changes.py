"""People over time: who moves, leaves, dies, or is back."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from factories import NOW, TODAY, City
from vouchermarket.identity import operations, queries, rules, tables
from vouchermarket.identity.structs import (
    Actor,
    Appoint,
    DepartureKind,
    Leave,
    MakeToken,
    Move,
    RecordDeath,
    Role,
)
from vouchermarket.kit.db import Database
from vouchermarket.kit.events import event
from vouchermarket.kit.ids import PersonId, new_id

MAY = date(2014, 5, 1)
DAY = timedelta(days=1)


def keeper(city: City) -> Actor:
    return city.officer("administrator")


async def leave(database: Database, city: City, who: Actor, gone_on: date = TODAY, now=NOW) -> UUID:
    command = Leave(person_id=who.person_id, gone_on=gone_on, reason="调离本市")
    async with database.transaction(city.bureau_id) as session:
        return await operations.leave(session, keeper(city), command, now=now)


async def die(database: Database, city: City, who: Actor, died_on: date = TODAY) -> UUID:
    command = RecordDeath(person_id=who.person_id, died_on=died_on)
    async with database.transaction(city.bureau_id) as session:
        return await operations.record_death(session, keeper(city), command, now=NOW)


async def move(database: Database, city: City, who: Actor, to: str, on: date = MAY) -> UUID:
    command = Move(person_id=who.person_id, organisation_id=city.bodies[to], on=on)
    async with database.transaction(city.bureau_id) as session:
        return await operations.move(session, keeper(city), command, now=NOW)


async def appoint(database: Database, city: City, who: Actor, body: str, from_on: date) -> UUID:
    command = Appoint(
        person_id=who.person_id, organisation_id=city.bodies[body], role=Role.TEACHER, from_on=from_on
    )
    async with database.transaction(city.bureau_id) as session:
        return await operations.appoint(session, keeper(city), command, now=NOW)


async def school_on(database: Database, city: City, who: Actor, on: date) -> UUID | None:
    async with database.transaction(city.bureau_id) as session:
        person = await queries.person_on(session, city.bureau_id, who.person_id, on)
    assert person is not None
    return person.school.id if person.school else None


async def told(database: Database, city: City, subject_id: UUID) -> list[str]:
    async with database.transaction(city.bureau_id) as session:
        kinds = select(event.c.kind).where(
            event.c.bureau_id == city.bureau_id, event.c.subject_id == subject_id
        )
        return list((await session.execute(kinds)).scalars())


async def test_a_teacher_moves_to_another_school_on_a_day(city: City, database: Database) -> None:
    teacher = city.teacher()
    seat_id = await move(database, city, teacher, "school_c")
    assert await school_on(database, city, teacher, MAY - DAY) == city.bodies["school_a"]
    assert await school_on(database, city, teacher, MAY) == city.bodies["school_c"]
    assert await told(database, city, seat_id) == ["identity.appointed"]


async def test_refuses_a_move_that_is_none(city: City, database: Database) -> None:
    teacher, stranger = city.teacher(), city.officer("provider")
    with pytest.raises(rules.SchoolUnchanged):
        await move(database, city, teacher, "school_a")
    with pytest.raises(rules.SchoolMissing):
        await move(database, city, stranger, "school_a")
    with pytest.raises(rules.PeriodEmpty):
        await move(database, city, teacher, "school_b", on=date(2009, 1, 1))
    with pytest.raises(rules.RoleNotFitting):
        await move(database, city, teacher, "provider")
    with pytest.raises(rules.OwnAppointment):
        await move(database, city, keeper(city), "school_a")
    command = Move(person_id=teacher.person_id, organisation_id=city.bodies["school_b"], on=MAY)
    with pytest.raises(rules.RoleNotAllowed):
        async with database.transaction(city.bureau_id) as session:
            await operations.move(session, teacher, command, now=NOW)
    assert await school_on(database, city, teacher, MAY) == city.bodies["school_a"]


async def test_of_two_moves_at_once_each_leaves_one_school(city: City, database: Database) -> None:
    teacher = city.teacher()
    outcomes = await asyncio.gather(
        move(database, city, teacher, "school_b"),
        move(database, city, teacher, "school_c", MAY + DAY),
        return_exceptions=True,
    )
    async with database.transaction(city.bureau_id) as session:
        seats = await queries.seats_of(session, city.bureau_id, teacher.person_id)
    in_force = [seat for seat in seats if seat.to_on is None]
    assert len(in_force) == 1
    assert all(isinstance(outcome, UUID | rules.PeriodOverlaps) for outcome in outcomes)


async def test_who_leaves_keeps_everything_until_the_day(city: City, database: Database) -> None:
    teacher = city.teacher()
    await leave(database, city, teacher, gone_on=MAY)
    async with database.transaction(city.bureau_id) as session:
        before, after = [
            await queries.actor(session, city.bureau_id, teacher.person_id, on) for on in (MAY - DAY, MAY)
        ]
    assert [len(before.seats), len(after.seats)] == [1, 0]
    assert await school_on(database, city, teacher, MAY) is None


async def test_a_seat_that_had_not_begun_never_comes_into_force(city: City, database: Database) -> None:
    teacher = city.teacher()
    await move(database, city, teacher, "school_b", on=MAY)
    await leave(database, city, teacher)
    for on in (TODAY, MAY, MAY + DAY):
        assert await school_on(database, city, teacher, on) is None
    async with database.transaction(city.bureau_id) as session:
        counts = await queries.teacher_counts(session, city.bureau_id, MAY)
    assert counts[city.bodies["school_b"]] == 4


async def test_whoever_is_gone_has_no_way_in(city: City, database: Database) -> None:
    teacher = city.teacher()
    async with database.transaction(city.bureau_id) as session:
        issued = await operations.make_token(session, teacher, MakeToken(label="x", days=365), now=NOW)
    parts = rules.parts_of_bearer(issued.token)
    assert parts is not None
    hashed = operations.secret_hash(parts[1])

    async def owner(now):
        async with database.transaction(city.bureau_id) as session:
            return await queries.actor_by_token(session, city.bureau_id, hashed, now)

    await leave(database, city, teacher, gone_on=MAY)
    assert await owner(NOW) is not None
    assert await owner(NOW + timedelta(days=59)) is None
    await die(database, city, teacher)
    assert await owner(NOW) is None
    async with database.transaction(city.bureau_id) as session:
        ended = select(tables.bearer_token.c.ended_at).where(
            tables.bearer_token.c.bureau_id == city.bureau_id, tables.bearer_token.c.id == issued.id
        )
        assert (await session.execute(ended)).scalar_one() == NOW


async def test_refuses_to_seat_whoever_is_gone(city: City, database: Database) -> None:
    teacher = city.teacher()
    await leave(database, city, teacher)
    with pytest.raises(rules.PersonGone):
        await appoint(database, city, teacher, "school_b", from_on=MAY)


async def test_refuses_to_record_twice_and_ahead(city: City, database: Database) -> None:
    teacher, another = city.teacher(), city.teacher(1)
    await leave(database, city, teacher)
    with pytest.raises(rules.DepartureRecorded):
        await leave(database, city, teacher, gone_on=MAY)
    with pytest.raises(rules.DeathAhead):
        await die(database, city, another, died_on=TODAY + DAY)
    await die(database, city, another)
    with pytest.raises(rules.DepartureRecorded):
        await leave(database, city, another)
    with pytest.raises(rules.NotFound):
        await leave(database, city, Actor(city.bureau_id, PersonId(new_id()), ()))
    with pytest.raises(rules.OwnAppointment):
        await leave(database, city, keeper(city))


async def test_a_departure_is_taken_back_and_seats_are_given_anew(city: City, database: Database) -> None:
    teacher = city.teacher()
    departure_id = await leave(database, city, teacher)

    async def take_back(actor: Actor) -> None:
        async with database.transaction(city.bureau_id) as session:
            await operations.take_back_departure(session, actor, departure_id, now=NOW)

    with pytest.raises(rules.RoleNotAllowed):
        await take_back(teacher)
    await take_back(keeper(city))
    assert await school_on(database, city, teacher, MAY) is None
    await appoint(database, city, teacher, "school_b", from_on=MAY)
    assert await school_on(database, city, teacher, MAY) == city.bodies["school_b"]
    with pytest.raises(rules.NotFound):
        await take_back(keeper(city))
    async with database.transaction(city.bureau_id) as session:
        [listed] = await queries.departures(session, city.bureau_id)
    assert (listed.id, listed.kind, listed.taken_back_at) == (departure_id, DepartureKind.LEFT, NOW)


async def test_whoever_has_died_is_among_the_dead(city: City, database: Database) -> None:
    dead, left = city.teacher(), city.teacher(1)
    await die(database, city, dead, died_on=TODAY - DAY)
    await leave(database, city, left)
    people = [dead.person_id, left.person_id, city.teacher(2).person_id]
    async with database.transaction(city.bureau_id) as session:
        assert await queries.dead_among(session, city.bureau_id, people) == {dead.person_id}
        assert await queries.gone_from(session, city.bureau_id, people) == {
            dead.person_id: TODAY - DAY,
            left.person_id: TODAY,
        }
    assert await told(database, city, dead.person_id) == ["identity.person_died"]
