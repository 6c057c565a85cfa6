"""Funds, what was put into them, issuances, and the vouchers they gave out.

A fund's id and a voucher's id are the ids of their ledger accounts.
"""

from sqlalchemy import CheckConstraint, Column, Date, Integer, Text, text

from vouchermarket.kit.db import fen, instant, own_id, refers, tenant_index, tenant_table, words

fund = tenant_table(
    "fund",
    own_id(),
    Column("line", Text, nullable=False),
    Column("year", Integer, nullable=False),
    instant("opened_at"),
    instant("lapsed_at", nullable=True),
    tenant_index("fund", "line", "year", unique=True),
)

appropriation = tenant_table(
    "appropriation",
    own_id(),
    *refers("fund_id", "fund"),
    *fen("amount_fen"),
    Column("document", Text, nullable=False),
    *refers("appropriated_by", "person"),
    instant("at"),
    tenant_index("appropriation", "fund_id"),
    append_only=True,
)

issuance = tenant_table(
    "issuance",
    own_id(),
    *refers("fund_id", "fund"),
    *words("holder", ["teacher", "school"]),
    Column("counted_on", Date, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("vouchers", Integer, nullable=False),
    *fen("total_fen"),
    *refers("policy_version_id", "policy_version"),
    *refers("proposed_by", "person"),
    instant("proposed_at"),
    *refers("decided_by", "person", nullable=True),
    instant("decided_at", nullable=True),
    *words("decision", ["approved", "rejected"], nullable=True),
    instant("issued_at", nullable=True),
    CheckConstraint("valid_from < valid_to", name="period"),
    CheckConstraint("decided_by <> proposed_by", name="two_persons"),
    tenant_index("issuance", "fund_id"),
)

# The list the second person approves: frozen at preview, so that what is issued is what was seen.
issuance_line = tenant_table(
    "issuance_line",
    *refers("issuance_id", "issuance", in_key=True),
    Column("holder_id", own_id().type, primary_key=True),
    Column("heads", Integer, nullable=False),
    *fen("amount_fen"),
    append_only=True,
)

voucher = tenant_table(
    "voucher",
    own_id(),
    *refers("fund_id", "fund"),
    *refers("issuance_id", "issuance"),
    Column("line", Text, nullable=False),
    *refers("person_id", "person", nullable=True),
    *refers("organisation_id", "organisation", nullable=True),
    *fen("amount_fen"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    instant("issued_at"),
    instant("frozen_at", nullable=True),
    Column("frozen_reason", Text),
    CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="one_holder"),
    # One voucher of a fund a holder: an issuance carried out twice, or two that overlap, issue once.
    tenant_index("voucher", "fund_id", "person_id", unique=True, where=text("person_id IS NOT NULL")),
    tenant_index(
        "voucher", "fund_id", "organisation_id", unique=True, where=text("organisation_id IS NOT NULL")
    ),
    tenant_index("voucher", "person_id"),
    tenant_index("voucher", "organisation_id"),
    tenant_index("voucher", "valid_to"),
)

# Who has been reminded how long before the last day: nobody is told twice.
voucher_reminder = tenant_table(
    "voucher_reminder",
    *refers("voucher_id", "voucher", in_key=True),
    Column("days", Integer, primary_key=True),
    instant("reminded_at"),
    append_only=True,
)
