"""What waits for a statement, and what a revocation needs to know of a completion and its money."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from vouchermarket.completion.tables import completion
from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.ids import FundId, OrganisationId
from vouchermarket.settlement.structs import EarnedCompletion, Revocation
from vouchermarket.settlement.tables import revocation, statement, statement_line
from vouchermarket.vouchers.tables import voucher


async def waiting_between(
    session: Session, bureau_id: UUID, provider_id: OrganisationId, from_at: datetime, to_at: datetime
) -> list[EarnedCompletion]:
    """The provider's verified, unrevoked completions that cost something and stand on no statement.

    Of the half-open period by their verification; those dropped from an earlier statement come along, so
    that a disputed line is never lost between two periods.
    """
    dropped = await _dropped_of(session, bureau_id, provider_id)
    found = (
        select(completion.c.id, completion.c.booking_id, completion.c.captured_fen)
        .where(
            completion.c.bureau_id == bureau_id,
            completion.c.provider_id == provider_id,
            completion.c.verified_at < to_at,
            completion.c.revoked_at.is_(None),
            completion.c.captured_fen > 0,
            or_(completion.c.verified_at >= from_at, completion.c.id == among(dropped)),
        )
        .order_by(completion.c.verified_at, completion.c.id)
    )
    earned = [
        EarnedCompletion(row.id, row.booking_id, row.captured_fen) for row in await session.execute(found)
    ]
    # Two reads and no anti-join: right after thousands of lines were written the planner still believes
    # their table empty and would walk it once for each completion (tried: 28 s for 5,000).
    standing = await _standing(session, bureau_id, [one.id for one in earned])
    return [one for one in earned if one.id not in standing]


async def _dropped_of(session: Session, bureau_id: UUID, provider_id: OrganisationId) -> set[UUID]:
    found = (
        select(statement_line.c.completion_id)
        .join(
            statement,
            leads_to(statement_line.c.statement_id, statement),
        )
        .where(
            statement_line.c.bureau_id == bureau_id,
            statement_line.c.dropped_at.is_not(None),
            statement.c.provider_id == provider_id,
        )
    )
    return set((await session.execute(found)).scalars())


async def _standing(session: Session, bureau_id: UUID, completion_ids: Collection[UUID]) -> set[UUID]:
    found = select(statement_line.c.completion_id).where(
        statement_line.c.bureau_id == bureau_id,
        statement_line.c.completion_id == among(completion_ids),
        statement_line.c.dropped_at.is_(None),
    )
    return set((await session.execute(found)).scalars())


async def funds_of(session: Session, bureau_id: UUID, account_ids: Collection[UUID]) -> dict[UUID, FundId]:
    """The fund of each voucher among these accounts; other accounts (co-pays) are left out."""
    found = select(voucher.c.id, voucher.c.fund_id).where(
        voucher.c.bureau_id == bureau_id, voucher.c.id == among(account_ids)
    )
    return {row.id: row.fund_id for row in await session.execute(found)}


def revocation_of(row: Any) -> Revocation:
    """A row of `revocation` as a struct."""
    return Revocation(
        row.id,
        row.completion_id,
        row.reason,
        row.document,
        row.proposed_by,
        row.proposed_at,
        row.decided_by,
        row.approved,
    )


async def revocation_by_id(session: Session, bureau_id: UUID, id_: UUID) -> Revocation | None:
    """One revocation, unlocked: for showing, never for deciding."""
    found = select(revocation).where(revocation.c.bureau_id == bureau_id, revocation.c.id == id_)
    row = (await session.execute(found)).one_or_none()
    return revocation_of(row) if row else None


async def revocations_pending(
    session: Session, bureau_id: UUID, completion_id: UUID | None = None, at_most: int = 200
) -> list[Revocation]:
    """The revocations that wait for a second person, oldest first; of one completion where it is named."""
    where = [revocation.c.bureau_id == bureau_id, revocation.c.approved.is_(None)]
    if completion_id is not None:
        where.append(revocation.c.completion_id == completion_id)
    found = select(revocation).where(*where).order_by(revocation.c.id).limit(at_most)
    return [revocation_of(row) for row in await session.execute(found)]
