"""Payments to providers and the attempts to carry them out."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from vouchermarket.kit.db import fen, instant, own_id, refers, tenant_index, tenant_table, words
from vouchermarket.payments.structs import AttemptState, Gateway, PaymentState, ReversalState

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
    tenant_index("payment", "statement_id", unique=True, where=text("state NOT IN ('failed', 'returned')")),
    tenant_index("payment", "state"),
    tenant_index("payment", "gateway", "reference", unique=True, where=text("reference IS NOT NULL")),
)

# What is asked back of a paid payment: proposed by one person of finance, decided on by another.
payment_reversal = tenant_table(
    "payment_reversal",
    own_id(),
    *refers("payment_id", "payment"),
    *fen("amount_fen"),
    Column("reason", Text, nullable=False),
    *words("state", [state.value for state in ReversalState]),
    *refers("proposed_by", "person"),
    instant("proposed_at"),
    *refers("decided_by", "person", nullable=True),
    instant("decided_at", nullable=True),
    Column("reference", Text),
    instant("ended_at", nullable=True),
    CheckConstraint("amount_fen > 0", name="amount_positive"),
    CheckConstraint("decided_by <> proposed_by", name="two_persons"),
    CheckConstraint(
        "(state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
        name="decided_whole",
    ),
    # One after the other: what may still come back is known only when the one before has ended.
    tenant_index(
        "payment_reversal",
        "payment_id",
        unique=True,
        where=text("state IN ('proposed', 'approved', 'sending')"),
    ),
    tenant_index("payment_reversal", "state"),
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
    *refers("reversal_id", "payment_reversal", nullable=True),
    # When finance was told that it stays in doubt and needs a person.
    instant("alarmed_at", nullable=True),
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

# What a gateway has told us by itself: kept as it came, once, and followed up by a worker.
hook_event = tenant_table(
    "hook_event",
    *words("gateway", [gateway.value for gateway in Gateway]),
    Column("event", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("object", Text, nullable=False),
    instant("received_at"),
    instant("due_at"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    instant("done_at", nullable=True),
    Column("outcome", Text),
    tenant_index("hook_event", "due_at", where=text("done_at IS NULL")),
)

# A day's comparison of our books with the gateway's list. The differing lines stand in it, none is left out.
reconciliation = tenant_table(
    "reconciliation",
    own_id(),
    *words("gateway", [gateway.value for gateway in Gateway]),
    Column("day_on", Date, nullable=False),
    instant("from_at"),
    instant("to_at"),
    Column("matched", Integer, nullable=False),
    Column("missing_here", Integer, nullable=False),
    Column("missing_there", Integer, nullable=False),
    Column("amount_differs", Integer, nullable=False),
    *fen("difference_fen", signed=True),
    Column("lines", JSONB, nullable=False),
    tenant_index("reconciliation", "gateway", "day_on", unique=True),
    append_only=True,
)
