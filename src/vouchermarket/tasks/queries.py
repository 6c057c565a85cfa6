"""Tasks as their person sees them."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.tasks.rules import FINAL
from vouchermarket.tasks.structs import Task, TaskState
from vouchermarket.tasks.tables import task


def task_of(row: Any) -> Task:
    """A row of `task` as a struct."""
    return Task(
        id=row.id,
        kind=row.kind,
        state=TaskState(row.state),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        done=row.done,
        total=row.total,
        attempts=row.attempts,
        cancel_asked_at=row.cancel_asked_at,
        ended_at=row.ended_at,
        fault=row.fault,
        result=row.result,
        file_id=row.file_id,
    )


async def own_task(session: Session, actor: Actor, task_id: UUID) -> Task:
    """One of the actor's own tasks. Refuses `NotFound`: another's is like none."""
    found = select(task).where(
        task.c.bureau_id == actor.bureau_id, task.c.id == task_id, task.c.asked_by == actor.person_id
    )
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFound
    return task_of(row)


async def own_tasks(session: Session, actor: Actor, *, limit: int = 50, offset: int = 0) -> list[Task]:
    """The actor's own tasks, newest first."""
    found = (
        select(task)
        .where(task.c.bureau_id == actor.bureau_id, task.c.asked_by == actor.person_id)
        .order_by(task.c.asked_at.desc(), task.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [task_of(row) for row in await session.execute(found)]


async def open_tasks(session: Session, actor: Actor) -> int:
    """How many of the actor's tasks have not ended."""
    counted = select(func.count()).where(
        task.c.bureau_id == actor.bureau_id,
        task.c.asked_by == actor.person_id,
        task.c.state.not_in(sorted(FINAL)),
    )
    return (await session.execute(counted)).scalar_one()
