"""What a gateway has told us by itself: kept once, taken up by one worker at a time, followed to its end.

What an event says is never believed: it only says where to look.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from vouchermarket.kit.db import Session
from vouchermarket.kit.locks import claim_rows
from vouchermarket.payments import rules
from vouchermarket.payments.structs import Gateway, HookEvent
from vouchermarket.payments.tables import hook_event


async def keep_event(
    session: Session, bureau_id: UUID, gateway: Gateway, event: HookEvent, *, now: datetime
) -> bool:
    """Write an event down; False where it stands already, however often it is told."""
    statement = (
        insert(hook_event)
        .values(
            bureau_id=bureau_id,
            gateway=gateway.value,
            event=event.id,
            kind=event.kind,
            object=event.object_id,
            received_at=now,
            due_at=now,
        )
        .on_conflict_do_nothing()
        .returning(hook_event.c.event)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def claim_events(
    session: Session, bureau_id: UUID, gateway: Gateway, *, now: datetime, at_most: int = 100
) -> list[HookEvent]:
    """Take due events under a lease, the longest waiting first; given up after eight attempts."""
    due = [
        hook_event.c.bureau_id == bureau_id,
        hook_event.c.gateway == gateway.value,
        hook_event.c.done_at.is_(None),
        hook_event.c.due_at <= now,
        hook_event.c.attempts < rules.HOOK_ATTEMPTS_MAX,
    ]
    rows = await claim_rows(session, hook_event, due, at_most, first=[hook_event.c.due_at])
    await session.execute(
        update(hook_event)
        .where(hook_event.c.bureau_id == bureau_id, hook_event.c.event.in_([row.event for row in rows]))
        .values(due_at=now + rules.HOOK_LEASE, attempts=hook_event.c.attempts + 1)
    )
    return [HookEvent(row.event, row.kind, row.object) for row in rows]


async def close_event(
    session: Session, bureau_id: UUID, event: HookEvent, outcome: str, *, now: datetime
) -> None:
    """Mark an event as followed up, and what came of it."""
    await session.execute(
        update(hook_event)
        .where(hook_event.c.bureau_id == bureau_id, hook_event.c.event == event.id)
        .values(done_at=now, outcome=outcome)
    )


async def note_silence(session: Session, bureau_id: UUID, event: HookEvent, fault: str) -> None:
    """Keep an event due, with the reason for which it could not be followed up."""
    await session.execute(
        update(hook_event)
        .where(hook_event.c.bureau_id == bureau_id, hook_event.c.event == event.id)
        .values(outcome=fault[:200])
    )
