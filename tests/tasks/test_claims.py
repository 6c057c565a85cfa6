"""The queue of tasks: claimed once, come back from the dead, cancelled, ended once."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from factories import NOW, City
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.db import Database
from vouchermarket.kit.events import event
from vouchermarket.tasks import operations as tasks
from vouchermarket.tasks import queries, rules
from vouchermarket.tasks.structs import Claimed, Standing, TaskState

DEAD = NOW + rules.LEASE


class Count(msgspec.Struct, frozen=True):
    to: int = 3


class Queue:
    """A city's queue, each verb in a transaction of its own."""

    def __init__(self, database: Database, city: City) -> None:
        self.database, self.city, self.teacher = database, city, city.teacher()

    def open(self):
        return self.database.transaction(self.city.bureau_id)

    async def ask(self, actor=None, now=NOW):
        async with self.open() as session:
            return await tasks.enqueue(session, actor or self.teacher, "count", Count(), now=now)

    async def claim(self, now=NOW) -> Claimed | None:
        async with self.open() as session:
            return await tasks.claim(session, self.city.bureau_id, now=now)

    async def shown(self, task_id):
        async with self.open() as session:
            return await queries.own_task(session, self.teacher, task_id)

    async def cancel(self, task_id, actor=None):
        async with self.open() as session:
            return await tasks.ask_cancel(session, actor or self.teacher, task_id, now=NOW)

    async def progress(self, claimed, done, now=NOW) -> Standing:
        async with self.open() as session:
            return await tasks.progress(session, claimed, done=done, total=3, now=now)

    async def finish(self, claimed, now=NOW) -> bool:
        async with self.open() as session:
            return await tasks.finish(session, claimed, {"counted": 3}, now=now)


@pytest.fixture
def queue(database: Database, city: City) -> Queue:
    return Queue(database, city)


async def test_tasks_are_claimed_once_by_however_many_ask(queue: Queue) -> None:
    asked = {await queue.ask() for _ in range(10)}
    found = await asyncio.gather(*(queue.claim() for _ in range(16)))
    claimed = [one for one in found if one is not None]
    assert len(claimed) == len({one.id for one in claimed})
    while one := await queue.claim():
        claimed.append(one)
    assert sorted(one.id for one in claimed) == sorted(asked)
    assert {one.attempts for one in claimed} == {1}


async def test_whoever_has_waited_longest_comes_first(queue: Queue) -> None:
    late, early = await queue.ask(), await queue.ask(now=NOW - timedelta(minutes=1))
    assert [(await queue.claim()).id, (await queue.claim()).id] == [early, late]


async def test_a_task_is_told_its_way_and_ended_once(queue: Queue) -> None:
    task_id = await queue.ask()
    claimed = await queue.claim()
    assert (claimed.id, claimed.kind, claimed.command) == (task_id, "count", {"to": 3})
    assert await queue.progress(claimed, 2) is Standing.GOING
    shown = await queue.shown(task_id)
    assert (shown.state, shown.done, shown.total) == (TaskState.RUNNING, 2, 3)
    assert await queue.finish(claimed)
    assert not await queue.finish(claimed)
    shown = await queue.shown(task_id)
    assert (shown.state, shown.result, shown.ended_at) == (TaskState.DONE, {"counted": 3}, NOW)
    async with queue.open() as session:
        kinds = select(event.c.kind).where(event.c.subject_id == task_id).order_by(event.c.id)
        assert list((await session.execute(kinds)).scalars()) == ["tasks.task_asked", "tasks.task_done"]


async def test_a_dead_workers_task_comes_back_after_its_lease_and_the_dead_write_nothing(
    queue: Queue,
) -> None:
    task_id = await queue.ask()
    first = await queue.claim()
    assert await queue.claim(DEAD - timedelta(seconds=1)) is None
    second = await queue.claim(DEAD)
    assert (second.id, second.attempts) == (task_id, 2)
    assert await queue.progress(first, 3) is Standing.LOST
    assert not await queue.finish(first)
    async with queue.open() as session:
        assert not await tasks.fail(session, first, "x", now=DEAD)
        assert not await tasks.give_back(session, first)
    assert await queue.finish(second, DEAD)


async def test_progress_and_keeping_hold_the_lease(queue: Queue) -> None:
    await queue.ask()
    claimed = await queue.claim()
    later = NOW + rules.LEASE - timedelta(seconds=1)
    assert await queue.progress(claimed, 1, later) is Standing.GOING
    assert await queue.claim(DEAD) is None
    async with queue.open() as session:
        assert await tasks.keep(session, claimed, now=DEAD) is Standing.GOING
    assert await queue.claim(later + rules.LEASE) is None


async def test_a_task_that_takes_three_workers_down_is_given_up(queue: Queue) -> None:
    task_id = await queue.ask()
    for number in range(rules.ATTEMPTS_MAX):
        assert (await queue.claim(NOW + number * rules.LEASE)).attempts == number + 1
    assert await queue.claim(NOW + rules.ATTEMPTS_MAX * rules.LEASE) is None
    shown = await queue.shown(task_id)
    assert (shown.state, shown.fault, shown.attempts) == (TaskState.FAILED, "given_up", 3)


async def test_a_task_given_back_is_taken_at_once_and_counts_no_attempt(queue: Queue) -> None:
    await queue.ask()
    async with queue.open() as session:
        claimed = await tasks.claim(session, queue.city.bureau_id, now=NOW)
        assert await tasks.give_back(session, claimed)
    assert (await queue.claim()).attempts == 1


async def test_a_waiting_task_is_cancelled_at_once(queue: Queue) -> None:
    task_id = await queue.ask()
    assert (await queue.cancel(task_id)).state is TaskState.CANCELLED
    assert await queue.claim() is None
    with pytest.raises(rules.TaskEnded):
        await queue.cancel(task_id)


async def test_a_running_task_hears_between_two_parts_that_it_is_cancelled(queue: Queue) -> None:
    task_id = await queue.ask()
    claimed = await queue.claim()
    for _ in range(2):
        assert (await queue.cancel(task_id)).state is TaskState.RUNNING
    assert await queue.progress(claimed, 1) is Standing.CANCEL_ASKED
    async with queue.open() as session:
        assert await tasks.close_cancelled(session, claimed, now=NOW)
    assert (await queue.shown(task_id)).state is TaskState.CANCELLED


async def test_a_cancelled_task_of_a_dead_worker_is_not_begun_again(queue: Queue) -> None:
    task_id = await queue.ask()
    await queue.claim()
    await queue.cancel(task_id)
    assert await queue.claim(DEAD) is None
    assert (await queue.shown(task_id)).state is TaskState.CANCELLED


async def test_anothers_task_is_not_there(queue: Queue) -> None:
    task_id = await queue.ask()
    with pytest.raises(NotFound):
        await queue.cancel(task_id, queue.city.teacher(1))
    async with queue.open() as session:
        assert await queries.own_tasks(session, queue.city.teacher(1)) == []
        assert [one.id for one in await queries.own_tasks(session, queue.teacher)] == [task_id]


async def test_one_person_has_twenty_open_tasks_at_most(queue: Queue) -> None:
    asked = [await queue.ask() for _ in range(rules.OPEN_MAX)]
    with pytest.raises(rules.TasksWaiting):
        await queue.ask()
    await queue.ask(queue.city.teacher(1))
    await queue.cancel(asked[0])
    await queue.ask()
