"""Reads of payments and their attempts."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.ids import PaymentId
from vouchermarket.payments.structs import (
    Attempt,
    AttemptState,
    Gateway,
    Payment,
    PaymentState,
    ReversalState,
)
from vouchermarket.payments.tables import payment, payment_attempt, payment_reversal


def payment_of(row: Any) -> Payment:
    """A row of `payment` as a struct."""
    return Payment(
        row.id,
        row.statement_id,
        row.provider_id,
        row.amount_fen,
        Gateway(row.gateway),
        PaymentState(row.state),
        row.hold_id,
        row.approved_by,
        row.approved_at,
        row.recorded_by,
        row.reference,
        row.ended_at,
        row.destination,
    )


def _attempt_of(row: Any) -> Attempt:
    return Attempt(
        row.payment_id,
        row.number,
        row.key,
        AttemptState(row.state),
        row.started_at,
        row.ended_at,
        row.fault,
        row.reversal_id,
    )


async def payment_by_id(session: Session, bureau_id: UUID, id_: UUID) -> Payment | None:
    """One payment, unlocked: for showing, never for deciding."""
    statement = select(payment).where(payment.c.bureau_id == bureau_id, payment.c.id == id_)
    row = (await session.execute(statement)).one_or_none()
    return payment_of(row) if row else None


async def payments_of(session: Session, bureau_id: UUID, statement_ids: Collection[UUID]) -> list[Payment]:
    """The payments of these statements, failed ones too, oldest first."""
    statement = (
        select(payment)
        .where(payment.c.bureau_id == bureau_id, payment.c.statement_id == among(statement_ids))
        .order_by(payment.c.approved_at, payment.c.id)
    )
    return [payment_of(row) for row in await session.execute(statement)]


async def payments_in(
    session: Session, bureau_id: UUID, states: Collection[PaymentState], at_most: int = 200
) -> list[Payment]:
    """The payments in these states, the oldest first: what waits to be sent or recorded."""
    statement = (
        select(payment)
        .where(payment.c.bureau_id == bureau_id, payment.c.state.in_([state.value for state in states]))
        .order_by(payment.c.approved_at, payment.c.id)
        .limit(at_most)
    )
    return [payment_of(row) for row in await session.execute(statement)]


async def payment_by_reference(
    session: Session, bureau_id: UUID, gateway: Gateway, reference: str
) -> Payment | None:
    """The payment that carries this reference of the bank."""
    statement = select(payment).where(
        payment.c.bureau_id == bureau_id,
        payment.c.gateway == gateway.value,
        payment.c.reference == reference,
    )
    row = (await session.execute(statement)).one_or_none()
    return payment_of(row) if row else None


async def paid_to(session: Session, bureau_id: UUID, provider_id: UUID) -> int:
    """What has been paid to a provider and has not come back, in fen."""
    paid = select(func.coalesce(func.sum(payment.c.amount_fen), 0)).where(
        payment.c.bureau_id == bureau_id,
        payment.c.provider_id == provider_id,
        payment.c.state.in_([PaymentState.PAID.value, PaymentState.RETURNED.value]),
    )
    back = (
        select(func.coalesce(func.sum(payment_reversal.c.amount_fen), 0))
        .join(payment, leads_to(payment_reversal.c.payment_id, payment))
        .where(
            payment_reversal.c.bureau_id == bureau_id,
            payment.c.provider_id == provider_id,
            payment_reversal.c.state == ReversalState.REVERSED.value,
        )
    )
    return int((await session.execute(select(paid.scalar_subquery() - back.scalar_subquery()))).scalar_one())


async def last_attempts(
    session: Session, bureau_id: UUID, payment_ids: Collection[UUID]
) -> dict[PaymentId, Attempt]:
    """The latest attempt of each of these payments that has one."""
    attempts = await attempts_of(session, bureau_id, payment_ids)
    return {attempt.payment_id: attempt for attempt in attempts}


async def attempts_of(session: Session, bureau_id: UUID, payment_ids: Collection[UUID]) -> Sequence[Attempt]:
    """All attempts of these payments, by payment and number."""
    statement = (
        select(payment_attempt)
        .where(payment_attempt.c.bureau_id == bureau_id, payment_attempt.c.payment_id == among(payment_ids))
        .order_by(payment_attempt.c.payment_id, payment_attempt.c.number)
    )
    return [_attempt_of(row) for row in await session.execute(statement)]
