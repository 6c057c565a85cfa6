"""The ledger when many want the same fen at once: real commits on several connections."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import update

from factories import City
from ledger.rows import open_line, post, posting
from vouchermarket.kit.db import Database
from vouchermarket.kit.undone import ChangedMeanwhile
from vouchermarket.ledger import queries, rules, tables
from vouchermarket.ledger.structs import AccountKind, TransferCode

K, C = AccountKind, TransferCode


async def _prepared(database: Database, bureau_id: UUID, amount: int):
    async with database.transaction(bureau_id) as session:
        accounts = await open_line(session, bureau_id)
        await post(
            session,
            bureau_id,
            posting(accounts, C.APPROPRIATE, K.TREASURY, K.FUND, amount),
            posting(accounts, C.ISSUE, K.FUND, K.VOUCHER, amount),
        )
    return accounts


async def test_the_last_fen_is_held_once(database: Database, city: City):
    accounts = await _prepared(database, city.bureau_id, 10)

    async def attempt():
        async with database.transaction(city.bureau_id) as session:
            await post(session, city.bureau_id, posting(accounts, C.HOLD, K.VOUCHER, K.EARNED, 1))

    results = await asyncio.gather(*(attempt() for _ in range(60)), return_exceptions=True)
    assert results.count(None) == 10
    assert {type(found) for found in results if found is not None} == {rules.BalanceNotEnough}
    async with database.transaction(city.bureau_id) as session:
        voucher = (await queries.accounts(session, city.bureau_id, [accounts[K.VOUCHER]]))[
            accounts[K.VOUCHER]
        ]
    assert (voucher.balance_fen, voucher.held_fen) == (10, 10)


async def test_a_hold_is_resolved_once_whoever_comes_first(database: Database, city: City):
    accounts = await _prepared(database, city.bureau_id, 100)
    hold = posting(accounts, C.HOLD, K.VOUCHER, K.EARNED, 100)
    async with database.transaction(city.bureau_id) as session:
        await post(session, city.bureau_id, hold)

    async def resolve(code):
        async with database.transaction(city.bureau_id) as session:
            await post(
                session, city.bureau_id, posting(accounts, code, K.VOUCHER, K.EARNED, 100, resolves=hold.id)
            )

    results = await asyncio.gather(
        *(resolve(code) for code in [C.CAPTURE, C.RELEASE] * 10), return_exceptions=True
    )
    assert results.count(None) == 1
    assert {type(found) for found in results if found is not None} == {rules.HoldNotOpen}


async def test_crossing_postings_queue_and_never_deadlock(database: Database, city: City):
    """Both directions at once between two accounts: sorted locks make one wait for the other."""
    accounts = await _prepared(database, city.bureau_id, 1000)

    async def move(source, target):
        async with database.transaction(city.bureau_id) as session:
            await post(session, city.bureau_id, posting(accounts, C.ADJUST, source, target, 1))

    pairs = [(K.VOUCHER, K.FUND), (K.FUND, K.VOUCHER)] * 30
    results = await asyncio.gather(*(move(*pair) for pair in pairs), return_exceptions=True)
    assert all(found is None or isinstance(found, rules.BalanceNotEnough) for found in results)
    async with database.transaction(city.bureau_id) as session:
        after = await queries.accounts(session, city.bureau_id, [accounts[K.VOUCHER], accounts[K.FUND]])
    assert sum(found.balance_fen for found in after.values()) == 1000


async def test_the_harness_sees_a_race_when_the_locks_are_left_out(database: Database, city: City):
    """The canary: read, think, write without a lock loses money, so the tests above can fail."""
    accounts = await _prepared(database, city.bureau_id, 1000)
    read = asyncio.Barrier(8)

    async def careless():
        async with database.transaction(city.bureau_id) as session:
            found = (await queries.accounts(session, city.bureau_id, [accounts[K.VOUCHER]]))[
                accounts[K.VOUCHER]
            ]
            await read.wait()
            await session.execute(
                update(tables.account)
                .where(tables.account.c.bureau_id == city.bureau_id, tables.account.c.id == found.id)
                .values(balance_fen=found.balance_fen - 1)
            )

    await asyncio.gather(*(careless() for _ in range(8)))
    async with database.transaction(city.bureau_id) as session:
        voucher = (await queries.accounts(session, city.bureau_id, [accounts[K.VOUCHER]]))[
            accounts[K.VOUCHER]
        ]
    assert voucher.balance_fen > 1000 - 8


async def test_two_of_the_same_fact_at_once_post_it_once(database: Database, city: City):
    accounts = await _prepared(database, city.bureau_id, 1)

    async def appropriate():
        async with database.transaction(city.bureau_id) as session:
            order = posting(accounts, C.APPROPRIATE, K.TREASURY, K.FUND, 5, key="budget:once")
            await post(session, city.bureau_id, order)

    results = await asyncio.gather(*(appropriate() for _ in range(8)), return_exceptions=True)
    assert results.count(None) == 1
    assert {type(found) for found in results if found is not None} == {ChangedMeanwhile}
    with pytest.raises(ChangedMeanwhile):
        await appropriate()
