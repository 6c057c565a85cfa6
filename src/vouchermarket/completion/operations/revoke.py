"""Marking a completion revoked. What becomes of its money and its entry is settlement's to say."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from vouchermarket.completion import queries, rules
from vouchermarket.completion.tables import completion
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CompletionId
from vouchermarket.kit.locks import lock_rows


async def mark_revoked(
    session: Session, bureau_id: UUID, completion_id: CompletionId, *, now: datetime
) -> None:
    """Revoke a verified completion; for slices above, which decide it by two persons, record the event and
    bring back the money and the entry in the same transaction.

    Refuses `NotFound`, `NotVerified`, `CompletionRevoked`.
    """
    rows = await lock_rows(session, completion, bureau_id, [completion_id])
    rules.refuse_revocation(queries.completion_of(rows[0]) if rows else None)
    await session.execute(
        update(completion)
        .where(completion.c.bureau_id == bureau_id, completion.c.id == completion_id)
        .values(revoked_at=now)
    )
