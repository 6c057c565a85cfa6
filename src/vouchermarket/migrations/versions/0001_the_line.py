"""The line, thin: every table of the first stage."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from vouchermarket.kit.db import secure

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("GRANT USAGE ON SCHEMA public TO vouchermarket_app")
    op.create_table(
        "bureau",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="Asia/Shanghai", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("bureau_pkey")),
        sa.UniqueConstraint("code", name=op.f("bureau_code_key")),
        info={"tenant": False, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_table(
        "job_slot",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot_at", name=op.f("job_slot_pkey")),
        info={"tenant": False, "grants": ["SELECT", "INSERT", "UPDATE", "DELETE"]},
    )
    op.create_table(
        "account",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.Column("held_fen", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('fund', 'voucher', 'copay', 'payable') OR (balance_fen = 0 AND held_fen = 0)",
            name=op.f("account_open_is_zero_check"),
        ),
        sa.CheckConstraint(
            "kind IN ('treasury', 'fund', 'voucher', 'copay', 'earned', 'payable', 'outside')",
            name=op.f("account_kind_known_check"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('fund', 'voucher', 'copay') OR balance_fen - held_fen >= 0",
            name=op.f("account_covered_check"),
        ),
        sa.CheckConstraint("held_fen >= 0", name=op.f("account_held_fen_not_negative_check")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("account_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("account_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index("account_code_key", "account", ["bureau_id", "code"], unique=True, postgresql_where=None)
    op.create_table(
        "bureau_host",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("bureau_host_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("host", name=op.f("bureau_host_pkey")),
        info={"tenant": False, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_table(
        "event",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("event_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("event_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_index("event_at_idx", "event", ["bureau_id", "at"], unique=False, postgresql_where=None)
    op.create_index(
        "event_subject_id_idx", "event", ["bureau_id", "subject_id"], unique=False, postgresql_where=None
    )
    op.create_table(
        "fund",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("fund_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("fund_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "fund_line_year_key", "fund", ["bureau_id", "line", "year"], unique=True, postgresql_where=None
    )
    op.create_table(
        "organisation",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("is_direct", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_rural", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("provider_kind", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'provider') = (provider_kind IS NOT NULL)",
            name=op.f("organisation_provider_kind_of_providers_check"),
        ),
        sa.CheckConstraint(
            "kind IN ('bureau', 'county_bureau', 'teacher_office', 'training_centre', 'research_institute', 'school', 'school_research_office', 'county_training_body', 'provider', 'finance_office', 'inspectorate')",
            name=op.f("organisation_kind_known_check"),
        ),
        sa.CheckConstraint(
            "provider_kind IN ('university', 'training_body', 'base', 'studio', 'school', 'company')",
            name=op.f("organisation_provider_kind_known_check"),
        ),
        sa.CheckConstraint(
            "stage IN ('kindergarten', 'primary', 'junior', 'senior', 'vocational', 'special')",
            name=op.f("organisation_stage_known_check"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "parent_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("organisation_bureau_id_parent_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("organisation_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("organisation_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "organisation_code_key", "organisation", ["bureau_id", "code"], unique=True, postgresql_where=None
    )
    op.create_index(
        "organisation_kind_idx", "organisation", ["bureau_id", "kind"], unique=False, postgresql_where=None
    )
    op.create_table(
        "person",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("registered", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.CheckConstraint("sex IN ('female', 'male')", name=op.f("person_sex_known_check")),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("person_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("person_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index("person_code_key", "person", ["bureau_id", "code"], unique=True, postgresql_where=None)
    op.create_table(
        "request_key",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("request_key_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "key", name=op.f("request_key_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE", "DELETE"]},
    )
    op.create_index(
        "request_key_at_idx", "request_key", ["bureau_id", "at"], unique=False, postgresql_where=None
    )
    op.create_table(
        "accreditation",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.CheckConstraint("decided_by <> filed_by", name=op.f("accreditation_two_persons_check")),
        sa.CheckConstraint("to_on > from_on", name=op.f("accreditation_period_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "decided_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("accreditation_bureau_id_decided_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "filed_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("accreditation_bureau_id_filed_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "provider_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("accreditation_bureau_id_provider_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("accreditation_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("accreditation_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "accreditation_provider_id_idx",
        "accreditation",
        ["bureau_id", "provider_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_table(
        "appointment",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role IN ('teacher', 'officer', 'administrator')", name=op.f("appointment_role_known_check")
        ),
        sa.CheckConstraint("to_on IS NULL OR to_on > from_on", name=op.f("appointment_period_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "organisation_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("appointment_bureau_id_organisation_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("appointment_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("appointment_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("appointment_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "appointment_organisation_id_role_idx",
        "appointment",
        ["bureau_id", "organisation_id", "role"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "appointment_person_id_idx",
        "appointment",
        ["bureau_id", "person_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_table(
        "appropriation",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("appropriated_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("appropriation_amount_fen_not_negative_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "appropriated_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("appropriation_bureau_id_appropriated_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "fund_id"],
            ["fund.bureau_id", "fund.id"],
            name=op.f("appropriation_bureau_id_fund_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("appropriation_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("appropriation_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_index(
        "appropriation_fund_id_idx",
        "appropriation",
        ["bureau_id", "fund_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_table(
        "bearer_token",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("bearer_token_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("bearer_token_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("bearer_token_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "bearer_token_person_id_idx",
        "bearer_token",
        ["bureau_id", "person_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "bearer_token_secret_hash_key",
        "bearer_token",
        ["bureau_id", "secret_hash"],
        unique=True,
        postgresql_where=None,
    )
    op.create_table(
        "credential",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("credential_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("credential_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "person_id", name=op.f("credential_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "credential_username_key", "credential", ["bureau_id", "username"], unique=True, postgresql_where=None
    )
    op.create_table(
        "event_delivery",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bureau_id", "event_id"],
            ["event.bureau_id", "event.id"],
            name=op.f("event_delivery_bureau_id_event_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("event_delivery_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "event_id", "consumer", name=op.f("event_delivery_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "event_delivery_due_at_idx",
        "event_delivery",
        ["bureau_id", "due_at"],
        unique=False,
        postgresql_where=None,
    )
    op.create_table(
        "event_seal",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bureau_id", "event_id"],
            ["event.bureau_id", "event.id"],
            name=op.f("event_seal_bureau_id_event_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("event_seal_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "number", name=op.f("event_seal_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_index(
        "event_seal_event_id_key", "event_seal", ["bureau_id", "event_id"], unique=True, postgresql_where=None
    )
    op.create_table(
        "login",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("login_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("login_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("login_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "login_person_id_idx", "login", ["bureau_id", "person_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "login_secret_hash_key", "login", ["bureau_id", "secret_hash"], unique=True, postgresql_where=None
    )
    op.create_table(
        "person_post",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("person_post_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("person_post_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "person_id", "post", "from_on", name=op.f("person_post_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_table(
        "person_tier",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("person_tier_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("person_tier_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "person_id", "tier", "from_on", name=op.f("person_tier_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_table(
        "policy_version",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bureau_id", "event_id"],
            ["event.bureau_id", "event.id"],
            name=op.f("policy_version_bureau_id_event_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "proposed_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("policy_version_bureau_id_proposed_by_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("policy_version_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("policy_version_pkey")),
        sa.UniqueConstraint(
            "bureau_id", "id", "proposed_by", name=op.f("policy_version_bureau_id_id_proposed_by_key")
        ),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_index(
        "policy_version_digest_key",
        "policy_version",
        ["bureau_id", "digest"],
        unique=True,
        postgresql_where=None,
    )
    op.create_table(
        "transfer",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("resolves_id", sa.Uuid(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "code IN ('appropriate', 'issue', 'hold', 'capture', 'release', 'use', 'settle', 'pay_out', 'paid', 'pay_out_failed', 'copay', 'refund', 'refunded', 'refund_failed', 'expire', 'lapse', 'reverse', 'claw_back', 'adjust')",
            name=op.f("transfer_code_known_check"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("transfer_amount_positive_check")),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("transfer_amount_fen_not_negative_check")),
        sa.CheckConstraint("source_id <> target_id", name=op.f("transfer_two_accounts_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "event_id"],
            ["event.bureau_id", "event.id"],
            name=op.f("transfer_bureau_id_event_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "resolves_id"],
            ["transfer.bureau_id", "transfer.id"],
            name=op.f("transfer_bureau_id_resolves_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "reverses_id"],
            ["transfer.bureau_id", "transfer.id"],
            name=op.f("transfer_bureau_id_reverses_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "source_id"],
            ["account.bureau_id", "account.id"],
            name=op.f("transfer_bureau_id_source_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "target_id"],
            ["account.bureau_id", "account.id"],
            name=op.f("transfer_bureau_id_target_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("transfer_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("transfer_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_index(
        "transfer_document_id_idx",
        "transfer",
        ["bureau_id", "document_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index("transfer_key_key", "transfer", ["bureau_id", "key"], unique=True, postgresql_where=None)
    op.create_index(
        "transfer_resolves_id_key",
        "transfer",
        ["bureau_id", "resolves_id"],
        unique=True,
        postgresql_where=sa.text("resolves_id IS NOT NULL"),
    )
    op.create_index(
        "transfer_reverses_id_key",
        "transfer",
        ["bureau_id", "reverses_id"],
        unique=True,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_index(
        "transfer_source_id_idx", "transfer", ["bureau_id", "source_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "transfer_target_id_idx", "transfer", ["bureau_id", "target_id"], unique=False, postgresql_where=None
    )
    op.create_table(
        "correction",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.CheckConstraint("code IN ('reverse', 'adjust')", name=op.f("correction_code_known_check")),
        sa.CheckConstraint(
            "reason IN ('keyed_wrong', 'bank_returned', 'audit_finding', 'court_ruling')",
            name=op.f("correction_reason_known_check"),
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("correction_amount_fen_not_negative_check")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("correction_two_persons_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "decided_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("correction_bureau_id_decided_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "proposed_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("correction_bureau_id_proposed_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "reverses_id"],
            ["transfer.bureau_id", "transfer.id"],
            name=op.f("correction_bureau_id_reverses_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "source_id"],
            ["account.bureau_id", "account.id"],
            name=op.f("correction_bureau_id_source_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "target_id"],
            ["account.bureau_id", "account.id"],
            name=op.f("correction_bureau_id_target_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("correction_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("correction_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_table(
        "course",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("organiser_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("fund_lines", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_hundredths", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("policy_version_id", sa.Uuid(), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completions", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "level IN ('national', 'provincial', 'city', 'county', 'school')",
            name=op.f("course_level_known_check"),
        ),
        sa.CheckConstraint(
            "mode IN ('face_to_face', 'online', 'base', 'study', 'school_based', 'blended', 'offline')",
            name=op.f("course_mode_known_check"),
        ),
        sa.CheckConstraint(
            "state IN ('filed', 'returned', 'reviewed', 'published', 'withdrawn')",
            name=op.f("course_state_known_check"),
        ),
        sa.CheckConstraint("unit IN ('credit', 'hour')", name=op.f("course_unit_known_check")),
        sa.CheckConstraint("amount_hundredths >= 0", name=op.f("course_amount_not_negative_check")),
        sa.CheckConstraint("price_fen >= 0", name=op.f("course_price_fen_not_negative_check")),
        sa.CheckConstraint("reviewed_by <> filed_by", name=op.f("course_two_persons_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "filed_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("course_bureau_id_filed_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "organiser_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("course_bureau_id_organiser_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "policy_version_id"],
            ["policy_version.bureau_id", "policy_version.id"],
            name=op.f("course_bureau_id_policy_version_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "provider_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("course_bureau_id_provider_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "reviewed_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("course_bureau_id_reviewed_by_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("course_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("course_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "course_provider_id_idx", "course", ["bureau_id", "provider_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "course_state_type_idx", "course", ["bureau_id", "state", "type"], unique=False, postgresql_where=None
    )
    op.create_table(
        "credit_entry",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("amount_hundredths", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("term", sa.Text(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_complete", sa.Boolean(), nullable=False),
        sa.Column("registrar_id", sa.Uuid(), nullable=False),
        sa.Column("registrar_office_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_office_id", sa.Uuid(), nullable=True),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("policy_version_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("unit IN ('credit', 'hour')", name=op.f("credit_entry_unit_known_check")),
        sa.CheckConstraint("amount_hundredths >= 0", name=op.f("credit_entry_amount_not_negative_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "event_id"],
            ["event.bureau_id", "event.id"],
            name=op.f("credit_entry_bureau_id_event_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("credit_entry_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "policy_version_id"],
            ["policy_version.bureau_id", "policy_version.id"],
            name=op.f("credit_entry_bureau_id_policy_version_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "registrar_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("credit_entry_bureau_id_registrar_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "registrar_office_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("credit_entry_bureau_id_registrar_office_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "replaces_id"],
            ["credit_entry.bureau_id", "credit_entry.id"],
            name=op.f("credit_entry_bureau_id_replaces_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "reviewer_office_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("credit_entry_bureau_id_reviewer_office_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("credit_entry_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("credit_entry_pkey")),
        sa.UniqueConstraint(
            "bureau_id", "id", "registrar_id", name=op.f("credit_entry_bureau_id_id_registrar_id_key")
        ),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_index(
        "credit_entry_person_id_idx",
        "credit_entry",
        ["bureau_id", "person_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "credit_entry_person_id_type_document_key",
        "credit_entry",
        ["bureau_id", "person_id", "type", "document"],
        unique=True,
        postgresql_where=sa.text("document IS NOT NULL AND replaces_id IS NULL"),
    )
    op.create_index(
        "credit_entry_replaces_id_key",
        "credit_entry",
        ["bureau_id", "replaces_id"],
        unique=True,
        postgresql_where=sa.text("replaces_id IS NOT NULL"),
    )
    op.create_index(
        "credit_entry_source_id_key",
        "credit_entry",
        ["bureau_id", "source_id"],
        unique=True,
        postgresql_where=sa.text("source_id IS NOT NULL AND replaces_id IS NULL"),
    )
    op.create_table(
        "issuance",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("vouchers", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("policy_version_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "decision IN ('approved', 'rejected')", name=op.f("issuance_decision_known_check")
        ),
        sa.CheckConstraint("holder IN ('teacher', 'school')", name=op.f("issuance_holder_known_check")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("issuance_two_persons_check")),
        sa.CheckConstraint("total_fen >= 0", name=op.f("issuance_total_fen_not_negative_check")),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("issuance_period_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "decided_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("issuance_bureau_id_decided_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "fund_id"],
            ["fund.bureau_id", "fund.id"],
            name=op.f("issuance_bureau_id_fund_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "policy_version_id"],
            ["policy_version.bureau_id", "policy_version.id"],
            name=op.f("issuance_bureau_id_policy_version_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "proposed_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("issuance_bureau_id_proposed_by_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("issuance_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("issuance_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "issuance_fund_id_idx", "issuance", ["bureau_id", "fund_id"], unique=False, postgresql_where=None
    )
    op.create_table(
        "policy_decision",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("policy_decision_two_persons_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "decided_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("policy_decision_bureau_id_decided_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "event_id"],
            ["event.bureau_id", "event.id"],
            name=op.f("policy_decision_bureau_id_event_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "version_id", "proposed_by"],
            ["policy_version.bureau_id", "policy_version.id", "policy_version.proposed_by"],
            name=op.f("policy_decision_bureau_id_version_id_proposed_by_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("policy_decision_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "version_id", name=op.f("policy_decision_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_table(
        "statement",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("policy_version_id", sa.Uuid(), nullable=False),
        sa.Column("drawn_up_by", sa.Uuid(), nullable=False),
        sa.Column("drawn_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("from_on < to_on", name=op.f("statement_period_check")),
        sa.CheckConstraint("total_fen >= 0", name=op.f("statement_total_fen_not_negative_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "drawn_up_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("statement_bureau_id_drawn_up_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "policy_version_id"],
            ["policy_version.bureau_id", "policy_version.id"],
            name=op.f("statement_bureau_id_policy_version_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "provider_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("statement_bureau_id_provider_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("statement_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("statement_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "statement_provider_id_idx",
        "statement",
        ["bureau_id", "provider_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_table(
        "credit_decision",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("registrar_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decision IN ('approve', 'return', 'reject', 'reverse')",
            name=op.f("credit_decision_decision_known_check"),
        ),
        sa.CheckConstraint("reviewer_id <> registrar_id", name=op.f("credit_decision_two_persons_check")),
        sa.CheckConstraint("step > 0", name=op.f("credit_decision_step_positive_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "entry_id", "registrar_id"],
            ["credit_entry.bureau_id", "credit_entry.id", "credit_entry.registrar_id"],
            name=op.f("credit_decision_bureau_id_entry_id_registrar_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "event_id"],
            ["event.bureau_id", "event.id"],
            name=op.f("credit_decision_bureau_id_event_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "office_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("credit_decision_bureau_id_office_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "reviewer_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("credit_decision_bureau_id_reviewer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("credit_decision_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "entry_id", "step", name=op.f("credit_decision_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_table(
        "issuance_line",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("issuance_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("issuance_line_amount_fen_not_negative_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "issuance_id"],
            ["issuance.bureau_id", "issuance.id"],
            name=op.f("issuance_line_bureau_id_issuance_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("issuance_line_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "issuance_id", "holder_id", name=op.f("issuance_line_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT"]},
    )
    op.create_table(
        "payment",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("gateway IN ('manual')", name=op.f("payment_gateway_known_check")),
        sa.CheckConstraint(
            "state IN ('approved', 'sending', 'paid', 'failed')", name=op.f("payment_state_known_check")
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("payment_amount_fen_not_negative_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "approved_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("payment_bureau_id_approved_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "hold_id"],
            ["transfer.bureau_id", "transfer.id"],
            name=op.f("payment_bureau_id_hold_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "provider_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("payment_bureau_id_provider_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "recorded_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("payment_bureau_id_recorded_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "statement_id"],
            ["statement.bureau_id", "statement.id"],
            name=op.f("payment_bureau_id_statement_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("payment_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("payment_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "payment_gateway_reference_key",
        "payment",
        ["bureau_id", "gateway", "reference"],
        unique=True,
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_index(
        "payment_state_idx", "payment", ["bureau_id", "state"], unique=False, postgresql_where=None
    )
    op.create_index(
        "payment_statement_id_key",
        "payment",
        ["bureau_id", "statement_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'failed'"),
    )
    op.create_table(
        "run",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("offered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("books_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("books_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "books_from_at < books_until_at AND starts_at < ends_at", name=op.f("run_periods_check")
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("run_capacity_positive_check")),
        sa.CheckConstraint("price_fen >= 0", name=op.f("run_price_fen_not_negative_check")),
        sa.CheckConstraint(
            "taken >= 0 AND offered >= 0 AND taken + offered <= capacity", name=op.f("run_seats_check")
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "course_id"],
            ["course.bureau_id", "course.id"],
            name=op.f("run_bureau_id_course_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("run_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("run_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "run_course_id_idx", "run", ["bureau_id", "course_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "run_starts_at_idx", "run", ["bureau_id", "starts_at"], unique=False, postgresql_where=None
    )
    op.create_table(
        "statement_key",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("turned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "office IN ('teacher_office', 'training_centre')", name=op.f("statement_key_office_known_check")
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "organisation_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("statement_key_bureau_id_organisation_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("statement_key_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "statement_id"],
            ["statement.bureau_id", "statement.id"],
            name=op.f("statement_key_bureau_id_statement_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("statement_key_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("statement_key_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "statement_key_statement_id_office_key",
        "statement_key",
        ["bureau_id", "statement_id", "office"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(
        "statement_key_statement_id_person_id_key",
        "statement_key",
        ["bureau_id", "statement_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "voucher",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("issuance_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (organisation_id IS NULL)", name=op.f("voucher_one_holder_check")
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("voucher_amount_fen_not_negative_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "fund_id"],
            ["fund.bureau_id", "fund.id"],
            name=op.f("voucher_bureau_id_fund_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "issuance_id"],
            ["issuance.bureau_id", "issuance.id"],
            name=op.f("voucher_bureau_id_issuance_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "organisation_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("voucher_bureau_id_organisation_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("voucher_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("voucher_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("voucher_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "voucher_fund_id_organisation_id_key",
        "voucher",
        ["bureau_id", "fund_id", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("organisation_id IS NOT NULL"),
    )
    op.create_index(
        "voucher_fund_id_person_id_key",
        "voucher",
        ["bureau_id", "fund_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )
    op.create_index(
        "voucher_organisation_id_idx",
        "voucher",
        ["bureau_id", "organisation_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_index(
        "voucher_person_id_idx", "voucher", ["bureau_id", "person_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "voucher_valid_to_idx", "voucher", ["bureau_id", "valid_to"], unique=False, postgresql_where=None
    )
    op.create_table(
        "booking",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("booked_by", sa.Uuid(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("policy_version_id", sa.Uuid(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.Uuid(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("price_fen >= 0", name=op.f("booking_price_fen_not_negative_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "booked_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("booking_bureau_id_booked_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "cancelled_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("booking_bureau_id_cancelled_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "event_id"],
            ["event.bureau_id", "event.id"],
            name=op.f("booking_bureau_id_event_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "person_id"],
            ["person.bureau_id", "person.id"],
            name=op.f("booking_bureau_id_person_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "policy_version_id"],
            ["policy_version.bureau_id", "policy_version.id"],
            name=op.f("booking_bureau_id_policy_version_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "run_id"], ["run.bureau_id", "run.id"], name=op.f("booking_bureau_id_run_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "sent_by"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("booking_bureau_id_sent_by_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("booking_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("booking_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "booking_person_id_idx", "booking", ["bureau_id", "person_id"], unique=False, postgresql_where=None
    )
    op.create_index(
        "booking_run_id_person_id_key",
        "booking",
        ["bureau_id", "run_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_index(
        "booking_sent_by_idx", "booking", ["bureau_id", "sent_by"], unique=False, postgresql_where=None
    )
    op.create_table(
        "meeting",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("meeting_period_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "run_id"], ["run.bureau_id", "run.id"], name=op.f("meeting_bureau_id_run_id_fkey")
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("meeting_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("meeting_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "meeting_run_id_number_key",
        "meeting",
        ["bureau_id", "run_id", "number"],
        unique=True,
        postgresql_where=None,
    )
    op.create_table(
        "payment_attempt",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('sending', 'accepted', 'rejected', 'unknown')",
            name=op.f("payment_attempt_state_known_check"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "payment_id"],
            ["payment.bureau_id", "payment.id"],
            name=op.f("payment_attempt_bureau_id_payment_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("payment_attempt_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "payment_id", "number", name=op.f("payment_attempt_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "payment_attempt_key_key", "payment_attempt", ["bureau_id", "key"], unique=True, postgresql_where=None
    )
    op.create_table(
        "attendance",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bureau_id", "booking_id"],
            ["booking.bureau_id", "booking.id"],
            name=op.f("attendance_bureau_id_booking_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "meeting_id"],
            ["meeting.bureau_id", "meeting.id"],
            name=op.f("attendance_bureau_id_meeting_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "recorded_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("attendance_bureau_id_recorded_by_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("attendance_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "meeting_id", "booking_id", name=op.f("attendance_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "attendance_booking_id_idx",
        "attendance",
        ["bureau_id", "booking_id"],
        unique=False,
        postgresql_where=None,
    )
    op.create_table(
        "completion",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("meetings", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contest_reason", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_how", sa.Text(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("captured_fen", sa.BigInteger(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("policy_version_id", sa.Uuid(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "confirmed_how IN ('teacher', 'silence')", name=op.f("completion_confirmed_how_known_check")
        ),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (entry_id IS NULL)",
            name=op.f("completion_entry_with_verification_check"),
        ),
        sa.CheckConstraint(
            "attended >= 0 AND attended <= meetings", name=op.f("completion_attended_within_meetings_check")
        ),
        sa.CheckConstraint("captured_fen >= 0", name=op.f("completion_captured_fen_not_negative_check")),
        sa.CheckConstraint(
            "verified_at IS NULL OR confirmed_at IS NOT NULL", name=op.f("completion_confirmed_first_check")
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "booking_id"],
            ["booking.bureau_id", "booking.id"],
            name=op.f("completion_bureau_id_booking_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "entry_id"],
            ["credit_entry.bureau_id", "credit_entry.id"],
            name=op.f("completion_bureau_id_entry_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "policy_version_id"],
            ["policy_version.bureau_id", "policy_version.id"],
            name=op.f("completion_bureau_id_policy_version_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "provider_id"],
            ["organisation.bureau_id", "organisation.id"],
            name=op.f("completion_bureau_id_provider_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "reported_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("completion_bureau_id_reported_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "verified_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("completion_bureau_id_verified_by_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("completion_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("completion_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "completion_booking_id_key",
        "completion",
        ["bureau_id", "booking_id"],
        unique=True,
        postgresql_where=None,
    )
    op.create_index(
        "completion_provider_id_verified_at_idx",
        "completion",
        ["bureau_id", "provider_id", "verified_at"],
        unique=False,
        postgresql_where=sa.text("verified_at IS NOT NULL AND revoked_at IS NULL"),
    )
    op.create_index(
        "completion_reported_at_idx",
        "completion",
        ["bureau_id", "reported_at"],
        unique=False,
        postgresql_where=sa.text("confirmed_at IS NULL"),
    )
    op.create_table(
        "revocation",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("completion_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("revocation_two_persons_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "completion_id"],
            ["completion.bureau_id", "completion.id"],
            name=op.f("revocation_bureau_id_completion_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "decided_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("revocation_bureau_id_decided_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "proposed_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("revocation_bureau_id_proposed_by_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("revocation_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("revocation_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "revocation_completion_id_key",
        "revocation",
        ["bureau_id", "completion_id"],
        unique=True,
        postgresql_where=sa.text("approved IS NOT FALSE"),
    )
    op.create_table(
        "statement_line",
        sa.Column("bureau_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("completion_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("dispute", sa.Text(), nullable=True),
        sa.Column("responded_by", sa.Uuid(), nullable=True),
        sa.Column("responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "response IN ('accepted', 'disputed')", name=op.f("statement_line_response_known_check")
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("statement_line_amount_fen_not_negative_check")),
        sa.ForeignKeyConstraint(
            ["bureau_id", "booking_id"],
            ["booking.bureau_id", "booking.id"],
            name=op.f("statement_line_bureau_id_booking_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "completion_id"],
            ["completion.bureau_id", "completion.id"],
            name=op.f("statement_line_bureau_id_completion_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "responded_by"],
            ["person.bureau_id", "person.id"],
            name=op.f("statement_line_bureau_id_responded_by_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["bureau_id", "statement_id"],
            ["statement.bureau_id", "statement.id"],
            name=op.f("statement_line_bureau_id_statement_id_fkey"),
        ),
        sa.ForeignKeyConstraint(["bureau_id"], ["bureau.id"], name=op.f("statement_line_bureau_id_fkey")),
        sa.PrimaryKeyConstraint("bureau_id", "id", name=op.f("statement_line_pkey")),
        info={"tenant": True, "grants": ["SELECT", "INSERT", "UPDATE"]},
    )
    op.create_index(
        "statement_line_completion_id_key",
        "statement_line",
        ["bureau_id", "completion_id"],
        unique=True,
        postgresql_where=sa.text("dropped_at IS NULL"),
    )
    op.create_index(
        "statement_line_statement_id_idx",
        "statement_line",
        ["bureau_id", "statement_id"],
        unique=False,
        postgresql_where=None,
    )
    secure(
        op,
        [
            "bureau",
            "job_slot",
            "account",
            "bureau_host",
            "event",
            "fund",
            "organisation",
            "person",
            "request_key",
            "accreditation",
            "appointment",
            "appropriation",
            "bearer_token",
            "credential",
            "event_delivery",
            "event_seal",
            "login",
            "person_post",
            "person_tier",
            "policy_version",
            "transfer",
            "correction",
            "course",
            "credit_entry",
            "issuance",
            "policy_decision",
            "statement",
            "credit_decision",
            "issuance_line",
            "payment",
            "run",
            "statement_key",
            "voucher",
            "booking",
            "meeting",
            "payment_attempt",
            "attendance",
            "completion",
            "revocation",
            "statement_line",
        ],
    )
    op.execute("GRANT SELECT ON alembic_version TO vouchermarket_app")


def downgrade() -> None:
    raise RuntimeError("Restore a backup instead: value that has moved cannot be unmoved by a migration.")
