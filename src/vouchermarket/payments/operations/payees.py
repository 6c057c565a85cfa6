"""The rows of accounts that providers are paid into."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update

from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.locks import lock_rows
from vouchermarket.payments import queries, tables
from vouchermarket.payments.structs import Payee


async def enter_payee(session: Session, bureau_id: UUID, payee: Payee) -> None:
    """Write a payee's account down; nothing is paid into it before a second person has approved it."""
    await session.execute(
        insert(tables.payee).values(
            bureau_id=bureau_id,
            id=payee.id,
            provider_id=payee.provider_id,
            gateway=payee.gateway.value,
            account=payee.account,
            proposed_by=payee.proposed_by,
            proposed_at=payee.proposed_at,
        )
    )


async def lock_payee(session: Session, bureau_id: UUID, payee_id: UUID) -> Payee | None:
    """Lock a payee's account: alone, before nothing else."""
    rows = await lock_rows(session, tables.payee, bureau_id, [payee_id])
    return queries.payee_of(rows[0]) if rows else None


async def close_payee(
    session: Session, bureau_id: UUID, payee: Payee, by: PersonId, *, approve: bool, now: datetime
) -> None:
    """Write down what was decided on a locked one."""
    await session.execute(
        update(tables.payee)
        .where(tables.payee.c.bureau_id == bureau_id, tables.payee.c.id == payee.id)
        .values(decided_by=by, decided_at=now, approved=approve)
    )
