"""Verifying 10,000 completions in one command, beside pgbench's TPC-B on the same server.

`make bench` prints a JSON line. `ratio` is completions a second by the transactions a second of pgbench, each
of which commits alone: what it is worth to work on a set. Each completion captures a hold and registers an
entry.
"""

import asyncio
import sys
import time
from datetime import timedelta

from booking.rows import STARTS_AT, Market
from factories import NOW, City
from ground import connected, make_city, own_cluster, tell, tpc_b
from vouchermarket.booking import operations as booking
from vouchermarket.booking.structs import Booked, BookRun, Group, GroupKind
from vouchermarket.catalogue import queries as shelf
from vouchermarket.completion import operations as completion
from vouchermarket.completion.structs import Report
from vouchermarket.kit.db import Database
from vouchermarket.kit.embedded import Cluster
from vouchermarket.kit.ids import CompletionId
from vouchermarket.policies.queries import InForce

COMPLETIONS = 10_000
EACH = 250
ENDED_AT = STARTS_AT + timedelta(days=365)
SILENT_UNTIL = ENDED_AT + timedelta(days=60)


async def finish(market: Market) -> list[CompletionId]:
    """One run: its teachers with a voucher each, all there, reported, and silent since."""
    provider = market.city.officer("provider")
    run_id, teachers = await market.run(capacity=EACH), await market.teachers(EACH)
    await market.vouchers([one.person_id for one in teachers])
    wanted = tuple(BookRun(run_id, one.person_id, one.person_id) for one in teachers)
    async with market.database.transaction(market.bureau_id) as session:
        group = Group(GroupKind.EACH, wanted)
        (outcomes,) = await booking.carry_out(session, market.bureau_id, [group], now=NOW)
        booked = [outcome.booking_id for outcome in outcomes if isinstance(outcome, Booked)]
        meeting = (await shelf.runs(session, market.bureau_id, [run_id]))[run_id].meetings[0]
        there = dict.fromkeys(booked, True)
        await completion.take_attendance(session, provider, meeting.id, there, now=ENDED_AT)
        reports = [Report(booking_id, "签到册第 7 页") for booking_id in booked]
        reported = await completion.report(session, provider, run_id, reports, now=ENDED_AT)
    return [one.completion_id for one in reported]


async def stock(database: Database, city: City, policy: InForce) -> list[CompletionId]:
    """So many confirmed completions that nobody has verified."""
    market = Market(database, city, policy)
    found = [id_ for _ in range(COMPLETIONS // EACH) for id_ in await finish(market)]
    async with database.transaction(city.bureau_id) as session:
        await completion.confirm_by_silence(session, city.bureau_id, now=SILENT_UNTIL, at_most=COMPLETIONS)
    return found


async def verify(database: Database, city: City, ids: list[CompletionId]) -> float:
    """Seconds of the command, its commit included."""
    began = time.perf_counter()
    async with database.transaction(city.bureau_id) as session:
        registrar = city.officer("training_centre")
        outcomes = await completion.verify(session, registrar, ids, now=SILENT_UNTIL)
    took = time.perf_counter() - began
    assert all(outcome.refusal is None for outcome in outcomes), outcomes[0]
    return took


async def main(cluster: Cluster) -> None:
    """Stock, verify, with pgbench before and after: the machine is rarely ours alone."""
    database = Database(cluster.url)
    city, policy = await make_city(database)
    ids = await stock(database, city, policy)
    with connected(cluster.superuser_url) as above:
        above.execute("VACUUM ANALYZE")
    before = tpc_b(cluster)
    per_second = len(ids) / await verify(database, city, ids)
    tps = (before + tpc_b(cluster)) / 2
    await database.close()
    tell("completions verified", per_second, per_second / tps, pgbench_tps=round(tps))


if __name__ == "__main__":
    COMPLETIONS = int(sys.argv[1]) if len(sys.argv) > 1 else COMPLETIONS
    with own_cluster() as cluster:
        asyncio.run(main(cluster))
