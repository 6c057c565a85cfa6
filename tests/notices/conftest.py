"""The market of a booking test."""

import pytest

from booking.rows import Market
from factories import City
from vouchermarket.kit.db import Database
from vouchermarket.policies.queries import InForce


@pytest.fixture
def market(database: Database, city: City, policy: InForce) -> Market:
    """Courses, teachers and vouchers in the small city, under the Zhuzhou pack."""
    return Market(database, city, policy)
