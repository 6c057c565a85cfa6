"""A slot whose holder was killed in the middle is taken up again, and is never run by two at once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from vouchermarket.jobs.schedule import ON_TIME, CatchUp, Job, Schedule, left_slots
from vouchermarket.kit import slots
from vouchermarket.kit.ids import new_id
from vouchermarket.kit.slots import SlotLost

START = datetime(2014, 3, 3, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DEAD = START + slots.LEASE


async def _nothing(database, bureau, now):
    return 0


def _job(catch_up=CatchUp.LATEST, every=DAY, sweep=_nothing):
    """A job of this test alone, whose slot begins at START: slots stand above bureaus."""
    return Job(f"test:{new_id()}", sweep, every, catch_up, offset=timedelta(hours=1))


# --- pure ---------------------------------------------------------------------------------------------------


@given(back=st.lists(st.integers(0, 50), min_size=1, max_size=9, unique=True), newer=st.booleans())
def test_each_takes_up_every_left_slot_and_the_latest_only_the_newest_of_all(back, newer):
    left = sorted(START - DAY * days for days in back)
    last_at = left[-1] + DAY if newer else left[-1]
    now = last_at + HOUR
    assert list(left_slots(_job(CatchUp.EACH), left, last_at, now)) == left
    assert list(left_slots(_job(CatchUp.LATEST), left, last_at, now)) == ([] if newer else left[-1:])


@pytest.mark.parametrize(("late", "taken_up"), [(ON_TIME, [START]), (ON_TIME + timedelta.resolution, [])])
def test_a_job_that_skips_takes_nothing_up_once_it_is_too_late(late, taken_up):
    assert list(left_slots(_job(CatchUp.SKIP), [START], START, START + late)) == taken_up


def test_a_lease_runs_out_while_a_job_that_skips_is_still_on_time():
    assert slots.LEASE < ON_TIME


# --- on a database ------------------------------------------------------------------------------------------


class _Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


class _Sweep:
    """A sweep that stands still in the middle of one bureau, between two transactions or inside one."""

    def __init__(self, bureau_id, *, inside=False):
        self.bureau_id, self.inside = bureau_id, inside
        self.begun, self.go_on, self.through = asyncio.Event(), asyncio.Event(), 0

    async def sweep(self, database, bureau, now):
        if bureau.id != self.bureau_id:
            return 0
        async with database.transaction(bureau.id):
            if self.inside:
                await self._stand()
        if not self.inside:
            await self._stand()
        async with database.transaction(bureau.id):
            self.through += 1
        return 1

    async def _stand(self):
        self.begun.set()
        await self.go_on.wait()


async def _row(database, job):
    async with database.registry() as session:
        return (await session.execute(select(slots.job_slot).where(slots.job_slot.c.job == job.name))).one()


async def test_a_daily_slot_of_a_killed_leader_is_taken_up_after_its_lease(database, bureau):
    """The one who is killed says nothing: its slot stays claimed and not done."""
    clock, through = _Clock(), _Sweep(bureau)
    through.go_on.set()
    job = _job(sweep=through.sweep)
    async with database.registry() as session:
        assert await slots.claim(session, job.name, START, START)
    follower = Schedule(database, (job,), clock)
    clock.now = DEAD - timedelta.resolution
    assert await follower.turn(job) == 0
    clock.now = DEAD
    assert await follower.turn(job) == 1
    assert await follower.turn(job) == 0
    row = await _row(database, job)
    assert (row.slot_at, row.claimed_at, row.done_at, row.lease_id) == (START, DEAD, DEAD, None)
    assert through.through == 1


async def test_of_several_who_follow_one_takes_it_up(database, bureau):
    through = _Sweep(bureau)
    through.go_on.set()
    job, clock = _job(sweep=through.sweep), _Clock()
    async with database.registry() as session:
        await slots.claim(session, job.name, START, START)
    clock.now = DEAD
    taken = await asyncio.gather(*(Schedule(database, (job,), clock).turn(job) for _ in range(6)))
    assert sum(taken) == through.through == 1


async def test_a_holder_that_wakes_up_too_late_writes_nothing_more(database, bureau, capsys):
    clock, paused, follows = _Clock(), _Sweep(bureau), _Sweep(bureau)
    follows.go_on.set()
    job = _job(sweep=paused.sweep)
    first = asyncio.create_task(Schedule(database, (job,), clock).turn(job))
    await asyncio.wait_for(paused.begun.wait(), 10)
    clock.now = DEAD
    taken_up = Job(job.name, follows.sweep, job.every, job.catch_up, job.offset)
    assert await Schedule(database, (taken_up,), clock).turn(taken_up) == 1
    paused.go_on.set()
    await first
    assert (paused.through, follows.through) == (0, 1)
    assert "job.slot_lost" in "".join(capsys.readouterr())
    assert (await _row(database, job)).fault is None


async def test_a_slot_is_not_taken_from_under_an_open_transaction(database, bureau):
    """Its lease has run out by the clock of the other, whose clock may be wrong: the row says it is held."""
    clock, slow = _Clock(), _Sweep(bureau, inside=True)
    job = _job(sweep=slow.sweep)
    first = asyncio.create_task(Schedule(database, (job,), clock).turn(job))
    await asyncio.wait_for(slow.begun.wait(), 10)
    assert await Schedule(database, (job,), lambda: DEAD + HOUR).turn(job) == 0
    slow.go_on.set()
    assert await asyncio.wait_for(first, 10) == 1
    assert slow.through == 1


async def test_each_transaction_keeps_the_lease(database, bureau):
    clock, long = _Clock(), _Sweep(bureau)
    job = _job(sweep=long.sweep)
    turn = asyncio.create_task(Schedule(database, (job,), clock).turn(job))
    await asyncio.wait_for(long.begun.wait(), 10)
    held = slots.Held(job.name, START, (await _row(database, job)).lease_id)
    async with database.registry() as session:
        await slots.keep(session, held, DEAD)
    clock.now = DEAD
    assert await Schedule(database, (job,), clock).turn(job) == 0
    long.go_on.set()
    assert await turn == 1


async def test_a_leader_that_resigns_in_the_middle_leaves_its_slot_at_once(database, bureau):
    clock, endless, follows = _Clock(), _Sweep(bureau), _Sweep(bureau)
    follows.go_on.set()
    job = _job(sweep=endless.sweep)
    resigns = Schedule(database, (job,), clock)
    await resigns.begin()
    await asyncio.wait_for(endless.begun.wait(), 10)
    await asyncio.wait_for(resigns.end(), 10)
    taken_up = Job(job.name, follows.sweep, job.every, job.catch_up, job.offset)
    assert await Schedule(database, (taken_up,), clock).turn(taken_up) == 1
    assert (endless.through, follows.through) == (0, 1)


async def test_what_is_done_is_kept_and_closed_by_nobody(database):
    job = _job()
    async with database.registry() as session:
        held = await slots.claim(session, job.name, START, START)
        await slots.close(session, held, now=START)
        assert await slots.take_over(session, job.name, START, DEAD + HOUR) is None
        with pytest.raises(SlotLost):
            await slots.keep(session, held, START)
        with pytest.raises(SlotLost):
            await slots.close(session, held, now=START)
