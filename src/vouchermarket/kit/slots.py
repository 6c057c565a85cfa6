"""Turns of jobs: a slot is claimed once, by whoever comes first, and remembered for catching up.

Whoever claims a slot holds it under a lease, which every transaction of the turn keeps. A holder that was
killed says nothing: its slot is taken up again when the lease has run out, and whatever the first holder
would still write is undone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Column, ColumnElement, Text, Uuid, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from vouchermarket.kit.db import Session, instant, registry_table
from vouchermarket.kit.ids import new_id
from vouchermarket.kit.locks import claim_rows

KEPT = timedelta(days=31)
# Only who leads takes up what is left, and never during its own turn: a call that lasts longer loses no slot.
LEASE = timedelta(minutes=2)

job_slot = registry_table(
    "job_slot",
    Column("job", Text, primary_key=True),
    Column("slot_at", instant("slot_at").type, primary_key=True),
    instant("claimed_at"),
    instant("done_at", nullable=True),
    Column("fault", Text),
    Column("lease_id", Uuid),
    instant("lease_until", nullable=True),
    deletable=True,
)


class SlotLost(Exception):
    """The slot is another's by now: the turn stops, and its transaction is undone."""


class Held(msgspec.Struct, frozen=True):
    """A slot in the hands of one holder. `lease_id` is the proof: without it nothing is written."""

    job: str
    slot_at: datetime
    lease_id: UUID

    @property
    def row(self) -> ColumnElement[bool]:
        """The slot's row for as long as it is ours."""
        return and_(_slot(self.job, self.slot_at), job_slot.c.lease_id == self.lease_id)


async def claim(session: Session, job: str, slot_at: datetime, now: datetime) -> Held | None:
    """Take a slot that nobody has had before; None when somebody has."""
    held = Held(job, slot_at, new_id())
    row = {"job": job, "slot_at": slot_at, "claimed_at": now, **_leased(held, now)}
    claimed = insert(job_slot).values(row).on_conflict_do_nothing().returning(job_slot.c.job)
    return held if (await session.execute(claimed)).first() is not None else None


async def take_over(session: Session, job: str, slot_at: datetime, now: datetime) -> Held | None:
    """Take up a slot whose holder is gone; None when it is done or held, or somebody is just taking it.

    A transaction of the holder that is still open has the row locked, and then it is left alone.
    """
    if not await claim_rows(session, job_slot, [_slot(job, slot_at), _is_left(now)], 1):
        return None
    held = Held(job, slot_at, new_id())
    taken = update(job_slot).where(_slot(job, slot_at)).values(claimed_at=now, **_leased(held, now))
    await session.execute(taken)
    return held


async def keep(session: Session, held: Held, now: datetime) -> None:
    """Keep the lease, and the row locked until the transaction ends. Raises `SlotLost`.

    The fence: nobody takes the slot over while this transaction is open, and none opens afterwards.
    """
    kept = update(job_slot).where(held.row, job_slot.c.done_at.is_(None)).values(lease_until=now + LEASE)
    if (await session.execute(kept)).rowcount != 1:
        raise SlotLost(f"{held.job} of {held.slot_at:%Y-%m-%d %H:%M:%S}")


async def close(session: Session, held: Held, *, now: datetime, fault: str | None = None) -> None:
    """Write down how the turn ended, and forget the job's slots of more than a month before it.

    Raises `SlotLost`.
    """
    await keep(session, held, now)
    values = {"done_at": now, "fault": fault, "lease_id": None, "lease_until": None}
    await session.execute(update(job_slot).where(held.row).values(values))
    old = delete(job_slot).where(job_slot.c.job == held.job, job_slot.c.slot_at < held.slot_at - KEPT)
    await session.execute(old)


async def give_back(session: Session, held: Held) -> None:
    """Leave it in the middle without waiting for the lease: whoever leads next takes it up at once."""
    await session.execute(update(job_slot).where(held.row).values(lease_id=None, lease_until=None))


async def last(session: Session, job: str) -> datetime | None:
    """The newest slot ever claimed of this job."""
    newest = select(func.max(job_slot.c.slot_at)).where(job_slot.c.job == job)
    return (await session.execute(newest)).scalar()


async def left(session: Session, job: str, now: datetime) -> Sequence[datetime]:
    """The slots of this job whose holders are gone, oldest first."""
    found = select(job_slot.c.slot_at).where(job_slot.c.job == job, _is_left(now))
    return (await session.execute(found.order_by(job_slot.c.slot_at))).scalars().all()


def _slot(job: str, slot_at: datetime) -> ColumnElement[bool]:
    return and_(job_slot.c.job == job, job_slot.c.slot_at == slot_at)


def _is_left(now: datetime) -> ColumnElement[bool]:
    # None was left to run out where the slot was given back, or claimed before there were leases.
    run_out = or_(job_slot.c.lease_until.is_(None), job_slot.c.lease_until <= now)
    return and_(job_slot.c.done_at.is_(None), run_out)


def _leased(held: Held, now: datetime) -> dict[str, object]:
    return {"lease_id": held.lease_id, "lease_until": now + LEASE}
