"""The rows of reversals: changed only under the lock of their payment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update

from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PersonId
from vouchermarket.payments import tables
from vouchermarket.payments.structs import Payment, PaymentState, Reversal, ReversalState

ENDED = frozenset({ReversalState.REVERSED, ReversalState.FAILED})


async def enter_reversal(session: Session, bureau_id: UUID, reversal: Reversal) -> None:
    """Write a proposal down; nothing is asked of the gateway before a second person has approved it."""
    await session.execute(
        insert(tables.payment_reversal).values(
            bureau_id=bureau_id,
            id=reversal.id,
            payment_id=reversal.payment_id,
            amount_fen=reversal.amount_fen,
            reason=reversal.reason,
            state=reversal.state.value,
            proposed_by=reversal.proposed_by,
            proposed_at=reversal.proposed_at,
        )
    )


async def close_reversal(
    session: Session, bureau_id: UUID, reversal: Reversal, by: PersonId, *, approve: bool, now: datetime
) -> None:
    """Write down what the second person decided."""
    state = ReversalState.APPROVED if approve else ReversalState.REJECTED
    await session.execute(
        update(tables.payment_reversal)
        .where(tables.payment_reversal.c.bureau_id == bureau_id, tables.payment_reversal.c.id == reversal.id)
        .values(state=state.value, decided_by=by, decided_at=now)
    )


async def move_reversal(
    session: Session,
    bureau_id: UUID,
    reversal_id: UUID,
    state: ReversalState,
    *,
    now: datetime,
    reference: str | None = None,
) -> None:
    """Write a reversal's new state, with the gateway's reference where there is one."""
    await session.execute(
        update(tables.payment_reversal)
        .where(tables.payment_reversal.c.bureau_id == bureau_id, tables.payment_reversal.c.id == reversal_id)
        .values(state=state.value, reference=reference, ended_at=now if state in ENDED else None)
    )


async def give_back(session: Session, bureau_id: UUID, payment: Payment) -> None:
    """All of a payment has come back: it stands for its statement no more. Its reference stays."""
    await session.execute(
        update(tables.payment)
        .where(tables.payment.c.bureau_id == bureau_id, tables.payment.c.id == payment.id)
        .values(state=PaymentState.RETURNED.value)
    )
