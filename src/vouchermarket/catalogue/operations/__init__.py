"""The verbs of the catalogue, in the order in which they happen."""

from vouchermarket.catalogue.operations.accreditations import decide_accreditation, file_accreditation
from vouchermarket.catalogue.operations.courses import (
    count_completion,
    file_course,
    publish_course,
    review_course,
    withdraw_course,
    write_ratings,
)
from vouchermarket.catalogue.operations.runs import lock_runs, open_run, set_taken
from vouchermarket.catalogue.operations.searches import forget_search, save_search
from vouchermarket.catalogue.operations.words import remove_words, write_words

__all__ = [
    "count_completion",
    "decide_accreditation",
    "file_accreditation",
    "file_course",
    "forget_search",
    "lock_runs",
    "open_run",
    "publish_course",
    "remove_words",
    "review_course",
    "save_search",
    "set_taken",
    "withdraw_course",
    "write_ratings",
    "write_words",
]
