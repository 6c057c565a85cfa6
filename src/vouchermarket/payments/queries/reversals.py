"""Reads of what is asked back of paid payments."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select

from vouchermarket.kit.db import Session, among
from vouchermarket.kit.ids import PaymentId
from vouchermarket.payments.structs import Reversal, ReversalState
from vouchermarket.payments.tables import payment_reversal


def reversal_of(row: Any) -> Reversal:
    """A row of `payment_reversal` as a struct."""
    return Reversal(
        row.id,
        row.payment_id,
        row.amount_fen,
        row.reason,
        ReversalState(row.state),
        row.proposed_by,
        row.proposed_at,
        row.decided_by,
        row.decided_at,
        row.reference,
        row.ended_at,
    )


async def reversal_by_id(session: Session, bureau_id: UUID, id_: UUID) -> Reversal | None:
    """One reversal, unlocked: it is decided on under the lock of its payment."""
    statement = select(payment_reversal).where(
        payment_reversal.c.bureau_id == bureau_id, payment_reversal.c.id == id_
    )
    row = (await session.execute(statement)).one_or_none()
    return reversal_of(row) if row else None


async def reversals_of(session: Session, bureau_id: UUID, payment_ids: Collection[UUID]) -> list[Reversal]:
    """All reversals of these payments, rejected and failed ones too, oldest first."""
    statement = (
        select(payment_reversal)
        .where(payment_reversal.c.bureau_id == bureau_id, payment_reversal.c.payment_id == among(payment_ids))
        .order_by(payment_reversal.c.proposed_at, payment_reversal.c.id)
    )
    return [reversal_of(row) for row in await session.execute(statement)]


async def reversals_under_way(
    session: Session, bureau_id: UUID, payment_ids: Collection[UUID]
) -> dict[PaymentId, Reversal]:
    """By payment, what is approved or being asked for: there is at most one of each."""
    under_way = {ReversalState.APPROVED, ReversalState.SENDING}
    found = await reversals_of(session, bureau_id, payment_ids)
    return {one.payment_id: one for one in found if one.state in under_way}


async def reversals_to_decide(session: Session, bureau_id: UUID, at_most: int = 50) -> list[Reversal]:
    """Proposed reversals nobody has decided on, the longest waiting first."""
    statement = (
        select(payment_reversal)
        .where(
            payment_reversal.c.bureau_id == bureau_id,
            payment_reversal.c.state == ReversalState.PROPOSED.value,
        )
        .order_by(payment_reversal.c.proposed_at, payment_reversal.c.id)
        .limit(at_most)
    )
    return [reversal_of(row) for row in await session.execute(statement)]
