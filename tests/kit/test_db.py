"""One place that commits: return keeps, raise undoes, and what the database says becomes a refusal."""

import asyncio
import os
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from factories import City, PersonRow, add
from vouchermarket.identity import tables as identity
from vouchermarket.kit import clock, refusal, slots
from vouchermarket.kit.db import Database, transaction_is_open
from vouchermarket.kit.ids import BureauId
from vouchermarket.kit.locks import lock_rows, try_lock_word
from vouchermarket.kit.undone import Busy, ChangedMeanwhile


async def _people(database: Database, city: City) -> int:
    async with database.transaction(city.bureau_id) as session:
        return (await session.execute(select(func.count()).select_from(identity.person))).scalar_one()


async def test_returning_keeps_and_raising_undoes(database: Database, city: City):
    before = await _people(database, city)
    async with database.transaction(city.bureau_id) as session:
        await add(session, city.bureau_id, identity.person, PersonRow())
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(city.bureau_id) as session:
            await add(session, city.bureau_id, identity.person, PersonRow())
            raise ZeroDivisionError
    assert await _people(database, city) == before + 1


async def test_a_gateway_can_see_that_a_transaction_is_open(database: Database, city: City):
    assert not transaction_is_open.get()
    async with database.transaction(city.bureau_id):
        assert transaction_is_open.get()
    assert not transaction_is_open.get()


async def test_a_broken_unique_key_is_a_conflict_and_no_crash(database: Database, city: City):
    with pytest.raises(ChangedMeanwhile):
        async with database.transaction(city.bureau_id) as session:
            await add(session, city.bureau_id, identity.person, PersonRow(code="t1"), PersonRow(code="t1"))


async def test_a_lock_that_is_not_to_be_had_in_time_is_busy(database: Database, city: City):
    impatient = Database(os.environ["DATABASE_URL"], pool_size=2, lock_timeout_ms=50)
    teacher = city.teacher().person_id
    try:
        async with database.transaction(city.bureau_id) as session:
            await lock_rows(session, identity.person, city.bureau_id, [teacher])
            with pytest.raises(Busy):
                async with impatient.transaction(city.bureau_id) as other:
                    await lock_rows(other, identity.person, city.bureau_id, [teacher])
    finally:
        await impatient.close()


async def test_a_cancelled_task_gives_its_connection_back(database: Database, city: City):
    """Trust 12, in small: nothing is left half open in the pool."""
    narrow = Database(os.environ["DATABASE_URL"], pool_size=2)

    async def slow():
        async with narrow.transaction(city.bureau_id) as session:
            await session.execute(select(func.pg_sleep(5)))

    tasks = [asyncio.create_task(slow()) for _ in range(2)]
    await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with narrow.transaction(city.bureau_id) as session:
        assert (await session.execute(select(func.count()).select_from(identity.person))).scalar()
    await narrow.close()


async def test_rows_are_locked_in_the_order_of_their_ids(database: Database, city: City):
    ids = [teacher.person_id for teacher in city.teachers["school_a"]]
    async with database.transaction(city.bureau_id) as session:
        locked = await lock_rows(session, identity.person, city.bureau_id, reversed(ids))
        assert [row.id for row in locked] == sorted(ids)
        assert await lock_rows(session, identity.person, city.bureau_id, []) == []


async def test_a_word_is_locked_by_one_transaction_at_a_time(database: Database, city: City):
    async with database.transaction(city.bureau_id) as session:
        assert await try_lock_word(session, city.bureau_id, "key")
        async with database.transaction(city.bureau_id) as other:
            assert not await try_lock_word(other, city.bureau_id, "key")
            assert await try_lock_word(other, city.bureau_id, "another")


async def test_a_slot_is_claimed_once(database: Database):
    at = clock.system_clock()
    job = f"test:{at.timestamp()}"
    async with database.registry() as session:
        assert await slots.last(session, job) is None
        held = await slots.claim(session, job, at, at)
        assert held
        assert not await slots.claim(session, job, at, at)
        await slots.close(session, held, now=at)
        assert await slots.last(session, job) == at


async def test_slots_are_forgotten_after_a_month(database: Database):
    at = clock.system_clock()
    job = f"test:{at.timestamp()}"
    async with database.registry() as session:
        *_, held = [await slots.claim(session, job, at - timedelta(days=days), at) for days in (32, 31, 0)]
        assert held
        await slots.close(session, held, now=at)
        assert await slots.claim(session, job, at - timedelta(days=32), at)
        assert not await slots.claim(session, job, at - timedelta(days=31), at)


def test_the_first_day_of_the_calendar_begins_with_it_in_every_zone():
    assert clock.start_of_day(date.min, "Asia/Shanghai") == datetime.min.replace(tzinfo=UTC)
    assert clock.start_of_day(date.max, "America/Lima") == datetime(9999, 12, 31, 5, tzinfo=UTC)


def test_a_civil_day_is_the_bureaus_day_and_not_the_servers():
    late = clock.start_of_day(date(2014, 3, 4), "Asia/Shanghai") - timedelta(seconds=1)
    assert clock.civil_day(late, "Asia/Shanghai") == date(2014, 3, 3)
    assert late.isoformat() == "2014-03-03T15:59:59+00:00"


def test_a_shifted_clock_lives_in_another_year():
    shifted = clock.shifted_clock(timedelta(days=-365))()
    assert timedelta(days=364) < clock.system_clock() - shifted < timedelta(days=366)


def test_a_refusal_tells_its_facts_and_never_fails_while_telling():
    class Sample(refusal.Refusal):
        zh = "缺 {needed} 分"
        en = "{needed} fen short of {absent}"

    assert Sample(needed=3).text("zh") == "缺 3 分"
    assert Sample(needed=3).text("en") == "3 fen short of <absent>"
    assert Sample(clause="ZZ-A22").clause == "ZZ-A22"
    assert refusal.placeholders(Sample.en) == {"needed", "absent"}


async def test_refuses_as_busy_when_no_connection_is_to_be_had_in_time(bureau: BureauId):
    narrow = Database(os.environ["DATABASE_URL"], pool_size=1, pool_timeout=1)
    try:
        async with narrow.transaction(bureau):
            with pytest.raises(Busy):
                async with narrow.transaction(bureau):
                    raise AssertionError("there was a second connection")
    finally:
        await narrow.close()
