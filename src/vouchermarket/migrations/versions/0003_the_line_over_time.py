"""The line over time: what people who come and go, ratings, hooks and mail keep."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from vouchermarket.kit.db import secure, unforced

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "hook_event",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("gateway IN ('manual', 'stripe')", name=op.f("hook_event_gateway_known_check")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("hook_event_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "event", name=op.f("hook_event_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "hook_event_due_at_idx",
        "hook_event",
        ["bureau_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "reconciliation",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("missing_here", sa.Integer(), nullable=False),
        sa.Column("missing_there", sa.Integer(), nullable=False),
        sa.Column("amount_differs", sa.Integer(), nullable=False),
        sa.Column("difference_fen", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "gateway IN ('manual', 'stripe')", name=op.f("reconciliation_gateway_known_check")
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("reconciliation_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("reconciliation_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_index(
        "reconciliation_gateway_day_on_key",
        "reconciliation",
        ["bureau_id", "gateway", "day_on"],
        unique=True,
        postgresql_where=None,
    )
    op.create_table(
        "calendar_feed",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("calendar_feed_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("calendar_feed_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "person_id", name=op.f("calendar_feed_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE", "DELETE"]},
    )
    op.create_index(
        "calendar_feed_secret_hash_key",
        "calendar_feed",
        ["bureau_id", "secret_hash"],
        unique=True,
        postgresql_where=None,
    )
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
        "saved_search",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("saved_search_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("saved_search_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("saved_search_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE", "DELETE"]},
    )
    op.create_index(
        "saved_search_person_id_name_key",
        "saved_search",
        ["bureau_id", "person_id", "name"],
        unique=True,
        postgresql_where=None,
    )
    op.create_table(
        "sign_in_code",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bureau_id", "made_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("sign_in_code_bureau_id_made_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("sign_in_code_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("sign_in_code_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "person_id", name=op.f("sign_in_code_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
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
        "cart_line",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("cart_line_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "run_id"], ["run.bureau_id", "run.id"], name=op.f("cart_line_bureau_id_run_id_fkey")
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("cart_line_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "person_id", "run_id", name=op.f("cart_line_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE", "DELETE"]},
    )
    op.create_table(
        "payment_reversal",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)",
            name=op.f("payment_reversal_decided_whole_check"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'rejected', 'approved', 'sending', 'reversed', 'failed')",
            name=op.f("payment_reversal_state_known_check"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("payment_reversal_amount_positive_check")),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("payment_reversal_amount_fen_not_negative_check")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("payment_reversal_two_persons_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "decided_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("payment_reversal_bureau_id_decided_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "payment_id"],
            ["payment.bureau_id", "payment.id"],
            name=op.f("payment_reversal_bureau_id_payment_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "proposed_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("payment_reversal_bureau_id_proposed_by_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("payment_reversal_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("payment_reversal_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "payment_reversal_payment_id_key",
        "payment_reversal",
        ["bureau_id", "payment_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'approved', 'sending')"),
    )
    op.create_index(
        "payment_reversal_state_idx",
        "payment_reversal",
        ["bureau_id", "state"],
        unique=False,
        postgresql_where=None,
    )
    op.create_table(
        "voucher_reminder",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("voucher_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bureau_id", "voucher_id"],
            ["voucher.bureau_id", "voucher.id"],
            name=op.f("voucher_reminder_bureau_id_voucher_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("voucher_reminder_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "voucher_id", "days", name=op.f("voucher_reminder_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
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
    op.add_column("payment_attempt", sa.Column("reversal_id", sa.Uuid(), nullable=True))
    op.add_column("payment_attempt", sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True))
    with unforced(op, ["payment_attempt", "payment_reversal"]):
        op.create_foreign_key(
            op.f("payment_attempt_bureau_id_reversal_id_fkey"),
            "payment_attempt",
            "payment_reversal",
            ["bureau_id", "reversal_id"],
            ["bureau_id", "id"],
        )
    op.drop_index(
        op.f("transfer_reverses_id_key"), table_name="transfer", postgresql_where="(reverses_id IS NOT NULL)"
    )
    op.create_index(
        "transfer_reverses_id_idx",
        "transfer",
        ["bureau_id", "reverses_id"],
        unique=False,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    secure(
        op,
        [
            "hook_event",
            "reconciliation",
            "calendar_feed",
            "departure",
            "exemption",
            "mail_address",
            "saved_search",
            "sign_in_code",
            "letter",
            "substitution",
            "cart_line",
            "payment_reversal",
            "voucher_reminder",
            "rating",
        ],
    )
    op.create_check_constraint("average_of_some", "course", "(ratings = 0) = (rating_hundredths IS NULL)")
    op.drop_constraint(op.f("appointment_period_check"), "appointment")
    op.create_check_constraint(
        op.f("appointment_period_check"), "appointment", "to_on IS NULL OR to_on >= from_on"
    )
    op.drop_constraint(op.f("payment_state_known_check"), "payment", type_="check")
    op.create_check_constraint(
        op.f("payment_state_known_check"),
        "payment",
        "state IN ('approved', 'sending', 'paid', 'failed', 'returned')",
    )
    op.drop_index("payment_statement_id_key", table_name="payment")
    op.create_index(
        "payment_statement_id_key",
        "payment",
        ["bureau_id", "statement_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('failed', 'returned')"),
    )


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead: value that has moved cannot be unmoved by a migration.")
