"""The rules of booking: who gets a seat, what pays for it, when it can be given back."""

from vouchermarket.booking.rules.cancel import consequence, may_cancel
from vouchermarket.booking.rules.checks import CHECKS, Case
from vouchermarket.booking.rules.decide import decide
from vouchermarket.booking.rules.payment import pay
from vouchermarket.booking.rules.refusals import (
    AlreadyBooked,
    BookingNotLive,
    CancellationClosed,
    CartFull,
    CartRefused,
    MeetingsClash,
    NomineeNotOfSchool,
    PersonNotEligible,
    RunCancelled,
    RunClosed,
    RunFull,
    RunHasWaitingList,
    RunNotFound,
    TermLimitReached,
    VoucherMissing,
    VouchersFrozen,
    VoucherShort,
    WindowClosed,
    WindowNotOpen,
    YearLimitReached,
)
from vouchermarket.booking.rules.visible import may_see

__all__ = [
    "CHECKS",
    "AlreadyBooked",
    "BookingNotLive",
    "CancellationClosed",
    "CartFull",
    "CartRefused",
    "Case",
    "MeetingsClash",
    "NomineeNotOfSchool",
    "PersonNotEligible",
    "RunCancelled",
    "RunClosed",
    "RunFull",
    "RunHasWaitingList",
    "RunNotFound",
    "TermLimitReached",
    "VoucherMissing",
    "VoucherShort",
    "VouchersFrozen",
    "WindowClosed",
    "WindowNotOpen",
    "YearLimitReached",
    "consequence",
    "decide",
    "may_cancel",
    "may_see",
    "pay",
]
