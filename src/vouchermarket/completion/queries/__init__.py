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
from vouchermarket.completion.queries.desks import (
    completion,
    contested,
    own_completions,
    registrar_queue,
    run_attendance,
    run_completions,
    unreported,
)
from vouchermarket.completion.queries.ratings import (
    course_of,
    course_ratings,
    course_stand,
    is_rated,
    own_ratings,
    run_ratings,
)

__all__ = [
    "attendance_of",
    "attended",
    "awaiting",
    "cases",
    "completion",
    "completion_of",
    "completions",
    "completions_of_bookings",
    "completions_of_person",
    "completions_of_run",
    "contested",
    "course_of",
    "course_ratings",
    "course_stand",
    "is_rated",
    "own_completions",
    "own_ratings",
    "participant_of",
    "participants_of",
    "registrar_queue",
    "run",
    "run_attendance",
    "run_completions",
    "run_of_meeting",
    "run_ratings",
    "unreported",
]
