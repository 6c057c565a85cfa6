"""The composition root: from settings to a running application."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from ipaddress import ip_network

from litestar import Litestar
from litestar.datastructures import State
from sqlalchemy import text

from vouchermarket.identity.oidc import Outside
from vouchermarket.identity.structs import Gate
from vouchermarket.kit.cipher import Cipher
from vouchermarket.kit.clock import Clock, shifted_clock
from vouchermarket.kit.db import Database
from vouchermarket.settings import DEMO_SECRET_KEY, Settings
from vouchermarket.web import api, files, guards, health, hooks, interface, logs
from vouchermarket.web.bodies import StrictRequest, refuse_needless
from vouchermarket.web.deps import DEPENDENCIES
from vouchermarket.web.middleware import Market
from vouchermarket.web.pages import areas, faults
from vouchermarket.web.problems import ProductionNotSafe
from vouchermarket.web.visitors import Visitors

BODY_BYTES_MAX = 1_000_000
PRODUCTION = "production"
# A word mistyped would otherwise run a city's market as a demo.
MODES = frozenset({"demo", PRODUCTION})
SECRET_KEY_LENGTH_MIN = 32


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
        route_handlers=[api.router(), areas.router(), *health.ROUTES, *hooks.ROUTES, files.asset],
        guards=[guards.admit],
        dependencies=DEPENDENCIES,
        exception_handlers={Exception: faults.handle},
        request_class=StrictRequest,
        before_request=refuse_needless,
        request_max_body_size=BODY_BYTES_MAX,
        # The description of every route is a gift to whoever tries doors: it stays at home in production.
        openapi_config=None if is_production else interface.config(),
        logging_config=None,
        # Said outright: the framework would take both from variables of its own.
        debug=False,
        pdb_on_exception=False,
        lifespan=[partial(_opened, database)],
        state=State(
            {
                "settings": settings,
                "is_production": is_production,
                "trusted": [ip_network(each) for each in settings.trusted_proxies],
                "database": database,
                "clock": told,
                "gate": Gate(Cipher(settings.secret_key), is_production or settings.require_second_factor),
                "outside": _outside(settings),
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


def _outside(settings: Settings) -> Outside | None:
    if not settings.oidc_issuer:
        return None
    return Outside(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.oidc_claim
    )


def _asks_by_http(settings: Settings) -> bool:
    return bool(settings.oidc_issuer) and not settings.oidc_issuer.startswith("https://")


def _named_by_http(settings: Settings) -> bool:
    return bool(settings.base_url) and not settings.base_url.startswith("https://")


# What is fit for a demo only: the setting, and whether it stands as it may not.
UNSAFE: tuple[tuple[str, Callable[[Settings], bool]], ...] = (
    ("DATABASE_URL (embedded PostgreSQL)", lambda settings: not settings.database_url),
    ("VOUCHERMARKET_CLOCK_OFFSET_SECONDS", lambda settings: settings.clock_offset_seconds != 0),
    ("VOUCHERMARKET_OIDC_ISSUER (not https)", _asks_by_http),
    ("VOUCHERMARKET_DEMO_ENTRANCE", lambda settings: settings.demo_entrance),
    ("VOUCHERMARKET_ALLOWED_HOSTS", lambda settings: not settings.allowed_hosts),
    ("VOUCHERMARKET_BASE_URL (not https)", _named_by_http),
    ("STRIPE_API_BASE (not https)", lambda settings: not settings.stripe_api_base.startswith("https://")),
    ("VOUCHERMARKET_SECRET_KEY (the demo's)", lambda settings: settings.secret_key == DEMO_SECRET_KEY),
    ("VOUCHERMARKET_SECRET_KEY (short)", lambda settings: len(settings.secret_key) < SECRET_KEY_LENGTH_MIN),
)


def safe_for_production(settings: Settings) -> None:
    """Refuses `ProductionNotSafe` for what is fit for a demo only, and a mode that nobody knows."""
    if settings.mode not in MODES:
        raise ProductionNotSafe(setting="VOUCHERMARKET_MODE")
    for setting, stands in UNSAFE if settings.mode == PRODUCTION else ():
        if stands(settings):
            raise ProductionNotSafe(setting=setting)
