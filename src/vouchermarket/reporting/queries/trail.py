"""The audit trail as it is read: events of one subject, of a span of time, or all, in the order of time."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, tuple_

from vouchermarket.kit.db import Session
from vouchermarket.kit.events import event
from vouchermarket.kit.ids import EventId


class Event(msgspec.Struct, frozen=True):
    """One fact: what happened to what, by whom and when. No `actor_id` = done by a sweep."""

    id: EventId
    kind: str
    subject_id: UUID
    actor_id: UUID | None
    at: datetime
    facts: dict[str, Any]
    request_id: str | None
    address: str | None


class Wanted(msgspec.Struct, frozen=True):
    """What of the trail: one subject, the half-open time `[from_at, to_at)`; all where nothing is said."""

    subject_id: UUID | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


async def trail(
    session: Session,
    bureau_id: UUID,
    wanted: Wanted,
    *,
    after: EventId | None = None,
    at_most: int = 50,
) -> list[Event]:
    """Events oldest first, paged by the last id seen."""
    column = event.c
    statement = select(event).where(column.bureau_id == bureau_id).order_by(column.at, column.id)
    if wanted.subject_id is not None:
        statement = statement.where(column.subject_id == wanted.subject_id)
    if wanted.from_at is not None:
        statement = statement.where(column.at >= wanted.from_at)
    if wanted.to_at is not None:
        statement = statement.where(column.at < wanted.to_at)
    if after is not None:
        last = event.alias("last").c
        seen = select(last.at, last.id).where(last.bureau_id == bureau_id, last.id == after)
        statement = statement.where(tuple_(column.at, column.id) > seen.scalar_subquery())
    return [
        Event(
            row.id,
            row.kind,
            row.subject_id,
            row.actor_id,
            row.at,
            row.facts,
            row.request_id,
            row.address,
        )
        for row in await session.execute(statement.limit(at_most))
    ]
