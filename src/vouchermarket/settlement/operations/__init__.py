"""The verbs of settlement. Lock order: completion, statement, payment, ledger account, each by id."""

from vouchermarket.settlement.operations.draw_up import draw_up, preview_draw_up
from vouchermarket.settlement.operations.pay import approve_payment
from vouchermarket.settlement.operations.payees import decide_payee, propose_payee
from vouchermarket.settlement.operations.record import record_failure, record_outcome, record_payment
from vouchermarket.settlement.operations.respond import drop_line, respond
from vouchermarket.settlement.operations.reverse import decide_reversal, propose_reversal
from vouchermarket.settlement.operations.revoke import (
    decide_revocation,
    preview_revocation,
    propose_revocation,
)
from vouchermarket.settlement.operations.turn_key import turn_key, withdraw_key
from vouchermarket.settlement.operations.watch import raise_alarms, record_reconciliation

__all__ = [
    "approve_payment",
    "decide_payee",
    "decide_reversal",
    "decide_revocation",
    "draw_up",
    "drop_line",
    "preview_draw_up",
    "preview_revocation",
    "propose_payee",
    "propose_reversal",
    "propose_revocation",
    "raise_alarms",
    "record_failure",
    "record_outcome",
    "record_payment",
    "record_reconciliation",
    "respond",
    "turn_key",
    "withdraw_key",
]
