"""Our books beside Stripe's list, every day: each line has its place, and no difference is hidden."""

from datetime import timedelta

import msgspec
import pytest

from payments import payees
from payments.stripe_standin import ACCOUNT, Fault, Moment
from settlement import rows
from settlement.rows import LATER
from vouchermarket.identity import queries as identity
from vouchermarket.jobs import payments as jobs
from vouchermarket.kit.ids import new_id
from vouchermarket.notices import queries as notices
from vouchermarket.payments import queries, rules
from vouchermarket.payments.gateways import GatewaySilent
from vouchermarket.payments.gateways.manual import ManualGateway
from vouchermarket.payments.structs import ComparedLine, Entry, Gateway, Match, PaymentState, Remote

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
async def paid(market, standin, gateway):
    """A payment of 300 yuan that has gone through Stripe."""
    payment = await payees.approved(market)
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    return (await payees.stands(market, payment))[0]


async def run(job, market, gateway, now):
    ways = {Gateway.MANUAL: ManualGateway(), Gateway.STRIPE: gateway}
    async with market.database.registry() as session:
        bureau = next(one for one in await identity.bureaus(session) if one.id == market.bureau_id)
    return await job(ways, market.database, bureau, now)


async def compared(market, gateway, now=LATER + HOUR):
    assert await run(jobs.reconcile, market, gateway, now) == 1
    async with market.transaction() as session:
        return (await queries.reconciliations(session, market.bureau_id))[0]


async def told_finance(market) -> list[str]:
    async with market.transaction() as session:
        inbox = await notices.inbox(session, market.bureau_id, market.finance.person_id, "en")
    return [one.text for one in inbox.notices]


def counts(report):
    return report.matched, report.missing_here, report.missing_there, report.amount_differs


async def test_books_that_agree_are_matched_to_the_fen(market, standin, gateway, paid):
    report = await compared(market, gateway)
    assert (counts(report), report.difference_fen, report.lines) == ((1, 0, 0, 0), 0, ())
    assert (report.gateway, report.day_on) == (Gateway.STRIPE, (LATER + HOUR).date())
    assert not [text for text in await told_finance(market) if "differ" in text]


async def test_a_day_is_compared_once(market, standin, gateway, paid):
    await compared(market, gateway)
    assert await run(jobs.reconcile, market, gateway, LATER + HOUR) == 0
    assert await run(jobs.reconcile, market, gateway, LATER + HOUR + DAY) == 1
    assert len(await rows.facts_of(market, "settlement.books_compared")) == 2


async def test_every_difference_has_its_place_and_its_sum(market, standin, gateway, paid):
    await rows.earn(market, 20_000)
    second = await payees.paid_by_stripe(market, await rows.settled(market))
    await rows.earn(market, 5_000)
    third = await payees.paid_by_stripe(market, await rows.settled(market))
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    of = {one["transfer_group"]: one for one in standin.transfers}
    of[str(second.id)]["amount_reversed"] = 700
    standin.transfers.remove(of[str(third.id)])
    by_hand = dict(of[str(paid.id)], id="tr_by_hand", amount=40, transfer_group=None, metadata={})
    elsewhere = dict(by_hand, id="tr_elsewhere", destination="acct_elsewhere")
    other_bureaus = dict(by_hand, id="tr_other", metadata={"provider": str(new_id())})
    standin.transfers += [by_hand, elsewhere, other_bureaus]
    report = await compared(market, gateway)
    assert counts(report) == (1, 1, 1, 1)
    assert {line.match: line.there_fen - line.here_fen for line in report.lines} == {
        Match.MISSING_HERE: 40,
        Match.MISSING_THERE: -5_000,
        Match.AMOUNT_DIFFERS: -700,
    }
    assert report.difference_fen == 40 - 5_000 - 700
    assert [text for text in await told_finance(market) if "differ in 3 places" in text]


async def test_what_came_back_is_matched_too(market, standin, gateway, paid):
    await payees.asked_back(market, paid, 1_234)
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    assert counts(await compared(market, gateway)) == (1, 0, 0, 0)


async def test_a_list_of_many_pages_is_read_to_its_end(market, standin, gateway, paid):
    made = standin.transfers[0]
    standin.transfers += [
        dict(made, id=f"tr_x{number}", transfer_group=None, metadata={}) for number in range(250)
    ]
    assert counts(await compared(market, gateway)) == (1, 250, 0, 0)


async def test_what_was_made_before_the_list_begins_is_looked_up(market, standin, gateway, paid):
    standin.transfers[0]["created"] = int((LATER - 90 * DAY).timestamp())
    assert counts(await compared(market, gateway)) == (1, 0, 0, 0)


async def test_a_silent_gateway_leaves_no_report(market, standin, gateway, paid):
    standin.transfers[0]["amount"] = "unreadable"
    with pytest.raises(GatewaySilent):
        await run(jobs.reconcile, market, gateway, LATER + HOUR)
    async with market.transaction() as session:
        assert await queries.reconciliations(session, market.bureau_id) == []


async def test_a_payment_in_doubt_for_a_day_needs_a_person_and_finance_is_told_once(
    market, standin, gateway, capfd
):
    payment = await payees.approved(market)
    standin.breaks(Fault.RESET, Moment.AFTER)
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    assert await run(jobs.raise_alarms, market, gateway, LATER + DAY - HOUR) == 0
    assert await run(jobs.raise_alarms, market, gateway, LATER + DAY) == 1
    assert await run(jobs.raise_alarms, market, gateway, LATER + DAY + HOUR) == 0
    assert len(await rows.facts_of(market, "settlement.payment_needs_human")) == 1
    assert len([text for text in await told_finance(market) if "After 24 hours" in text]) == 1
    assert "payments.needs_human" in "".join(capfd.readouterr())
    assert (await payees.stands(market, payment))[0].state is PaymentState.SENDING


async def test_what_waits_for_a_person_by_hand_is_no_doubt(market, gateway):
    await rows.earn(market, 100)
    await rows.approved(market, await rows.settled(market))
    await payees.sweep(market, {Gateway.MANUAL: ManualGateway()}, LATER)
    assert await run(jobs.raise_alarms, market, gateway, LATER + 2 * DAY) == 0


def test_a_transfer_made_twice_for_one_payment_is_missing_here_once():
    payment_id = new_id()
    ours = [Entry(payment_id, "tr_1", 100)]
    made = Remote(
        reference="tr_1",
        payment_id=str(payment_id),
        provider_id="",
        destination=ACCOUNT,
        amount_fen=100,
        reversed_fen=0,
        made_at=LATER,
    )
    again = msgspec.structs.replace(made, reference="tr_2")
    assert rules.compare(ours, [made, again]) == [
        ComparedLine(Match.MATCHED, "tr_1", str(payment_id), 100, 100),
        ComparedLine(Match.MISSING_HERE, "tr_2", str(payment_id), 0, 100),
    ]
