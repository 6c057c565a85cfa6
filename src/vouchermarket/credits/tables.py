"""Credit entries and decisions on them. Both append-only: status is read, never stored."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from vouchermarket.kit.db import instant, own_id, refers, tenant_index, tenant_table, words

credit_entry = tenant_table(
    "credit_entry",
    own_id(),
    *refers("person_id", "person"),
    Column("type", Text, nullable=False),
    Column("amount_hundredths", Integer, nullable=False),
    *words("unit", ["credit", "hour"]),
    Column("earned_on", Date, nullable=False),
    Column("term", Text),
    Column("mode", Text),
    Column("level", Text),
    Column("document", Text),
    Column("evidence", Text, nullable=False),
    Column("evidence_complete", Boolean, nullable=False),
    *refers("registrar_id", "person"),
    *refers("registrar_office_id", "organisation"),
    # Null where the pack names no reviewer (ZZ-T10): recorded, nothing to review.
    *refers("reviewer_office_id", "organisation", nullable=True),
    Column("clause", Text, nullable=False),
    *refers("policy_version_id", "policy_version"),
    # The completion it came from, or null for what was registered by hand.
    Column("source_id", Uuid),
    *refers("replaces_id", "credit_entry", nullable=True),
    *refers("event_id", "event"),
    instant("at"),
    CheckConstraint("amount_hundredths >= 0", name="amount_not_negative"),
    UniqueConstraint("bureau_id", "id", "registrar_id"),
    tenant_index("credit_entry", "person_id"),
    tenant_index(
        "credit_entry", "source_id", unique=True, where=text("source_id IS NOT NULL AND replaces_id IS NULL")
    ),
    tenant_index("credit_entry", "replaces_id", unique=True, where=text("replaces_id IS NOT NULL")),
    # S9: the same diploma is registered once.
    tenant_index(
        "credit_entry",
        "person_id",
        "type",
        "document",
        unique=True,
        where=text("document IS NOT NULL AND replaces_id IS NULL"),
    ),
    append_only=True,
)

credit_decision = tenant_table(
    "credit_decision",
    Column("entry_id", Uuid, primary_key=True),
    Column("step", Integer, primary_key=True),
    *words("decision", ["approve", "return", "reject", "reverse"]),
    *refers("reviewer_id", "person"),
    # Repeated under a foreign key: one person in both seats cannot exist (ZZ-B05).
    Column("registrar_id", Uuid, nullable=False),
    *refers("office_id", "organisation"),
    Column("clause", Text, nullable=False),
    Column("reason", Text, nullable=False),
    *refers("event_id", "event"),
    instant("at"),
    ForeignKeyConstraint(
        ["bureau_id", "entry_id", "registrar_id"],
        ["credit_entry.bureau_id", "credit_entry.id", "credit_entry.registrar_id"],
    ),
    CheckConstraint("reviewer_id <> registrar_id", name="two_persons"),
    CheckConstraint("step > 0", name="step_positive"),
    append_only=True,
)
