"""One booking's money from the appropriation to the payout: who, when, which document, how many fen."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.db import Session


class Step(msgspec.Struct, frozen=True):
    """One station. `document_id` is the booking, issuance, statement or payment it belongs to."""

    at: datetime
    code: str
    source: str
    target: str
    amount_fen: int
    document_id: UUID
    actor: str | None
    event: str


# The transfers of the booking itself, of the vouchers that paid it, of the funds behind those, and of the
# statement that carried it.
_STEPS = text("""
WITH own AS (
    SELECT id, source_id FROM transfer WHERE bureau_id = :bureau AND document_id = :booking
), vouchers AS (
    SELECT v.id, v.fund_id, v.issuance_id FROM voucher v JOIN own ON own.source_id = v.id
    WHERE v.bureau_id = :bureau
), statements AS (
    SELECT statement_id AS id FROM statement_line
    WHERE bureau_id = :bureau AND booking_id = :booking AND dropped_at IS NULL
), wanted AS (
    SELECT id FROM own
    UNION SELECT t.id FROM transfer t JOIN vouchers v ON t.target_id = v.id
          WHERE t.bureau_id = :bureau AND t.code = 'issue'
    UNION SELECT t.id FROM transfer t JOIN vouchers v ON t.target_id = v.fund_id
          WHERE t.bureau_id = :bureau AND t.code = 'appropriate'
    UNION SELECT t.id FROM transfer t JOIN statements s ON t.document_id = s.id WHERE t.bureau_id = :bureau
    UNION SELECT t.id FROM transfer t JOIN payment p ON p.bureau_id = t.bureau_id
          AND (t.document_id = p.id OR t.id = p.hold_id OR t.resolves_id = p.hold_id)
          JOIN statements s ON s.id = p.statement_id WHERE t.bureau_id = :bureau
)
SELECT t.at, t.code, source.code AS source, target.code AS target, t.amount_fen, t.document_id,
       p.name AS actor, e.kind AS event
FROM wanted JOIN transfer t ON t.bureau_id = :bureau AND t.id = wanted.id
JOIN account source ON source.bureau_id = t.bureau_id AND source.id = t.source_id
JOIN account target ON target.bureau_id = t.bureau_id AND target.id = t.target_id
JOIN event e ON e.bureau_id = t.bureau_id AND e.id = t.event_id
LEFT JOIN person p ON p.bureau_id = e.bureau_id AND p.id = e.actor_id
ORDER BY t.at, t.id
""")

_KNOWN = text("SELECT EXISTS (SELECT 1 FROM booking WHERE bureau_id = :bureau AND id = :booking)")

_PAID_BOOKING = text("""
SELECT l.booking_id FROM statement_line l
JOIN payment p ON p.bureau_id = l.bureau_id AND p.statement_id = l.statement_id AND p.state = 'paid'
WHERE l.bureau_id = :bureau AND l.dropped_at IS NULL AND l.amount_fen > 0
ORDER BY p.ended_at, l.id LIMIT 1
""")


async def of_booking(session: Session, bureau_id: UUID, booking_id: UUID) -> list[Step]:
    """Every station of a booking's money, oldest first; empty where the booking is unknown or was free."""
    rows = await session.execute(_STEPS, {"bureau": bureau_id, "booking": booking_id})
    return [Step(**row) for row in rows.mappings()]


async def open_trace(session: Session, bureau_id: UUID, booking_id: UUID) -> list[Step]:
    """`of_booking` for somebody who asks by an id: refuses `NotFound` where there is no such booking."""
    if not await is_known(session, bureau_id, booking_id):
        raise NotFound
    return await of_booking(session, bureau_id, booking_id)


async def is_known(session: Session, bureau_id: UUID, booking_id: UUID) -> bool:
    """Whether this bureau has such a booking, free or paid."""
    return bool((await session.execute(_KNOWN, {"bureau": bureau_id, "booking": booking_id})).scalar())


async def first_paid_booking(session: Session, bureau_id: UUID) -> UUID | None:
    """A booking whose money has gone the whole way, if there is one."""
    return (await session.execute(_PAID_BOOKING, {"bureau": bureau_id})).scalar()
