"""A stand-in for Stripe that listens, our gateway before it, and a city whose provider can earn."""

from datetime import timedelta

import httpx
import pytest

from payments.stripe_standin import KEY, running
from settlement.rows import LATER, open_market
from vouchermarket.payments.gateways.stripe import Patience, StripeGateway
from vouchermarket.settings import Secret

HASTY = Patience(tries=2, first=timedelta(milliseconds=1), longest=timedelta(milliseconds=2))
SHORT = httpx.Timeout(connect=3, read=0.2, write=3, pool=2)


@pytest.fixture
async def standin():
    async with running(LATER) as opened:
        yield opened


@pytest.fixture
async def gateway(standin):
    opened = StripeGateway(standin.url, Secret(KEY), limits=SHORT, patience=HASTY)
    yield opened
    await opened.aclose()


@pytest.fixture
async def market(database, city, policy):
    return await open_market(database, city, policy)
