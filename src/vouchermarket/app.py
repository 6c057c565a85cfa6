"""The composition root: from settings to a running application."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from litestar import Litestar
from litestar.datastructures import State
from sqlalchemy import text

from vouchermarket.kit.clock import Clock, shifted_clock
from vouchermarket.kit.db import Database
from vouchermarket.settings import Settings
from vouchermarket.web import api, files, guards, health, interface, logs
from vouchermarket.web.bodies import StrictRequest, refuse_needless
from vouchermarket.web.deps import DEPENDENCIES
from vouchermarket.web.errors import handle
from vouchermarket.web.middleware import Market
from vouchermarket.web.problems import ProductionNotSafe
from vouchermarket.web.visitors import Visitors

BODY_BYTES_MAX = 1_000_000
PRODUCTION = "production"


def create_app(settings: Settings, clock: Clock | None = None) -> Litestar:
    """The application on the database of `settings.database_url`.

    Refuses `ProductionNotSafe`; fails for a route that does not say which verb of the matrix it is.
    """
    safe_for_production(settings)
    logs.configure()
    database = Database(settings.database_url)
    told = clock or shifted_clock(timedelta(seconds=settings.clock_offset_seconds))
    is_production = settings.mode == PRODUCTION
    app = Market(
        route_handlers=[api.router(), *health.ROUTES, files.asset],
        guards=[guards.admit],
        dependencies=DEPENDENCIES,
        exception_handlers={Exception: handle},
        request_class=StrictRequest,
        before_request=refuse_needless,
        request_max_body_size=BODY_BYTES_MAX,
        # The description of every route is a gift to whoever tries doors: it stays at home in production.
        openapi_config=None if is_production else interface.config(),
        logging_config=None,
        debug=False,
        lifespan=[partial(_opened, database)],
        state=State(
            {
                "settings": settings,
                "is_production": is_production,
                "database": database,
                "clock": told,
                "assets": files.read_all(),
                "visitors": Visitors(database, told),
            }
        ),
    )
    app.state.first_segments = frozenset(route.path.split("/")[1] for route in app.routes)
    undeclared = guards.undeclared(app)
    if undeclared:
        raise RuntimeError(f"These routes name no verb of the matrix: {undeclared}")
    return app


@asynccontextmanager
async def _opened(database: Database, app: Litestar) -> AsyncGenerator[None]:
    if app.state.is_production:
        await refuse_privileged(database)
    yield
    await database.close()


async def refuse_privileged(database: Database) -> None:
    """Refuses `ProductionNotSafe` where row-level security would not hold the application's role."""
    powers = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    async with database.registry() as session:
        if (await session.execute(powers)).scalar_one():
            raise ProductionNotSafe(setting="DATABASE_URL (superuser or BYPASSRLS)")


def safe_for_production(settings: Settings) -> None:
    """Refuses `ProductionNotSafe` for what is fit for a demo only."""
    if settings.mode != PRODUCTION:
        return
    if not settings.database_url:
        raise ProductionNotSafe(setting="DATABASE_URL (embedded PostgreSQL)")
    if settings.clock_offset_seconds:
        raise ProductionNotSafe(setting="VOUCHERMARKET_CLOCK_OFFSET_SECONDS")
    if not settings.allowed_hosts:
        raise ProductionNotSafe(setting="VOUCHERMARKET_ALLOWED_HOSTS")
