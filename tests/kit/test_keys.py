"""Request keys: whatever breaks in between, the same key has one result."""

import asyncio
from datetime import timedelta

import pytest

from factories import NOW
from vouchermarket.kit import keys
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import BureauId

ANSWER = keys.Answer(201, b'{"id":1}')


async def _carry_out(database: Database, bureau: BureauId, key: str, asked: bytes) -> keys.Answer:
    async with database.transaction(bureau) as session:
        stored = await keys.claim(session, bureau, key, asked)
        if stored is not None:
            return stored
        await keys.store(session, bureau, key, asked, ANSWER, NOW)
        return ANSWER


async def test_the_first_answer_is_given_again(database: Database, bureau: BureauId):
    asked = keys.body_hash("POST /bookings", "person", {"run": 1})
    assert await _carry_out(database, bureau, "k1", asked) == ANSWER
    async with database.transaction(bureau) as session:
        assert await keys.claim(session, bureau, "k1", asked) == ANSWER


async def test_refuses_a_key_that_was_used_for_another_body(database: Database, bureau: BureauId):
    await _carry_out(database, bureau, "k1", keys.body_hash({"run": 1}))
    with pytest.raises(keys.KeyReused):
        await _carry_out(database, bureau, "k1", keys.body_hash({"run": 2}))


async def test_refuses_a_key_that_is_being_carried_out(database: Database, bureau: BureauId):
    asked = keys.body_hash({"run": 1})
    async with database.transaction(bureau) as session:
        assert await keys.claim(session, bureau, "k1", asked) is None
        with pytest.raises(keys.KeyInFlight):
            await _carry_out(database, bureau, "k1", asked)


async def test_a_request_that_failed_leaves_its_key_free(database: Database, bureau: BureauId):
    asked = keys.body_hash({"run": 1})
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(bureau) as session:
            await keys.claim(session, bureau, "k1", asked)
            await keys.store(session, bureau, "k1", asked, ANSWER, NOW)
            raise ZeroDivisionError
    async with database.transaction(bureau) as session:
        assert await keys.claim(session, bureau, "k1", asked) is None


async def test_many_at_once_are_carried_out_once(database: Database, bureau: BureauId):
    asked = keys.body_hash({"run": 1})
    results = await asyncio.gather(
        *(_carry_out(database, bureau, "k1", asked) for _ in range(12)), return_exceptions=True
    )
    assert results.count(ANSWER) >= 1
    assert all(found == ANSWER or isinstance(found, keys.KeyInFlight) for found in results)


async def test_the_same_key_in_another_bureau_is_another_key(database: Database, bureau: BureauId):
    import factories

    other = await factories.make_bureau(database)
    await _carry_out(database, bureau, "k1", keys.body_hash({"run": 1}))
    assert await _carry_out(database, other, "k1", keys.body_hash({"run": 2})) == ANSWER


async def test_keys_are_forgotten_after_seven_days(database: Database, bureau: BureauId):
    await _carry_out(database, bureau, "k1", keys.body_hash({"run": 1}))
    async with database.transaction(bureau) as session:
        assert await keys.sweep(session, bureau, NOW + timedelta(days=6, hours=23)) == 0
        assert await keys.sweep(session, bureau, NOW + timedelta(days=7, seconds=1)) == 1
