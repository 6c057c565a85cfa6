"""One leader among any number of workers: whoever holds an advisory lock on a connection of its own.

The lock dies with the connection, so a leader that is killed is followed within a heartbeat. A leader that
loses its connection stops the schedule first: a slot claimed twice is fenced by `job_slot` all the same.
"""

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import structlog

log = structlog.get_logger()

LOCK_NUMBER = 7_114_720_629
HEARTBEAT_SECONDS = 0.5
ANSWER_SECONDS = 2


class Leader:
    """Tries to lead until `stop` is set; calls `begin` on gaining the lock and `end` before leaving it."""

    def __init__(
        self, dsn: str, begin: Callable[[], Awaitable[None]], end: Callable[[], Awaitable[None]]
    ) -> None:
        self._dsn = dsn
        self._begin = begin
        self._end = end

    async def campaign(self, stop: asyncio.Event) -> None:
        """Lead whenever the lock is to be had, until told to stop."""
        while not stop.is_set():
            try:
                await self._term(stop)
            except (psycopg.Error, TimeoutError, OSError) as error:
                log.warning("leader.connection_lost", fault=str(error))
            except Exception:
                # Whatever kept the schedule from beginning or ending, the worker stays and stands again.
                log.exception("leader.term_failed")
            await _pause(stop)

    async def _term(self, stop: asyncio.Event) -> None:
        # Not from the pool: a pooled connection would be given to others, lock and all.
        async with await psycopg.AsyncConnection.connect(
            self._dsn, autocommit=True, connect_timeout=ANSWER_SECONDS
        ) as connection:
            while not stop.is_set() and not await self._ask(connection, "SELECT pg_try_advisory_lock(%s)"):
                await _pause(stop)
            if stop.is_set():
                return
            log.info("leader.elected")
            try:
                await self._begin()
                while not stop.is_set():
                    await self._ask(connection, "SELECT %s > 0")
                    await _pause(stop)
            finally:
                await self._end()
                log.info("leader.resigned")

    @staticmethod
    async def _ask(connection: psycopg.AsyncConnection, question: str) -> bool:
        async with asyncio.timeout(ANSWER_SECONDS):
            cursor = await connection.execute(question.encode(), (LOCK_NUMBER,))
            row = await cursor.fetchone()
        return bool(row and row[0])


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return
