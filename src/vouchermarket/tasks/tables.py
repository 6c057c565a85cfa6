"""Long work: one row a task, claimed by one worker at a time."""

from sqlalchemy import CheckConstraint, Column, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from vouchermarket.kit.db import instant, own_id, refers, tenant_index, tenant_table, words
from vouchermarket.tasks.structs import TaskState

task = tenant_table(
    "task",
    own_id(),
    Column("kind", Text, nullable=False),
    Column("command", JSONB, nullable=False),
    *words("state", list(TaskState)),
    *refers("asked_by", "person"),
    instant("asked_at"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_id", Uuid),
    instant("lease_until", nullable=True),
    instant("cancel_asked_at", nullable=True),
    instant("ended_at", nullable=True),
    Column("fault", Text),
    Column("result", JSONB),
    # No foreign key: an export is swept, and what is told of its task stays.
    Column("file_id", Uuid),
    CheckConstraint("(state = 'running') = (lease_id IS NOT NULL)", name="running_is_leased"),
    CheckConstraint("(lease_id IS NULL) = (lease_until IS NULL)", name="lease_ends"),
    CheckConstraint(
        "(state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)", name="end_is_told"
    ),
    CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name="done_within_total"),
    tenant_index("task", "state", "asked_at"),
    tenant_index("task", "asked_by", "asked_at"),
)
