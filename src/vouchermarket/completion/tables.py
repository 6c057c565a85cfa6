"""Attendance per meeting; the completion: reported, confirmed, verified, perhaps revoked; its rating."""

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, Text, text

from vouchermarket.kit.db import fen, instant, own_id, refers, tenant_index, tenant_table, words

attendance = tenant_table(
    "attendance",
    *refers("meeting_id", "meeting", in_key=True),
    *refers("booking_id", "booking", in_key=True),
    Column("present", Boolean, nullable=False),
    *refers("recorded_by", "person"),
    instant("at"),
    tenant_index("attendance", "booking_id"),
)

completion = tenant_table(
    "completion",
    own_id(),
    *refers("booking_id", "booking"),
    *refers("provider_id", "organisation"),
    Column("attended", Integer, nullable=False),
    Column("meetings", Integer, nullable=False),
    Column("evidence", Text, nullable=False),
    *refers("reported_by", "person"),
    instant("reported_at"),
    instant("contested_at", nullable=True),
    Column("contest_reason", Text),
    instant("confirmed_at", nullable=True),
    *words("confirmed_how", ["teacher", "silence"], nullable=True),
    instant("verified_at", nullable=True),
    *refers("verified_by", "person", nullable=True),
    *fen("captured_fen", nullable=True),
    *refers("entry_id", "credit_entry", nullable=True),
    *refers("policy_version_id", "policy_version"),
    instant("revoked_at", nullable=True),
    CheckConstraint("attended >= 0 AND attended <= meetings", name="attended_within_meetings"),
    CheckConstraint("(verified_at IS NULL) = (entry_id IS NULL)", name="entry_with_verification"),
    CheckConstraint("verified_at IS NULL OR confirmed_at IS NOT NULL", name="confirmed_first"),
    tenant_index("completion", "booking_id", unique=True),
    tenant_index(
        "completion",
        "provider_id",
        "verified_at",
        where=text("verified_at IS NOT NULL AND revoked_at IS NULL"),
    ),
    tenant_index("completion", "reported_at", where=text("confirmed_at IS NULL")),
)

# The teacher's word on what was completed: once and for good, which is why it can only be added. Whether it
# is shown stands in its completion.
rating = tenant_table(
    "rating",
    own_id(),
    *refers("completion_id", "completion"),
    *refers("run_id", "run"),
    *refers("course_id", "course"),
    Column("overall", Integer, nullable=False),
    Column("content", Integer),
    Column("teaching", Integer),
    Column("usefulness", Integer),
    Column("comment", Text, nullable=False),
    instant("rated_at"),
    CheckConstraint("overall BETWEEN 1 AND 5", name="overall_within_stars"),
    CheckConstraint(
        "content BETWEEN 1 AND 5 AND teaching BETWEEN 1 AND 5 AND usefulness BETWEEN 1 AND 5",
        name="aspects_within_stars",
    ),
    tenant_index("rating", "completion_id", unique=True),
    tenant_index("rating", "run_id"),
    tenant_index("rating", "course_id"),
    append_only=True,
)
