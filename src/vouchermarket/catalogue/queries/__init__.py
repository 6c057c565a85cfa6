"""Reads of the catalogue."""

from vouchermarket.catalogue.queries.courses import (
    accreditation_of,
    accreditations,
    civil_day,
    course,
    courses,
    time_zone,
)
from vouchermarket.catalogue.queries.runs import list_runs, run, runs

__all__ = [
    "accreditation_of",
    "accreditations",
    "civil_day",
    "course",
    "courses",
    "list_runs",
    "run",
    "runs",
    "time_zone",
]
