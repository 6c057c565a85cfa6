"""The application over HTTP, in this process, on the database of the whole run."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from factories import NOW, City
from vouchermarket.app import create_app
from vouchermarket.identity import operations, queries
from vouchermarket.identity.structs import Actor, MakeToken, SetPassword
from vouchermarket.kit.db import Database
from vouchermarket.policies.queries import InForce
from web.learning import Learning
from web.market import Desks
from web.settings_of import settings
from world import World

PASSWORD = "春天里的第一场雨"


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: int) -> None:
        self.now += timedelta(**by)


class Visit:
    """Ways to come to a city's market."""

    def __init__(
        self, database: Database, city: City, code: str, transport: httpx.AsyncBaseTransport
    ) -> None:
        self.database, self.city, self.code, self._transport = database, city, code, transport

    def stranger(self, **headers: str) -> httpx.AsyncClient:
        """Somebody unknown, at this bureau's address."""
        return httpx.AsyncClient(
            transport=self._transport, base_url=f"http://market.test/{self.code}/api/v1", headers=headers
        )

    async def token(self, actor: Actor) -> str:
        async with self.database.transaction(actor.bureau_id) as session:
            return (await operations.make_token(session, actor, MakeToken(label="t"), now=NOW)).token

    async def program(self, actor: Actor) -> httpx.AsyncClient:
        """Somebody with a bearer token."""
        return self.stranger(authorization=f"Bearer {await self.token(actor)}")

    async def give_password(self, actor: Actor, username: str) -> None:
        """The administrator gives somebody a user name and a first password."""
        command = SetPassword(person_id=actor.person_id, username=username, password=PASSWORD)
        await operations.set_password(self.database, self.city.officer("administrator"), command, now=NOW)

    async def browser(self, actor: Actor, username: str = "zhangsan") -> httpx.AsyncClient:
        """Somebody who has logged in, with the CSRF token in every request."""
        await self.give_password(actor, username)
        client = self.stranger()
        opened = await client.post("/login", json={"username": username, "password": PASSWORD})
        assert opened.status_code == 200, opened.text
        client.headers["x-csrf-token"] = opened.json()["csrf_token"]
        return client


@pytest.fixture(scope="session")
async def shared_app() -> AsyncIterator[Litestar]:
    """One application for most tests, as one process serves all bureaus: building one takes a while."""
    built = create_app(settings(), HandClock())
    yield built
    await built.state.database.close()


@pytest.fixture
async def app(request: pytest.FixtureRequest, shared_app: Litestar) -> AsyncIterator[Litestar]:
    """The application with its clock on the first day and nobody remembered.

    Tests that add routes of their own are marked `own_app` and get one to themselves.
    """
    if request.node.get_closest_marker("own_app"):
        built = create_app(settings(), HandClock())
        yield built
        await built.state.database.close()
        return
    shared_app.state.clock.now = NOW
    shared_app.state.visitors.forget()
    yield shared_app


@pytest.fixture
def clock(app: Litestar) -> HandClock:
    return app.state.clock


@pytest.fixture
def transport(app: Litestar) -> httpx.ASGITransport:
    return httpx.ASGITransport(app=app, raise_app_exceptions=False)


@pytest.fixture
async def visit(database: Database, city: City, transport: httpx.ASGITransport) -> Visit:
    async with database.transaction(city.bureau_id) as session:
        code = (await queries.bureau(session, city.bureau_id)).code
    return Visit(database, city, code, transport)


@pytest.fixture
def desks(visit: Visit, city: City, database: Database, policy: InForce) -> Desks:
    """The desks of a city under its rules, each reached over HTTP."""
    return Desks(visit, city, database)


@pytest.fixture
def learning(world: World, clock: HandClock) -> Learning:
    """Classes held and completions on their way, for the tales that begin after them."""
    return Learning(world, clock)
