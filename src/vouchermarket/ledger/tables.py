"""Accounts, transfers and corrections. A transfer is written once and never changed."""

from sqlalchemy import Boolean, CheckConstraint, Column, Text, Uuid, text

from vouchermarket.kit.db import fen, instant, own_id, refers, tenant_index, tenant_table, words
from vouchermarket.ledger.structs import AccountKind, Reason, TransferCode

account = tenant_table(
    "account",
    own_id(),
    *words("kind", [kind.value for kind in AccountKind]),
    Column("code", Text, nullable=False),
    *fen("balance_fen", signed=True),
    *fen("held_fen"),
    instant("opened_at"),
    # I3: nothing is spent twice, whatever the code above believed. Payable may go negative by a claw-back.
    CheckConstraint(
        "kind NOT IN ('fund', 'voucher', 'copay') OR balance_fen - held_fen >= 0", name="covered"
    ),
    # Open accounts are read from transfers, never written: a popular provider must not become a queue.
    CheckConstraint(
        "kind IN ('fund', 'voucher', 'copay', 'payable') OR (balance_fen = 0 AND held_fen = 0)",
        name="open_is_zero",
    ),
    tenant_index("account", "code", unique=True),
)

transfer = tenant_table(
    "transfer",
    own_id(),
    *words("code", [code.value for code in TransferCode]),
    *refers("source_id", "account"),
    *refers("target_id", "account"),
    *fen("amount_fen"),
    Column("key", Text, nullable=False),
    Column("document_id", Uuid, nullable=False),
    *refers("resolves_id", "transfer", nullable=True),
    *refers("reverses_id", "transfer", nullable=True),
    *refers("event_id", "event"),
    instant("at"),
    CheckConstraint("amount_fen > 0", name="amount_positive"),
    CheckConstraint("source_id <> target_id", name="two_accounts"),
    tenant_index("transfer", "key", unique=True),
    # I6: a hold is resolved once.
    tenant_index("transfer", "resolves_id", unique=True, where=text("resolves_id IS NOT NULL")),
    # Mirrored once by its key; only what was paid out may come back in several parts.
    tenant_index("transfer", "reverses_id", where=text("reverses_id IS NOT NULL")),
    tenant_index("transfer", "document_id"),
    tenant_index("transfer", "source_id"),
    tenant_index("transfer", "target_id"),
    append_only=True,
)

correction = tenant_table(
    "correction",
    own_id(),
    *words("code", [TransferCode.REVERSE.value, TransferCode.ADJUST.value]),
    *refers("source_id", "account"),
    *refers("target_id", "account"),
    *fen("amount_fen"),
    *refers("reverses_id", "transfer", nullable=True),
    *words("reason", [reason.value for reason in Reason]),
    Column("text", Text, nullable=False),
    *refers("proposed_by", "person"),
    instant("proposed_at"),
    *refers("decided_by", "person", nullable=True),
    instant("decided_at", nullable=True),
    Column("approved", Boolean),
    CheckConstraint("decided_by <> proposed_by", name="two_persons"),
)
