"""What people were told: one row a person and fact. The words are made when it is read."""

from sqlalchemy import Column, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from vouchermarket.kit.db import instant, own_id, refers, tenant_index, tenant_table

notice = tenant_table(
    "notice",
    own_id(),
    *refers("person_id", "person"),
    Column("kind", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    instant("at"),
    instant("read_at", nullable=True),
    tenant_index("notice", "person_id", "at"),
    tenant_index("notice", "person_id", where=text("read_at IS NULL")),
)
