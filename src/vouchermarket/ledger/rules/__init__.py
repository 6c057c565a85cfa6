"""The rules of the ledger: the chart, what may be posted, who may correct."""

from vouchermarket.ledger.rules.chart import CHART, COVERED, LOCKED, Effect, Line, account_code
from vouchermarket.ledger.rules.corrections import (
    CorrectionDecided,
    CorrectionUnknown,
    SamePerson,
    TransferNotReversible,
    TransferUnknown,
    adjustable,
    decidable,
    reversible,
)
from vouchermarket.ledger.rules.postings import (
    AccountUnknown,
    AmountOutOfRange,
    BalanceNotEnough,
    CaptureAboveHold,
    HoldNotOpen,
    RouteNotInChart,
    apply,
)

__all__ = [
    "CHART",
    "COVERED",
    "LOCKED",
    "AccountUnknown",
    "AmountOutOfRange",
    "BalanceNotEnough",
    "CaptureAboveHold",
    "CorrectionDecided",
    "CorrectionUnknown",
    "Effect",
    "HoldNotOpen",
    "Line",
    "RouteNotInChart",
    "SamePerson",
    "TransferNotReversible",
    "TransferUnknown",
    "account_code",
    "adjustable",
    "apply",
    "decidable",
    "reversible",
]
