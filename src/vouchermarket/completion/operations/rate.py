"""A teacher's word on a run completed."""

from datetime import datetime

import msgspec
from sqlalchemy import insert

from vouchermarket.completion import queries, rules
from vouchermarket.completion.operations.lock import lock
from vouchermarket.completion.structs import Rate
from vouchermarket.completion.tables import rating
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CompletionId, new_id


async def rate(
    session: Session, actor: Actor, completion_id: CompletionId, command: Rate, *, now: datetime
) -> None:
    """Rate a completion of one's own, once; it is shown, without a name, as long as it stands verified.

    Refuses `RoleNotAllowed`, `NotFound` for anybody else's completion, `CompletionRevoked`, `RatingTooEarly`,
    `AlreadyRated`.
    """
    identity.seats_for(actor, "rate_completion")
    # Under lock, so that of two ratings sent at once the second sees the first.
    found, participants = await lock(session, actor.bureau_id, [completion_id])
    one = found.get(completion_id)
    of = participants.get(one.booking_id) if one else None
    is_rated = await queries.is_rated(session, actor.bureau_id, completion_id)
    participant = rules.rateable(one, of, actor.person_id, is_rated=is_rated)
    run = await queries.run(session, actor.bureau_id, participant.run_id)
    row = {
        "bureau_id": actor.bureau_id,
        "id": new_id(),
        "completion_id": completion_id,
        "run_id": run.id,
        "course_id": run.course_id,
        "rated_at": now,
        **msgspec.structs.asdict(command),
    }
    await session.execute(insert(rating).values(row))
    await events.record(
        session,
        actor.bureau_id,
        "completion.rated",
        completion_id,
        now=now,
        actor_id=actor.person_id,
        facts={"course_id": run.course_id, "overall": command.overall},
    )
