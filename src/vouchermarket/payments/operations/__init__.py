"""The rows of payments and attempts: written here, together with the ledger by `settlement.operations`.

Money leaves in three beats. First `begin_attempts` writes what will be tried, and is committed; then
`gateways.carry_out` calls outside any transaction; then `settlement.operations.record_outcome` writes what
came of it. A crash between two beats is healed by the next sweep, which repeats the call with the same key.
"""

from vouchermarket.payments.operations.attempts import begin_attempts, end_attempt, errand_in_doubt
from vouchermarket.payments.operations.books import keep_reconciliation, mark_in_doubt
from vouchermarket.payments.operations.hooks import claim_events, close_event, keep_event, note_silence
from vouchermarket.payments.operations.payees import (
    close_payee,
    enter_payee,
    lock_payee,
)
from vouchermarket.payments.operations.payments import (
    instruct,
    lock,
    move,
)
from vouchermarket.payments.operations.reversals import (
    close_reversal,
    enter_reversal,
    give_back,
    move_reversal,
)

__all__ = [
    "begin_attempts",
    "claim_events",
    "close_event",
    "close_payee",
    "close_reversal",
    "end_attempt",
    "enter_payee",
    "enter_reversal",
    "errand_in_doubt",
    "give_back",
    "instruct",
    "keep_event",
    "keep_reconciliation",
    "lock",
    "lock_payee",
    "mark_in_doubt",
    "move",
    "move_reversal",
    "note_silence",
]
