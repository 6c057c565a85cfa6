"""Settlement when several act at the same instant: real commits on several connections."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import func, select

from factories import City
from settlement import rows
from settlement.rows import LATER, YEAR, Market, open_market
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import CompletionId, PaymentId, StatementId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.payments import operations as payments
from vouchermarket.payments import rules as payment_rules
from vouchermarket.payments.gateways.manual import ManualGateway
from vouchermarket.payments.structs import Gateway, Payment
from vouchermarket.policies.queries import InForce
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import rules, tables
from vouchermarket.settlement.structs import (
    DrawUp,
    ProposeRevocation,
    RecordFailure,
    RecordPayment,
    Turned,
)

Act = Callable[[Session], Awaitable[object]]


@pytest.fixture
async def market(database: Database, city: City, policy: InForce) -> Market:
    """A city whose provider can earn."""
    return await open_market(database, city, policy)


async def at_once(market: Market, *acts: Act) -> list[object]:
    """Each in a transaction of its own, all started together; a refusal's class stands for its result."""

    async def one(act: Act) -> object:
        try:
            async with market.transaction() as session:
                return await act(session)
        except Refusal as refusal:
            return type(refusal)

    return await asyncio.gather(*(one(act) for act in acts))


def draws(market: Market, actor: Actor) -> Act:
    command = DrawUp(provider_id=market.provider_id, from_on=YEAR[0], to_on=YEAR[1])
    return lambda session: settlement.draw_up(session, actor, command, now=LATER)


def turns(actor: Actor, statement_id: StatementId) -> Act:
    return lambda session: settlement.turn_key(session, actor, statement_id, now=LATER)


def approves(actor: Actor, statement_id: StatementId) -> Act:
    return lambda session: settlement.approve_payment(session, actor, statement_id, now=LATER)


def records(market: Market, payment_id: UUID, reference: str) -> Act:
    command = RecordPayment(payment_id=PaymentId(payment_id), reference=reference)
    return lambda session: settlement.record_payment(session, market.finance_too, command, now=LATER)


async def accepted(market: Market, *prices: int) -> StatementId:
    await rows.earn(market, *prices)
    statement_id = await rows.drawn_up(market)
    await rows.answer(market, statement_id)
    return statement_id


async def live_lines(market: Market) -> list[int]:
    """How many live lines each completion has."""
    line = tables.statement_line.c
    counted = (
        select(func.count())
        .where(line.bureau_id == market.bureau_id, line.dropped_at.is_(None))
        .group_by(line.completion_id)
    )
    async with market.transaction() as session:
        return list((await session.execute(counted)).scalars())


async def test_two_statements_at_once_never_share_a_completion(market):
    await rows.earn(market, *[100] * 12)
    drawn = await at_once(market, *[draws(market, market.centre), draws(market, market.provider)] * 4)
    assert drawn.count(rules.NothingEarned) == 7
    assert await live_lines(market) == [1] * 12
    await rows.books_hold(market)


async def test_both_keys_at_the_same_instant_settle_once(market):
    for _ in range(5):
        statement_id = await accepted(market, 100)
        turned = await at_once(market, turns(market.office, statement_id), turns(market.centre, statement_id))
        assert sorted(one.settled for one in turned if isinstance(one, Turned)) == [False, True]
    assert await rows.balances(market, rows.payable_of(market)) == [(500, 0)]
    await rows.books_hold(market)


async def test_two_officers_of_one_office_turn_its_key_once(market):
    statement_id = await accepted(market, 100)
    turned = await at_once(
        market, *[turns(actor, statement_id) for actor in (market.office, market.office_too)] * 3
    )
    assert sum(isinstance(one, Turned) for one in turned) == 1
    assert set(turned) - {one for one in turned if isinstance(one, Turned)} <= {
        rules.KeyTurned,
        rules.SamePersonTwice,
    }
    assert await rows.earned_fen(market) == 100


async def test_a_statement_approved_many_times_at_once_is_paid_once(market):
    await rows.earn(market, 100)
    statement_id = await rows.settled(market)
    acts = [approves(actor, statement_id) for actor in (market.finance, market.finance_too)] * 5
    approved = await at_once(market, *acts)
    assert approved.count(rules.PaymentExists) == 9
    assert await rows.balances(market, rows.payable_of(market)) == [(100, 100)]
    await rows.books_hold(market)


