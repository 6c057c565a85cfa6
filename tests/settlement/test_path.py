"""The way of a statement's money: approved, held, recorded as paid or as failed."""

from uuid import UUID

import msgspec
import pytest

from settlement import rows
from settlement.rows import LATER, Market
from vouchermarket.identity.rules import NotFound, RoleNotAllowed
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.ids import PaymentId, StatementId, new_id
from vouchermarket.payments import rules as payment_rules
from vouchermarket.payments.structs import PaymentState
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries, rules
from vouchermarket.settlement.structs import RecordFailure, RecordPayment


async def approve(market: Market, actor: Actor, statement_id: UUID):
    async with market.transaction() as session:
        return await settlement.approve_payment(session, actor, StatementId(statement_id), now=LATER)


async def record(market: Market, actor: Actor, payment_id: UUID, reference: str = "ICBC-1"):
    command = RecordPayment(payment_id=PaymentId(payment_id), reference=reference)
    async with market.transaction() as session:
        return await settlement.record_payment(session, actor, command, now=LATER)


async def fail(market: Market, actor: Actor, payment_id: UUID, reason: str = "账号已销户"):
    command = RecordFailure(payment_id=PaymentId(payment_id), reason=reason)
    async with market.transaction() as session:
        return await settlement.record_failure(session, actor, command, now=LATER)


async def test_a_year_of_completions_is_paid_to_the_fen(market):
    await rows.earn(market, 30_000, 20_001)
    statement_id = await rows.settled(market)
    assert await rows.earned_fen(market) == 0
    assert await rows.balances(market, rows.payable_of(market)) == [(50_001, 0)]
    async with market.transaction() as session:
        assert [one.id for one in await queries.statements_to_approve(session, market.bureau_id)] == [
            statement_id
        ]
    payment = await approve(market, market.finance, statement_id)
    assert payment.amount_fen == 50_001
    assert await rows.balances(market, rows.payable_of(market)) == [(50_001, 50_001)]
    async with market.transaction() as session:
        assert await queries.statements_to_approve(session, market.bureau_id) == []
        assert await queries.payments_to_record(session, market.bureau_id) == [payment]
    recorded = await record(market, market.finance_too, payment.id)
    assert recorded.state is PaymentState.PAID
    async with market.transaction() as session:
        assert await queries.payments_to_record(session, market.bureau_id) == []
        money = await queries.provider_money(session, market.provider, market.provider_id)
    assert (money.earned_fen, money.payable_fen, money.held_fen, money.paid_fen) == (0, 0, 0, 50_001)
    (shown,) = (await rows.opened(market, statement_id)).payments
    assert (shown.reference, shown.recorded_by) == ("ICBC-1", market.finance_too.person_id)
    await rows.books_hold(market)


async def test_a_failed_payment_gives_its_hold_back_and_another_is_approved(market):
    await rows.earn(market, 30_000)
    statement_id = await rows.settled(market)
    first = await approve(market, market.finance, statement_id)
    failed = await fail(market, market.finance_too, first.id)
    assert failed.state is PaymentState.FAILED
    assert await rows.balances(market, rows.payable_of(market)) == [(30_000, 0)]
    second = await approve(market, market.finance, statement_id)
    await record(market, market.finance_too, second.id)
    states = [payment.state for payment in (await rows.opened(market, statement_id)).payments]
    assert states == [PaymentState.FAILED, PaymentState.PAID]
    assert await rows.balances(market, rows.payable_of(market)) == [(0, 0)]


async def test_refuses_to_pay_before_both_keys_are_turned(market):
    await rows.earn(market, 30_000)
    statement_id = await rows.drawn_up(market)
    await rows.answer(market, statement_id)
    await rows.turn(market, statement_id, market.office)
    with pytest.raises(rules.StatementNotSettled):
        await approve(market, market.finance, statement_id)


@pytest.mark.parametrize("paid", [False, True], ids=["on_its_way", "paid"])
async def test_refuses_a_second_payment_of_a_statement(market, paid):
    await rows.earn(market, 30_000)
    statement_id = await rows.settled(market)
    payment = await approve(market, market.finance, statement_id)
    if paid:
        await record(market, market.finance_too, payment.id)
    with pytest.raises(rules.PaymentExists):
        await approve(market, market.finance_too, statement_id)


async def test_refuses_that_a_key_holder_with_a_seat_in_finance_approves(market):
    await rows.earn(market, 30_000)
    statement_id = await rows.settled(market)
    both = msgspec.structs.replace(market.centre, seats=market.centre.seats + market.finance.seats)
    with pytest.raises(rules.ApprovedByKeyHolder):
        await approve(market, both, statement_id)


async def test_refuses_that_one_person_approves_and_records(market):
    await rows.earn(market, 30_000)
    payment = await rows.approved(market, await rows.settled(market))
    with pytest.raises(payment_rules.RecordedByApprover):
        await record(market, market.finance, payment.id)
    with pytest.raises(payment_rules.RecordedByApprover):
        await fail(market, market.finance, payment.id)


async def test_refuses_to_record_a_payment_twice(market):
    await rows.earn(market, 30_000)
    payment = await rows.approved(market, await rows.settled(market))
    await record(market, market.finance_too, payment.id)
    with pytest.raises(payment_rules.PaymentEnded):
        await record(market, market.finance_too, payment.id, "ICBC-2")
    with pytest.raises(payment_rules.PaymentEnded):
        await fail(market, market.finance_too, payment.id)


async def test_refuses_a_reference_of_the_bank_on_two_payments(market):
    for price in (30_000, 20_000):
        await rows.earn(market, price)
        payment = await rows.approved(market, await rows.settled(market))
        if price == 30_000:
            await record(market, market.finance_too, payment.id)
    with pytest.raises(payment_rules.ReferenceUsed):
        await record(market, market.finance_too, payment.id)


async def test_a_refusal_leaves_the_payment_as_it_was(market):
    await rows.earn(market, 30_000)
    payment = await rows.approved(market, await rows.settled(market))
    with pytest.raises(payment_rules.ReferenceNotReadable):
        await record(market, market.finance_too, payment.id, " ")
    with pytest.raises(payment_rules.FailureUnexplained):
        await fail(market, market.finance_too, payment.id, " ")
    async with market.transaction() as session:
        assert await queries.payments_to_record(session, market.bureau_id) == [payment]
    assert await rows.balances(market, rows.payable_of(market)) == [(30_000, 30_000)]


async def test_what_does_not_exist_is_not_found(market):
    with pytest.raises(NotFound):
        await approve(market, market.finance, new_id())
    with pytest.raises(NotFound):
        await record(market, market.finance, new_id())
    with pytest.raises(NotFound):
        await fail(market, market.finance, new_id())


async def test_only_finance_pays(market):
    for stranger in (market.centre, market.office, market.provider, market.city.teacher()):
        with pytest.raises(RoleNotAllowed):
            await approve(market, stranger, new_id())
        with pytest.raises(RoleNotAllowed):
            await record(market, stranger, new_id())
        with pytest.raises(RoleNotAllowed):
            await fail(market, stranger, new_id())


async def test_a_providers_figures_are_its_own(market):
    await rows.earn(market, 30_000)
    async with market.transaction() as session:
        with pytest.raises(NotFound):
            await queries.provider_money(session, market.rival, market.provider_id)
        seen = await queries.provider_money(session, market.finance, market.provider_id)
    assert (seen.earned_fen, seen.payable_fen) == (30_000, 0)
