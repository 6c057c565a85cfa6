"""The verbs of a task: a person asks and may cancel, a worker claims, tells its progress and ends it.

Whatever a worker writes names the lease it was given. A worker that was thought dead and wakes up again
finds its lease gone, and nothing it has done takes effect.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, or_, update

from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import new_id
from vouchermarket.kit.locks import claim_rows, lock_rows
from vouchermarket.tasks import queries, rules
from vouchermarket.tasks.structs import Claimed, Standing, Task, TaskState
from vouchermarket.tasks.tables import task

_NO_LEASE: dict[str, Any] = {"lease_id": None, "lease_until": None}


async def enqueue(
    session: Session, actor: Actor, kind: str, command: msgspec.Struct, *, now: datetime
) -> UUID:
    """Ask for long work; whoever lets a person ask has looked at the matrix. Refuses `TasksWaiting`."""
    rules.room_for_one(await queries.open_tasks(session, actor))
    task_id, told = new_id(), msgspec.to_builtins(command)
    row = {
        "bureau_id": actor.bureau_id,
        "id": task_id,
        "kind": kind,
        "command": told,
        "state": TaskState.WAITING.value,
        "asked_by": actor.person_id,
        "asked_at": now,
    }
    await session.execute(insert(task).values(row))
    facts = {"kind": kind, "command": told}
    await events.record(
        session, actor.bureau_id, "tasks.task_asked", task_id, now=now, actor_id=actor.person_id, facts=facts
    )
    return task_id


async def ask_cancel(session: Session, actor: Actor, task_id: UUID, *, now: datetime) -> Task:
    """Cancel one's own task: at once while it waits, at its next part while somebody works at it.

    Refuses `NotFound`, `TaskEnded`.
    """
    await queries.own_task(session, actor, task_id)
    await lock_rows(session, task, actor.bureau_id, [task_id])
    # Read after the lock: a worker may have claimed or ended it meanwhile.
    found = await queries.own_task(session, actor, task_id)
    if rules.cancelled_now(found):
        values = {"state": TaskState.CANCELLED.value, "cancel_asked_at": now, "ended_at": now}
    else:
        values = {"cancel_asked_at": found.cancel_asked_at or now}
    await session.execute(
        update(task).where(task.c.bureau_id == actor.bureau_id, task.c.id == task_id).values(values)
    )
    facts = events.changed(found, **values)
    await events.record(
        session,
        actor.bureau_id,
        "tasks.cancel_asked",
        task_id,
        now=now,
        actor_id=actor.person_id,
        facts=facts,
    )
    return await queries.own_task(session, actor, task_id)


async def claim(session: Session, bureau_id: UUID, *, now: datetime) -> Claimed | None:
    """Take a task nobody works at, under a lease; None where there is none.

    Those whose lease has run out come back; before that, the ones that were cancelled or have taken three
    workers down with them end here.
    """
    await _bury(session, bureau_id, now)
    free = or_(
        task.c.state == TaskState.WAITING.value,
        (task.c.state == TaskState.RUNNING.value) & (task.c.lease_until <= now),
    )
    rows = await claim_rows(
        session, task, [task.c.bureau_id == bureau_id, free], 1, first=[task.c.asked_at, task.c.id]
    )
    if not rows:
        return None
    [row] = rows
    claimed = Claimed(row.id, bureau_id, new_id(), row.kind, row.command, row.asked_by, row.attempts + 1)
    await session.execute(
        update(task)
        .where(task.c.bureau_id == bureau_id, task.c.id == row.id)
        .values(
            state=TaskState.RUNNING.value,
            attempts=claimed.attempts,
            lease_id=claimed.lease_id,
            lease_until=now + rules.LEASE,
            done=0,
            total=None,
        )
    )
    return claimed


async def _bury(session: Session, bureau_id: UUID, now: datetime) -> None:
    left = [
        task.c.bureau_id == bureau_id,
        task.c.state == TaskState.RUNNING.value,
        task.c.lease_until <= now,
    ]
    dead = {
        TaskState.CANCELLED: (task.c.cancel_asked_at.is_not(None), None),
        TaskState.FAILED: (task.c.attempts >= rules.ATTEMPTS_MAX, "given_up"),
    }
    for state, (when, fault) in dead.items():
        # Claimed first, so that two workers that come at once do not wait for each other.
        rows = await claim_rows(session, task, [*left, when], at_most=100)
        for row in rows:
            held = Claimed(row.id, bureau_id, row.lease_id, row.kind, row.command, row.asked_by, row.attempts)
            await _end(session, held, state, now=now, fault=fault)


async def progress(
    session: Session, claimed: Claimed, *, done: int, total: int | None, now: datetime
) -> Standing:
    """Tell how far it has come and keep the lease; says whether to go on."""
    values = {"done": done, "total": total, "lease_until": now + rules.LEASE}
    return await _touch(session, claimed, values)


async def keep(session: Session, claimed: Claimed, *, now: datetime) -> Standing:
    """Keep the lease during a long part; says whether to go on."""
    return await _touch(session, claimed, {"lease_until": now + rules.LEASE})


async def _touch(session: Session, claimed: Claimed, values: dict[str, Any]) -> Standing:
    touched = await session.execute(
        update(task).where(*_held(claimed)).values(values).returning(task.c.cancel_asked_at)
    )
    row = touched.one_or_none()
    if row is None:
        return Standing.LOST
    return Standing.GOING if row.cancel_asked_at is None else Standing.CANCEL_ASKED


async def give_back(session: Session, claimed: Claimed) -> bool:
    """Put a task back in the queue, as a worker does that is told to stop: no attempt is counted for it."""
    values = {
        **_NO_LEASE,
        "state": TaskState.WAITING.value,
        "attempts": claimed.attempts - 1,
        "done": 0,
        "total": None,
    }
    return (await session.execute(update(task).where(*_held(claimed)).values(values))).rowcount == 1


async def finish(
    session: Session,
    claimed: Claimed,
    result: dict[str, Any],
    *,
    file_id: UUID | None = None,
    now: datetime,
) -> bool:
    """Done; False where the lease is another's by now, and then everything beside it has to be undone."""
    return await _end(session, claimed, TaskState.DONE, now=now, result=result, file_id=file_id)


async def fail(session: Session, claimed: Claimed, fault: str, *, now: datetime) -> bool:
    """Ended by a refusal or a fault of ours; it is not tried again."""
    return await _end(session, claimed, TaskState.FAILED, now=now, fault=fault)


async def close_cancelled(session: Session, claimed: Claimed, *, now: datetime) -> bool:
    """Ended between two parts because its person asked for it."""
    return await _end(session, claimed, TaskState.CANCELLED, now=now)


async def _end(session: Session, claimed: Claimed, state: TaskState, *, now: datetime, **told: Any) -> bool:
    values = {**_NO_LEASE, "state": state.value, "ended_at": now, **told}
    ended = await session.execute(update(task).where(*_held(claimed)).values(values))
    if ended.rowcount != 1:
        return False
    facts = {"kind": claimed.kind, **{name: one for name, one in told.items() if one is not None}}
    # Whoever holds the lease of a task is running it.
    facts |= events.changed({"state": TaskState.RUNNING}, state=state)
    await events.record(
        session,
        claimed.bureau_id,
        f"tasks.task_{state.value}",
        claimed.id,
        now=now,
        actor_id=claimed.asked_by,
        facts=facts,
    )
    return True


def _held(claimed: Claimed) -> list[Any]:
    return [
        task.c.bureau_id == claimed.bureau_id,
        task.c.id == claimed.id,
        task.c.lease_id == claimed.lease_id,
    ]
