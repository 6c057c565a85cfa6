"""One leads: whoever holds the lock, for as long as its connection lives."""

import asyncio
from contextlib import asynccontextmanager

import psycopg
import pytest

from vouchermarket.jobs import leader
from vouchermarket.jobs.leader import LOCK_NUMBER, Leader

# What the lock's number looks like in the catalog: its upper and lower half.
_HOLDER = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND (classid::bigint << 32) + objid::bigint = %s"
)


class Term:
    """One who stands: writes down when it begins and ends, and lets a test wait for either."""

    def __init__(self, dsn, diary, name, fault=None):
        self.diary, self.name, self.fault = diary, name, fault
        self.begun, self.ended, self.stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.leader = Leader(dsn, self.begin, self.end)

    async def begin(self):
        self.diary.append(("begin", self.name))
        self.begun.set()
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault

    async def end(self):
        self.diary.append(("end", self.name))
        self.ended.set()


@pytest.fixture
def dsn(apart):
    return apart.url.replace("postgresql+psycopg://", "postgresql://", 1)


@asynccontextmanager
async def standing(*terms):
    """All of them stand until the end; then each is told to stop and must do so at once."""
    campaigns = [asyncio.create_task(term.leader.campaign(term.stop)) for term in terms]
    yield
    for term in terms:
        term.stop.set()
    await asyncio.wait_for(asyncio.gather(*campaigns), 5)


async def first_of(*terms):
    """The one of them that begins first."""
    waiting = {asyncio.create_task(term.begun.wait()): term for term in terms}
    done, pending = await asyncio.wait(waiting, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return waiting[done.pop()]


async def test_of_two_who_stand_one_leads_and_the_other_follows_it(dsn):
    diary = []
    terms = [Term(dsn, diary, name) for name in "ab"]
    async with standing(*terms):
        led = await first_of(*terms)
        [waits] = [term for term in terms if term is not led]
        await asyncio.sleep(leader.HEARTBEAT_SECONDS * 2)
        assert diary == [("begin", led.name)]
        led.stop.set()
        await asyncio.wait_for(waits.begun.wait(), 5)
        assert diary == [("begin", led.name), ("end", led.name), ("begin", waits.name)]
    assert diary[-1] == ("end", waits.name)


async def test_a_leader_whose_connection_is_cut_ends_and_stands_again(dsn):
    """The other may begin before the first has noticed: the slots are fenced for that heartbeat."""
    diary = []
    terms = [Term(dsn, diary, name) for name in "ab"]
    async with standing(*terms):
        led = await first_of(*terms)
        led.begun.clear()
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            cursor = await connection.execute(_HOLDER, (LOCK_NUMBER,))
            [(pid,)] = await cursor.fetchall()
            await connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
        await asyncio.wait_for(led.ended.wait(), 5)
        # Whoever of the two is quicker: one of them leads again, and the campaign of neither is over.
        await first_of(*terms)
    assert [word for word, name in diary if name == led.name][:2] == ["begin", "end"]
    begun = [name for word, name in diary if word == "begin"]
    assert sorted(begun) == sorted(name for word, name in diary if word == "end")
    assert len(begun) >= 2


async def test_a_schedule_that_cannot_begin_is_ended_and_begun_anew(dsn, capsys):
    diary = []
    term = Term(dsn, diary, "a", fault=RuntimeError("the pool is not there yet"))
    async with standing(term):
        await asyncio.wait_for(term.ended.wait(), 10)
        term.begun.clear()
        await asyncio.wait_for(term.begun.wait(), 10)
    assert diary == [("begin", "a"), ("end", "a"), ("begin", "a"), ("end", "a")]
    assert "leader.term_failed" in "".join(capsys.readouterr())


async def test_a_server_that_is_not_there_is_asked_again_until_told_to_stop(tmp_path, capsys):
    diary = []
    term = Term(f"postgresql://nobody@/nothing?host={tmp_path}", diary, "a")
    async with standing(term):
        await asyncio.sleep(0.2)
    assert diary == []
    assert "leader.connection_lost" in "".join(capsys.readouterr())


async def test_who_is_told_to_stop_while_waiting_never_begins(dsn):
    diary = []
    first, second = (Term(dsn, diary, name) for name in "ab")
    async with standing(first):
        await first_of(first)
        async with standing(second):
            await asyncio.sleep(0.2)
    assert ("begin", "b") not in diary
