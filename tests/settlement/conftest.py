"""The market of settlement tests: a fresh city under the Zhuzhou pack, with a funded voucher."""

import pytest

from settlement.rows import Market, open_market


@pytest.fixture
async def market(database, city, policy) -> Market:
    """A city whose provider can earn."""
    return await open_market(database, city, policy)
