"""Turns of jobs: a slot is claimed once, by whoever comes first, and remembered for catching up."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Text, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from vouchermarket.kit.db import Session, instant, registry_table

KEPT = timedelta(days=31)

job_slot = registry_table(
    "job_slot",
    Column("job", Text, primary_key=True),
    Column("slot_at", instant("slot_at").type, primary_key=True),
    instant("claimed_at"),
    instant("done_at", nullable=True),
    Column("fault", Text),
    deletable=True,
)


async def claim(session: Session, job: str, slot_at: datetime, now: datetime) -> bool:
    """True when this slot is now ours. The fence: a leader that was paused cannot run a slot twice."""
    row = insert(job_slot).values(job=job, slot_at=slot_at, claimed_at=now).on_conflict_do_nothing()
    return (await session.execute(row.returning(job_slot.c.job))).first() is not None


async def close(
    session: Session, job: str, slot_at: datetime, *, now: datetime, fault: str | None = None
) -> None:
    """Write down how the turn ended, and forget the job's slots of more than a month before it."""
    await session.execute(
        update(job_slot)
        .where(job_slot.c.job == job, job_slot.c.slot_at == slot_at)
        .values(done_at=now, fault=fault)
    )
    await session.execute(delete(job_slot).where(job_slot.c.job == job, job_slot.c.slot_at < slot_at - KEPT))


async def last(session: Session, job: str) -> datetime | None:
    """The newest slot ever claimed of this job."""
    newest = select(func.max(job_slot.c.slot_at)).where(job_slot.c.job == job)
    return (await session.execute(newest)).scalar()
