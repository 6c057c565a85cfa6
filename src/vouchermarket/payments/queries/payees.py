"""Reads of the accounts providers are paid into."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from vouchermarket.kit.db import Session
from vouchermarket.payments.structs import Gateway, Payee
from vouchermarket.payments.tables import payee


def payee_of(row: Any) -> Payee:
    """A row of `payee` as a struct."""
    return Payee(
        row.id,
        row.provider_id,
        Gateway(row.gateway),
        row.account,
        row.proposed_by,
        row.proposed_at,
        row.decided_by,
        row.decided_at,
        row.approved,
    )


async def payee_in_use(
    session: Session, bureau_id: UUID, provider_id: UUID, gateway: Gateway
) -> Payee | None:
    """The account of a provider at a gateway that was approved last."""
    statement = (
        select(payee)
        .where(
            payee.c.bureau_id == bureau_id,
            payee.c.provider_id == provider_id,
            payee.c.gateway == gateway.value,
            payee.c.approved.is_(True),
        )
        .order_by(payee.c.decided_at.desc(), payee.c.id.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return payee_of(row) if row else None


async def payees_to_decide(session: Session, bureau_id: UUID, at_most: int = 50) -> list[Payee]:
    """Entered accounts nobody has decided on, the longest waiting first."""
    statement = (
        select(payee)
        .where(payee.c.bureau_id == bureau_id, payee.c.decided_at.is_(None))
        .order_by(payee.c.proposed_at, payee.c.id)
        .limit(at_most)
    )
    return [payee_of(row) for row in await session.execute(statement)]


async def payee_by_id(session: Session, bureau_id: UUID, id_: UUID) -> Payee | None:
    """One entered account, unlocked: for showing, never for deciding."""
    statement = select(payee).where(payee.c.bureau_id == bureau_id, payee.c.id == id_)
    row = (await session.execute(statement)).one_or_none()
    return payee_of(row) if row else None
