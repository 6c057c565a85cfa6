"""Booking when everybody wants the same thing at once: real commits over several pools of connections.

After each race the run's seats equal its live bookings (I5) and what is held equals what was booked (I4).
"""

import asyncio
import itertools
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from booking.rows import PRICE_FEN, STARTS_AT, Market
from factories import NOW, City
from vouchermarket.booking import operations, rules, tables
from vouchermarket.booking.structs import Booked, Choice, Nominee, Refused
from vouchermarket.catalogue.tables import run
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Busy, Database, Session
from vouchermarket.kit.ids import RunId, VoucherId, new_id
from vouchermarket.policies.queries import InForce

ATTEMPTS = 200


@pytest.fixture
def market(database: Database, city: City, policy: InForce) -> Market:
    """Courses, teachers and vouchers in the small city, under the Zhuzhou pack."""
    return Market(database, city, policy)


@pytest.fixture(scope="session")
async def pools() -> AsyncIterator[list[Database]]:
    """Three pools: to the database they are three processes."""
    opened = [
        Database(os.environ["DATABASE_URL"], pool_size=8, pool_timeout=120, lock_timeout_ms=120_000)
        for _ in range(3)
    ]
    yield opened
    for pool in opened:
        await pool.close()


TRIES = 5
Attempt = Callable[[Session], Awaitable[Any]]


class Race:
    """Attempts start together, each in a transaction of its own, dealt out over the pools."""

    def __init__(self, market: Market, pools: Sequence[Database]) -> None:
        self.market, self._pools = market, itertools.cycle(pools)

    async def one(self, attempt: Attempt) -> Any:
        """One attempt, alone in its transaction; who is told that it is too busy comes again."""
        for _ in range(TRIES - 1):
            with suppress(Busy):
                return await self._once(attempt)
        return await self._once(attempt)

    async def _once(self, attempt: Attempt) -> Any:
        async with next(self._pools).transaction(self.market.bureau_id) as session:
            return await attempt(session)

    async def run(self, attempts: Sequence[Attempt]) -> Counter[type]:
        """How often each kind of result came out; an exception counts by its class."""
        results = await asyncio.gather(*(self.one(one) for one in attempts), return_exceptions=True)
        return Counter(type(result) for result in results)


@pytest.fixture
def race(market: Market, pools: list[Database]) -> Race:
    """A race in the small city."""
    return Race(market, pools)


def book(teacher: Actor, run_id: RunId) -> Attempt:
    return lambda session: operations.book(session, teacher, Choice(run_id), now=NOW)


async def held_fen(market: Market, voucher_ids: Sequence[VoucherId]) -> int:
    return sum([(await market.account(id_)).held_fen for id_ in voucher_ids])


@pytest.mark.parametrize("capacity", [1, 30])
async def test_the_last_seat_is_sold_once(race: Race, capacity: int):
    market = race.market
    teachers = await market.teachers(ATTEMPTS)
    vouchers = await market.vouchers([one.person_id for one in teachers])
    run_id = await market.run(capacity=capacity)
    results = await race.run([book(one, run_id) for one in teachers])
    assert results == {Booked: capacity, rules.RunFull: ATTEMPTS - capacity}
    assert await market.seats(run_id) == (capacity, capacity)
    assert await held_fen(market, vouchers) == capacity * PRICE_FEN


def naively(market: Market, teacher: Actor, run_id: RunId) -> Attempt:
    """Looks, then takes, without a lock: what this race is there to catch."""

    async def attempt(session: Session) -> Booked:
        of_run = (run.c.bureau_id == market.bureau_id, run.c.id == run_id)
        seen = (await session.execute(select(run).where(*of_run))).one()
        if seen.taken >= seen.capacity:
            raise rules.RunFull
        id_ = new_id()
        event_id = await events.record(session, market.bureau_id, "test.booked", id_, now=NOW)
        row = {"id": id_, "run_id": run_id, "price_fen": 0, "booked_at": NOW, "event_id": event_id}
        row |= {"person_id": teacher.person_id, "booked_by": teacher.person_id}
        row |= {"bureau_id": market.bureau_id, "policy_version_id": market.version_id}
        await session.execute(insert(tables.booking).values(row))
        await session.execute(update(run).where(*of_run).values(taken=seen.taken + 1))
        return Booked(id_, run_id, teacher.person_id, 0, ())

    return attempt


async def test_the_same_race_oversells_a_booking_that_takes_no_lock(race: Race):
    teachers = await race.market.teachers(ATTEMPTS)
    run_id = await race.market.run(capacity=1, price_fen=0)
    results = await race.run([naively(race.market, one, run_id) for one in teachers])
    believed, counted = await race.market.seats(run_id)
    assert believed == 1
    assert counted == results[Booked] > 1


async def test_the_last_fen_is_held_once(race: Race):
    market = race.market
    teachers = await market.teachers(20)
    vouchers = await market.vouchers([one.person_id for one in teachers], PRICE_FEN)
    runs = [await market.run() for _ in range(10)]
    results = await race.run([book(one, run_id) for run_id in runs for one in teachers])
    assert results == {Booked: 20, rules.VoucherShort: 180}
    for voucher_id in vouchers:
        account = await market.account(voucher_id)
        assert (account.balance_fen, account.held_fen) == (PRICE_FEN, PRICE_FEN)
    seats = [await market.seats(run_id) for run_id in runs]
    assert all(believed == counted for believed, counted in seats)
    assert sum(counted for _, counted in seats) == 20


