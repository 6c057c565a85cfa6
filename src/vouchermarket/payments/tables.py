"""Payments to providers and the attempts to carry them out."""

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, Text, text

from vouchermarket.kit.db import fen, instant, own_id, refers, tenant_index, tenant_table, words
from vouchermarket.payments.structs import AttemptState, Gateway, PaymentState

payment = tenant_table(
    "payment",
    own_id(),
    *refers("statement_id", "statement"),
    *refers("provider_id", "organisation"),
    *fen("amount_fen"),
    *words("gateway", [gateway.value for gateway in Gateway]),
    *words("state", [state.value for state in PaymentState]),
    *refers("hold_id", "transfer"),
    *refers("approved_by", "person"),
    instant("approved_at"),
    *refers("recorded_by", "person", nullable=True),
    Column("reference", Text),
    instant("ended_at", nullable=True),
    Column("destination", Text),
    CheckConstraint("gateway = 'manual' OR destination IS NOT NULL", name="destination_named"),
    # I9: at most one live payment a statement.
    tenant_index("payment", "statement_id", unique=True, where=text("state <> 'failed'")),
    tenant_index("payment", "state"),
    tenant_index("payment", "gateway", "reference", unique=True, where=text("reference IS NOT NULL")),
)

payment_attempt = tenant_table(
    "payment_attempt",
    *refers("payment_id", "payment", in_key=True),
    Column("number", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    *words("state", [state.value for state in AttemptState]),
    instant("started_at"),
    instant("ended_at", nullable=True),
    Column("fault", Text),
    tenant_index("payment_attempt", "key", unique=True),
)

# Rows are proposals: a changed account is another row, and the latest approved one is in use.
payee = tenant_table(
    "payee",
    own_id(),
    *refers("provider_id", "organisation"),
    *words("gateway", [gateway.value for gateway in Gateway]),
    Column("account", Text, nullable=False),
    *refers("proposed_by", "person"),
    instant("proposed_at"),
    *refers("decided_by", "person", nullable=True),
    instant("decided_at", nullable=True),
    Column("approved", Boolean),
    CheckConstraint("decided_by <> proposed_by", name="two_persons"),
    CheckConstraint(
        "(decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (approved IS NULL)",
        name="decided_whole",
    ),
    tenant_index("payee", "provider_id", "gateway", "decided_at"),
)
