"""Is the process alive, and can it work? For whatever watches over it."""

import asyncio

from litestar import get

from vouchermarket.identity import queries
from vouchermarket.kit import db
from vouchermarket.kit.undone import Busy
from vouchermarket.web import given

# A database that hangs says nothing at all: whoever watches is told so before they stop listening.
ANSWERS_WITHIN_SECONDS = 2


@get("/health/live", verb=None, status_code=204, include_in_schema=False)
async def live() -> None:
    """The process answers."""


@get("/health/ready", verb=None, status_code=204, include_in_schema=False)
async def ready(database: given.Database) -> None:
    """The database answers too; refuses `Busy` when it does not within two seconds."""
    asked = asyncio.create_task(_ask(database))
    await asyncio.wait({asked}, timeout=ANSWERS_WITHIN_SECONDS)
    if not asked.done():
        # Not waited for: to cancel a statement, the driver has to hear from the database once more.
        asked.cancel()
        raise Busy
    await asked


async def _ask(database: db.Database) -> None:
    async with database.registry() as session:
        await queries.only_bureau(session)


ROUTES = (live, ready)
