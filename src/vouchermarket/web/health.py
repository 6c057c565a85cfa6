"""Is the process alive, and can it work? For whatever watches over it."""

from litestar import get

from vouchermarket.identity import queries
from vouchermarket.web import given


@get("/health/live", verb=None, status_code=204, include_in_schema=False)
async def live() -> None:
    """The process answers."""


@get("/health/ready", verb=None, status_code=204, include_in_schema=False)
async def ready(database: given.Database) -> None:
    """The database answers too; refuses `Busy` while it does not."""
    async with database.registry() as session:
        await queries.only_bureau(session)


ROUTES = (live, ready)
