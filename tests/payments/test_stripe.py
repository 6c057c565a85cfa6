"""Payments through Stripe against a stand-in that breaks: money moves once, and both books say the same."""

import asyncio
import logging
import traceback
from datetime import timedelta
from urllib.parse import parse_qsl

import msgspec
import pytest

from payments import payees
from payments.conftest import HASTY
from payments.stripe_standin import ACCOUNT, KEY, Fault, Moment, running
from settlement import rows
from settlement.rows import LATER
from vouchermarket.app import create_app
from vouchermarket.jobs import sweeps
from vouchermarket.kit.ids import OrganisationId, PaymentId, StatementId, new_id
from vouchermarket.payments import rules
from vouchermarket.payments.gateways import TransactionStillOpen
from vouchermarket.payments.gateways.stripe import LIMITS, StripeGateway
from vouchermarket.payments.structs import (
    Answer,
    AttemptState,
    Gateway,
    Instruction,
    Outcome,
    PaymentState,
)
from vouchermarket.settings import Secret, from_environment
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement.structs import RecordFailure

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Which faults leave it open whether the money moved; after the others the same key is sent again.
DOUBTS = [
    Fault.RESET,
    Fault.CLOSED,
    Fault.CUT_HEAD,
    Fault.CUT_BODY,
    Fault.GARBAGE,
    Fault.HANGS,
    Fault.UNREADABLE,
    Fault.BAD_GATEWAY,
    Fault.ERROR_500,
]
NOTHING_DONE = [Fault.RETRY_503, Fault.RATE_LIMITED, Fault.IN_USE, Fault.BARRED]
INSTRUCTION = Instruction(
    PaymentId(new_id()), StatementId(new_id()), OrganisationId(new_id()), 30_000, ACCOUNT
)


@pytest.fixture
def stripe(gateway):
    return gateway


async def swept_until_paid(market, stripe, standin, payment, hours=2):
    """Sweeps every five minutes until the payment has ended; gives its attempts."""
    for minutes in range(0, hours * 60, 5):
        standin.now = LATER + minutes * MINUTE
        await payees.sweep(market, {Gateway.STRIPE: stripe}, standin.now)
        found, tries = await payees.stands(market, payment)
        if found.state is PaymentState.PAID:
            return tries
    raise AssertionError([(one.state, one.fault) for one in tries])


async def assert_books_agree(market, standin, amount_fen=30_000):
    assert [one["amount"] for one in standin.transfers] == [amount_fen]
    assert standin.balances[ACCOUNT] == await payees.gone_through_stripe(market) == amount_fen
    assert await rows.balances(market, rows.payable_of(market)) == [(0, 0)]
    assert all(len(bodies) == 1 for bodies in standin.bodies.values())
    assert standin.oldest_key_sent < timedelta(hours=23)
    await rows.books_hold(market)


@pytest.mark.parametrize("shots", [1, 3], ids=["once", "thrice"])
@pytest.mark.parametrize("moment", Moment)
@pytest.mark.parametrize("fault", Fault)
async def test_whatever_breaks_money_moves_once(market, standin, stripe, fault, moment, shots):
    payment = await payees.approved(market)
    standin.breaks(fault, moment, shots)
    tries = await swept_until_paid(market, stripe, standin, payment)
    await assert_books_agree(market, standin)
    assert {one.state for one in tries[:-1]} <= {AttemptState.REJECTED}
    assert tries[-1].state is AttemptState.ACCEPTED
    # A new key is for what is proven absent; what did nothing or had moved keeps the first.
    needs_new_keys = fault in DOUBTS and moment is Moment.BEFORE
    assert len(tries) == (1 + shots if needs_new_keys else 1)


def test_every_fault_is_of_one_class():
    assert sorted(DOUBTS + NOTHING_DONE, key=lambda fault: fault.value) == sorted(
        Fault, key=lambda fault: fault.value
    )


@pytest.mark.parametrize("fault", DOUBTS)
async def test_a_fault_that_may_have_moved_money_is_in_doubt_and_not_repeated(standin, stripe, fault):
    standin.breaks(fault)
    answer = await stripe.submit(INSTRUCTION, "k")
    assert answer.outcome is Outcome.UNKNOWN
    assert len(standin.calls) == 1


@pytest.mark.parametrize("fault", [Fault.RETRY_503, Fault.RATE_LIMITED, Fault.IN_USE])
async def test_what_did_nothing_is_repeated_with_the_same_key_and_bytes(standin, stripe, fault):
    standin.breaks(fault)
    assert (await stripe.submit(INSTRUCTION, "k")).outcome is Outcome.ACCEPTED
    assert (len(standin.calls), len(standin.bodies["k"])) == (2, 1)


