"""Opening the database a command works on: DATABASE_URL, or the embedded PostgreSQL for as long as needed."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

import msgspec

from vouchermarket.kit import embedded, schema
from vouchermarket.kit.db import Database
from vouchermarket.settings import Settings, from_environment

Result = TypeVar("Result")


class Addresses(msgspec.Struct, frozen=True):
    """How the application comes in, and how the owner does."""

    url: str
    owner_url: str


@contextmanager
def addresses(
    settings: Settings, *, database: str = embedded.DATABASE, fresh: bool = False
) -> Generator[Addresses]:
    """The addresses of a running database; an embedded one is shared with whoever else uses it.

    `fresh` empties that database of the embedded server first; it has no effect on DATABASE_URL.
    """
    if settings.database_url:
        yield Addresses(settings.database_url, settings.database_owner_url or settings.database_url)
        return
    with embedded.in_use(settings.data_dir) as cluster:
        if fresh:
            embedded.drop_database(cluster, database)
        opened = embedded.create_database(cluster, database)
        yield Addresses(opened.url, opened.owner_url)


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Database]:
    """A pool on this address. Refuses `SchemaBehind` where it has not been migrated."""
    found, wanted = await asyncio.to_thread(schema.current, url), schema.newest()
    if found != wanted:
        raise schema.SchemaBehind(found=found or "nothing", wanted=wanted)
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


def on_database(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Do something on the database of the environment and give back its result."""

    async def carried_out(url: str) -> Result:
        async with opened(url) as database:
            return await work(database)

    with addresses(from_environment()) as found:
        return asyncio.run(carried_out(found.url))
