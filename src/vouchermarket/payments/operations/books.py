"""The row of a daily comparison, written once a day; and which payments have been in doubt for too long."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from vouchermarket.kit.db import Session, leads_to
from vouchermarket.payments import rules
from vouchermarket.payments.structs import AttemptState, Gateway, Reconciliation
from vouchermarket.payments.tables import payment, payment_attempt, reconciliation


async def keep_reconciliation(session: Session, bureau_id: UUID, made: Reconciliation) -> bool:
    """Write a day's comparison down; False where that day has one already, which stays."""
    row = msgspec.structs.asdict(made) | {
        "gateway": made.gateway.value,
        "lines": msgspec.to_builtins(made.lines),
    }
    statement = insert(reconciliation).values(bureau_id=bureau_id, **row).on_conflict_do_nothing()
    kept = await session.execute(statement.returning(reconciliation.c.id))
    return kept.one_or_none() is not None


async def mark_in_doubt(
    session: Session, bureau_id: UUID, *, now: datetime
) -> list[tuple[UUID, Gateway, int]]:
    """Mark what a gateway has left in doubt for a day, each once: `(payment, gateway, amount in fen)`.

    What waits for a person by its nature is no doubt.
    """
    marked = await session.execute(
        update(payment_attempt)
        .where(
            payment_attempt.c.bureau_id == bureau_id,
            payment_attempt.c.state.in_([AttemptState.SENDING.value, AttemptState.UNKNOWN.value]),
            payment_attempt.c.started_at <= now - rules.PERSON_AFTER,
            payment_attempt.c.alarmed_at.is_(None),
            leads_to(payment_attempt.c.payment_id, payment),
            payment.c.gateway != Gateway.MANUAL.value,
        )
        .values(alarmed_at=now)
        .returning(payment.c.id, payment.c.gateway, payment.c.amount_fen)
    )
    return [(row.id, Gateway(row.gateway), row.amount_fen) for row in marked]
