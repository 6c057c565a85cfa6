"""The verbs of booking."""

from vouchermarket.booking.operations.book import (
    book,
    check_out,
    nominate,
    preview_check_out,
    preview_nomination,
)
from vouchermarket.booking.operations.cancel import cancel, preview_cancel
from vouchermarket.booking.operations.carry_out import carry_out
from vouchermarket.booking.operations.cart import put_in, take_out
from vouchermarket.booking.operations.feed import end_feed, make_feed

__all__ = [
    "book",
    "cancel",
    "carry_out",
    "check_out",
    "end_feed",
    "make_feed",
    "nominate",
    "preview_cancel",
    "preview_check_out",
    "preview_nomination",
    "put_in",
    "take_out",
]
