"""Each of I1 to I12 holds on books in which everything has happened, and turns red when they are broken.

The books are broken in copies that hide the tables: constraints would forbid most of this, and a statement
that cannot turn red proves nothing.
"""

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from reporting import rows
from vouchermarket.reporting.queries import invariants

# Rows of event_seal beside the copied ones: sealing itself is not built yet.
_SEALS = (
    "INSERT INTO event_seal (bureau_id, number, event_id, digest) "
    "SELECT bureau_id, row_number() OVER (ORDER BY id), id, '' FROM event LIMIT 4"
)
_SECOND_CAPTURE = (
    "INSERT INTO transfer (bureau_id, id, code, source_id, target_id, amount_fen, resolves_id) "
    "SELECT bureau_id, gen_random_uuid(), code, source_id, target_id, amount_fen, resolves_id "
    "FROM transfer WHERE code = 'capture' LIMIT 1"
)
_MIRRORED_CAPTURE = (
    "INSERT INTO transfer (bureau_id, id, code, source_id, target_id, amount_fen, reverses_id) "
    "SELECT bureau_id, gen_random_uuid(), 'reverse', target_id, source_id, amount_fen, id "
    "FROM transfer WHERE code = 'capture' LIMIT 1"
)

# invariant, what is broken, the table copied, the statement that breaks it
BREAKS = [
    ("I1", "a balance is a fen off", "account", "UPDATE account SET balance_fen = 1 WHERE kind = 'fund'"),
    ("I1", "a transfer is gone", "transfer", "DELETE FROM transfer WHERE code = 'settle'"),
    ("I1", "a locked account is gone", "account", "DELETE FROM account WHERE kind = 'voucher'"),
    ("I2", "more was issued than posted", "voucher", "UPDATE voucher SET amount_fen = amount_fen + 1"),
    ("I2", "the account is missing", "account", "DELETE FROM account WHERE kind = 'voucher'"),
    (
        "I2",
        "value left a voucher by another way",
        "transfer",
        "UPDATE transfer SET code = 'lapse' WHERE code = 'capture'",
    ),
    (
        "I3",
        "more is held than there is",
        "account",
        "UPDATE account SET held_fen = balance_fen + 1 WHERE kind = 'voucher'",
    ),
    ("I3", "a fund is overdrawn", "account", "UPDATE account SET balance_fen = -1 WHERE kind = 'fund'"),
    ("I3", "a co-pay is overdrawn", "account", "UPDATE account SET balance_fen = -1 WHERE kind = 'copay'"),
    ("I4", "held without a hold", "account", "UPDATE account SET held_fen = 1 WHERE kind = 'voucher'"),
    ("I4", "a hold that is not held", "account", "UPDATE account SET held_fen = 0 WHERE kind = 'payable'"),
    ("I4", "a resolution is gone", "transfer", "DELETE FROM transfer WHERE code = 'capture'"),
    ("I5", "a seat nobody sits in", "run", "UPDATE run SET taken = taken + 1"),
    ("I5", "a booking without its seat", "booking", "UPDATE booking SET cancelled_at = booked_at"),
    ("I5", "more seats than the run has", "run", "UPDATE run SET offered = capacity"),
    (
        "I6",
        "a hold resolved twice",
        "transfer",
        _SECOND_CAPTURE,
    ),
    (
        "I6",
        "a capture above its hold",
        "transfer",
        "UPDATE transfer SET amount_fen = amount_fen + 1 WHERE code = 'capture'",
    ),
    (
        "I6",
        "a capture that went astray",
        "transfer",
        "UPDATE transfer SET target_id = gen_random_uuid() WHERE code = 'capture'",
    ),
    (
        "I6",
        "a hold ended by a payment",
        "transfer",
        "UPDATE transfer SET code = 'paid' WHERE code = 'capture'",
    ),
    (
        "I7",
        "a second live entry",
        "credit_entry",
        "INSERT INTO credit_entry SELECT * FROM credit_entry LIMIT 1",
    ),
    ("I7", "no entry", "credit_entry", "DELETE FROM credit_entry"),
    (
        "I7",
        "revoked and still credited",
        "completion",
        "UPDATE completion SET revoked_at = verified_at",
    ),
    (
        "I7",
        "credited before it was verified",
        "completion",
        "UPDATE completion SET verified_at = NULL",
    ),
    ("I8", "a total that is a fen off", "statement", "UPDATE statement SET total_fen = total_fen + 1"),
    (
        "I8",
        "two lines that are off and make it up",
        "statement_line",
        "UPDATE statement_line SET amount_fen = amount_fen + CASE WHEN amount_fen = 30000 THEN 1 ELSE -1 END",
    ),
    (
        "I8",
        "a capture that was mirrored and stays on its statement",
        "transfer",
        _MIRRORED_CAPTURE,
    ),
    ("I8", "settled and not posted", "transfer", "DELETE FROM transfer WHERE code = 'settle'"),
    ("I8", "posted and not settled", "statement", "UPDATE statement SET settled_at = NULL"),
    ("I9", "two payments on the way", "payment", "INSERT INTO payment SELECT * FROM payment"),
    (
        "I10",
        "a transfer without its event",
        "transfer",
        "UPDATE transfer SET event_id = gen_random_uuid() WHERE code = 'issue'",
    ),
    (
        "I10",
        "a booking without its event",
        "booking",
        "UPDATE booking SET event_id = gen_random_uuid()",
    ),
    (
        "I10",
        "an entry without its event",
        "credit_entry",
        "UPDATE credit_entry SET event_id = gen_random_uuid()",
    ),
    ("I11", "a seal is gone", "event_seal", (_SEALS, "DELETE FROM event_seal WHERE number = 2")),
    (
        "I11",
        "a seal of an event that is not there",
        "event_seal",
        (_SEALS, "UPDATE event_seal SET event_id = gen_random_uuid() WHERE number = 3"),
    ),
]

