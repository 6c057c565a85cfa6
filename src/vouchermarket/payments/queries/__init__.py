"""Reads of payments, their attempts, their reversals, and where providers are paid."""

from vouchermarket.payments.queries.books import (
    accounts_at,
    entries,
    known_among,
    reconciliation_of,
    reconciliations,
)
from vouchermarket.payments.queries.payees import (
    payee_by_id,
    payee_in_use,
    payee_of,
    payees_to_decide,
)
from vouchermarket.payments.queries.payments import (
    attempts_of,
    last_attempts,
    paid_to,
    payment_by_id,
    payment_by_reference,
    payment_of,
    payments_in,
    payments_of,
)
from vouchermarket.payments.queries.reversals import (
    reversal_by_id,
    reversal_of,
    reversals_of,
    reversals_to_decide,
    reversals_under_way,
)

__all__ = [
    "accounts_at",
    "attempts_of",
    "entries",
    "known_among",
    "last_attempts",
    "paid_to",
    "payee_by_id",
    "payee_in_use",
    "payee_of",
    "payees_to_decide",
    "payment_by_id",
    "payment_by_reference",
    "payment_of",
    "payments_in",
    "payments_of",
    "reconciliation_of",
    "reconciliations",
    "reversal_by_id",
    "reversal_of",
    "reversals_of",
    "reversals_to_decide",
    "reversals_under_way",
]