async def test_two_statements_approved_at_once_never_hold_more_than_is_payable(market):
    wrong, _ = await rows.earn(market, 300, 300)
    first = await rows.settled(market)
    await rows.earn(market, 500)
    second = await rows.settled(market)
    await revoked(market, wrong)
    approved = await at_once(market, approves(market.finance, first), approves(market.finance, second))
    amounts = sorted(one.amount_fen for one in approved if isinstance(one, Payment))
    # Payable is 800: whoever comes second gets what the first has left.
    assert amounts in ([200, 600], [300, 500])
    assert await rows.balances(market, rows.payable_of(market)) == [(800, 800)]


async def revoked(market: Market, completion_id: UUID) -> None:
    revocation_id = await proposed(market, completion_id)
    async with market.transaction() as session:
        await settlement.decide_revocation(session, market.centre, revocation_id, approve=True, now=LATER)


async def proposed(market: Market, completion_id: UUID) -> UUID:
    command = ProposeRevocation(
        completion_id=CompletionId(completion_id), reason="签到表系伪造", document="株教通〔2014〕66号"
    )
    async with market.transaction() as session:
        return await settlement.propose_revocation(session, market.office, command, now=LATER)


def revokes(market: Market, revocation_id: UUID) -> Act:
    return partial(
        settlement.decide_revocation,
        actor=market.centre_too,
        revocation_id=revocation_id,
        approve=True,
        now=LATER,
    )


async def test_a_revocation_against_the_second_key_ends_in_one_of_two_truths(market):
    for _ in range(8):
        before = await rows.provider_fen(market)
        wrong, _ = await rows.earn(market, 300, 200)
        statement_id = await rows.drawn_up(market)
        await rows.answer(market, statement_id)
        await rows.turn(market, statement_id, market.office)
        revocation_id = await proposed(market, wrong)
        outcome = await at_once(market, turns(market.centre, statement_id), revokes(market, revocation_id))
        shown = (await rows.opened(market, statement_id)).statement
        # Settled first: the line stays and is clawed back. Revoked first: the line and the first key are
        # gone, and the key turned afterwards is a first one on the lower total.
        assert outcome[1] is None
        assert (shown.settled_at is not None, shown.total_fen) in {(True, 500), (False, 200)}
        if shown.settled_at is None:
            await rows.turn(market, statement_id, market.office)
        assert await rows.provider_fen(market) == before + 200
    await rows.books_hold(market)


async def test_a_revocation_against_drawing_up_leaves_no_revoked_line(market):
    for _ in range(5):
        wrong, _ = await rows.earn(market, 300, 200)
        revocation_id = await proposed(market, wrong)
        drawn, done = await at_once(market, draws(market, market.centre), revokes(market, revocation_id))
        assert done is None
        assert (await rows.opened(market, drawn)).statement.total_fen == 200
    await rows.books_hold(market)


async def test_a_revocation_is_decided_once(market):
    (wrong,) = await rows.earn(market, 300)
    revocation_id = await proposed(market, wrong)
    decided = await at_once(market, *[revokes(market, revocation_id)] * 5)
    assert decided.count(None) == 1
    assert decided.count(rules.RevocationDecided) == 4
    await rows.books_hold(market)


async def test_a_payment_recorded_many_times_at_once_is_recorded_once(market):
    await rows.earn(market, 100)
    payment = await rows.approved(market, await rows.settled(market))
    failure = RecordFailure(payment_id=payment.id, reason="账号已销户")
    recorded = await at_once(
        market,
        *[records(market, payment.id, f"ICBC-{n}") for n in range(4)],
        *[lambda session: settlement.record_failure(session, market.finance_too, failure, now=LATER)] * 4,
    )
    assert recorded.count(payment_rules.PaymentEnded) == 7
    ((_, held),) = await rows.balances(market, rows.payable_of(market))
    assert held == 0
    await rows.books_hold(market)


async def test_several_sweeps_at_once_begin_each_payment_once(market):
    expected = set()
    for _ in range(4):
        await rows.earn(market, 100)
        expected.add((await rows.approved(market, await rows.settled(market))).id)
    gateways = {Gateway.MANUAL: ManualGateway()}
    begun = await at_once(
        market,
        *[
            lambda session: payments.begin_attempts(
                session, market.bureau_id, gateways, now=LATER + timedelta(minutes=1)
            )
        ]
        * 6,
    )
    started = [errand.instruction.payment_id for errands in begun for errand in errands]
    assert sorted(started) == sorted(expected)