async def test_a_call_that_could_not_be_sent_comes_again_later(market, stripe):
    async with running(LATER) as gone:
        unreachable = StripeGateway(gone.url, Secret(KEY), patience=HASTY)
    assert (await unreachable.submit(INSTRUCTION, "k")) == Answer(Outcome.LATER, fault="ConnectError")
    payment = await payees.approved(market)
    await payees.sweep(market, {Gateway.STRIPE: unreachable}, LATER)
    await unreachable.aclose()
    found, [only] = await payees.stands(market, payment)
    assert (found.state, only.state, only.ended_at) == (PaymentState.SENDING, AttemptState.SENDING, None)
    assert await payees.sweep(market, {Gateway.STRIPE: stripe}, LATER + 4 * MINUTE) == 0
    await payees.sweep(market, {Gateway.STRIPE: stripe}, LATER + 5 * MINUTE)
    assert (await payees.stands(market, payment))[0].state is PaymentState.PAID


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"destination": "acct_nobody"}, "400 resource_missing"),
        ({"amount_fen": 99_999_999}, "402 balance_insufficient"),
    ],
)
async def test_a_refusal_of_stripes_own_ends_the_attempt(standin, stripe, changed, fault):
    asked = msgspec.structs.replace(INSTRUCTION, **changed)
    assert await stripe.submit(asked, "k") == Answer(Outcome.REJECTED, fault=fault)


async def test_a_refused_transfer_gives_the_hold_back(market, standin, stripe):
    payment = await payees.approved(market)
    standin.balances["platform"] = 1
    await payees.sweep(market, {Gateway.STRIPE: stripe}, LATER)
    assert (await payees.stands(market, payment))[0].state is PaymentState.FAILED
    assert await rows.balances(market, rows.payable_of(market)) == [(30_000, 0)]


async def test_no_more_than_ids_and_an_amount_leave_the_building(standin, stripe):
    await stripe.submit(INSTRUCTION, "k")
    [[body]] = standin.bodies.values()
    assert dict(parse_qsl(body.decode())) == {
        "amount": "30000",
        "currency": "cny",
        "destination": ACCOUNT,
        "transfer_group": str(INSTRUCTION.payment_id),
        "metadata[statement]": str(INSTRUCTION.statement_id),
        "metadata[provider]": str(INSTRUCTION.provider_id),
    }


async def test_refuses_that_a_person_calls_a_transfer_failed_while_it_is_in_doubt(market, standin, stripe):
    payment = await payees.approved(market)
    standin.breaks(Fault.RESET, Moment.AFTER)
    await payees.sweep(market, {Gateway.STRIPE: stripe}, LATER)
    command = RecordFailure(payment_id=payment.id, reason="没有回音")
    async with market.transaction() as session:
        with pytest.raises(rules.PaymentUnderWay):
            await settlement.record_failure(session, market.finance_too, command, now=LATER + HOUR)
    assert (await payees.stands(market, payment))[0].state is PaymentState.SENDING


async def test_a_key_used_with_another_body_is_in_doubt_and_no_refusal(standin, stripe):
    await stripe.submit(INSTRUCTION, "k")
    other = msgspec.structs.replace(INSTRUCTION, amount_fen=1)
    assert await stripe.submit(other, "k") == Answer(Outcome.UNKNOWN, fault="400 idempotency_error")


async def test_an_answer_about_other_money_is_in_doubt(standin, stripe):
    await stripe.submit(INSTRUCTION, "k")
    standin.transfers[0]["amount"] = 29_999
    assert await stripe.find(INSTRUCTION) == Answer(Outcome.UNKNOWN, fault="answer_differs")
    standin.transfers *= 2
    assert await stripe.find(INSTRUCTION) == Answer(Outcome.UNKNOWN, fault="found_twice")


async def test_a_look_up_tells_what_is_there(standin, stripe):
    assert await stripe.find(INSTRUCTION) is None
    paid = await stripe.submit(INSTRUCTION, "k")
    assert await stripe.find(INSTRUCTION) == paid == Answer(Outcome.ACCEPTED, standin.transfers[0]["id"])


async def test_a_key_that_is_refused_stops_the_queue_and_raises_an_alarm(market, standin, stripe, caplog):
    first = await payees.approved(market, 10_000)
    await rows.earn(market, 20_000)
    second = await payees.paid_by_stripe(market, await rows.settled(market))
    standin.breaks(Fault.BARRED, shots=5)
    assert await payees.sweep(market, {Gateway.STRIPE: stripe}, LATER) == 1
    assert len(standin.calls) == 1
    for payment in (first, second):
        _, [only] = await payees.stands(market, payment)
        assert only.state is AttemptState.SENDING
    standin.breaks(Fault.RESET, shots=0)
    assert await payees.sweep(market, {Gateway.STRIPE: stripe}, LATER + 5 * MINUTE) == 2
    assert standin.balances[ACCOUNT] == 30_000


