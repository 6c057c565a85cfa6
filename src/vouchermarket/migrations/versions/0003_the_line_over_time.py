"""The line over time: what people who come and go, ratings, hooks and mail keep."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from vouchermarket.kit.db import secure

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "departure",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('left', 'died')", name=op.f("departure_kind_known_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("departure_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "recorded_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("departure_bureau_id_recorded_by_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("departure_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("departure_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "departure_person_id_kind_key",
        "departure",
        ["bureau_id", "person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.create_table(
        "exemption",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("to_on IS NULL OR to_on > from_on", name=op.f("exemption_period_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "granted_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("exemption_bureau_id_granted_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("exemption_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("exemption_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("exemption_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "exemption_person_id_idx",
        "exemption",
        ["bureau_id", "person_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_table(
        "mail_address",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_code", sa.LargeBinary(), nullable=True),
        sa.Column("code_tries", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("mail_address_language_known_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("mail_address_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("mail_address_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "person_id", name=op.f("mail_address_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE", "DELETE"]},
    )
    op.create_table(
        "letter",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bureau_id", "notice_id"],
            ["notice.bureau_id", "notice.id"],
            name=op.f("letter_bureau_id_notice_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("letter_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "notice_id", name=op.f("letter_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "letter_due_at_idx",
        "letter",
        ["bureau_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
    )
    op.create_table(
        "substitution",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("acting_for", sa.Uuid(), nullable=False),
        sa.CheckConstraint("acting_for <> person_id", name=op.f("substitution_another_person_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "acting_for"],
            ["person.bureau_id", "person.id"],
            name=op.f("substitution_bureau_id_acting_for_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "appointment_id"],
            ["appointment.bureau_id", "appointment.id"],
            name=op.f("substitution_bureau_id_appointment_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("substitution_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("substitution_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "appointment_id", name=op.f("substitution_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_index(
        "substitution_acting_for_idx",
        "substitution",
        ["bureau_id", "acting_for"],
        unique=False,
        postgresql_where=None,
    )
    op.create_table(
        "rating",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("completion_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("overall", sa.Integer(), nullable=False),
        sa.Column("content", sa.Integer(), nullable=True),
        sa.Column("teaching", sa.Integer(), nullable=True),
        sa.Column("usefulness", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "content BETWEEN 1 AND 5 AND teaching BETWEEN 1 AND 5 AND usefulness BETWEEN 1 AND 5",
            name=op.f("rating_aspects_within_stars_check"),
        ),
        sa.CheckConstraint("overall BETWEEN 1 AND 5", name=op.f("rating_overall_within_stars_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "completion_id"],
            ["completion.bureau_id", "completion.id"],
            name=op.f("rating_bureau_id_completion_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "course_id"],
            ["course.bureau_id", "course.id"],
            name=op.f("rating_bureau_id_course_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "run_id"], ["run.bureau_id", "run.id"], name=op.f("rating_bureau_id_run_id_fkey")
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("rating_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("rating_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_index(
        "rating_completion_id_key",
        "rating",
        ["bureau_id", "completion_id"],
        unique=True,
        postgresql_where=None,
    )
    op.create_index(
        "rating_course_id_idx", "rating", ["bureau_id", "course_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "rating_run_id_idx", "rating", ["bureau_id", "run_id"], unique=False, postgresql_where=None
    )
    op.add_column("course", sa.Column("ratings", sa.Integer(), server_default="0", nullable=False))
    op.add_column("course", sa.Column("rating_hundredths", sa.Integer(), nullable=True))
    op.add_column("job_slot", sa.Column("lease_id", sa.Uuid(), nullable=True))
    op.add_column("job_slot", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("login", sa.Column("browser", sa.Text(), nullable=True))
    secure(op, ["departure", "exemption", "mail_address", "letter", "substitution", "rating"])
    op.create_check_constraint("average_of_some", "course", "(ratings = 0) = (rating_hundredths IS NULL)")
    op.drop_constraint(op.f("appointment_period_check"), "appointment")
    op.create_check_constraint(
        op.f("appointment_period_check"), "appointment", "to_on IS NULL OR to_on >= from_on"
    )


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead: value that has moved cannot be unmoved by a migration.")
