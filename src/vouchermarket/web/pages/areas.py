"""All pages, one module an area; a further area is one line more."""

from typing import Any

from litestar import Request, Router

from vouchermarket.web.pages import (
    bookings,
    cart,
    centre_courses,
    entrance,
    help_pages,
    jobs,
    market,
    policies,
    signing_in,
)

AREAS = (
    signing_in.ROUTES,
    entrance.ROUTES,
    market.ROUTES,
    cart.ROUTES,
    bookings.ROUTES,
    centre_courses.ROUTES,
    help_pages.ROUTES,
    policies.ROUTES,
    jobs.ROUTES,
)


async def _unread(request: Request[Any, Any, Any]) -> None:
    """Pages read their questions and forms themselves, and tell a fault on a page."""


def router() -> Router:
    """`page=True` tells the guard to look for the token in the form."""
    handlers = [handler for area in AREAS for handler in area]
    return Router(
        "/", route_handlers=handlers, before_request=_unread, include_in_schema=False, opt={"page": True}
    )
