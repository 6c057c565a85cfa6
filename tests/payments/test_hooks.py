"""What Stripe tells by itself: judged beside Stripe's own client, kept once, with one effect."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import stripe
from sqlalchemy import func, select

from payments import payees
from payments.stripe_standin import Fault, Moment, running, signature
from settlement import rows
from settlement.rows import LATER
from vouchermarket.app import create_app
from vouchermarket.identity import queries as identity
from vouchermarket.jobs import payments as jobs
from vouchermarket.jobs import sweeps
from vouchermarket.kit.db import Database
from vouchermarket.payments import rules
from vouchermarket.payments.gateways.manual import ManualGateway
from vouchermarket.payments.structs import Gateway, PaymentState, ReversalState
from vouchermarket.payments.tables import hook_event
from vouchermarket.settings import Secret, from_environment
from vouchermarket.web.hooks import BYTES_MAX
from web.settings_of import settings

OLD, NEW, OTHERS = "whsec_of_last_year", "whsec_of_this_year", "whsec_of_somebody_else"
RAW = b'{"id":"evt_1","object":"event","type":"transfer.created","data":{"object":{"id":"tr_1"}}}'
SECOND = timedelta(seconds=1)


def v1(header: str) -> str:
    return header.partition(",")[2]


def tampered(at: datetime) -> str:
    return signature(RAW.replace(b"tr_1", b"tr_2"), NEW, at)


# From the instant of the call to the header, and whether Stripe's own client takes it.
CASES: dict[str, tuple[Callable[[datetime], str], bool]] = {
    "right": (lambda now: signature(RAW, NEW, now), True),
    "by the secret that is rotated out": (lambda now: signature(RAW, OLD, now), True),
    "by somebody else's secret": (lambda now: signature(RAW, OTHERS, now), False),
    "over one byte more": (lambda now: signature(RAW + b" ", NEW, now), False),
    "over other bytes": (tampered, False),
    "nearly too old": (lambda now: signature(RAW, NEW, now - 290 * SECOND), True),
    "too old": (lambda now: signature(RAW, NEW, now - 302 * SECOND), False),
    "of another instant than it says": (
        lambda now: f"t={int(now.timestamp())},{v1(signature(RAW, NEW, now - SECOND))}",
        False,
    ),
    "v0 alone": (lambda now: signature(RAW, NEW, now, "v0"), False),
    "v0 beside v1": (lambda now: f"{signature(RAW, OTHERS, now, 'v0')},{v1(signature(RAW, NEW, now))}", True),
    "two v1, the second good": (
        lambda now: f"{signature(RAW, OTHERS, now)},{v1(signature(RAW, NEW, now))}",
        True,
    ),
    "two v1, the first good": (lambda now: f"{signature(RAW, NEW, now)},v1=00", True),
    "two v1, none good": (lambda now: f"{signature(RAW, OTHERS, now)},v1=00", False),
    "in capitals": (
        lambda now: signature(RAW, NEW, now).upper().replace("T=", "t=").replace("V1", "v1"),
        False,
    ),
    "without an instant": (lambda now: v1(signature(RAW, NEW, now)), False),
    "with an instant that is none": (lambda now: f"t=now,{v1(signature(RAW, NEW, now))}", False),
    "with an instant before time": (lambda now: f"t=-1,{v1(signature(RAW, NEW, now))}", False),
    "with an instant without end": (lambda now: f"t={'9' * 400},{v1(signature(RAW, NEW, now))}", False),
    "beyond ASCII": (lambda now: signature(RAW, NEW, now) + "\u00e9", False),
    "empty": (lambda now: "", False),
    "nothing of the sort": (lambda now: "v1,t,=,,v1=", False),
}


def taken_by_stripes_own_client(header: str) -> bool:
    for secret in (NEW, OLD):
        try:
            event = stripe.Webhook.construct_event(RAW, header, secret)
        except (stripe.SignatureVerificationError, TypeError):  # the latter beyond ASCII, where it falls over
            continue
        assert event.id == "evt_1"
        return True
    return False


@pytest.mark.parametrize("case", CASES)
def test_a_signature_is_judged_as_stripes_own_client_judges_it(case):
    made, is_right = CASES[case]
    now = datetime.now(UTC)
    header = made(now)
    assert rules.is_signed(RAW, header, [Secret(NEW), Secret(OLD)], now) is is_right
    assert taken_by_stripes_own_client(header) is is_right


def test_a_signature_of_the_future_is_refused_where_stripes_own_client_would_take_it():
    now = datetime.now(UTC)
    header = signature(RAW, NEW, now + 302 * SECOND)
    assert not rules.is_signed(RAW, header, [Secret(NEW)], now)
    assert taken_by_stripes_own_client(header)
    assert rules.is_signed(RAW, signature(RAW, NEW, now + 290 * SECOND), [Secret(NEW)], now)


def test_nothing_is_signed_where_there_is_no_secret():
    now = datetime.now(UTC)
    assert not rules.is_signed(RAW, signature(RAW, "", now), [], now)
    assert from_environment({}).stripe_webhook_secrets == ()
    read = from_environment({"STRIPE_WEBHOOK_SECRETS": f"{NEW} {OLD}"})
    assert [secret.reveal() for secret in read.stripe_webhook_secrets] == [NEW, OLD]
    assert NEW not in f"{read!r} {read.stripe_webhook_secrets}"


# --- over HTTP --------------------------------------------------------------------------------------------


class Door:
    """The application's door for Stripe, at the hour of the tests."""

    def __init__(self, client: httpx.AsyncClient, code: str) -> None:
        self.client, self.place = client, f"/hooks/stripe/{code}"

    async def post(self, raw: bytes, header: str | None = None, place: str | None = None) -> httpx.Response:
        signed = signature(raw, NEW, LATER) if header is None else header
        headers = {"Stripe-Signature": signed.encode("latin-1"), "Content-Type": "application/json"}
        return await self.client.post(place or self.place, content=raw, headers=headers)


