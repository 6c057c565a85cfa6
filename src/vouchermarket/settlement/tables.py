"""Statements of what a provider earned in a period, their lines and keys, and revocations."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Text, text

from vouchermarket.kit.db import fen, instant, own_id, refers, tenant_index, tenant_table, words

statement = tenant_table(
    "statement",
    own_id(),
    *refers("provider_id", "organisation"),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    *fen("total_fen"),
    *refers("policy_version_id", "policy_version"),
    *refers("drawn_up_by", "person"),
    instant("drawn_up_at"),
    instant("settled_at", nullable=True),
    CheckConstraint("from_on < to_on", name="period"),
    tenant_index("statement", "provider_id"),
)

statement_line = tenant_table(
    "statement_line",
    own_id(),
    *refers("statement_id", "statement"),
    *refers("completion_id", "completion"),
    *refers("booking_id", "booking"),
    *fen("amount_fen"),
    *words("response", ["accepted", "disputed"], nullable=True),
    Column("dispute", Text),
    *refers("responded_by", "person", nullable=True),
    instant("responded_at", nullable=True),
    # Taken off the statement: its dispute was upheld, or its completion was revoked before settlement.
    instant("dropped_at", nullable=True),
    tenant_index("statement_line", "statement_id"),
    tenant_index("statement_line", "completion_id", unique=True, where=text("dropped_at IS NULL")),
)

statement_key = tenant_table(
    "statement_key",
    own_id(),
    *refers("statement_id", "statement"),
    *words("office", ["teacher_office", "training_centre"]),
    *refers("organisation_id", "organisation"),
    *refers("person_id", "person"),
    instant("turned_at"),
    instant("withdrawn_at", nullable=True),
    # Two keys of two offices by two persons (ZZ-B04), whatever two processes do at once.
    tenant_index("statement_key", "statement_id", "office", unique=True, where=text("withdrawn_at IS NULL")),
    tenant_index(
        "statement_key", "statement_id", "person_id", unique=True, where=text("withdrawn_at IS NULL")
    ),
)

revocation = tenant_table(
    "revocation",
    own_id(),
    *refers("completion_id", "completion"),
    Column("reason", Text, nullable=False),
    Column("document", Text, nullable=False),
    *refers("proposed_by", "person"),
    instant("proposed_at"),
    *refers("decided_by", "person", nullable=True),
    instant("decided_at", nullable=True),
    Column("approved", Boolean),
    CheckConstraint("decided_by <> proposed_by", name="two_persons"),
    tenant_index("revocation", "completion_id", unique=True, where=text("approved IS NOT FALSE")),
)
