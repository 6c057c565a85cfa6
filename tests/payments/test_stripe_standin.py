"""The stand-in judged by a client nobody here wrote: Stripe's own."""

import asyncio

import pytest
import stripe

from payments.stripe_standin import ACCOUNT, KEY, Fault, running
from settlement.rows import LATER

# Stripe's client hands httpx a body in a way that httpx means to drop; that is theirs to mend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SENT = {"amount": 500, "currency": "cny", "destination": ACCOUNT, "transfer_group": "payment-1"}


@pytest.fixture
async def standin():
    async with running(LATER) as opened:
        yield opened


@pytest.fixture
def client(standin):
    """Stripe's client as its documents have it, but for the address."""
    http = stripe.HTTPXClient(allow_sync_methods=True)
    return stripe.StripeClient(
        KEY, base_addresses={"api": standin.url}, http_client=http, max_network_retries=0
    )


async def told(call, *args, **more):
    # The client is asked off the loop on which the stand-in answers.
    return await asyncio.to_thread(call, *args, **more)


async def test_stripes_own_client_moves_money_once_for_a_key(standin, client):
    transfers = client.v1.transfers
    first = await told(transfers.create, SENT, {"idempotency_key": "k1"})
    again = await told(transfers.create, SENT, {"idempotency_key": "k1"})
    assert (first.id, first.amount, first.destination) == (again.id, 500, ACCOUNT)
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert standin.balances[ACCOUNT] == 500
    assert (await told(transfers.retrieve, first.id)).transfer_group == "payment-1"
    found = await told(transfers.list, {"transfer_group": "payment-1"})
    assert [one.id for one in found.data] == [first.id]
    assert (await told(transfers.list, {"transfer_group": "payment-2"})).data == []
    balance = await told(client.v1.balance.retrieve)
    assert balance.available[0].amount == standin.balances["platform"]


async def test_stripes_own_client_reverses_no_more_than_was_moved(standin, client):
    first = await told(client.v1.transfers.create, SENT)
    back = client.v1.transfers.reversals.create
    assert (await told(back, first.id, {"amount": 200})).amount == 200
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await told(back, first.id, {"amount": 301})
    assert refused.value.code == "amount_too_large"
    assert (await told(back, first.id)).amount == 300
    assert (await told(client.v1.transfers.retrieve, first.id)).reversed
    assert standin.balances[ACCOUNT] == 0


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"amuont": 1}, "parameter_unknown"),
        ({"amount": -5}, "parameter_invalid_integer"),
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"currency": "usd"}, "parameter_invalid_integer"),
        ({"destination": ""}, "parameter_missing"),
        ({"destination": "acct_nobody"}, "resource_missing"),
        ({"amount": 99_999_999}, "balance_insufficient"),
    ],
)
async def test_stripes_own_client_is_refused(standin, client, sent, code):
    with pytest.raises(stripe.StripeError) as refused:
        await told(client.v1.transfers.create, SENT | sent)
    assert refused.value.code == code
    assert standin.transfers == []


async def test_a_key_with_another_body_is_refused_and_an_error_is_repeated(standin, client):
    create = client.v1.transfers.create
    await told(create, SENT, {"idempotency_key": "k1"})
    with pytest.raises(stripe.IdempotencyError):
        await told(create, SENT | {"amount": 501}, {"idempotency_key": "k1"})
    standin.breaks(Fault.ERROR_500)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as error:
            await told(create, SENT, {"idempotency_key": "k2"})
        assert error.value.http_status == 500
    assert len(standin.transfers) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.RATE_LIMITED, stripe.RateLimitError),
        (Fault.BARRED, stripe.AuthenticationError),
        (Fault.RESET, stripe.APIConnectionError),
        (Fault.CLOSED, stripe.APIConnectionError),
        (Fault.CUT_BODY, stripe.APIConnectionError),
        (Fault.BAD_GATEWAY, stripe.APIError),
    ],
)
async def test_stripes_own_client_reads_the_faults_as_what_they_are(standin, client, fault, error):
    standin.breaks(fault)
    with pytest.raises(error):
        await told(client.v1.transfers.create, SENT)
