"""Our side of the daily comparison with a gateway, and the comparisons that were made."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, or_, select

from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.payments.structs import (
    ComparedLine,
    Entry,
    Gateway,
    PaymentState,
    Reconciliation,
    ReversalState,
)
from vouchermarket.payments.tables import payee, payment, payment_reversal, reconciliation


async def entries(
    session: Session,
    bureau_id: UUID,
    gateway: Gateway,
    since: datetime,
    until: datetime,
    also: Collection[UUID] = (),
) -> list[Entry]:
    """What was paid through a gateway in this time, and these payments whenever they were paid."""
    back = (
        select(func.coalesce(func.sum(payment_reversal.c.amount_fen), 0))
        .where(
            leads_to(payment_reversal.c.payment_id, payment),
            payment_reversal.c.state == ReversalState.REVERSED.value,
        )
        .correlate(payment)
        .scalar_subquery()
    )
    in_time = (payment.c.ended_at >= since) & (payment.c.ended_at <= until)
    statement = (
        select(payment.c.id, payment.c.reference, (payment.c.amount_fen - back).label("left_fen"))
        .where(
            payment.c.bureau_id == bureau_id,
            payment.c.gateway == gateway.value,
            payment.c.state.in_([PaymentState.PAID.value, PaymentState.RETURNED.value]),
            or_(in_time, payment.c.id == among(also)),
        )
        .order_by(payment.c.ended_at, payment.c.id)
    )
    rows = await session.execute(statement)
    return [Entry(row.id, row.reference or "", int(row.left_fen)) for row in rows]


async def known_among(session: Session, bureau_id: UUID, ids: Collection[UUID]) -> set[str]:
    """Which of these are payments of ours, in whatever state."""
    statement = select(payment.c.id).where(payment.c.bureau_id == bureau_id, payment.c.id == among(ids))
    return {str(id_) for id_ in (await session.execute(statement)).scalars()}


async def accounts_at(session: Session, bureau_id: UUID, gateway: Gateway) -> set[str]:
    """The accounts at a gateway that were ever approved to be paid into."""
    statement = select(payee.c.account).where(
        payee.c.bureau_id == bureau_id, payee.c.gateway == gateway.value, payee.c.approved.is_(True)
    )
    return set((await session.execute(statement)).scalars())


def reconciliation_of(row: Any) -> Reconciliation:
    """A row of `reconciliation` as a struct."""
    return Reconciliation(
        id=row.id,
        gateway=Gateway(row.gateway),
        day_on=row.day_on,
        from_at=row.from_at,
        to_at=row.to_at,
        matched=row.matched,
        missing_here=row.missing_here,
        missing_there=row.missing_there,
        amount_differs=row.amount_differs,
        difference_fen=row.difference_fen,
        lines=msgspec.convert(row.lines, tuple[ComparedLine, ...]),
    )


async def reconciliations(session: Session, bureau_id: UUID, at_most: int = 50) -> list[Reconciliation]:
    """The comparisons that were made, the newest first."""
    statement = (
        select(reconciliation)
        .where(reconciliation.c.bureau_id == bureau_id)
        .order_by(reconciliation.c.day_on.desc(), reconciliation.c.id.desc())
        .limit(at_most)
    )
    return [reconciliation_of(row) for row in await session.execute(statement)]
