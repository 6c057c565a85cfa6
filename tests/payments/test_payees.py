"""Where providers are paid: entered by one, approved by another, and fixed in each payment."""

from datetime import timedelta

import pytest

from payments import payees
from payments.stripe_standin import ACCOUNT
from settlement import rows
from settlement.rows import LATER, open_market
from vouchermarket.identity.rules import NotFound, RoleNotAllowed
from vouchermarket.kit.ids import OrganisationId, new_id
from vouchermarket.payments import queries, rules
from vouchermarket.payments.structs import Gateway, ProposePayee
from vouchermarket.settlement import operations as settlement

OTHER = "acct_2Elsewhere"


@pytest.fixture
async def market(database, city, policy):
    return await open_market(database, city, policy)


@pytest.fixture
async def statement_id(market):
    """A settled statement of 300 yuan."""
    await rows.earn(market, 30_000)
    return await rows.settled(market)


async def in_use(market):
    async with market.transaction() as session:
        found = await queries.payee_in_use(session, market.bureau_id, market.provider_id, Gateway.STRIPE)
    return found and found.account


async def test_refuses_a_payment_to_a_payee_nobody_has_approved(market, statement_id):
    with pytest.raises(rules.PayeeMissing):
        await payees.paid_by_stripe(market, statement_id)
    await payees.proposed(market)
    with pytest.raises(rules.PayeeMissing):
        await payees.paid_by_stripe(market, statement_id)
    assert await rows.balances(market, rows.payable_of(market)) == [(30_000, 0)]


async def test_a_payment_by_hand_names_no_account(market, statement_id):
    assert (await rows.approved(market, statement_id)).destination is None


async def test_a_changed_account_waits_and_a_payment_keeps_the_one_it_was_approved_with(market, statement_id):
    await payees.decided(market, (await payees.proposed(market)).id)
    payment = await payees.paid_by_stripe(market, statement_id)
    changed = await payees.proposed(market, OTHER, now=LATER + timedelta(days=1))
    async with market.transaction() as session:
        assert await queries.payees_to_decide(session, market.bureau_id) == [changed]
    assert await in_use(market) == ACCOUNT
    await payees.decided(market, changed.id, now=LATER + timedelta(days=2))
    assert await in_use(market) == OTHER
    found, _ = await payees.stands(market, payment)
    assert found.instruction.destination == ACCOUNT


async def test_a_rejected_account_is_never_used(market):
    await payees.decided(market, (await payees.proposed(market)).id, approve=False)
    assert await in_use(market) is None


async def test_refuses_that_one_person_enters_and_decides(market):
    payee = await payees.proposed(market)
    with pytest.raises(rules.PayeeDecidedByProposer):
        await payees.decided(market, payee.id, by=market.finance)
    assert await in_use(market) is None


async def test_refuses_to_decide_twice(market):
    payee = await payees.proposed(market)
    await payees.decided(market, payee.id)
    with pytest.raises(rules.PayeeDecided):
        await payees.decided(market, payee.id, approve=False)
    assert await in_use(market) == ACCOUNT


@pytest.mark.parametrize(
    ("gateway", "account"),
    [
        (Gateway.STRIPE, "6222020200112233445"),
        (Gateway.STRIPE, "acct_"),
        (Gateway.STRIPE, " acct_1"),
        (Gateway.STRIPE, "acct_1&amount=1"),
        (Gateway.STRIPE, "acct_" + "1" * 61),
        (Gateway.MANUAL, ACCOUNT),
    ],
)
def test_refuses_an_account_the_gateway_does_not_know(gateway, account):
    with pytest.raises(rules.PayeeAccountNotReadable):
        rules.readable_account(gateway, account)


async def test_only_finance_enters_accounts_and_only_of_providers(market):
    command = ProposePayee(provider_id=market.provider_id, gateway=Gateway.STRIPE, account=ACCOUNT)
    school = OrganisationId(market.city.bodies["school_a"])
    for actor, asked, refusal in (
        (market.provider, command, RoleNotAllowed),
        (market.finance, ProposePayee(school, Gateway.STRIPE, ACCOUNT), NotFound),
        (market.finance, ProposePayee(OrganisationId(new_id()), Gateway.STRIPE, ACCOUNT), NotFound),
    ):
        async with market.transaction() as session:
            with pytest.raises(refusal):
                await settlement.propose_payee(session, actor, asked, now=LATER)


async def test_only_finance_decides_and_only_on_what_there_is(market):
    payee = await payees.proposed(market)
    with pytest.raises(RoleNotAllowed):
        await payees.decided(market, payee.id, by=market.centre)
    with pytest.raises(NotFound):
        await payees.decided(market, new_id())
