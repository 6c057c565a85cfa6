"""A provider's report on those who have finished a run."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import insert, update

from vouchermarket.completion import queries, rules
from vouchermarket.completion.operations.lock import lock, lock_bookings
from vouchermarket.completion.operations.tell import tell_reported
from vouchermarket.completion.structs import Report, Reported
from vouchermarket.completion.tables import completion
from vouchermarket.identity import queries as identity_queries
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CompletionId, RunId, new_id
from vouchermarket.policies import queries as policies


async def report(
    session: Session, actor: Actor, run_id: RunId, reports: Sequence[Report], *, now: datetime
) -> list[Reported]:
    """Report participants of a run after its end, as one set: every line or none, in the order given.

    Attendance is counted from what was taken down, meetings from the run. The pack in force on the day the
    run ended is written down: by it everything that follows is judged. Refuses `RoleNotAllowed`, `NotFound`
    for another's run, `RunCalledOff`, `RunNotEnded`, `BookingNotOfRun`, `BookingCancelled`,
    `AlreadyReported`, `NoPolicyInForce`.
    """
    identity.seats_for(actor, "report_completion")
    bureau_id = actor.bureau_id
    run = await queries.run(session, bureau_id, run_id)
    identity.seat_at(actor, "report_completion", run.provider_id)
    booking_ids = [one.booking_id for one in reports]
    participants = await lock_bookings(session, bureau_id, booking_ids)
    reported = await queries.completions_of_bookings(session, bureau_id, booking_ids)
    rules.refuse_reports(run, reports, participants, reported, now)
    zone = (await identity_queries.bureau(session, bureau_id)).time_zone
    version = await policies.in_force(session, bureau_id, civil_day(run.ends_at, zone))
    attended = await queries.attended(session, bureau_id, booking_ids)
    rows: list[dict[str, Any]] = [
        {
            "bureau_id": bureau_id,
            "id": CompletionId(new_id()),
            "booking_id": one.booking_id,
            "provider_id": run.provider_id,
            "attended": attended.get(one.booking_id, 0),
            "meetings": len(run.meetings),
            "evidence": one.evidence,
            "reported_by": actor.person_id,
            "reported_at": now,
            "policy_version_id": version.version_id,
        }
        for one in reports
    ]
    if rows:
        await session.execute(insert(completion), rows)
    await events.write(session, [_event(actor, row, now) for row in rows])
    await tell_reported(session, bureau_id, run, rows, participants, now=now)
    return [Reported(row["id"], row["booking_id"], row["attended"], row["meetings"]) for row in rows]


async def report_again(
    session: Session, actor: Actor, completion_id: CompletionId, evidence: str, *, now: datetime
) -> Reported:
    """Report once more after the teacher contested it, on the attendance as it now stands.

    The days of silence begin anew. Refuses `RoleNotAllowed`, `NotFound`, `NotContested`.
    """
    identity.seats_for(actor, "report_completion")
    found, participants = await lock(session, actor.bureau_id, [completion_id])
    if completion_id not in found:
        raise identity.NotFound
    contested = found[completion_id]
    identity.seat_at(actor, "report_completion", contested.provider_id)
    rules.refuse_second_report(contested)
    counted = await queries.attended(session, actor.bureau_id, [contested.booking_id])
    again = msgspec.structs.replace(
        contested,
        attended=counted.get(contested.booking_id, 0),
        evidence=evidence,
        reported_by=actor.person_id,
        reported_at=now,
        contested_at=None,
        contest_reason=None,
    )
    changed = ("attended", "evidence", "reported_by", "reported_at", "contested_at", "contest_reason")
    await session.execute(
        update(completion)
        .where(completion.c.bureau_id == actor.bureau_id, completion.c.id == completion_id)
        .values({name: getattr(again, name) for name in changed})
    )
    row = msgspec.structs.asdict(again)
    fresh = {name: row[name] for name in changed}
    await events.write(session, [_event(actor, row, now, **events.changed(contested, **fresh))])
    run = await queries.run(session, actor.bureau_id, participants[again.booking_id].run_id)
    await tell_reported(session, actor.bureau_id, run, [row], participants, now=now)
    return Reported(again.id, again.booking_id, again.attended, again.meetings)


def _event(actor: Actor, row: dict[str, Any], now: datetime, **more: Any) -> dict[str, Any]:
    facts = {name: row[name] for name in ("booking_id", "attended", "meetings", "evidence")} | more
    return events.event_row(
        actor.bureau_id, "completion.reported", row["id"], now=now, actor_id=actor.person_id, facts=facts
    )
