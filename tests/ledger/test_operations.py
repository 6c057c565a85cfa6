"""The ledger on a real database: a fen on its way, and what cannot be done to it."""

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from factories import NOW, City
from ledger.rows import open_line, post, posting
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import AccountId, TransferId, new_id
from vouchermarket.kit.undone import ChangedMeanwhile
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries, rules, tables
from vouchermarket.ledger.structs import AccountKind, Adjust, Reason, Reverse, TransferCode

K, C = AccountKind, TransferCode


async def balances(session, bureau_id, accounts):
    """Balance and held of every account, the open ones read from transfers."""
    found = await queries.accounts(session, bureau_id, accounts.values())
    return {
        kind: (found[id_].balance_fen, found[id_].held_fen)
        if kind in rules.LOCKED
        else (await queries.open_balance(session, bureau_id, id_), 0)
        for kind, id_ in accounts.items()
    }


async def test_a_fen_goes_from_the_treasury_to_a_provider(database: Database, city: City):
    async with database.transaction(city.bureau_id) as session:
        accounts = await open_line(session, city.bureau_id)
        given = posting(accounts, C.APPROPRIATE, K.TREASURY, K.FUND, 1000)
        issued = posting(accounts, C.ISSUE, K.FUND, K.VOUCHER, 600)
        held = posting(accounts, C.HOLD, K.VOUCHER, K.EARNED, 500)
        await post(session, city.bureau_id, given, issued, held)
        assert (await balances(session, city.bureau_id, accounts))[K.VOUCHER] == (600, 500)
        [hold] = await queries.holds_of(session, city.bureau_id, [held.document_id])
        await post(
            session, city.bureau_id, posting(accounts, C.CAPTURE, K.VOUCHER, K.EARNED, 450, resolves=hold.id)
        )
        await post(session, city.bureau_id, posting(accounts, C.SETTLE, K.EARNED, K.PAYABLE, 450))
        out = posting(accounts, C.PAY_OUT, K.PAYABLE, K.OUTSIDE, 450)
        await post(session, city.bureau_id, out)
        await post(
            session, city.bureau_id, posting(accounts, C.PAID, K.PAYABLE, K.OUTSIDE, 450, resolves=out.id)
        )
        after = await balances(session, city.bureau_id, accounts)
    assert after == {
        K.TREASURY: (-1000, 0),
        K.FUND: (400, 0),
        K.VOUCHER: (150, 0),
        K.COPAY: (0, 0),
        K.EARNED: (0, 0),
        K.PAYABLE: (0, 0),
        K.OUTSIDE: (450, 0),
    }
    assert sum(balance for balance, _ in after.values()) == 0


async def test_a_refused_posting_leaves_nothing_of_its_set(database: Database, city: City):
    async with database.transaction(city.bureau_id) as session:
        accounts = await open_line(session, city.bureau_id)
    with pytest.raises(rules.BalanceNotEnough):
        async with database.transaction(city.bureau_id) as session:
            await post(
                session,
                city.bureau_id,
                posting(accounts, C.APPROPRIATE, K.TREASURY, K.FUND, 100),
                posting(accounts, C.ISSUE, K.FUND, K.VOUCHER, 101),
            )
    async with database.transaction(city.bureau_id) as session:
        assert set((await balances(session, city.bureau_id, accounts)).values()) == {(0, 0)}


async def test_the_same_fact_is_posted_once(database: Database, city: City):
    async with database.transaction(city.bureau_id) as session:
        accounts = await open_line(session, city.bureau_id)
        await post(
            session,
            city.bureau_id,
            posting(accounts, C.APPROPRIATE, K.TREASURY, K.FUND, 100, key="budget:2014"),
        )
    with pytest.raises(ChangedMeanwhile):
        async with database.transaction(city.bureau_id) as session:
            again = posting(accounts, C.APPROPRIATE, K.TREASURY, K.FUND, 100, key="budget:2014")
            await post(session, city.bureau_id, again)


async def test_opening_an_account_twice_finds_the_first(database: Database, city: City):
    async with database.transaction(city.bureau_id) as session:
        first = await ledger.open_account(session, city.bureau_id, K.FUND, "space", 2014, now=NOW)
        assert first == await ledger.open_account(session, city.bureau_id, K.FUND, "space", 2014, now=NOW)
        found = await queries.account_by_code(session, city.bureau_id, "fund:space:2014")
    assert found is not None
    assert found.id == first


async def test_a_transfer_can_be_neither_changed_nor_removed(database: Database, city: City):
    async with database.transaction(city.bureau_id) as session:
        accounts = await open_line(session, city.bureau_id)
        await post(session, city.bureau_id, posting(accounts, C.APPROPRIATE, K.TREASURY, K.FUND, 100))
    for change in (update(tables.transfer).values(amount_fen=1), delete(tables.transfer)):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with database.transaction(city.bureau_id) as session:
                await session.execute(change)


