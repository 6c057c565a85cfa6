"""The routes under /api/v1, one module an area; a further area is one line more."""

from litestar import Router

from vouchermarket.web.api import (
    bookings,
    books,
    catalogue,
    completions,
    files,
    imports,
    logins,
    notices,
    payments,
    people,
    policies,
    ratings,
    roster,
    statements,
    tasks,
    vouchers,
)
from vouchermarket.web.api import credits as credit_entries

AREAS = (
    logins.ROUTES,
    roster.ROUTES,
    people.ROUTES,
    imports.ROUTES,
    catalogue.ROUTES,
    vouchers.ROUTES,
    bookings.ROUTES,
    completions.ROUTES,
    ratings.ROUTES,
    credit_entries.ROUTES,
    statements.ROUTES,
    payments.ROUTES,
    books.ROUTES,
    policies.ROUTES,
    files.ROUTES,
    tasks.ROUTES,
    notices.ROUTES,
)


def router() -> Router:
    """All areas under their common address."""
    return Router("/api/v1", route_handlers=[handler for area in AREAS for handler in area])
