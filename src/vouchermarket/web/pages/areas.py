"""All pages, one module an area; a further area is one line more."""

from typing import Any

from litestar import Request, Router

from vouchermarket.web.pages import (
    bookings,
    cart,
    centre_accreditations,
    centre_courses,
    centre_gone,
    centre_home,
    centre_keys,
    centre_revocations,
    centre_statements,
    county_schools,
    entrance,
    finance_books,
    finance_payees,
    finance_payments,
    finance_reversals,
    first_time,
    help_pages,
    inspect_search,
    inspect_trail,
    jobs,
    learning,
    market,
    notices,
    office_issuances,
    office_money,
    outside,
    policies,
    progress,
    provider_classes,
    provider_filing,
    provider_home,
    provider_money,
    provider_runs,
    registrar_completions,
    registrar_credits,
    registrar_entries,
    registrar_lists,
    saved,
    school_bookings,
    school_home,
    school_nominations,
    school_vouchers,
    security,
    signing_in,
    timetable,
    vouchers,
)

AREAS = (
    signing_in.ROUTES,
    security.ROUTES,
    notices.ROUTES,
    entrance.ROUTES,
    first_time.ROUTES,
    outside.ROUTES,
    market.ROUTES,
    saved.ROUTES,
    timetable.ROUTES,
    cart.ROUTES,
    bookings.ROUTES,
    learning.ROUTES,
    progress.ROUTES,
    vouchers.ROUTES,
    centre_home.ROUTES,
    centre_accreditations.ROUTES,
    centre_courses.ROUTES,
    centre_statements.ROUTES,
    centre_keys.ROUTES,
    centre_revocations.ROUTES,
    centre_gone.ROUTES,
    registrar_completions.ROUTES,
    registrar_credits.ROUTES,
    registrar_entries.ROUTES,
    registrar_lists.ROUTES,
    county_schools.ROUTES,
    help_pages.ROUTES,
    provider_home.ROUTES,
    provider_filing.ROUTES,
    provider_runs.ROUTES,
    provider_classes.ROUTES,
    provider_money.ROUTES,
    policies.ROUTES,
    office_money.ROUTES,
    office_issuances.ROUTES,
    finance_payments.ROUTES,
    finance_payees.ROUTES,
    finance_reversals.ROUTES,
    finance_books.ROUTES,
    inspect_search.ROUTES,
    inspect_trail.ROUTES,
    jobs.ROUTES,
    school_home.ROUTES,
    school_nominations.ROUTES,
    school_bookings.ROUTES,
    school_vouchers.ROUTES,
)


async def _unread(request: Request[Any, Any, Any]) -> None:
    """Pages read their questions and forms themselves, and tell a fault on a page."""


def router() -> Router:
    """`page=True` tells the guard to look for the token in the form."""
    handlers = [handler for area in AREAS for handler in area]
    return Router(
        "/", route_handlers=handlers, before_request=_unread, include_in_schema=False, opt={"page": True}
    )
