"""The three beats against a bank that breaks: the hold and the money follow what really happened."""

from datetime import timedelta

import pytest

from payments.standin import Bank, BankGateway, Fault
from settlement import rows
from settlement.rows import LATER, Market
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.ids import PaymentId, new_id
from vouchermarket.payments import operations as payments
from vouchermarket.payments import queries as payment_queries
from vouchermarket.payments.gateways import Gateways, carry_out
from vouchermarket.payments.gateways.manual import WAITING_FOR_PERSON, ManualGateway
from vouchermarket.payments.structs import (
    Answer,
    AttemptState,
    Errand,
    Gateway,
    Outcome,
    Payment,
    PaymentState,
    Step,
)
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement.structs import RecordFailure, RecordPayment

MANUAL: Gateways = {Gateway.MANUAL: ManualGateway()}
HELD = (30_000, 30_000)


@pytest.fixture
async def payment(market) -> Payment:
    """An approved payment of 300 yuan."""
    await rows.earn(market, 30_000)
    return await rows.approved(market, await rows.settled(market))


@pytest.fixture
def bank() -> Bank:
    """The other side, at the hour of the approval."""
    return Bank(LATER)


async def begin(market: Market, gateways: Gateways, now) -> list[Errand]:
    async with market.transaction() as session:
        return await payments.begin_attempts(session, market.bureau_id, gateways, now=now)


async def record(market: Market, gateways: Gateways, errand: Errand, answer: Answer | None, now):
    async with market.transaction() as session:
        return await settlement.record_outcome(session, market.bureau_id, gateways, errand, answer, now=now)


async def sweep(market: Market, bank: Bank, *, dies: bool = False) -> list[Step]:
    """One turn of the sweep; it may die after the call, before it has recorded anything."""
    gateways = {Gateway.MANUAL: BankGateway(bank)}
    errands = await begin(market, gateways, bank.now)
    for errand in errands:
        answer = await carry_out(gateways, errand)
        if not dies:
            await record(market, gateways, errand, answer, bank.now)
    return [errand.step for errand in errands]


async def stands(market: Market, payment: Payment) -> tuple[PaymentState, list[AttemptState]]:
    async with market.transaction() as session:
        found = await payment_queries.payment_by_id(session, market.bureau_id, payment.id)
        tries = await payment_queries.attempts_of(session, market.bureau_id, [payment.id])
    assert found is not None
    return found.state, [one.state for one in tries]


async def test_an_accepted_payment_takes_its_hold(market, payment, bank):
    assert await sweep(market, bank) == [Step.SUBMIT]
    assert await stands(market, payment) == (PaymentState.PAID, [AttemptState.ACCEPTED])
    assert await rows.balances(market, rows.payable_of(market)) == [(0, 0)]
    assert await sweep(market, bank) == []


async def test_a_rejected_payment_gives_its_hold_back(market, payment, bank):
    bank.fault = Fault.REFUSED
    await sweep(market, bank)
    assert await stands(market, payment) == (PaymentState.FAILED, [AttemptState.REJECTED])
    assert await rows.balances(market, rows.payable_of(market)) == [(30_000, 0)]


async def test_a_lost_answer_is_found_and_the_money_moves_once(market, payment, bank):
    bank.fault = Fault.LOST_AFTER
    await sweep(market, bank)
    assert await stands(market, payment) == (PaymentState.SENDING, [AttemptState.UNKNOWN])
    assert await rows.balances(market, rows.payable_of(market)) == [HELD]
    bank.fault = Fault.NONE
    assert await sweep(market, bank) == [Step.FIND]
    assert await stands(market, payment) == (PaymentState.PAID, [AttemptState.ACCEPTED])
    assert len(bank.paid) == 1


