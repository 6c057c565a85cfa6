"""kill -9 under booking load: of a web worker, of `work`, of the whole server, of PostgreSQL itself.

After each kill everything that was acknowledged is there, every request that was not answered turns out to
have happened once or never, and the books balance.
"""

import asyncio
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from chaos.books import compared
from chaos.crowd import Crowd
from chaos.stock import Stock, stocked
from chaos.town import WEB_WORKERS, Process, Town, town, until
from factories import NOW
from vouchermarket.kit import events
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id

# Set by `make chaos`. Without it a few kills of each kind have to do.
ROUNDS = int(os.environ.get("VOUCHERMARKET_CHAOS_ROUNDS", "0"))
SEED = int(os.environ.get("VOUCHERMARKET_CHAOS_SEED", "2014"))
FEW = {"web": 3, "work": 1, "server": 1, "postmaster": 1}
ROUND = {"web": 14, "work": 6, "server": 5, "postmaster": 3}
FACTS_A_KILL = 3
# Between two kills: long enough for everything to be in the middle of something again.
BREATH_SECONDS = 0.5


class Scene:
    """A stocked city in a running town, and what can happen to it."""

    def __init__(self, built: Town, stock: Stock) -> None:
        self.town, self.stock = built, stock
        self.server: Process = built.begin("serve")
        self.work: Process = built.begin("work")
        self.facts = 0

    async def kill(self, what: str) -> None:
        """Kill it, and begin again what nobody else begins."""
        if what == "web":
            # The oldest, so that they take turns: a worker that dies soon after it was begun again is taken
            # for a crash loop by its server.
            os.kill(self.server.children()[0], 9)
        elif what == "work":
            self.work.kill()
            self.work = self.town.begin("work")
        elif what == "server":
            self.server.kill()
            self.server = self.town.begin("serve")
        else:
            self.town.kill_postmaster()
            await self.town.begin_postgres()

    async def whole(self) -> None:
        """All processes are there and at work: whoever begins while the database is gone ends at once."""
        await until(lambda: len(self.server.children()) == WEB_WORKERS or not self.server.is_alive)
        assert self.server.is_alive, self.server.said()
        await until(lambda: "leader.elected" in self.work.said() or not self.work.is_alive)
        assert self.work.is_alive, self.work.said()

    async def state_facts(self, database: Database) -> None:
        """Facts for the relay, which `work` hands on: logins of one teacher."""
        rows = [
            events.event_row(
                self.stock.bureau_id,
                "identity.logged_in",
                new_id(),
                now=NOW + timedelta(seconds=self.facts + number),
                actor_id=self.stock.teacher_id,
            )
            | {"address": f"10.{self.facts + number}.0.1"}
            for number in range(FACTS_A_KILL)
        ]
        async with database.transaction(self.stock.bureau_id) as session:
            await events.write(session, rows)
        self.facts += FACTS_A_KILL

    async def handed_on(self, database: Database) -> int:
        """How many facts were handed on once none waits any more: a lease of somebody killed has to end."""
        self.town.ahead += events.LEASE + timedelta(minutes=1)
        self.work.kill()
        self.work = self.town.begin("work")
        done = events.event_delivery.c.done_at.is_not(None)
        counted = select(func.count().filter(done).label("done"), func.count().filter(~done).label("open"))
        until_at = time.monotonic() + 60
        while time.monotonic() < until_at:
            async with database.transaction(self.stock.bureau_id) as session:
                deliveries = (await session.execute(counted)).one()
            if not deliveries.open:
                return deliveries.done
            await asyncio.sleep(0.2)
        raise AssertionError(self.work.said())


def in_order(chance: random.Random) -> Iterator[str]:
    """What is killed, one after another."""
    for kinds in [ROUND] * ROUNDS or [FEW]:
        yield from chance.sample([*kinds], counts=[*kinds.values()], k=sum(kinds.values()))


async def test_nothing_acknowledged_is_lost_and_nothing_happens_twice() -> None:
    chance = random.Random(SEED)  # noqa: S311 - repeatable, and guards nothing
    took: list[tuple[float, str]] = []
    async with town() as built:
        async with built.database() as database:
            stock = await stocked(database)
        scene = Scene(built, stock)
        await built.ready()
        crowd = Crowd(built.address, stock.tokens, stock.runs, chance)
        async with crowd.about():
            for what in in_order(chance):
                await scene.whole()
                async with built.database() as database:
                    await scene.state_facts(database)
                await asyncio.sleep(BREATH_SECONDS)
                at = time.monotonic()
                await scene.kill(what)
                took.append((await crowd.served_after(at), what))
                async with crowd.at_rest(), built.database() as database:
                    difference = await compared(database, stock.bureau_id, crowd)
                assert not difference, (SEED, what, difference)
        async with built.database() as database:
            handed_on = await scene.handed_on(database)
            assert not await compared(database, stock.bureau_id, crowd)
    assert handed_on == scene.facts
    assert crowd.faults == []
    assert crowd.had_happened <= crowd.unanswered
    assert crowd.acknowledged > len(took)
    _tell(took, crowd, handed_on)


def _tell(took: list[tuple[float, str]], crowd: Crowd, handed_on: int) -> None:
    slowest, of = max(took)
    kills = dict(Counter(what for _, what in took).most_common())
    print(
        f"\nchaos: seed {SEED}, rounds {ROUNDS}, kills {len(took)} {kills}, "
        f"acknowledged {crowd.acknowledged}, "
        f"unanswered {crowd.unanswered} ({crowd.had_happened} had happened), lost 0, doubled 0, "
        f"facts handed on {handed_on}, "
        f"recovery p50 {statistics.median(seconds for seconds, _ in took):.2f} s, max {slowest:.2f} s ({of})"
    )
