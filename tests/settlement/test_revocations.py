"""A completion taken back before and after its statement is settled: every fen goes where it came from."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from settlement import rows
from settlement.rows import LATER, NOW, Market
from vouchermarket.completion import queries as completions
from vouchermarket.completion import rules as completion_rules
from vouchermarket.completion import tables as completion_tables
from vouchermarket.credits import rules as credit_rules
from vouchermarket.credits import tables as credit_tables
from vouchermarket.identity.rules import NotFound, RoleNotAllowed
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.ids import CompletionId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger.structs import AccountKind
from vouchermarket.payments.structs import PaymentState
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries, rules
from vouchermarket.settlement.structs import ProposeRevocation, RecordPayment, Response


async def propose(market: Market, actor: Actor, completion_id: UUID, reason: str = "签到表系伪造") -> UUID:
    command = ProposeRevocation(
        completion_id=CompletionId(completion_id), reason=reason, document="株教通〔2014〕66号"
    )
    async with market.transaction() as session:
        return await settlement.propose_revocation(session, actor, command, now=LATER)


async def decide(market: Market, actor: Actor, revocation_id: UUID, *, approve: bool = True) -> None:
    async with market.transaction() as session:
        await settlement.decide_revocation(session, actor, revocation_id, approve=approve, now=LATER)


async def revoke(market: Market, completion_id: UUID) -> None:
    await decide(market, market.centre, await propose(market, market.office, completion_id))


async def pay(market: Market, statement_id: UUID, reference: str) -> int:
    payment = await rows.approved(market, statement_id)
    command = RecordPayment(payment_id=payment.id, reference=reference)
    async with market.transaction() as session:
        recorded = await settlement.record_payment(session, market.finance_too, command, now=LATER)
    assert recorded.state is PaymentState.PAID
    return payment.amount_fen


async def is_revoked(market: Market, completion_id: UUID) -> bool:
    async with market.transaction() as session:
        found = await completions.completions(session, market.bureau_id, [completion_id])
        decided = select(credit_tables.credit_decision.c.decision).where(
            credit_tables.credit_decision.c.bureau_id == market.bureau_id,
            credit_tables.credit_decision.c.entry_id == found[CompletionId(completion_id)].entry_id,
        )
        decisions = list((await session.execute(decided)).scalars())
    revoked_at = found[CompletionId(completion_id)].revoked_at
    assert decisions == ([] if revoked_at is None else ["reverse"])
    return revoked_at is not None


async def voucher_fen(market: Market) -> int:
    ((balance, held),) = await rows.balances(market, market.voucher_id)
    assert held == 0
    return balance


async def test_before_any_statement_the_value_goes_back_to_the_voucher(market):
    (completion_id,) = await rows.earn(market, 300)
    await revoke(market, completion_id)
    assert await is_revoked(market, completion_id)
    assert await rows.earned_fen(market) == 0
    assert await voucher_fen(market) == rows.FUNDED_FEN
    with pytest.raises(rules.NothingEarned):
        await rows.drawn_up(market)


async def test_on_an_open_statement_the_line_goes_and_the_keys_with_it(market):
    wrong, _ = await rows.earn(market, 300, 500)
    statement_id = await rows.drawn_up(market)
    await rows.answer(market, statement_id)
    await rows.turn(market, statement_id, market.office)
    await revoke(market, wrong)
    shown = await rows.opened(market, statement_id)
    assert (shown.statement.total_fen, shown.keys) == (500, ())
    assert [line.is_live for line in shown.lines if line.completion_id == wrong] == [False]
    await rows.turn(market, statement_id, market.office_too, market.centre_too)
    assert await rows.balances(market, rows.payable_of(market)) == [(500, 0)]
    assert await rows.earned_fen(market) == 0
    assert await voucher_fen(market) == rows.FUNDED_FEN - 500
    await rows.books_hold(market)


async def test_each_source_gets_its_own_part_back(market):
    (completion_id,) = await rows.earn(market, 300, copay_fen=120)
    await revoke(market, completion_id)
    copay = await copay_of(market, completion_id)
    assert await rows.balances(market, copay) == [(120, 0)]
    assert await voucher_fen(market) == rows.FUNDED_FEN


async def copay_of(market: Market, completion_id: UUID) -> UUID:
    async with market.transaction() as session:
        found = await completions.completions(session, market.bureau_id, [completion_id])
    booking_id = found[CompletionId(completion_id)].booking_id
    return ledger.account_id(market.bureau_id, AccountKind.COPAY, booking_id)


async def test_after_payment_payable_falls_below_zero_and_the_next_statement_works_it_off(market):
    (wrong,) = await rows.earn(market, 500)
    first = await rows.settled(market)
    assert await pay(market, first, "ICBC-1") == 500
    await revoke(market, wrong)
    assert await is_revoked(market, wrong)
    assert await rows.balances(market, rows.payable_of(market), market.fund_id) == [(-500, 0), (500, 0)]
    assert (await rows.opened(market, first)).statement.total_fen == 500

    await rows.earn(market, 400)
    second = await rows.settled(market)
    assert await rows.balances(market, rows.payable_of(market)) == [(-100, 0)]
    with pytest.raises(rules.NothingPayable) as refused:
        await rows.approved(market, second)
    assert refused.value.facts == {"free_fen": -100}

    await rows.earn(market, 350)
    third = await rows.settled(market)
    assert await pay(market, third, "ICBC-2") == 250
    assert await rows.balances(market, rows.payable_of(market)) == [(0, 0)]
    async with market.transaction() as session:
        money = await queries.provider_money(session, market.provider, market.provider_id)
    assert (money.earned_fen, money.payable_fen, money.paid_fen) == (0, 0, 750)
    await rows.books_hold(market)


async def test_a_claw_back_gives_a_copay_back_to_who_paid_it(market):
    (wrong,) = await rows.earn(market, 500, copay_fen=200)
    await rows.settled(market)
    await revoke(market, wrong)
    copay = await copay_of(market, wrong)
    found = await rows.balances(market, rows.payable_of(market), market.fund_id, copay)
    assert found == [(0, 0), (300, 0), (200, 0)]


async def test_what_the_bank_has_paid_is_paid_though_a_claw_back_came_between(market):
    wrong, _ = await rows.earn(market, 300, 200)
    payment = await rows.approved(market, await rows.settled(market))
    await revoke(market, wrong)
    assert await rows.balances(market, rows.payable_of(market)) == [(200, 500)]
    command = RecordPayment(payment_id=payment.id, reference="ICBC-1")
    async with market.transaction() as session:
        await settlement.record_payment(session, market.finance_too, command, now=LATER)
    assert await rows.balances(market, rows.payable_of(market)) == [(-300, 0)]


async def test_a_claw_back_before_the_approval_lowers_what_is_paid(market):
    wrong, _ = await rows.earn(market, 300, 200)
    statement_id = await rows.settled(market)
    await revoke(market, wrong)
    assert await pay(market, statement_id, "ICBC-1") == 200


async def test_a_line_dropped_before_the_settlement_is_not_clawed_back(market):
    wrong, _ = await rows.earn(market, 300, 200)
    statement_id = await rows.drawn_up(market)
    await rows.answer(market, statement_id)
    await rows.answer(market, statement_id, Response.DISPUTED, 300)
    await rows.drop(market, statement_id, 300)
    await rows.turn(market, statement_id, market.office, market.centre)
    await revoke(market, wrong)
    assert await rows.balances(market, rows.payable_of(market)) == [(200, 0)]
    assert await voucher_fen(market) == rows.FUNDED_FEN - 200


async def test_a_free_completion_is_revoked_without_money(market):
    (completion_id,) = await rows.earn(market, 0)
    await revoke(market, completion_id)
    assert await is_revoked(market, completion_id)


async def test_a_rejected_proposal_changes_nothing_and_another_may_follow(market):
    (completion_id,) = await rows.earn(market, 300)
    first = await propose(market, market.office, completion_id)
    await decide(market, market.centre, first, approve=False)
    assert not await is_revoked(market, completion_id)
    assert await rows.earned_fen(market) == 300
    with pytest.raises(rules.RevocationDecided):
        await decide(market, market.centre, first)
    await revoke(market, completion_id)
    async with market.transaction() as session:
        kept = await queries.revocation_by_id(session, market.bureau_id, first)
    assert kept is not None
    assert (kept.approved, kept.decided_by) == (False, market.centre.person_id)


async def test_refuses_that_one_person_proposes_and_decides(market):
    (completion_id,) = await rows.earn(market, 300)
    revocation_id = await propose(market, market.office, completion_id)
    with pytest.raises(rules.RevokedByProposer):
        await decide(market, market.office, revocation_id)


async def test_refuses_that_the_registrar_takes_his_own_entry_back_and_writes_nothing(market):
    market.registrar = market.centre
    (completion_id,) = await rows.earn(market, 300)
    revocation_id = await propose(market, market.office, completion_id)
    with pytest.raises(credit_rules.RegistrarCannotReview):
        await decide(market, market.centre, revocation_id)
    assert not await is_revoked(market, completion_id)
    assert await rows.earned_fen(market) == 300
    async with market.transaction() as session:
        pending = await queries.revocations_pending(session, market.bureau_id)
    assert [one.id for one in pending] == [revocation_id]


async def test_refuses_a_second_proposal_while_one_waits_and_any_after_revocation(market):
    (completion_id,) = await rows.earn(market, 300)
    revocation_id = await propose(market, market.office, completion_id)
    with pytest.raises(rules.RevocationPending):
        await propose(market, market.centre, completion_id)
    await decide(market, market.centre, revocation_id)
    with pytest.raises(completion_rules.CompletionRevoked):
        await propose(market, market.office, completion_id)


async def test_refuses_to_revoke_what_was_not_verified_or_without_a_reason(market):
    (completion_id,) = await rows.earn(market, 300)
    with pytest.raises(rules.ReasonMissing):
        await propose(market, market.office, completion_id, "  ")
    table = completion_tables.completion
    async with market.transaction() as session:
        await session.execute(
            update(table)
            .where(table.c.bureau_id == market.bureau_id, table.c.id == completion_id)
            .values(verified_at=None, verified_by=None, entry_id=None, captured_fen=None)
        )
    with pytest.raises(completion_rules.NotVerified):
        await propose(market, market.office, completion_id)


async def test_revocations_are_for_the_two_offices_and_of_things_that_exist(market):
    for stranger in (market.provider, market.finance, market.city.teacher()):
        with pytest.raises(RoleNotAllowed):
            await propose(market, stranger, new_id())
        with pytest.raises(RoleNotAllowed):
            await decide(market, stranger, new_id())
    with pytest.raises(NotFound):
        await propose(market, market.office, new_id())
    with pytest.raises(NotFound):
        await decide(market, market.centre, new_id())


async def test_an_expired_voucher_gets_its_value_back_all_the_same(market):
    (completion_id,) = await rows.earn(market, 300)
    revocation_id = await propose(market, market.office, completion_id)
    async with market.transaction() as session:
        await settlement.decide_revocation(
            session, market.centre, revocation_id, approve=True, now=NOW + timedelta(days=700)
        )
    assert await voucher_fen(market) == rows.FUNDED_FEN
