"""Whose eyes a booking is for, and what the slices above read of it."""

import pytest

from booking.rows import Market
from factories import NOW
from vouchermarket.booking import operations, queries
from vouchermarket.booking.structs import Booked, Choice, Nominee
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.ids import BookingId, RunId, new_id


async def booked_by(market: Market, teacher: Actor, run_id: RunId) -> Booked:
    async with market.database.transaction(market.bureau_id) as session:
        return await operations.book(session, teacher, Choice(run_id), now=NOW)


async def cancelled(market: Market, teacher: Actor, booking_id: BookingId) -> None:
    async with market.database.transaction(market.bureau_id) as session:
        await operations.cancel(session, teacher, booking_id, "不再需要", now=NOW)


async def test_a_booking_is_shown_to_those_whose_business_it_is(market: Market):
    city = market.city
    school_id = city.bodies["school_a"]
    await market.vouchers([school_id], school=True, line="backbone")
    line = Nominee(await market.run(), city.teacher().person_id)
    async with market.database.transaction(market.bureau_id) as session:
        (outcome,) = await operations.nominate(session, city.officer("school_a"), school_id, [line], now=NOW)
        seeing = ["school_a", "provider", "training_centre", "teacher_office", "inspectorate"]
        for actor in (city.teacher(), *(city.officer(body) for body in seeing)):
            assert (await queries.booking(session, actor, outcome.booking_id)).id == outcome.booking_id
        blind = ["school_b", "rival", "county", "finance_office"]
        for actor in (city.teacher(1), *(city.officer(body) for body in blind)):
            with pytest.raises(identity.NotFound):
                await queries.booking(session, actor, outcome.booking_id)
        with pytest.raises(identity.NotFound):
            await queries.booking(session, city.teacher(), new_id())


async def test_a_school_does_not_see_what_its_teachers_choose_themselves(market: Market):
    booked = await booked_by(market, market.city.teacher(), await market.run(price_fen=0))
    async with market.database.transaction(market.bureau_id) as session:
        with pytest.raises(identity.NotFound):
            await queries.booking(session, market.city.officer("school_a"), booked.booking_id)


async def test_a_person_reads_the_own_bookings_the_latest_run_first(market: Market):
    teacher = market.city.teacher()
    runs = [await market.run(price_fen=0) for _ in range(3)]
    made = [(await booked_by(market, teacher, run_id)).booking_id for run_id in runs]
    await cancelled(market, teacher, made[0])
    async with market.database.transaction(market.bureau_id) as session:
        found = await queries.bookings_of(session, market.bureau_id, teacher.person_id)
        page = await queries.bookings_of(session, market.bureau_id, teacher.person_id, limit=1, offset=1)
    assert [one.id for one in found] == made[::-1]
    assert [one.is_live for one in found] == [True, True, False]
    assert [one.id for one in page] == [made[1]]


async def test_a_roster_lists_who_comes_by_code(market: Market):
    run_id = await market.run(price_fen=0)
    teachers = await market.teachers(3)
    made = [await booked_by(market, one, run_id) for one in reversed(teachers)]
    await cancelled(market, teachers[0], made[-1].booking_id)
    async with market.database.transaction(market.bureau_id) as session:
        lines = await queries.bookings_of_run(session, market.bureau_id, run_id)
        counts = await queries.live_counts(session, market.bureau_id, [run_id, RunId(new_id())])
    assert [line.person_id for line in lines] == [one.person_id for one in teachers[1:]]
    assert [line.code for line in lines] == sorted(line.code for line in lines)
    assert counts == {run_id: 2}
