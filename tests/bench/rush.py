"""Booking without HTTP: batches of 256 teachers, everybody on one run and spread over many, and one by one.

`make bench` prints a JSON line for each. `ratio` is bookings a second by the transactions a second of
pgbench's TPC-B on the same server in the same run. `cpu_ms` is what one booking costs this process itself,
the server's work apart.
"""

import asyncio
import time
from collections.abc import Sequence

from booking.rows import Market
from factories import NOW
from ground import connected, make_city, own_cluster, tell, tpc_b
from vouchermarket.booking import operations as booking
from vouchermarket.booking.structs import Booked, BookRun, Choice, Group, GroupKind
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Database
from vouchermarket.kit.embedded import Cluster
from vouchermarket.kit.ids import RunId

BATCH = 256
BATCHES = 8
SINGLE = 300
SPREAD = 200


async def in_batches(market: Market, teachers: Sequence[Actor], runs: Sequence[RunId]) -> int:
    """Book each teacher into one of the runs in turn, a batch to a transaction; how many have a seat."""
    booked = 0
    for start in range(0, len(teachers), BATCH):
        groups = [
            Group(GroupKind.EACH, (BookRun(runs[number % len(runs)], one.person_id, one.person_id),))
            for number, one in enumerate(teachers[start : start + BATCH], start)
        ]
        async with market.database.transaction(market.bureau_id) as session:
            outcomes = await booking.carry_out(session, market.bureau_id, groups, now=NOW)
        booked += sum(isinstance(outcome, Booked) for group in outcomes for outcome in group)
    return booked


async def one_by_one(market: Market, teachers: Sequence[Actor], runs: Sequence[RunId]) -> int:
    """Book each teacher alone, as nobody else is there."""
    for number, teacher in enumerate(teachers):
        async with market.database.transaction(market.bureau_id) as session:
            await booking.book(session, teacher, Choice(runs[number % len(runs)]), now=NOW)
    return len(teachers)


async def measure(market: Market, tps: float) -> None:
    """Each way, after a first batch that fills the caches of the process and of the server."""
    everybody = await market.teachers(BATCH * (2 * BATCHES + 1) + SINGLE)
    await market.vouchers([one.person_id for one in everybody])
    popular = [await market.run(capacity=len(everybody))]
    runs = [await market.run(capacity=len(everybody)) for _ in range(SPREAD)]
    first, many, rush, alone = (
        everybody[:BATCH],
        everybody[BATCH : BATCH * (BATCHES + 1)],
        everybody[BATCH * (BATCHES + 1) : -SINGLE],
        everybody[-SINGLE:],
    )
    await in_batches(market, first, runs)
    for scenario, book, teachers, wanted in (
        (f"bookings in batches of {BATCH}, {SPREAD} runs", in_batches, many, runs),
        (f"bookings in batches of {BATCH}, one run", in_batches, rush, popular),
        ("bookings one by one", one_by_one, alone, runs),
    ):
        began, used = time.perf_counter(), time.process_time()
        booked = await book(market, teachers, wanted)
        took, cpu = time.perf_counter() - began, time.process_time() - used
        assert booked == len(teachers), (booked, len(teachers))
        per_second = booked / took
        cpu_ms = round(cpu / booked * 1000, 2)
        tell(scenario, per_second, per_second / tps, pgbench_tps=round(tps), cpu_ms=cpu_ms)


async def main(cluster: Cluster) -> None:
    """Stock the market, and measure."""
    database = Database(cluster.url)
    city, policy = await make_city(database)
    tps = tpc_b(cluster)
    with connected(cluster.superuser_url) as above:
        above.execute("VACUUM ANALYZE")
    await measure(Market(database, city, policy), tps)
    await database.close()


if __name__ == "__main__":
    with own_cluster() as cluster:
        asyncio.run(main(cluster))