async def test_a_key_is_looked_for_and_not_sent_once_it_is_23_hours_old(market, standin, stripe):
    payment = await payees.approved(market)
    standin.breaks(Fault.BARRED, Moment.AFTER)
    await payees.sweep(market, {Gateway.STRIPE: stripe}, LATER)
    # The transfer was made and its key is forgotten by now: sent again it would be made a second time.
    standin.now = LATER + 25 * HOUR
    await payees.sweep(market, {Gateway.STRIPE: stripe}, standin.now)
    assert (await payees.stands(market, payment))[0].state is PaymentState.PAID
    await assert_books_agree(market, standin)


async def test_a_transfer_that_arrives_late_is_found_and_not_made_again(market, standin, stripe):
    payment = await payees.approved(market)
    standin.breaks(Fault.HANGS)
    await payees.sweep(market, {Gateway.STRIPE: stripe}, LATER)
    assert await stripe.find(payment.instruction) is None
    # Eight minutes after the caller gave up the request is carried out after all.
    await stripe.submit(payment.instruction, f"{payment.id}:1")
    await payees.sweep(market, {Gateway.STRIPE: stripe}, LATER + 10 * MINUTE)
    await assert_books_agree(market, standin)


async def test_calls_keep_their_pace(standin, stripe):
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await asyncio.gather(*(stripe.find(INSTRUCTION) for _ in range(11)))
    assert loop.time() - begun >= 10 / 20


@pytest.mark.database
async def test_nothing_is_sent_while_a_transaction_is_open(database, bureau, standin, stripe):
    async with database.transaction(bureau):
        with pytest.raises(TransactionStillOpen):
            await stripe.submit(INSTRUCTION, "k")
        with pytest.raises(TransactionStillOpen):
            await stripe.find(INSTRUCTION)
    assert standin.calls == []


def test_the_limits_are_those_of_the_runbook():
    assert (LIMITS.connect, LIMITS.read, LIMITS.pool) == (3, 20, 2)


async def test_a_worker_pays_through_stripe_where_it_has_a_key_and_by_hand_without(market, standin):
    payment = await payees.approved(market)
    async with sweeps.ways_out(from_environment({})) as by_hand:
        assert await payees.sweep(market, by_hand, LATER) == 0
    with_a_key = from_environment({"STRIPE_API_KEY": KEY, "STRIPE_API_BASE": standin.url})
    async with sweeps.ways_out(with_a_key) as ways:
        [job] = [one for one in sweeps.jobs_through(ways) if one.name == "send_payouts"]
        assert await payees.sweep(market, job.sweep.args[0], LATER) == 1
    assert (await payees.stands(market, payment))[0].state is PaymentState.PAID


# --- the secret key -----------------------------------------------------------------------------------------


async def test_the_key_stands_in_no_log_answer_event_or_trace(market, standin, stripe, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    payment = await payees.approved(market)
    told = []
    for number, fault in enumerate(Fault):
        standin.breaks(fault)
        told.append(repr(await stripe.submit(INSTRUCTION, f"k{number}")))
    standin.breaks(Fault.BARRED)
    await payees.sweep(market, {Gateway.STRIPE: stripe}, LATER)
    told += [repr(await payees.stands(market, payment)), await trace_of_a_hanging_call(standin, stripe)]
    written = capfd.readouterr()
    told += [written.out, written.err, caplog.text, repr(vars(stripe)), repr(stripe)]
    assert "payments.gateway_barred" in written.out + written.err
    assert [text for text in told if "canary" in text] == []


async def trace_of_a_hanging_call(standin, stripe) -> str:
    """A call that is cut off while it waits, as a tracer with local names would print it."""
    standin.breaks(Fault.HANGS)
    call = asyncio.create_task(stripe.submit(INSTRUCTION, "hangs"))
    await asyncio.sleep(0.1)
    call.cancel()
    try:
        await call
    except asyncio.CancelledError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    raise AssertionError("the call did not hang")


def test_the_key_is_read_from_the_environment_and_shown_by_nothing():
    settings = from_environment(
        {"STRIPE_API_KEY": KEY, "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1/none"}
    )
    assert settings.stripe_api_key.reveal() == KEY
    shown = [repr(settings), str(settings.stripe_api_key), f"{settings.stripe_api_key}"]
    assert [text for text in shown if "canary" in text] == []
    with pytest.raises(TypeError):
        msgspec.json.encode(settings.stripe_api_key)
    assert not from_environment({}).stripe_api_key
    described = create_app(settings).openapi_schema.to_schema()
    assert "/payees" in str(described)
    assert "canary" not in str(described)
