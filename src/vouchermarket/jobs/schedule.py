"""When what runs: the only file that knows the scheduler.

The scheduler says "a slot is due"; the row in `job_slot` says whose it is. Slots missed while nobody led are
caught up from that table as each job asks, and so are slots whose holder was killed in the middle.
"""

import asyncio
import enum
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from vouchermarket.identity import queries as identity
from vouchermarket.identity.structs import Bureau
from vouchermarket.kit import slots
from vouchermarket.kit.clock import Clock
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.slots import Held, SlotLost

log = structlog.get_logger()

Sweep = Callable[[Database, Bureau, datetime], Awaitable[int]]

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
CAUGHT_UP_MAX = 100
# How late a job that skips may still begin; how long a due slot waits for a tick at most.
ON_TIME = timedelta(minutes=5)
TICK_SECONDS_MAX = 60


class CatchUp(enum.Enum):
    """What to do with slots nobody took in time: each of them, the latest only, or none."""

    EACH = "each"
    LATEST = "latest"
    SKIP = "skip"


class Job(msgspec.Struct, frozen=True):
    """A sweep, how often it runs (first at `offset` past the period), and how it catches up."""

    name: str
    sweep: Sweep
    every: timedelta
    catch_up: CatchUp
    offset: timedelta = timedelta(0)

    def slot_at(self, now: datetime) -> datetime:
        """The slot that `now` falls into."""
        begun = now - EPOCH - self.offset
        return EPOCH + self.offset + (begun // self.every) * self.every


def due_slots(job: Job, last_at: datetime | None, now: datetime) -> Iterator[datetime]:
    """The slots to run now, oldest first: the present one, and before it what catching up asks for.

    Of EACH the newest hundred missed ones; `last_at` may lie off the grid, where a period was changed.
    """
    present = job.slot_at(now)
    if last_at is not None and last_at >= present:
        return
    if job.catch_up is CatchUp.SKIP and now - present > ON_TIME:
        return
    if last_at is not None and job.catch_up is CatchUp.EACH:
        after = (present - last_at - timedelta.resolution) // job.every
        yield from (present - job.every * back for back in range(min(after, CAUGHT_UP_MAX), 0, -1))
    yield present


def left_slots(
    job: Job, left: Sequence[datetime], last_at: datetime | None, now: datetime
) -> Iterator[datetime]:
    """Of the slots whose holder is gone, those to take up again, oldest first.

    Of EACH every one. Elsewhere a newer slot has made good for an older one, and SKIP begins nothing late.
    """
    if job.catch_up is CatchUp.EACH:
        yield from left
    elif left and left[-1] == last_at and (job.catch_up is CatchUp.LATEST or now - left[-1] <= ON_TIME):
        yield left[-1]


class Schedule:
    """Runs the jobs while this process leads."""

    def __init__(self, database: Database, jobs: tuple[Job, ...], clock: Clock) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock
        self._ticker: AsyncIOScheduler | None = None
        self._turns: set[asyncio.Task[int]] = set()

    async def begin(self) -> None:
        """Tick, beginning at once: the first turn of each job catches up.

        A slot is asked for four times and at least once a minute, so that a late tick still finds it. Nothing
        is waited for here: the leader must go on holding its lock, and hear that it should stop.
        """
        self._ticker = AsyncIOScheduler(timezone=UTC)
        for job in self._jobs:
            self._ticker.add_job(
                self._tick,
                "interval",
                args=[job],
                seconds=min(max(job.every.total_seconds() / 4, 0.25), TICK_SECONDS_MAX),
                next_run_time=datetime.now(UTC),
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
                id=job.name,
            )
        self._ticker.start()

    async def end(self) -> None:
        """Stop ticking and cut off the turns under way before the lead is given up: each rolls back."""
        if self._ticker is None:
            return
        # Paused first: the scheduler shuts down only at the loop's next round, and waits for no turn.
        self._ticker.pause()
        for turn in self._turns:
            turn.cancel()
        await asyncio.gather(*self._turns, return_exceptions=True)
        self._ticker.shutdown(wait=False)
        self._ticker = None

    async def _tick(self, job: Job) -> None:
        turn = asyncio.create_task(self.turn(job))
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)
        await asyncio.wait([turn])
        if not turn.cancelled() and (error := turn.exception()) is not None:
            log.error("job.turn_failed", job=job.name, exc_info=error)

    async def turn(self, job: Job) -> int:
        """Run what is due of a job, what was left in the middle first; returns how many slots were ours."""
        now = self._clock()
        async with self._database.registry() as session:
            last_at = await slots.last(session, job.name)
            left = await slots.left(session, job.name, now)
        asked = [(slots.take_over, slot_at) for slot_at in left_slots(job, left, last_at, now)]
        asked += [(slots.claim, slot_at) for slot_at in due_slots(job, last_at, now)]
        taken = 0
        for take, slot_at in asked:
            async with self._database.registry() as session:
                held = await take(session, job.name, slot_at, self._clock())
            if held is not None:
                taken += 1
                await self._hold(job, held)
        return taken

    async def _hold(self, job: Job, held: Held) -> None:
        try:
            await self._run(job, held)
        except SlotLost as lost:
            log.warning("job.slot_lost", job=job.name, slot=str(lost))
        except asyncio.CancelledError:
            # The lead is being given up. Where the database is away too, the lease runs out by itself.
            with suppress(Exception):
                async with self._database.registry() as session:
                    await slots.give_back(session, held)
            raise

    async def _run(self, job: Job, held: Held) -> None:
        async def fence(session: Session) -> None:
            await slots.keep(session, held, self._clock())

        behind = self._database.fenced(fence)
        async with self._database.registry() as session:
            bureaus = await identity.bureaus(session)
        faults: list[str] = []
        for bureau in bureaus:
            try:
                done = await job.sweep(behind, bureau, self._clock())
            except SlotLost:
                raise
            except Exception as error:
                # One bureau's fault must not keep the others from their turn; it is kept with the slot.
                log.exception("job.failed", job=job.name, bureau=bureau.code)
                faults.append(f"{bureau.code}: {type(error).__name__}")
            else:
                if done:
                    log.info("job.done", job=job.name, bureau=bureau.code, rows=done)
        async with self._database.registry() as session:
            await slots.close(session, held, now=self._clock(), fault="; ".join(faults) or None)