async def test_a_payment_the_bank_never_heard_of_is_sent_anew_once_absence_is_proven(market, payment, bank):
    bank.fault = Fault.LOST_BEFORE
    await sweep(market, bank)
    bank.fault = Fault.NONE
    bank.wait(timedelta(minutes=9))
    assert await sweep(market, bank) == [Step.FIND]
    assert await stands(market, payment) == (PaymentState.SENDING, [AttemptState.UNKNOWN])
    bank.wait(timedelta(minutes=1))
    await sweep(market, bank)
    assert await stands(market, payment) == (PaymentState.APPROVED, [AttemptState.REJECTED])
    assert await sweep(market, bank) == [Step.SUBMIT]
    assert await stands(market, payment) == (
        PaymentState.PAID,
        [AttemptState.REJECTED, AttemptState.ACCEPTED],
    )
    assert len(bank.paid) == 1


async def test_a_sweep_that_died_after_the_call_is_healed_with_the_same_key(market, payment, bank):
    await sweep(market, bank, dies=True)
    assert await stands(market, payment) == (PaymentState.SENDING, [AttemptState.SENDING])
    assert await sweep(market, bank) == []
    bank.wait(timedelta(minutes=5))
    assert await sweep(market, bank) == [Step.SUBMIT]
    assert await stands(market, payment) == (PaymentState.PAID, [AttemptState.ACCEPTED])
    assert len(bank.paid) == 1


async def test_a_key_is_never_sent_again_after_its_life(market, payment, bank):
    await sweep(market, bank, dies=True)
    bank.wait(timedelta(hours=23))
    assert await sweep(market, bank) == [Step.FIND]
    assert await stands(market, payment) == (PaymentState.PAID, [AttemptState.ACCEPTED])
    assert len(bank.paid) == 1


async def test_the_manual_gateway_asks_once_and_waits(market, payment):
    (errand,) = await begin(market, MANUAL, LATER)
    answer = await carry_out(MANUAL, errand)
    recorded = await record(market, MANUAL, errand, answer, LATER)
    assert recorded.state is PaymentState.SENDING
    assert await begin(market, MANUAL, LATER + timedelta(days=30)) == []
    async with market.transaction() as session:
        (attempt,) = await payment_queries.attempts_of(session, market.bureau_id, [payment.id])
    assert (attempt.state, attempt.fault) == (AttemptState.UNKNOWN, WAITING_FOR_PERSON)
    command = RecordPayment(payment_id=payment.id, reference="ICBC-1")
    async with market.transaction() as session:
        await settlement.record_payment(session, market.finance_too, command, now=LATER)
    assert await stands(market, payment) == (PaymentState.PAID, [AttemptState.ACCEPTED])


async def test_an_answer_told_twice_changes_nothing(market, payment, bank):
    gateways = {Gateway.MANUAL: BankGateway(bank)}
    (errand,) = await begin(market, gateways, bank.now)
    answer = await carry_out(gateways, errand)
    for _ in range(3):
        assert (await record(market, gateways, errand, answer, bank.now)).state is PaymentState.PAID
    assert await rows.balances(market, rows.payable_of(market)) == [(0, 0)]


async def test_an_answer_that_contradicts_what_a_person_recorded_is_kept_as_an_event(market, payment, bank):
    gateways = {Gateway.MANUAL: BankGateway(bank)}
    (errand,) = await begin(market, gateways, bank.now)
    answer = await carry_out(gateways, errand)
    command = RecordFailure(payment_id=payment.id, reason="银行称未收到")
    async with market.transaction() as session:
        await settlement.record_failure(session, market.finance_too, command, now=LATER)
    assert (await record(market, gateways, errand, answer, bank.now)).state is PaymentState.FAILED
    assert await rows.facts_of(market, "settlement.answer_contradicted") == [
        {"recorded": "failed", "answered": "paid"}
    ]


async def test_an_answer_to_no_payment_is_not_found(market, bank):
    errand = Errand(rows.instruction(market, PaymentId(new_id())), Gateway.MANUAL, 1, "key", Step.SUBMIT)
    with pytest.raises(NotFound):
        await record(market, MANUAL, errand, Answer(Outcome.ACCEPTED, "x"), bank.now)
