"""Slots: which are due after any gap, and that of several who race for them one runs each."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from vouchermarket.jobs.schedule import CAUGHT_UP_MAX, EPOCH, ON_TIME, CatchUp, Job, Schedule, due_slots
from vouchermarket.kit import slots
from vouchermarket.kit.ids import new_id

START = datetime(2014, 3, 3, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

periods = st.timedeltas(timedelta(seconds=1), timedelta(days=2))
offsets = st.timedeltas(timedelta(0), timedelta(days=1))
instants = st.datetimes(datetime(2013, 1, 1), datetime(2016, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds it


async def _nothing(database, bureau, now):
    return 0


def _job(catch_up=CatchUp.EACH, every=HOUR, offset=timedelta(0), sweep=_nothing, name="tested"):
    return Job(name, sweep, every, catch_up, offset)


# --- pure ---------------------------------------------------------------------------------------------------


@given(every=periods, offset=offsets, now=instants)
def test_an_instant_falls_into_the_slot_that_began_last(every, offset, now):
    job = _job(every=every, offset=offset)
    slot_at = job.slot_at(now)
    assert slot_at <= now < slot_at + every
    assert (slot_at - EPOCH - offset) % every == timedelta(0)


@given(every=periods, offset=offsets, last=instants, gap=st.timedeltas(timedelta(0), timedelta(days=30)))
@example(every=HOUR, offset=timedelta(0), last=START, gap=timedelta(0))
@example(every=HOUR, offset=timedelta(0), last=START, gap=HOUR)
@example(every=HOUR, offset=timedelta(0), last=START, gap=HOUR * CAUGHT_UP_MAX * 2)
def test_each_yields_every_missed_slot_once_in_order(every, offset, last, gap):
    job = _job(every=every, offset=offset)
    last_at, now = job.slot_at(last), last + gap
    due = list(due_slots(job, last_at, now))
    missed = (job.slot_at(now) - last_at) // every
    first = max(1, missed - CAUGHT_UP_MAX)
    assert due == [last_at + every * place for place in range(first, missed + 1)]


@given(every=periods, last=instants, gap=st.timedeltas(timedelta(0), timedelta(days=3)))
def test_no_slot_is_lost_where_the_period_was_changed(every, last, gap):
    """`last` is any instant: a slot of another period than today's."""
    job = _job(every=every)
    due = list(due_slots(job, last, last + gap))
    assert all(later - earlier == every for earlier, later in pairwise(due))
    if due:
        assert due[-1] == job.slot_at(last + gap)
        assert len(due) == CAUGHT_UP_MAX + 1 or last < due[0] <= last + every
    else:
        assert job.slot_at(last + gap) <= last


@given(every=periods, last=instants, gap=st.timedeltas(timedelta(0), timedelta(days=30)))
def test_latest_yields_only_the_newest(every, last, gap):
    job = _job(CatchUp.LATEST, every)
    last_at, present = job.slot_at(last), job.slot_at(last + gap)
    assert list(due_slots(job, last_at, last + gap)) == ([present] if present > last_at else [])


@given(late=st.timedeltas(timedelta(0), timedelta(hours=2)))
@example(late=ON_TIME)
@example(late=ON_TIME + timedelta.resolution)
def test_skip_yields_nothing_once_it_is_too_late(late):
    job = _job(CatchUp.SKIP, every=timedelta(days=1))
    slot_at = job.slot_at(START)
    due = list(due_slots(job, slot_at - job.every, slot_at + late))
    assert due == ([slot_at] if late <= ON_TIME else [])


@pytest.mark.parametrize("catch_up", [CatchUp.EACH, CatchUp.LATEST])
def test_a_job_that_never_ran_begins_with_the_present_slot(catch_up):
    assert list(due_slots(_job(catch_up), None, START + timedelta(minutes=59))) == [START]


@given(catch_up=st.sampled_from(CatchUp), steps=st.lists(st.timedeltas(timedelta(0), HOUR * 5), max_size=30))
def test_no_slot_is_due_twice_however_often_is_asked(catch_up, steps):
    job, now, last_at, run = _job(catch_up), START, None, []
    for step in steps:
        now += step
        for slot_at in due_slots(job, last_at, now):
            run.append(slot_at)
            last_at = slot_at
    assert run == sorted(set(run))


@given(back=st.timedeltas(timedelta.resolution, HOUR * 5))
def test_a_clock_put_back_runs_nothing_again(back):
    assert list(due_slots(_job(), START, START - back)) == []


# --- on a database ------------------------------------------------------------------------------------------


class _Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


