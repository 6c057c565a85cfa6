"""Who is told what of a completion: the teacher of each step, the provider of a doubt."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from vouchermarket.catalogue.structs import Run
from vouchermarket.completion import queries
from vouchermarket.completion.structs import Case, Completion, Participant
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import BookingId
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as kinds


async def tell_reported(
    session: Session,
    bureau_id: UUID,
    run: Run,
    rows: Iterable[Mapping[str, Any]],
    participants: Mapping[BookingId, Participant],
    *,
    now: datetime,
) -> None:
    """Ask each teacher who was reported for a word."""
    told = [
        (
            participants[row["booking_id"]].person_id,
            {
                "completion_id": row["id"],
                "title": run.title,
                "attended": row["attended"],
                "meetings": row["meetings"],
            },
        )
        for row in rows
    ]
    await notices.tell_each(session, bureau_id, told, kinds.CompletionReported, now=now)


async def tell_contested(
    session: Session, bureau_id: UUID, contested: Completion, run_id: UUID, reason: str, *, now: datetime
) -> None:
    """Tell the provider that it has to report again."""
    run = await queries.run(session, bureau_id, run_id)
    told = {"completion_id": contested.id, "title": run.title, "reason": reason}
    kind = kinds.CompletionContested
    await notices.tell_officers(session, bureau_id, contested.provider_id, kind, told, now=now)


async def tell_verified(session: Session, bureau_id: UUID, cases: Iterable[Case], *, now: datetime) -> None:
    """Tell the teachers whose completions now stand."""
    told = [
        (case.participant.person_id, {"completion_id": case.completion.id, "title": case.run.title})
        for case in cases
    ]
    await notices.tell_each(session, bureau_id, told, kinds.CompletionVerified, now=now)
