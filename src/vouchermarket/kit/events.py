"""What happened: one append-only row a fact, written in the fact's own transaction.

`event` is the audit trail; `event_delivery` is the outbox the relay works off; `event_seal` will carry the
hash chain.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text, Uuid, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB

from vouchermarket.kit.db import Session, instant, own_id, refers, tenant_index, tenant_table
from vouchermarket.kit.ids import EventId, new_id
from vouchermarket.kit.loading import insert_rows
from vouchermarket.kit.locks import claim_rows

event = tenant_table(
    "event",
    own_id(),
    Column("kind", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("actor_id", Uuid),
    instant("at"),
    Column("facts", JSONB, nullable=False),
    Column("request_id", Text),
    Column("address", Text),
    tenant_index("event", "subject_id"),
    tenant_index("event", "at"),
    append_only=True,
)

event_delivery = tenant_table(
    "event_delivery",
    *refers("event_id", "event", in_key=True),
    Column("consumer", Text, primary_key=True),
    instant("due_at"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    instant("done_at", nullable=True),
    Column("fault", Text),
    tenant_index("event_delivery", "due_at"),
)

event_seal = tenant_table(
    "event_seal",
    Column("number", BigInteger, primary_key=True),
    *refers("event_id", "event"),
    Column("digest", LargeBinary, nullable=False),
    tenant_index("event_seal", "event_id", unique=True),
    append_only=True,
)


class Origin(msgspec.Struct, frozen=True):
    """Where a request came from, for the audit trail, and in whose place it is made, if in another's."""

    request_id: str | None = None
    address: str | None = None
    browser: str | None = None
    acting_for: UUID | None = None


origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 - frozen

# Who acts on which kind of event. A consumer is registered where the two sides may know each other: in jobs.
CONSUMERS: dict[str, tuple[str, ...]] = {
    "completion.verified": ("course_totals",),
    "completion.rated": ("course_totals",),
    "settlement.completion_revoked": ("course_totals",),
    "vouchers.issued": ("holders_told",),
    "identity.logged_in": ("person_told",),
}

LEASE = timedelta(minutes=5)
ATTEMPTS_MAX = 8


def changed(before: Any, **after: Any) -> dict[str, Any]:
    """Facts of a change to what stands: the columns named, as they were and as they are now.

    `before` is the row, a struct or a mapping, or None where nothing stood; no column named may be a secret.
    """
    if before is None:
        return {"before": None, "after": after}
    told = before if isinstance(before, Mapping) else {name: getattr(before, name) for name in after}
    return {"before": {name: told[name] for name in after}, "after": after}


async def record(
    session: Session,
    bureau_id: UUID,
    kind: str,
    subject_id: UUID,
    *,
    now: datetime,
    actor_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
) -> EventId:
    """Write one event and its deliveries. `kind` reads `slice.verb_in_the_past`; facts hold ids and fen."""
    row = event_row(bureau_id, kind, subject_id, now=now, actor_id=actor_id, facts=facts)
    await write(session, [row])
    return EventId(row["id"])


def event_row(
    bureau_id: UUID,
    kind: str,
    subject_id: UUID,
    *,
    now: datetime,
    actor_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The row `record` would write, for operations that write sets."""
    source = origin.get()
    place = {} if source.acting_for is None else {"acting_for": source.acting_for}
    return {
        "bureau_id": bureau_id,
        "id": new_id(),
        "kind": kind,
        "subject_id": subject_id,
        "actor_id": actor_id,
        "at": now,
        "facts": msgspec.to_builtins(place | (facts or {})),
        "request_id": source.request_id,
        "address": source.address,
    }


async def write(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write events as one set, each with the deliveries its kind asks for."""
    if not rows:
        return
    await insert_rows(session, event, rows)
    due = [
        {"bureau_id": row["bureau_id"], "event_id": row["id"], "consumer": consumer, "due_at": row["at"]}
        for row in rows
        for consumer in CONSUMERS.get(row["kind"], ())
    ]
    await insert_rows(session, event_delivery, due)


async def claim_deliveries(
    session: Session, bureau_id: UUID, now: datetime, at_most: int = 100
) -> list[dict[str, Any]]:
    """Take due deliveries under a lease: `{event_id, consumer, attempts}`. Given up after eight attempts."""
    table = event_delivery
    rows = await claim_rows(
        session,
        table,
        [
            table.c.bureau_id == bureau_id,
            table.c.done_at.is_(None),
            table.c.due_at <= now,
            table.c.attempts < ATTEMPTS_MAX,
        ],
        at_most,
    )
    claimed = [(row.event_id, row.consumer) for row in rows]
    await session.execute(
        update(table)
        .where(table.c.bureau_id == bureau_id, tuple_(table.c.event_id, table.c.consumer).in_(claimed))
        .values(due_at=now + LEASE, attempts=table.c.attempts + 1)
    )
    return [
        {"event_id": row.event_id, "consumer": row.consumer, "attempts": row.attempts + 1} for row in rows
    ]


async def close_delivery(
    session: Session,
    bureau_id: UUID,
    event_id: UUID,
    consumer: str,
    *,
    now: datetime,
    fault: str | None = None,
) -> bool:
    """Mark a delivery done, or keep it due with the fault that stopped it; False when it was done already.

    Called first in the consumer's own transaction, so that a delivery made twice takes effect once.
    """
    table = event_delivery
    values = {"fault": fault} if fault else {"done_at": now, "fault": None}
    closed = await session.execute(
        update(table)
        .where(
            table.c.bureau_id == bureau_id,
            table.c.event_id == event_id,
            table.c.consumer == consumer,
            table.c.done_at.is_(None),
        )
        .values(values)
    )
    return closed.rowcount == 1
