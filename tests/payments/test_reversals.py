"""Money of a paid payment asked back: by two persons, once, and both books say the same whatever breaks."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import payees
from payments.stripe_standin import ACCOUNT, Fault, Moment
from payments.test_rules import MAKER, NOW, PAYMENT
from payments.test_stripe import DOUBTS
from settlement import rows
from settlement.rows import LATER
from vouchermarket.identity.rules import NotFound, RoleNotAllowed
from vouchermarket.kit.ids import new_id
from vouchermarket.kit.undone import ChangedMeanwhile
from vouchermarket.payments import rules
from vouchermarket.payments.structs import (
    Answer,
    AttemptState,
    Gateway,
    Outcome,
    PaymentState,
    Reversal,
    ReversalState,
)
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries as settlement_queries
from vouchermarket.settlement.rules import PaymentExists, ReasonMissing
from vouchermarket.settlement.structs import ProposeRevocation

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def paid(market, standin, gateway):
    """A payment of 300 yuan that has gone through Stripe."""
    payment = await payees.approved(market)
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    return (await payees.stands(market, payment))[0]


async def swept(market, gateway, standin, reversal, payment, hours=2):
    """Sweeps every five minutes until the reversal has ended; gives it."""
    for minutes in range(0, hours * 60, 5):
        standin.now = LATER + minutes * MINUTE
        await payees.sweep(market, {Gateway.STRIPE: gateway}, standin.now)
        [found] = [one for one in await payees.back(market, payment) if one.id == reversal.id]
        if found.ended_at:
            return found
    raise AssertionError((await payees.stands(market, payment))[1])


async def assert_books_agree(market, standin, left_fen):
    assert standin.balances[ACCOUNT] == await payees.gone_through_stripe(market) == left_fen
    assert all(len(bodies) == 1 for bodies in standin.bodies.values())
    assert standin.oldest_key_sent < timedelta(hours=23)
    await rows.books_hold(market)


@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("fault", Fault)
async def test_whatever_breaks_money_comes_back_once(market, standin, gateway, paid, fault, moment):
    reversal = await payees.asked_back(market, paid, 12_345)
    standin.breaks(fault, moment)
    found = await swept(market, gateway, standin, reversal, paid)
    assert (found.state, found.reference) == (ReversalState.REVERSED, standin.reversals[0]["id"])
    assert [one["amount"] for one in standin.reversals] == [12_345]
    await assert_books_agree(market, standin, 30_000 - 12_345)
    assert await rows.balances(market, rows.payable_of(market)) == [(12_345, 0)]
    payment, [_, *tries] = await payees.stands(market, paid)
    assert payment.state is PaymentState.PAID
    assert {one.state for one in tries[:-1]} <= {AttemptState.REJECTED}
    assert tries[-1].state is AttemptState.ACCEPTED
    needs_a_new_key = fault in DOUBTS and moment is Moment.BEFORE
    assert len(tries) == (2 if needs_a_new_key else 1)


async def test_what_leaves_the_building_is_an_amount_and_our_ids(market, standin, gateway, paid):
    reversal = await payees.asked_back(market, paid, 500)
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    assert standin.calls[-1] == ("POST", f"/v1/transfers/{paid.reference}/reversals")
    [told] = standin.reversals
    assert (told["amount"], told["transfer"]) == (500, paid.reference)
    assert told["metadata"] == {"reversal": str(reversal.id), "payment": str(paid.id)}


async def test_the_attempt_is_written_before_the_call_and_its_key_follows_the_ones_before(
    market, standin, gateway, paid
):
    reversal = await payees.asked_back(market, paid, 500)
    standin.breaks(Fault.BARRED, shots=9)
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    _, [_, last] = await payees.stands(market, paid)
    assert (last.key, last.state, last.reversal_id) == (f"{paid.id}:2", AttemptState.SENDING, reversal.id)
    [found] = await payees.back(market, paid)
    assert (found.state, found.ended_at) == (ReversalState.SENDING, None)


async def test_a_payment_comes_back_in_parts_and_is_returned_with_the_last(market, standin, gateway, paid):
    for part, left in ((10_000, 20_000), (15_000, 5_000), (5_000, 0)):
        reversal = await payees.asked_back(market, paid, part)
        await swept(market, gateway, standin, reversal, paid)
        await assert_books_agree(market, standin, left)
    assert (await payees.stands(market, paid))[0].state is PaymentState.RETURNED
    async with market.transaction() as session:
        money = await settlement_queries.provider_money(session, market.finance, market.provider_id)
    assert (money.payable_fen, money.paid_fen) == (30_000, 0)
    with pytest.raises(rules.PaymentNotPaid):
        await payees.proposed_back(market, paid, 1)


async def test_a_statement_whose_payment_came_back_is_paid_anew(market, standin, gateway, paid):
    with pytest.raises(PaymentExists):
        await payees.paid_by_stripe(market, paid.statement_id)
    await swept(market, gateway, standin, await payees.asked_back(market, paid, 30_000), paid)
    again = await payees.paid_by_stripe(market, paid.statement_id)
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    assert (await payees.stands(market, again))[0].state is PaymentState.PAID
    await assert_books_agree(market, standin, 30_000)


async def test_what_was_clawed_back_is_worked_off_to_nothing(market, standin, gateway):
    await payees.decided(market, (await payees.proposed(market)).id)
    [completion_id, _] = await rows.earn(market, 20_000, 10_000)
    payment = await payees.paid_by_stripe(market, await rows.settled(market))
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    doubt = ProposeRevocation(completion_id=completion_id, reason="代签到", document="督查1号")
    async with market.transaction() as session:
        revocation_id = await settlement.propose_revocation(session, market.centre, doubt, now=LATER)
    async with market.transaction() as session:
        await settlement.decide_revocation(session, market.office, revocation_id, approve=True, now=LATER)
    assert await rows.balances(market, rows.payable_of(market)) == [(-20_000, 0)]
    await swept(market, gateway, standin, await payees.asked_back(market, payment, 20_000), payment)
    assert await rows.balances(market, rows.payable_of(market)) == [(0, 0)]
    await assert_books_agree(market, standin, 10_000)
    assert (await payees.stands(market, payment))[0].state is PaymentState.PAID


async def test_what_the_provider_has_spent_does_not_come_back(market, standin, gateway, paid):
    standin.balances[ACCOUNT] = 100
    reversal = await payees.asked_back(market, paid, 101)
    found = await swept(market, gateway, standin, reversal, paid)
    assert found.state is ReversalState.FAILED
    assert await rows.facts_of(market, "settlement.reversal_failed") == [
        {
            "reversal_id": str(reversal.id),
            "amount_fen": 101,
            "reference": None,
            "fault": "400 balance_insufficient",
            "before": {"state": "sending"},
            "after": {"state": "failed"},
        }
    ]
    assert await rows.balances(market, rows.payable_of(market)) == [(0, 0)]
    await swept(market, gateway, standin, await payees.asked_back(market, paid, 100), paid)
    assert standin.balances[ACCOUNT] == 0


async def test_no_more_comes_back_than_has_not_come_back_yet(market, standin, gateway, paid):
    await swept(market, gateway, standin, await payees.asked_back(market, paid, 29_000), paid)
    with pytest.raises(rules.ReversalAboveRest) as refused:
        await payees.proposed_back(market, paid, 1_001)
    assert refused.value.facts == {"rest_fen": 1_000, "amount_fen": 1_001}
    # Somebody has taken the rest back by hand at Stripe: Stripe refuses, and nothing is booked.
    reversal = await payees.asked_back(market, paid, 1_000)
    standin.transfers[0]["amount_reversed"] = 30_000
    assert (await swept(market, gateway, standin, reversal, paid)).state is ReversalState.FAILED
    assert await payees.gone_through_stripe(market) == 1_000


async def test_a_reversal_made_by_hand_is_not_taken_for_ours(market, standin, gateway, paid):
    reversal = await payees.asked_back(market, paid, 500)
    told = reversal.instruction(paid)
    assert await gateway.find(told) is None
    standin.reversals.append(
        {"id": "trr_9", "amount": 500, "currency": "cny", "transfer": paid.reference, "metadata": {}}
    )
    assert await gateway.find(told) is None
    standin.reversals[0]["metadata"] = {"reversal": str(reversal.id)}
    assert await gateway.find(told) == Answer(Outcome.ACCEPTED, "trr_9")
    standin.reversals[0]["amount"] = 499
    assert await gateway.find(told) == Answer(Outcome.UNKNOWN, fault="answer_differs")
    standin.reversals *= 2
    assert await gateway.find(told) == Answer(Outcome.UNKNOWN, fault="found_twice")


async def test_refuses_that_one_person_proposes_and_decides(market, paid):
    reversal = await payees.proposed_back(market, paid, 1)
    with pytest.raises(rules.ReversalDecidedByProposer):
        await payees.decided_back(market, reversal, by=market.finance)
    await payees.decided_back(market, reversal, approve=False)
    with pytest.raises(rules.ReversalDecided):
        await payees.decided_back(market, reversal)
    assert [one.state for one in await payees.back(market, paid)] == [ReversalState.REJECTED]


async def test_a_rejected_reversal_asks_nobody(market, standin, gateway, paid):
    await payees.decided_back(market, await payees.proposed_back(market, paid, 1), approve=False)
    calls = len(standin.calls)
    assert await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER) == 0
    assert len(standin.calls) == calls


async def test_refuses_what_cannot_come_back(market, paid):
    with pytest.raises(RoleNotAllowed):
        await payees.proposed_back(market, paid, 1, by=market.centre)
    await payees.proposed_back(market, paid, 1)
    with pytest.raises(rules.ReversalUnderWay):
        await payees.proposed_back(market, paid, 1)
    await rows.earn(market, 100)
    unpaid = await payees.paid_by_stripe(market, await rows.settled(market))
    with pytest.raises(rules.PaymentNotPaid):
        await payees.proposed_back(market, unpaid, 1)
    await rows.earn(market, 100)
    by_hand = await rows.approved(market, await rows.settled(market))
    with pytest.raises(rules.GatewayNotReversible):
        await payees.proposed_back(market, by_hand, 1)


async def test_refuses_a_reversal_without_a_reason_or_of_nothing(market, paid):
    async with market.transaction() as session:
        for command, refusal in (
            (payees.ProposeReversal(payment_id=paid.id, amount_fen=1, reason=" "), ReasonMissing),
            (payees.ProposeReversal(payment_id=new_id(), amount_fen=1, reason="多付"), NotFound),
        ):
            with pytest.raises(refusal):
                await settlement.propose_reversal(session, market.finance, command, now=LATER)
        with pytest.raises(NotFound):
            await settlement.decide_reversal(session, market.finance, new_id(), approve=True, now=LATER)


async def test_a_reversal_proposed_many_times_at_once_stands_once(market, paid):
    told = await asyncio.gather(
        *(payees.proposed_back(market, paid, 30_000) for _ in range(8)), return_exceptions=True
    )
    refused = [one for one in told if isinstance(one, rules.ReversalUnderWay | ChangedMeanwhile)]
    assert len(refused) == 7
    assert len(await payees.back(market, paid)) == 1


async def test_many_sweeps_at_once_ask_for_the_money_once(market, standin, gateway, paid):
    await payees.asked_back(market, paid, 500)
    ways = {Gateway.STRIPE: gateway}
    called = await asyncio.gather(*(payees.sweep(market, ways, LATER) for _ in range(8)))
    assert sum(called) == 1
    await assert_books_agree(market, standin, 29_500)


@given(st.lists(st.integers(1, 400), max_size=6), st.integers(1, 1_500))
def test_parts_never_sum_to_more_than_was_paid(parts, asked):
    payment = msgspec.structs.replace(
        PAYMENT, amount_fen=1_000, gateway=Gateway.STRIPE, state=PaymentState.PAID
    )
    before = []
    for part in [*parts, asked]:
        try:
            rules.payment_reversible(payment, before, part)
        except rules.ReversalAboveRest:
            assert part > rules.rest_fen(payment, before)
            continue
        before.append(Reversal(new_id(), payment.id, part, "多付", ReversalState.REVERSED, MAKER, NOW))
    assert rules.rest_fen(payment, before) >= 0
