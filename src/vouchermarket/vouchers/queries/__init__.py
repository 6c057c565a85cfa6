"""Reads of funds, issuances and vouchers."""

from vouchermarket.vouchers.queries.funds import fund, fund_of, funds, funds_to_lapse
from vouchermarket.vouchers.queries.issuances import (
    heads_on,
    holders_of,
    issuance,
    issuance_of,
    issuances,
    issued,
    lines_of,
    shares_of,
)
from vouchermarket.vouchers.queries.vouchers import (
    movements_of_school,
    past_validity,
    unfrozen_of_the_gone,
    unreminded,
    usable,
    vouchers_of,
    vouchers_of_issuance,
    vouchers_of_school,
    vouchers_to_freeze,
)

__all__ = [
    "fund",
    "fund_of",
    "funds",
    "funds_to_lapse",
    "heads_on",
    "holders_of",
    "issuance",
    "issuance_of",
    "issuances",
    "issued",
    "lines_of",
    "movements_of_school",
    "past_validity",
    "shares_of",
    "unfrozen_of_the_gone",
    "unreminded",
    "usable",
    "vouchers_of",
    "vouchers_of_issuance",
    "vouchers_of_school",
    "vouchers_to_freeze",
]
