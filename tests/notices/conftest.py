"""The market of a booking test."""

from collections.abc import AsyncIterator

import pytest

from booking.rows import Market
from factories import City
from notices.letters import Mailed
from notices.sink import Sink, sink_open
from vouchermarket.kit.db import Database
from vouchermarket.policies.queries import InForce


@pytest.fixture
def market(database: Database, city: City, policy: InForce) -> Market:
    """Courses, teachers and vouchers in the small city, under the Zhuzhou pack."""
    return Market(database, city, policy)


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A mail server that listens."""
    async with sink_open() as opened:
        yield opened


@pytest.fixture
def mailed(database: Database, city: City, sink: Sink) -> Mailed:
    """A small city that sends letters there."""
    return Mailed(database, city, sink)
