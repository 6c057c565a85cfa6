"""Reads of the catalogue."""

from vouchermarket.catalogue.queries.courses import (
    accreditation_of,
    accreditations,
    course,
    courses,
)
from vouchermarket.catalogue.queries.runs import list_runs, run, runs

__all__ = [
    "accreditation_of",
    "accreditations",
    "course",
    "courses",
    "list_runs",
    "run",
    "runs",
]