class _Diary:
    """A sweep that writes down its runs in one bureau, and lets a test wait for the next."""

    def __init__(self, bureau_id: UUID):
        self.bureau_id, self.runs, self.written = bureau_id, [], asyncio.Event()

    async def sweep(self, database, bureau, now):
        if bureau.id == self.bureau_id:
            self.runs.append(now)
            self.written.set()
        return 1

    async def next_run(self):
        await asyncio.wait_for(self.written.wait(), 10)
        self.written.clear()


def _named(sweep, catch_up=CatchUp.EACH):
    """A job of this test alone: slots stand above bureaus."""
    return _job(catch_up, sweep=sweep, name=f"test:{new_id()}")


async def _slots(database, job):
    table = slots.job_slot
    async with database.registry() as session:
        rows = await session.execute(select(table).where(table.c.job == job.name).order_by(table.c.slot_at))
        return rows.all()


async def test_of_several_who_race_one_runs_each_slot(database, bureau):
    clock, written = _Clock(), _Diary(bureau)
    job = _named(written.sweep)
    racers = [Schedule(database, (job,), clock) for _ in range(5)]
    taken = await asyncio.gather(*(racer.turn(job) for racer in racers))
    assert sum(taken) == 1
    clock.now += HOUR * 7
    taken = await asyncio.gather(*(racer.turn(job) for racer in racers))
    assert sum(taken) == 7
    assert len(written.runs) == 8
    rows = await _slots(database, job)
    assert [row.slot_at for row in rows] == [START + HOUR * place for place in range(8)]
    assert all(row.done_at is not None and row.fault is None for row in rows)


async def test_a_slot_already_taken_is_left_alone(database, bureau):
    written = _Diary(bureau)
    job = _named(written.sweep)
    async with database.registry() as session:
        assert await slots.claim(session, job.name, START, START)
    assert await Schedule(database, (job,), _Clock()).turn(job) == 0
    assert written.runs == []


async def test_a_bureau_that_fails_keeps_no_other_from_its_turn(database, bureau, city):
    """The fault stays with the slot, by the bureau's code, and the next slot runs as usual."""
    from factories import make_bureau

    unlucky, lucky = await make_bureau(database), await make_bureau(database)
    seen = []

    async def sweep(_, asked, now):
        if asked.id == unlucky:
            raise ZeroDivisionError(asked.code)
        if asked.id == lucky:
            seen.append(asked.code)
        return 0

    clock, job = _Clock(), _named(sweep)
    schedule = Schedule(database, (job,), clock)
    assert await schedule.turn(job) == 1
    assert len(seen) == 1
    [row] = await _slots(database, job)
    assert row.fault.endswith(": ZeroDivisionError")
    assert row.fault.startswith(f"b{unlucky.hex[-10:]}")
    clock.now += HOUR
    assert await schedule.turn(job) == 1
    assert len(seen) == 2


async def test_beginning_catches_up_without_being_waited_for(database, bureau):
    """A long sweep must keep the leader neither from its heartbeat nor from stopping."""
    begun, cut_off = asyncio.Event(), asyncio.Event()

    async def endless(_, asked, now):
        if asked.id == bureau:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                cut_off.set()
        return 0

    job = _named(endless)
    schedule = Schedule(database, (job,), _Clock())
    await schedule.begin()
    assert not begun.is_set()
    await asyncio.wait_for(begun.wait(), 10)
    await asyncio.wait_for(schedule.end(), 10)
    assert cut_off.is_set()
    await schedule.end()
    [row] = await _slots(database, job)
    assert (row.done_at, row.lease_id) == (None, None)


async def test_a_schedule_ticks_until_it_is_ended(database, bureau):
    clock, written = _Clock(), _Diary(bureau)
    job = Job(f"test:{new_id()}", written.sweep, timedelta(seconds=1), CatchUp.LATEST)
    schedule = Schedule(database, (job,), clock)
    await schedule.begin()
    for _ in range(3):
        await written.next_run()
        clock.now += job.every
    await schedule.end()
    runs = len(written.runs)
    clock.now += HOUR
    await asyncio.sleep(0.6)
    assert len(written.runs) == runs


async def test_a_turn_that_cannot_be_taken_leaves_the_ticking_alone(database, bureau, capsys):
    """The database away for a moment: that turn fails, the next finds the same slot."""
    written = _Diary(bureau)
    job = Job(f"test:{new_id()}", written.sweep, timedelta(seconds=1), CatchUp.LATEST)
    asked = 0

    def clock():
        nonlocal asked
        asked += 1
        if asked == 1:
            raise ConnectionError
        return START

    schedule = Schedule(database, (job,), clock)
    await schedule.begin()
    await written.next_run()
    await schedule.end()
    assert len(written.runs) == 1
    assert "job.turn_failed" in "".join(capsys.readouterr())
