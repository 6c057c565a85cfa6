"""Reads of the catalogue."""

from vouchermarket.catalogue.queries.courses import (
    accreditation_of,
    accreditation_open_to,
    accreditations,
    accreditations_open_to,
    course,
    courses,
    courses_to_review,
)
from vouchermarket.catalogue.queries.desks import own_meetings, own_runs
from vouchermarket.catalogue.queries.runs import list_runs, run, runs
from vouchermarket.catalogue.queries.saved import saved_searches
from vouchermarket.catalogue.queries.search import search

__all__ = [
    "accreditation_of",
    "accreditation_open_to",
    "accreditations",
    "accreditations_open_to",
    "course",
    "courses",
    "courses_to_review",
    "list_runs",
    "own_meetings",
    "own_runs",
    "run",
    "runs",
    "saved_searches",
    "search",
]
