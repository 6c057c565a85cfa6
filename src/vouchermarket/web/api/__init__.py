"""The routes under /api/v1, one module an area; a further area is one line more."""

from litestar import Router

from vouchermarket.web.api import logins, roster

AREAS = (
    logins.ROUTES,
    roster.ROUTES,
)


def router() -> Router:
    """All areas under their common address."""
    return Router("/api/v1", route_handlers=[handler for area in AREAS for handler in area])