async def test_the_database_itself_stops_an_overdraft(database: Database, city: City):
    """The net below the rules: whatever the program believes, the CHECK stands."""
    async with database.transaction(city.bureau_id) as session:
        accounts = await open_line(session, city.bureau_id)
    with pytest.raises(IntegrityError, match="covered"):
        async with database.transaction(city.bureau_id) as session:
            held = update(tables.account).where(tables.account.c.id == accounts[K.VOUCHER]).values(held_fen=1)
            await session.execute(held)


async def test_an_adjustment_moves_value_only_when_a_second_person_approves(database: Database, city: City):
    first, second = (officer.person_id for officer in city.officers["finance_office"])
    async with database.transaction(city.bureau_id) as session:
        accounts = await open_line(session, city.bureau_id)
        await post(session, city.bureau_id, posting(accounts, C.APPROPRIATE, K.TREASURY, K.FUND, 100))
        adjust = Adjust(accounts[K.FUND], accounts[K.PAYABLE], 40, Reason.AUDIT_FINDING, "审计意见第3条")
        proposed = await ledger.propose_adjust(session, city.bureau_id, adjust, by=first, now=NOW)
        assert (await balances(session, city.bureau_id, accounts))[K.FUND] == (100, 0)
        with pytest.raises(rules.SamePerson):
            await ledger.decide_correction(session, city.bureau_id, proposed, approve=True, by=first, now=NOW)
        await ledger.decide_correction(session, city.bureau_id, proposed, approve=True, by=second, now=NOW)
        assert (await balances(session, city.bureau_id, accounts))[K.PAYABLE] == (40, 0)
        with pytest.raises(rules.CorrectionDecided):
            await ledger.decide_correction(
                session, city.bureau_id, proposed, approve=True, by=second, now=NOW
            )


async def test_a_wrong_appropriation_is_mirrored_once(database: Database, city: City):
    first, second = (officer.person_id for officer in city.officers["finance_office"])
    async with database.transaction(city.bureau_id) as session:
        accounts = await open_line(session, city.bureau_id)
        wrong = posting(accounts, C.APPROPRIATE, K.TREASURY, K.FUND, 1000)
        await post(session, city.bureau_id, wrong)
        reverse = Reverse(wrong.id, Reason.KEYED_WRONG, "多打一个零")
        proposals = [
            await ledger.propose_reverse(session, city.bureau_id, reverse, by=first, now=NOW)
            for _ in range(2)
        ]
        await ledger.decide_correction(
            session, city.bureau_id, proposals[0], approve=True, by=second, now=NOW
        )
        assert (await balances(session, city.bureau_id, accounts))[K.FUND] == (0, 0)
        with pytest.raises(rules.TransferNotReversible):
            await ledger.decide_correction(
                session, city.bureau_id, proposals[1], approve=True, by=second, now=NOW
            )


async def test_a_rejected_correction_moves_nothing(database: Database, city: City):
    first, second = (officer.person_id for officer in city.officers["finance_office"])
    async with database.transaction(city.bureau_id) as session:
        accounts = await open_line(session, city.bureau_id)
        await post(session, city.bureau_id, posting(accounts, C.APPROPRIATE, K.TREASURY, K.FUND, 100))
        adjust = Adjust(accounts[K.FUND], accounts[K.PAYABLE], 40, Reason.BANK_RETURNED, "退汇")
        proposed = await ledger.propose_adjust(session, city.bureau_id, adjust, by=first, now=NOW)
        moved = await ledger.decide_correction(
            session, city.bureau_id, proposed, approve=False, by=second, now=NOW
        )
        assert moved is None
        assert (await balances(session, city.bureau_id, accounts))[K.FUND] == (100, 0)


async def test_refuses_a_correction_and_accounts_nobody_knows(database: Database, city: City):
    person = city.officer("finance_office").person_id
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(rules.CorrectionUnknown):
            await ledger.decide_correction(
                session, city.bureau_id, new_id(), approve=True, by=person, now=NOW
            )
        unknown = Adjust(AccountId(new_id()), AccountId(new_id()), 1, Reason.KEYED_WRONG, "x")
        with pytest.raises(rules.AccountUnknown):
            await ledger.propose_adjust(session, city.bureau_id, unknown, by=person, now=NOW)
        nothing = Reverse(TransferId(new_id()), Reason.KEYED_WRONG, "x")
        with pytest.raises(rules.TransferUnknown):
            await ledger.propose_reverse(session, city.bureau_id, nothing, by=person, now=NOW)
