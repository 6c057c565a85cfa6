"""Bookings: a person's seat in a run. The money beside it stands in the ledger under the booking's id."""

from sqlalchemy import Column, LargeBinary, Text, Uuid, text

from vouchermarket.kit.db import fen, instant, own_id, refers, tenant_index, tenant_table

booking = tenant_table(
    "booking",
    own_id(),
    *refers("run_id", "run"),
    *refers("person_id", "person"),
    *fen("price_fen"),
    *refers("booked_by", "person"),
    # The school that sent the teacher and pays with its own voucher (ZZ-B03); null for one's own choice.
    *refers("sent_by", "organisation", nullable=True),
    Column("group_id", Uuid),
    *refers("policy_version_id", "policy_version"),
    instant("booked_at"),
    *refers("event_id", "event"),
    instant("cancelled_at", nullable=True),
    *refers("cancelled_by", "person", nullable=True),
    Column("cancel_reason", Text),
    # The net below the run's lock: one live seat a person in a run.
    tenant_index("booking", "run_id", "person_id", unique=True, where=text("cancelled_at IS NULL")),
    tenant_index("booking", "person_id"),
    tenant_index("booking", "sent_by"),
)

# What somebody has put aside to book together. Nothing is reserved by it: seats and prices are looked at
# again under lock when the cart is checked out.
cart_line = tenant_table(
    "cart_line",
    *refers("person_id", "person", in_key=True),
    *refers("run_id", "run", in_key=True),
    instant("added_at"),
    deletable=True,
)

# Whose calendar program may read the meetings of whom, by an address nobody can guess. Only its hash is kept.
calendar_feed = tenant_table(
    "calendar_feed",
    *refers("person_id", "person", in_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    instant("made_at"),
    tenant_index("calendar_feed", "secret_hash", unique=True),
    deletable=True,
)
