"""The row of a payment: written when it is approved, locked before anything is decided on it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update

from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.locks import lock_rows
from vouchermarket.payments import queries, rules, tables
from vouchermarket.payments.structs import Payment, PaymentState


async def instruct(session: Session, bureau_id: UUID, payment: Payment) -> None:
    """Write an approved payment down. Its hold stands in the ledger already."""
    await session.execute(
        insert(tables.payment).values(
            bureau_id=bureau_id,
            id=payment.id,
            statement_id=payment.statement_id,
            provider_id=payment.provider_id,
            amount_fen=payment.amount_fen,
            gateway=payment.gateway.value,
            state=payment.state.value,
            hold_id=payment.hold_id,
            approved_by=payment.approved_by,
            approved_at=payment.approved_at,
            destination=payment.destination,
        )
    )


async def lock(session: Session, bureau_id: UUID, payment_id: UUID) -> Payment | None:
    """Lock a payment: after its statement where both are locked, before any ledger account."""
    rows = await lock_rows(session, tables.payment, bureau_id, [payment_id])
    return queries.payment_of(rows[0]) if rows else None


async def move(
    session: Session,
    bureau_id: UUID,
    payment: Payment,
    state: PaymentState,
    *,
    now: datetime,
    reference: str | None = None,
    recorded_by: PersonId | None = None,
) -> None:
    """Write a payment's new state, with the reference and the person where there are any."""
    await session.execute(
        update(tables.payment)
        .where(tables.payment.c.bureau_id == bureau_id, tables.payment.c.id == payment.id)
        .values(
            state=state.value,
            reference=reference,
            recorded_by=recorded_by,
            ended_at=now if state in rules.FINAL else None,
        )
    )
