"""One database for the whole run: DATABASE_URL if set, else the embedded PostgreSQL in a folder of its own.

Tests commit for real. Each takes a fresh bureau, and row-level security keeps it from every other: the same
wall that keeps cities apart keeps tests apart.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import factories
from vouchermarket.kit import embedded, schema
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import BureauId
from world import World

SEEDS = Path(__file__).parents[1] / "seeds"

_folder = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or os.environ.get("DATABASE_URL"):
        return
    folder = Path(tempfile.mkdtemp(prefix="vouchermarket-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    config.stash[_folder] = folder
    cluster = embedded.start(folder, durable=False)
    os.environ["DATABASE_URL"] = cluster.url
    os.environ["DATABASE_OWNER_URL"] = cluster.owner_url


def pytest_sessionstart(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        schema.upgrade(os.environ["DATABASE_OWNER_URL"])


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash.get(_folder, None)
    if folder is not None:
        embedded.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "database" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)


@pytest.fixture(scope="session")
async def database() -> AsyncIterator[Database]:
    """The application's own way in: no owner, no superuser, row-level security on."""
    opened = Database(os.environ["DATABASE_URL"], pool_size=20)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def owner_url() -> str:
    """The owner's way in, for tests that look at the catalog or break what the application cannot."""
    return os.environ["DATABASE_OWNER_URL"]


@pytest.fixture
async def bureau(database: Database) -> BureauId:
    """A fresh bureau with nothing in it."""
    return await factories.make_bureau(database)


@pytest.fixture
async def city(database: Database, bureau: BureauId) -> factories.City:
    """A small city: every body once, two officers at each, two direct schools, one county school."""
    return await factories.make_city(database, bureau)


@pytest.fixture
async def policy(database: Database, city: factories.City) -> Any:
    """The Zhuzhou pack, proposed by one officer and approved by another: a `policies.queries.InForce`."""
    from vouchermarket.policies import operations as policies
    from vouchermarket.policies import queries as policy_queries

    content = (SEEDS / "zhuzhou-2014" / "pack.toml").read_text(encoding="utf-8")
    first, second = city.officers["teacher_office"]
    async with database.transaction(city.bureau_id) as session:
        version_id = await policies.propose(session, first, content, now=factories.NOW)
        await policies.decide(session, second, version_id, approve=True, now=factories.NOW)
        return await policy_queries.in_force(session, city.bureau_id, factories.TODAY)


@pytest.fixture
def world(database: Database, city: factories.City, policy: Any) -> World:
    """A small city with the Zhuzhou pack in force, and the verbs of its people."""
    return World(database, city)
