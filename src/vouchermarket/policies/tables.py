"""Versions of a bureau's pack: proposed by one person, decided by another, never changed."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
)

from vouchermarket.kit.db import instant, own_id, refers, tenant_index, tenant_table

policy_version = tenant_table(
    "policy_version",
    own_id(),
    Column("code", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("effective_from", Date, nullable=False),
    *refers("proposed_by", "person"),
    instant("proposed_at"),
    *refers("event_id", "event"),
    UniqueConstraint("bureau_id", "id", "proposed_by"),
    tenant_index("policy_version", "digest", unique=True),
    append_only=True,
)

policy_decision = tenant_table(
    "policy_decision",
    Column("version_id", Uuid, primary_key=True),
    Column("approved", Boolean, nullable=False),
    # Repeated under a foreign key, so that the database itself sees that two persons stand here.
    Column("proposed_by", Uuid, nullable=False),
    *refers("decided_by", "person"),
    instant("decided_at"),
    *refers("event_id", "event"),
    ForeignKeyConstraint(
        ["bureau_id", "version_id", "proposed_by"],
        ["policy_version.bureau_id", "policy_version.id", "policy_version.proposed_by"],
    ),
    CheckConstraint("decided_by <> proposed_by", name="two_persons"),
    append_only=True,
)
