"""The market of reporting tests: everything has happened in it once, and nobody changes it after that."""

import pytest

import factories
from reporting.rows import in_force, whole_path
from settlement.rows import Market, open_market


@pytest.fixture(scope="session")
async def market(database) -> Market:
    """A city in which a provider has earned, been settled, and is being paid. For reading only."""
    city = await factories.make_city(database, await factories.make_bureau(database))
    return await whole_path(await open_market(database, city, await in_force(database, city)))
