"""The database is lost at COMMIT: nobody can say what came of it, and the same key finds out.

Between the application and PostgreSQL runs a wire that is cut for real, just before COMMIT or just after.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import func, make_url, select

from factories import City, PersonRow, add
from vouchermarket.app import create_app
from vouchermarket.identity.tables import person
from vouchermarket.kit.db import Database
from vouchermarket.kit.undone import OutcomeUnknown
from vouchermarket.web import health
from web.conftest import HandClock
from web.market import Desks, keyed, refused, told
from web.settings_of import settings

BEFORE, AFTER = "before", "after"


class Wire:
    """A socket in front of the database. `cuts` says where the next COMMIT is cut; `is_stuck`, it hangs."""

    def __init__(self, folder: Path) -> None:
        told_url = make_url(os.environ["DATABASE_URL"])
        self._to = Path(str(told_url.query["host"])) / self._name(told_url.query.get("port"))
        self._from = folder / self._to.name
        self.url = told_url.update_query_dict({"host": str(folder)}).render_as_string(hide_password=False)
        self.cuts = ""
        self.flows = asyncio.Event()
        self.flows.set()

    @staticmethod
    def _name(port: object) -> str:
        return f".s.PGSQL.{port or 5432}"

    async def lay(self) -> asyncio.Server:
        return await asyncio.start_unix_server(self._carry, self._from)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_unix_connection(self._to)
        answers = asyncio.create_task(self._pass_on(back, writer))
        try:
            while asked := await reader.read(65536):
                await self.flows.wait()
                if self.cuts and b"COMMIT" in asked:
                    where, self.cuts = self.cuts, ""
                    if where == AFTER:
                        answers.cancel()
                        await asyncio.wait({answers})
                        forth.write(asked)
                        await back.read(65536)
                    return
                forth.write(asked)
        finally:
            answers.cancel()
            for end in (writer, forth):
                end.close()

    @staticmethod
    async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while came := await reader.read(65536):
                writer.write(came)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    # A socket's path is short: not every folder of a test will do.
    folder = Path(tempfile.mkdtemp(prefix="wire-", dir="/var/tmp"))
    laid = Wire(folder)
    server = await laid.lay()
    yield laid
    server.close()
    shutil.rmtree(folder)


@pytest.fixture
async def app(wire: Wire) -> AsyncIterator[Litestar]:
    """The application at the far end of the wire."""
    built = create_app(settings(database_url=wire.url), HandClock())
    yield built
    await built.state.database.close()


async def _people(database: Database, city: City) -> int:
    async with database.transaction(city.bureau_id) as session:
        return (await session.execute(select(func.count()).select_from(person))).scalar_one()


@pytest.mark.parametrize(("cuts", "added"), [(BEFORE, 0), (AFTER, 1)])
async def test_a_commit_without_an_answer_has_an_unknown_outcome(
    wire: Wire, database: Database, city: City, cuts: str, added: int
) -> None:
    before = await _people(database, city)
    beyond = Database(wire.url, pool_size=1)
    wire.cuts = cuts
    with pytest.raises(OutcomeUnknown):
        async with beyond.transaction(city.bureau_id) as session:
            await add(session, city.bureau_id, person, PersonRow())
    assert await _people(database, city) == before + added
    await beyond.close()


@pytest.mark.parametrize("cuts", [BEFORE, AFTER])
async def test_the_same_key_finds_out_and_books_once(wire: Wire, desks: Desks, cuts: str) -> None:
    await desks.issue()
    run_id = await desks.open_run()
    teacher, headers = await desks.teacher(), keyed()
    await teacher.get("/me/bookings")  # who asks is known from here on
    wire.cuts = cuts
    lost = await teacher.post("/bookings", json={"run_id": run_id}, headers=headers)
    refused(lost, 503, "outcome_unknown")
    assert lost.headers["retry-after"] == "2"
    while True:
        again = await teacher.post("/bookings", json={"run_id": run_id}, headers=headers)
        if again.status_code != 409:
            break
        refused(again, 409, "key_in_flight")  # the server has yet to notice that nobody is there any more
    booked = told(again, 201)
    assert ("idempotent-replayed" in again.headers) == (cuts == AFTER)
    [shown] = told(await teacher.get("/me/bookings"))
    assert shown["id"] == booked["booking_id"]


async def test_ready_is_no_within_two_seconds_while_the_database_hangs(wire: Wire, app: Litestar) -> None:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        assert (await client.get("/health/ready")).status_code == 204
        wire.flows.clear()
        async with asyncio.timeout(health.ANSWERS_WITHIN_SECONDS + 1):
            refused(await client.get("/health/ready"), 503, "busy")
        wire.flows.set()
        assert (await client.get("/health/ready")).status_code == 204
