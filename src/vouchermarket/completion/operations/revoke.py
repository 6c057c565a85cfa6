"""Marking completions revoked. What becomes of their money and entries is settlement's to say."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, update

from vouchermarket.completion import rules
from vouchermarket.completion.operations.lock import lock
from vouchermarket.completion.structs import Completion
from vouchermarket.completion.tables import completion
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CompletionId, PersonId


async def mark_revoked(
    session: Session,
    bureau_id: UUID,
    completion_ids: Collection[CompletionId],
    *,
    by: PersonId,
    now: datetime,
) -> list[Completion]:
    """Revoke verified completions, all or none; for slices above, which decide it by two persons and bring
    back the money and the entry in the same transaction. Returns them as they stood before.

    Refuses `NotFound`, `NotVerified`, `CompletionRevoked`.
    """
    found, _ = await lock(session, bureau_id, completion_ids)
    revoked = [rules.revocable(found.get(completion_id)) for completion_id in sorted(completion_ids)]
    wanted = bindparam("ids", [one.id for one in revoked], type_=ARRAY(Uuid))
    await session.execute(
        update(completion)
        .where(completion.c.bureau_id == bureau_id, completion.c.id == any_(wanted))
        .values(revoked_at=now)
    )
    happened = [
        events.event_row(
            bureau_id,
            "completion.revoked",
            one.id,
            now=now,
            actor_id=by,
            facts={"captured_fen": one.captured_fen, "entry_id": one.entry_id},
        )
        for one in revoked
    ]
    await events.write(session, happened)
    return revoked
