"""The judge: facts in, verdict out. Pure; the numbers are the pack's, never the code's.

`evaluate` a person, `school` and `funding` a body; `authority`, `admit`, `apply` and `earned` for the
registrar; `wallet`, `fund_line` and `attendance_share` for the market. `shown` writes verdicts as JSON.
"""

from vouchermarket.policies.rules import shown
from vouchermarket.policies.rules.counting import term_of, term_on
from vouchermarket.policies.rules.credit import admit, apply, authority, earned, has_window
from vouchermarket.policies.rules.market import attendance_share, fund_line, wallet
from vouchermarket.policies.rules.pack import Pack
from vouchermarket.policies.rules.people import evaluate
from vouchermarket.policies.rules.refusals import (
    AudienceNotAllowed,
    FactsNotReadable,
    FundLineUnknown,
    HolderNotEntitled,
    LevelNotAllowed,
    ModeNotAllowed,
    PackNotReadable,
    TypeUnknown,
    UnitNotAllowed,
    WindowUsed,
)
from vouchermarket.policies.rules.schools import funding, school

__all__ = [
    "AudienceNotAllowed",
    "FactsNotReadable",
    "FundLineUnknown",
    "HolderNotEntitled",
    "LevelNotAllowed",
    "ModeNotAllowed",
    "Pack",
    "PackNotReadable",
    "TypeUnknown",
    "UnitNotAllowed",
    "WindowUsed",
    "admit",
    "apply",
    "attendance_share",
    "authority",
    "earned",
    "evaluate",
    "fund_line",
    "funding",
    "has_window",
    "school",
    "shown",
    "term_of",
    "term_on",
    "wallet",
]
