"""People who left or died: they book nothing, their vouchers freeze, their seats are given back by others."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.rows import PRICE_FEN, STARTS_AT, Market
from factories import NOW, TODAY
from vouchermarket.booking import operations, queries
from vouchermarket.booking.structs import Booked, Choice, Nominee, Refused
from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries as identity_queries
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor, Leave, RecordDeath
from vouchermarket.jobs import sweeps
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.ids import BookingId, RunId
from vouchermarket.notices.tables import notice
from vouchermarket.vouchers import operations as voucher_operations
from vouchermarket.vouchers import queries as vouchers
from vouchermarket.vouchers.structs import Freeze

DAY = timedelta(days=1)
LATER = NOW + DAY


async def book(market: Market, who: Actor, run_id: RunId, now=NOW) -> Booked:
    async with market.database.transaction(market.bureau_id) as session:
        return await operations.book(session, who, Choice(run_id), now=now)


async def leave(market: Market, who: Actor, gone_on: date = TODAY) -> None:
    command = Leave(person_id=who.person_id, gone_on=gone_on, reason="辞职")
    async with market.database.transaction(market.bureau_id) as session:
        await identity.leave(session, market.city.officer("administrator"), command, now=NOW)


async def die(market: Market, who: Actor) -> None:
    command = RecordDeath(person_id=who.person_id, died_on=TODAY)
    async with market.database.transaction(market.bureau_id) as session:
        await identity.record_death(session, market.city.officer("administrator"), command, now=NOW)


async def cancel(market: Market, actor: Actor, booking_id: BookingId, now=NOW) -> int:
    async with market.database.transaction(market.bureau_id) as session:
        return (await operations.cancel(session, actor, booking_id, "已离岗", now=now)).released_fen


async def listed(market: Market, actor: Actor) -> list[BookingId]:
    async with market.database.transaction(market.bureau_id) as session:
        found = await queries.open_bookings_of_the_gone(session, actor)
    return [one.booking.id for one in found]


async def wallet(market: Market, who: Actor):
    async with market.database.transaction(market.bureau_id) as session:
        return await vouchers.vouchers_of(session, market.bureau_id, who.person_id)


async def sweep(market: Market, now=NOW) -> int:
    async with market.database.transaction(market.bureau_id) as session:
        bureau = await identity_queries.bureau(session, market.bureau_id)
    return await sweeps.freeze_vouchers_of_the_gone(market.database, bureau, now)


async def test_whoever_is_gone_books_nothing_whatever_the_desk_remembers(market: Market):
    teacher = market.city.teacher()
    await market.vouchers([teacher.person_id])
    run_id = await market.run()
    await leave(market, teacher)
    with pytest.raises(identity_rules.PersonGone) as caught:
        await book(market, teacher, run_id)
    assert "撤回" in caught.value.remedy("zh")
    school = market.city.officer("school_a")
    async with market.database.transaction(market.bureau_id) as session:
        [outcome] = await operations.nominate(
            session,
            school,
            market.city.bodies["school_a"],
            [Nominee(run_id, teacher.person_id)],
            now=NOW,
        )
    assert isinstance(outcome, Refused)
    assert await market.seats(run_id) == (0, 0)


async def test_whoever_leaves_books_what_begins_before_and_not_what_begins_after(market: Market):
    teacher = market.city.teacher()
    await market.vouchers([teacher.person_id], 100_000)
    run_id = await market.run(starts_at=STARTS_AT)
    gone_on = civil_day(STARTS_AT, "Asia/Shanghai") + DAY
    await leave(market, teacher, gone_on)
    assert (await book(market, teacher, run_id)).price_fen == PRICE_FEN
    with pytest.raises(identity_rules.PersonGone):
        await book(market, teacher, await market.run(starts_at=STARTS_AT + DAY))


async def test_of_a_booking_and_a_departure_at_once_either_comes_first(market: Market):
    for teacher in await market.teachers(6):
        await market.vouchers([teacher.person_id])
        run_id = await market.run()
        booked, left = await asyncio.gather(
            book(market, teacher, run_id), leave(market, teacher), return_exceptions=True
        )
        assert left is None
        assert isinstance(booked, Booked | identity_rules.PersonGone)
        seats = 1 if isinstance(booked, Booked) else 0
        assert await market.seats(run_id) == (seats, seats)


async def test_what_was_not_used_is_frozen_and_stays_so_until_an_officer_lets_it_go(market: Market):
    teacher, another, dead = (market.city.teacher(number) for number in range(3))
    [mine, _, theirs] = await market.vouchers([one.person_id for one in (teacher, another, dead)])
    await leave(market, teacher, TODAY + DAY)
    await die(market, dead)
    await sweep(market)
    assert [[one.frozen_reason for one in await wallet(market, who)] for who in (teacher, another, dead)] == [
        [None],
        [None],
        ["持有人已去世"],
    ]
    await sweep(market, LATER)
    [frozen] = await wallet(market, teacher)
    assert (frozen.id, frozen.frozen_reason, frozen.balance_fen) == (mine, "持有人已离岗", 50_000)
    assert await sweep(market, LATER) == 0
    async with market.database.transaction(market.bureau_id) as session:
        departures = await identity_queries.departures(session, market.bureau_id)
        [departure] = [one for one in departures if one.person_id == teacher.person_id]
        administrator = market.city.officer("administrator")
        await identity.take_back_departure(session, administrator, departure.id, now=LATER)
        officer = market.city.officer("teacher_office")
        await voucher_operations.unfreeze(session, officer, Freeze(voucher_id=mine, reason="返岗"), now=LATER)
    assert await sweep(market, LATER) == 0
    assert [one.id for one in await wallet(market, dead) if one.is_frozen] == [theirs]


async def test_the_last_school_and_the_centre_see_what_is_open_and_give_it_back(market: Market):
    gone, there = market.city.teacher(), market.city.teacher(1)
    await market.vouchers([gone.person_id, there.person_id], 100_000)
    first, second = [await book(market, gone, await market.run()) for _ in range(2)]
    kept = await book(market, there, first.run_id)
    await leave(market, gone)
    school, centre = market.city.officer("school_a"), market.city.officer("training_centre")
    both = [first.booking_id, second.booking_id]
    assert await listed(market, school) == both
    assert await listed(market, centre) == both
    assert await listed(market, market.city.officer("school_b")) == []
    with pytest.raises(identity_rules.RoleNotAllowed):
        await listed(market, there)
    with pytest.raises(identity_rules.NotFound):
        await cancel(market, market.city.officer("school_b"), first.booking_id)
    assert await cancel(market, school, first.booking_id) == PRICE_FEN
    assert await cancel(market, centre, second.booking_id) == PRICE_FEN
    assert await listed(market, centre) == []
    for officer in (school, centre):
        with pytest.raises(identity_rules.NotFound):
            await cancel(market, officer, kept.booking_id)
    [voucher] = await wallet(market, gone)
    assert (voucher.balance_fen, voucher.held_fen) == (100_000, 0)


async def test_before_the_day_only_the_teacher_gives_the_own_choice_back(market: Market):
    teacher = market.city.teacher()
    await market.vouchers([teacher.person_id])
    booked = await book(market, teacher, await market.run())
    await leave(market, teacher, TODAY + DAY)
    school = market.city.officer("school_a")
    assert await listed(market, school) == [booked.booking_id]
    with pytest.raises(identity_rules.NotFound):
        await cancel(market, school, booked.booking_id)
    assert await cancel(market, school, booked.booking_id, now=LATER) == PRICE_FEN


async def test_what_ended_before_the_person_was_gone_is_not_open(market: Market):
    teacher = market.city.teacher()
    await market.vouchers([teacher.person_id])
    await book(market, teacher, await market.run(starts_at=STARTS_AT))
    await leave(market, teacher, civil_day(STARTS_AT, "Asia/Shanghai") + DAY)
    assert await listed(market, market.city.officer("training_centre")) == []


async def test_nobody_writes_to_the_dead(market: Market):
    dead, left = market.city.teacher(), market.city.teacher(1)
    await market.vouchers([dead.person_id, left.person_id])
    run_id = await market.run()
    bookings = [await book(market, who, run_id) for who in (dead, left)]
    await die(market, dead)
    await leave(market, left)
    for booked in bookings:
        await cancel(market, market.city.officer("school_a"), booked.booking_id)
    async with market.database.transaction(market.bureau_id) as session:
        told = select(notice.c.person_id).where(notice.c.bureau_id == market.bureau_id)
        assert list((await session.execute(told)).scalars()) == [left.person_id]