@pytest.fixture
async def door(market):
    async with market.transaction() as session:
        code = (await identity.bureau(session, market.bureau_id)).code
    app = create_app(settings(stripe_webhook_secrets=(Secret(NEW), Secret(OLD))), lambda: LATER)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        yield Door(client, code)
    await app.state.database.close()


async def kept(market) -> int:
    counted = select(func.count()).where(hook_event.c.bureau_id == market.bureau_id)
    async with market.transaction() as session:
        return (await session.execute(counted)).scalar_one()


async def follow(market, gateway, now=LATER) -> int:
    ways = {Gateway.MANUAL: ManualGateway(), Gateway.STRIPE: gateway}
    async with market.database.registry() as session:
        bureau = next(one for one in await identity.bureaus(session) if one.id == market.bureau_id)
    return await jobs.follow_hooks(ways, market.database, bureau, now)


@pytest.fixture
async def doubtful(market, standin, gateway):
    """A payment that Stripe has made, and whose answer was lost."""
    payment = await payees.approved(market)
    standin.breaks(Fault.RESET, Moment.AFTER)
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    assert (await payees.stands(market, payment))[0].state is PaymentState.SENDING
    return payment


async def test_only_a_right_signature_opens_the_door(market, door):
    for case, (made, is_right) in CASES.items():
        reply = await door.post(RAW, made(LATER))
        assert reply.status_code == (200 if is_right else 400), case
        if not is_right:
            assert reply.json()["code"] == "hook_not_signed", case
    assert (await door.post(RAW, signature(RAW, NEW, LATER + 302 * SECOND))).status_code == 400
    unsigned = await door.client.post(door.place, content=RAW)
    assert unsigned.json()["code"] == "hook_not_signed"
    twice = [(b"stripe-signature", signature(RAW, NEW, LATER).encode())] * 2
    assert (await door.client.post(door.place, content=RAW, headers=twice)).status_code == 400
    assert await kept(market) == 1


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"{", b"[]", b"\xff", b"{}", b'{"id":"evt_1"}', b"[" * 5_000),
        b'{"id":1,"type":"a","data":{"object":{}}}',
        b'{"id":"evt \\u0000","type":"a","data":{"object":{"id":"tr_1"}}}',
    ],
    ids=range(9),
)
async def test_a_signed_body_that_is_no_event_is_refused(market, door, raw):
    reply = await door.post(raw)
    assert (reply.status_code, reply.json()["code"]) == (400, "request_not_readable")
    assert await kept(market) == 0


