"""The teacher's word on a report, or his silence: without one of them no provider is paid."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from vouchermarket.completion import rules
from vouchermarket.completion.operations.lock import lock
from vouchermarket.completion.operations.tell import tell_contested
from vouchermarket.completion.structs import Completion, Confirmed
from vouchermarket.completion.tables import completion
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session, among
from vouchermarket.kit.ids import CompletionId, RunId
from vouchermarket.kit.locks import claim_rows
from vouchermarket.policies import queries as policies


async def confirm(session: Session, actor: Actor, completion_id: CompletionId, *, now: datetime) -> None:
    """The teacher says that it was so. Refuses `RoleNotAllowed`, `NotFound` for anybody else's completion,
    `CompletionContested`, `AlreadyConfirmed`."""
    found, _ = await _own(session, actor, completion_id)
    fresh = _confirmed(Confirmed.TEACHER, now)
    await _set(session, actor.bureau_id, [completion_id], fresh)
    await events.record(
        session,
        actor.bureau_id,
        "completion.confirmed",
        completion_id,
        now=now,
        actor_id=actor.person_id,
        facts={"how": Confirmed.TEACHER.value, **events.changed(found, **fresh)},
    )


async def contest(
    session: Session, actor: Actor, completion_id: CompletionId, reason: str, *, now: datetime
) -> None:
    """The teacher says that it was not so: silence no longer counts, the provider has to report again.

    Refuses `RoleNotAllowed`, `NotFound`, `CompletionContested`, `AlreadyConfirmed`.
    """
    found, run_id = await _own(session, actor, completion_id)
    fresh = {"contested_at": now, "contest_reason": reason}
    await _set(session, actor.bureau_id, [completion_id], fresh)
    # The row forgets the reason when the report is made again; the trail keeps it.
    facts = {"reason": reason, "attended": found.attended, "meetings": found.meetings}
    facts |= events.changed(found, **fresh)
    await events.record(
        session,
        actor.bureau_id,
        "completion.contested",
        completion_id,
        now=now,
        actor_id=actor.person_id,
        facts=facts,
    )
    await tell_contested(session, actor.bureau_id, found, run_id, reason, now=now)


async def confirm_by_silence(session: Session, bureau_id: UUID, *, now: datetime, at_most: int = 1000) -> int:
    """Confirm reports nobody answered for the days the pack names; returns how many, at most `at_most`.

    Each by the version it was reported under. Rows that somebody is working on are left for the next sweep.
    """
    unanswered = [
        completion.c.bureau_id == bureau_id,
        completion.c.confirmed_at.is_(None),
        completion.c.contested_at.is_(None),
    ]
    versions = select(completion.c.policy_version_id).where(*unanswered).distinct()
    found: list[CompletionId] = []
    for version_id in sorted((await session.execute(versions)).scalars()):
        version = await policies.by_version(session, bureau_id, version_id)
        until = rules.silent_since(version.pack, now)
        if until is None or len(found) >= at_most:
            continue
        ripe = [
            *unanswered,
            completion.c.policy_version_id == version_id,
            completion.c.reported_at <= until,
        ]
        found += [row.id for row in await claim_rows(session, completion, ripe, at_most - len(found))]
    fresh = _confirmed(Confirmed.SILENCE, now)
    await _set(session, bureau_id, found, fresh)
    facts = {"how": Confirmed.SILENCE.value, **events.changed(dict.fromkeys(fresh), **fresh)}
    happened = [
        events.event_row(bureau_id, "completion.confirmed", id_, now=now, facts=facts) for id_ in found
    ]
    await events.write(session, happened)
    return len(found)


async def _own(session: Session, actor: Actor, completion_id: CompletionId) -> tuple[Completion, RunId]:
    identity.seats_for(actor, "confirm_completion")
    found, participants = await lock(session, actor.bureau_id, [completion_id])
    one = found.get(completion_id)
    own = rules.answerable(one, participants.get(one.booking_id) if one else None, actor.person_id)
    return own, participants[own.booking_id].run_id


def _confirmed(how: Confirmed, now: datetime) -> dict[str, Any]:
    return {"confirmed_at": now, "confirmed_how": how.value}


async def _set(session: Session, bureau_id: UUID, ids: list[CompletionId], fresh: dict[str, Any]) -> None:
    if ids:
        await session.execute(
            update(completion)
            .where(completion.c.bureau_id == bureau_id, completion.c.id == among(ids))
            .values(**fresh)
        )