async def test_a_schools_voucher_pays_for_as_many_as_it_can_and_no_more(race: Race):
    market, officer = race.market, race.market.city.officer("school_a")
    school_id = market.city.bodies["school_a"]
    (voucher_id,) = await market.vouchers([school_id], 5 * PRICE_FEN + 1, school=True, line="backbone")
    teachers = await market.teachers(30)
    run_id = await market.run()

    def nominate(teacher: Actor) -> Attempt:
        async def attempt(session: Session) -> Any:
            lines = [Nominee(run_id, teacher.person_id)]
            (outcome,) = await operations.nominate(session, officer, school_id, lines, now=NOW)
            return outcome.refusal if isinstance(outcome, Refused) else outcome

        return attempt

    results = await race.run([nominate(one) for one in teachers])
    assert results == {Booked: 5, rules.VoucherShort: 25}
    assert (await market.account(voucher_id)).free_fen == 1
    assert await market.seats(run_id) == (5, 5)


async def test_a_teacher_who_clicks_many_times_has_one_seat(race: Race):
    teacher = race.market.city.teacher()
    vouchers = await race.market.vouchers([teacher.person_id], 10 * PRICE_FEN)
    run_id = await race.market.run()
    results = await race.run([book(teacher, run_id)] * 20)
    assert results == {Booked: 1, rules.AlreadyBooked: 19}
    assert await race.market.seats(run_id) == (1, 1)
    assert await held_fen(race.market, vouchers) == PRICE_FEN


async def test_nobody_is_booked_into_two_places_at_once(race: Race):
    # No run and no voucher is shared here: only the person's own lock stands between these bookings.
    runs = [await race.market.run(price_fen=0, starts_at=STARTS_AT) for _ in range(20)]
    results = await race.run([book(race.market.city.teacher(), run_id) for run_id in runs])
    assert results == {Booked: 1, rules.MeetingsClash: 19}


async def test_nobody_passes_the_limit_of_a_year_by_hurrying(race: Race):
    runs = [await race.market.run(price_fen=0) for _ in range(30)]
    results = await race.run([book(race.market.city.teacher(), run_id) for run_id in runs])
    assert results == {Booked: 12, rules.YearLimitReached: 18}


async def test_carts_that_cross_never_deadlock(race: Race):
    market = race.market
    teachers = await market.teachers(60)
    vouchers = await market.vouchers([one.person_id for one in teachers], 4 * PRICE_FEN)
    runs = [await market.run(capacity=60) for _ in range(4)]

    def check_out(teacher: Actor, order: Sequence[RunId]) -> Attempt:
        lines = [Choice(run_id) for run_id in order]
        return lambda session: operations.check_out(session, teacher, lines, now=NOW)

    orders = itertools.cycle(itertools.permutations(runs))
    results = await race.run([check_out(one, next(orders)) for one in teachers])
    assert results == {tuple: 60}
    assert [await market.seats(run_id) for run_id in runs] == [(60, 60)] * 4
    assert await held_fen(market, vouchers) == 60 * 4 * PRICE_FEN


async def test_two_schools_lists_that_cross_in_people_and_runs_never_deadlock(race: Race):
    market, officers = race.market, race.market.city.officers["school_a"]
    school_id = market.city.bodies["school_a"]
    await market.vouchers([school_id], 1_000 * PRICE_FEN, school=True, line="backbone")
    teachers = [one.person_id for one in await market.teachers(20)]
    runs = [await market.run() for _ in range(3)]
    lines = [Nominee(run_id, person_id) for run_id in runs for person_id in teachers]

    def nominate(officer: Actor, order: Sequence[Nominee]) -> Attempt:
        return lambda session: operations.nominate(session, officer, school_id, order, now=NOW)

    both = [nominate(officers[0], lines), nominate(officers[1], lines[::-1])] * 5
    assert await race.run(both) == {tuple: 10}
    assert [await market.seats(run_id) for run_id in runs] == [(20, 20)] * 3


async def test_a_booking_is_cancelled_once(race: Race):
    market, teacher = race.market, race.market.city.teacher()
    vouchers = await market.vouchers([teacher.person_id])
    run_id = await market.run()
    booked = await race.one(book(teacher, run_id))

    def cancel(session: Session) -> Awaitable[Any]:
        return operations.cancel(session, teacher, booked.booking_id, "不再需要", now=NOW)

    results = await race.run([cancel] * 20)
    assert results[rules.BookingNotLive] == 19
    assert await market.seats(run_id) == (0, 0)
    assert await held_fen(market, vouchers) == 0


async def test_a_seat_given_back_goes_to_one_of_those_who_want_it(race: Race):
    market = race.market
    first, *others = await market.teachers(25)
    vouchers = await market.vouchers([one.person_id for one in (first, *others)])
    run_id = await market.run(capacity=1)
    booked = await race.one(book(first, run_id))

    def cancel(session: Session) -> Awaitable[Any]:
        return operations.cancel(session, first, booked.booking_id, "不再需要", now=NOW)

    attempts = [book(one, run_id) for one in others]
    results = await race.run([*attempts[:12], cancel, *attempts[12:]])
    assert results[Booked] <= 1
    assert results[Booked] + results[rules.RunFull] == len(others)
    assert await market.seats(run_id) == (results[Booked], results[Booked])
    assert await held_fen(market, vouchers) == results[Booked] * PRICE_FEN