# Broken in other ways than a row: a foreign key that leaves the bureau out, or was never checked.
_HALL = "CREATE TABLE hall (bureau_id uuid, id uuid UNIQUE, PRIMARY KEY (bureau_id, id))"
_CHAIR = "CREATE TABLE chair (bureau_id uuid, hall_id uuid)"
KEYS = {
    "it leaves the bureau out": "ALTER TABLE chair ADD FOREIGN KEY (hall_id) REFERENCES hall (id)",
    "no row was ever checked by it": (
        "ALTER TABLE chair ADD FOREIGN KEY (bureau_id, hall_id) REFERENCES hall (bureau_id, id) NOT VALID"
    ),
}


async def test_every_invariant_holds_where_everything_has_happened(market):
    async with market.transaction() as session:
        found = await invariants.check(session, market.bureau_id)
        unsealed = await invariants.unsealed(session, market.bureau_id)
    assert [finding.code for finding in found] == [f"I{number}" for number in range(1, 13)]
    assert {finding.code: finding.broken for finding in found if finding.broken} == {}
    # Nothing is sealed yet, and the events that wait for it are counted apart.
    assert {finding.code for finding in found if not finding.checked} == {"I11"}
    assert unsealed > 0


@pytest.mark.parametrize(
    ("code", "table", "statement"),
    [pytest.param(code, table, statement, id=f"{code} {what}") for code, what, table, statement in BREAKS],
)
async def test_the_check_turns_red_when(market, code, table, statement):
    async with rows.in_copies(market.database, market.bureau_id, table) as session:
        assert (await rows.finding(session, market.bureau_id, code)).broken == 0
        await rows.execute(session, *([statement] if isinstance(statement, str) else statement))
        assert (await rows.finding(session, market.bureau_id, code)).broken > 0


def test_every_invariant_is_broken_at_least_once():
    assert {code for code, *_ in BREAKS} | {"I12"} == set(rows.STATEMENTS)


async def test_a_chain_of_seals_without_a_gap_holds(market):
    async with rows.in_copies(market.database, market.bureau_id, "event_seal") as session:
        before = await invariants.unsealed(session, market.bureau_id)
        await rows.execute(session, _SEALS)
        found = await rows.finding(session, market.bureau_id, "I11")
        assert (found.checked, found.broken) == (4, 0)
        assert await invariants.unsealed(session, market.bureau_id) == before - 4


async def test_a_payable_may_go_below_zero_and_a_failed_payment_may_be_repeated(market):
    async with rows.in_copies(market.database, market.bureau_id, "account", "payment") as session:
        await rows.execute(session, "UPDATE account SET balance_fen = -1 WHERE kind = 'payable'")
        await rows.execute(
            session, "INSERT INTO payment SELECT * FROM payment", "UPDATE payment SET state = 'failed'"
        )
        assert (await rows.finding(session, market.bureau_id, "I3")).broken == 0
        assert (await rows.finding(session, market.bureau_id, "I9")).broken == 0


@pytest.mark.parametrize("what", KEYS)
async def test_a_key_between_tables_of_bureaus_is_broken_when(bureau, owner_url, what):
    """The owner makes two tables of its own, looks, and takes everything back."""
    engine = create_async_engine(owner_url, poolclass=NullPool)
    async with engine.connect() as session:
        await rows.execute(session, _HALL, _CHAIR)
        assert (await rows.finding(session, bureau, "I12")).broken == 0
        await rows.execute(session, KEYS[what])
        assert (await rows.finding(session, bureau, "I12")).broken == 1
        await session.rollback()
    await engine.dispose()


async def test_an_empty_bureau_sees_nothing_of_another(market, bureau, database):
    """Every check but the catalog's has nothing to look at."""
    async with database.transaction(bureau) as session:
        found = await invariants.check(session, bureau)
    assert {finding.code for finding in found if finding.checked} == {"I12"}
