"""Reads of attendance and completions."""

from vouchermarket.completion.queries.attendance import attendance_of, attended, run, run_of_meeting
from vouchermarket.completion.queries.cases import awaiting, cases
from vouchermarket.completion.queries.completions import (
    completion_of,
    completions,
    completions_of_bookings,
    completions_of_person,
    completions_of_run,
    participant_of,
    participants_of,
)

__all__ = [
    "attendance_of",
    "attended",
    "awaiting",
    "cases",
    "completion_of",
    "completions",
    "completions_of_bookings",
    "completions_of_person",
    "completions_of_run",
    "participant_of",
    "participants_of",
    "run",
    "run_of_meeting",
]