async def test_an_unknown_bureau_and_a_body_without_end_are_refused(market, door):
    for place in ("/hooks/stripe/nobody", "/hooks/stripe/%00", "/hooks/stripe/A", "/hooks/paypal/x"):
        assert (await door.post(RAW, place=place)).status_code == 404
    reply = await door.post(b" " * (BYTES_MAX + 1))
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")
    assert (await door.client.get(door.place)).status_code == 405


async def test_the_same_event_a_hundred_times_at_once_has_one_effect(
    market, standin, gateway, door, doubtful
):
    raw = standin.event("transfer.created", standin.transfers[0])
    replies = await asyncio.gather(*(door.post(raw) for _ in range(100)))
    assert {reply.status_code for reply in replies} == {200}
    assert await kept(market) == 1
    followed = await asyncio.gather(*(follow(market, gateway) for _ in range(4)))
    assert sum(followed) == 1
    assert (await payees.stands(market, doubtful))[0].state is PaymentState.PAID
    assert len(await rows.facts_of(market, "settlement.payment_paid")) == 1
    assert await payees.gone_through_stripe(market) == standin.transfers[0]["amount"] == 30_000
    await rows.books_hold(market)


async def test_events_in_any_order_ten_times_each_have_one_effect(market, standin, gateway, door, doubtful):
    made = standin.event("transfer.created", standin.transfers[0])
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    payment, _ = await payees.stands(market, doubtful)
    await payees.asked_back(market, payment, 30_000)
    standin.breaks(Fault.CUT_BODY, Moment.AFTER)
    await payees.sweep(market, {Gateway.STRIPE: gateway}, LATER)
    back = standin.event("transfer.reversed", standin.transfers[0], 2)
    for _ in range(10):
        for raw in (back, made):
            assert (await door.post(raw)).status_code == 200
        await follow(market, gateway)
    assert await kept(market) == 2
    [reversal] = await payees.back(market, doubtful)
    assert reversal.state is ReversalState.REVERSED
    assert (await payees.stands(market, doubtful))[0].state is PaymentState.RETURNED
    for kind in ("settlement.payment_paid", "settlement.payment_reversed"):
        assert len(await rows.facts_of(market, kind)) == 1
    assert await payees.gone_through_stripe(market) == 0
    await rows.books_hold(market)


async def test_an_event_is_not_believed_but_looked_up(market, standin, gateway, door, doubtful):
    lie = dict(standin.transfers[0], amount=1, transfer_group=str(doubtful.id))
    standin.transfers.clear()
    await door.post(standin.event("transfer.created", lie))
    await follow(market, gateway)
    assert (await payees.stands(market, doubtful))[0].state is PaymentState.SENDING


async def test_events_about_other_things_are_kept_and_left_alone(market, standin, gateway, door):
    await payees.approved(market)
    for number, kind in enumerate(("payout.paid", "transfer.created", "account.updated")):
        about = {"id": "tr_9", "transfer_group": None}
        assert (await door.post(standin.event(kind, about, number))).status_code == 200
    calls = len(standin.calls)
    assert await follow(market, gateway) == 3
    assert standin.calls[calls:] == [("GET", "/v1/transfers/tr_9")]
    assert await follow(market, gateway) == 0


async def test_an_event_waits_while_stripe_is_silent(market, standin, gateway, door, doubtful):
    await door.post(standin.event("transfer.created", standin.transfers[0]))
    async with running(LATER) as gone:
        url = gone.url
    silent = sweeps.StripeGateway(url, Secret("sk_1"))
    assert await follow(market, silent) == 0
    await silent.aclose()
    assert await follow(market, gateway, LATER + timedelta(minutes=4)) == 0
    assert await follow(market, gateway, LATER + timedelta(minutes=5)) == 1
    assert (await payees.stands(market, doubtful))[0].state is PaymentState.PAID


async def test_a_worker_follows_events_where_it_has_a_key(database: Database, standin):
    named = from_environment({"STRIPE_API_KEY": "sk_1", "STRIPE_API_BASE": standin.url})
    async with sweeps.ways_out(named) as ways:
        assert "follow_hooks" in {job.name for job in sweeps.jobs_through(ways)}
    async with sweeps.ways_out(from_environment({})) as by_hand:
        assert "follow_hooks" not in {job.name for job in sweeps.jobs_through(by_hand)}
