"""Reads of settlement: statements and queues, what waits for a statement, what revocation needs to know."""

from vouchermarket.settlement.queries.earned import (
    funds_of,
    revocation_by_id,
    revocation_of,
    revocations_pending,
    waiting_between,
)
from vouchermarket.settlement.queries.money import (
    payments_to_record,
    provider_money,
    statements_to_approve,
)
from vouchermarket.settlement.queries.statements import (
    key_queue,
    keys_of,
    line_of,
    lines_by_id,
    lines_of,
    live_line_of,
    open_statement,
    statement_by_id,
    statement_of,
    statements_of,
    statements_waiting_for,
)

__all__ = [
    "funds_of",
    "key_queue",
    "keys_of",
    "line_of",
    "lines_by_id",
    "lines_of",
    "live_line_of",
    "open_statement",
    "payments_to_record",
    "provider_money",
    "revocation_by_id",
    "revocation_of",
    "revocations_pending",
    "statement_by_id",
    "statement_of",
    "statements_of",
    "statements_to_approve",
    "statements_waiting_for",
    "waiting_between",
]
