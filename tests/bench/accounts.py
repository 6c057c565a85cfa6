"""One account with 10, 1,000 and 100,000 transfers behind it: posting to it, and reading what it holds.

`make bench` prints a JSON line for each. `ratio` is the median time by that of the account with the fewest
transfers: flat is 1. A locked account keeps its balance in its row; an open one, what a provider has earned,
is read from its transfers, so its line is shown after the others.
"""

import asyncio
import sys
import time
from statistics import median

import factories
from ground import connected, make_city, own_cluster, tell
from vouchermarket.kit import events
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.embedded import Cluster
from vouchermarket.kit.ids import AccountId, TransferId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries
from vouchermarket.ledger.structs import AccountKind, Posting, TransferCode

SIZES = (10, 1_000, 100_000)
PART = 10_000
# One account after the other in turn, so that all meet the same machine.
ROUNDS = 200


def postings(treasury: AccountId, fund: AccountId, count: int) -> list[Posting]:
    """So many appropriations of a fen to a fund."""
    ids = [TransferId(new_id()) for _ in range(count)]
    return [
        Posting(
            id=id_,
            code=TransferCode.APPROPRIATE,
            source_id=treasury,
            target_id=fund,
            amount_fen=1,
            key=f"bench:{id_}",
            document_id=id_,
        )
        for id_ in ids
    ]


async def post(session: Session, city: factories.City, fund: AccountId, count: int = 1) -> None:
    """Post to a fund, as its appropriations do."""
    treasury = ledger.account_id(city.bureau_id, AccountKind.TREASURY)
    event_id = await events.record(session, city.bureau_id, "bench.posted", fund, now=factories.NOW)
    posted = postings(treasury, fund, count)
    await ledger.post(session, city.bureau_id, posted, event_id=event_id, now=factories.NOW)


async def stock(database: Database, city: factories.City) -> dict[int, AccountId]:
    """A fund for each size, with its transfers."""
    funds: dict[int, AccountId] = {}
    async with database.transaction(city.bureau_id) as session:
        await ledger.open_account(session, city.bureau_id, AccountKind.TREASURY, now=factories.NOW)
        for size in SIZES:
            funds[size] = await ledger.open_account(
                session, city.bureau_id, AccountKind.FUND, f"of_{size}", 2014, now=factories.NOW
            )
    for size, fund in funds.items():
        for start in range(0, size, PART):
            async with database.transaction(city.bureau_id) as session:
                await post(session, city, fund, min(PART, size - start))
    return funds


async def measure(database: Database, city: factories.City, funds: dict[int, AccountId]) -> None:
    """Seconds of a posting with its commit, and of reading the balance, for each fund in turn."""
    posting: dict[int, list[float]] = {size: [] for size in SIZES}
    reading: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size, fund in funds.items():
            began = time.perf_counter()
            async with database.transaction(city.bureau_id) as session:
                await post(session, city, fund)
            posting[size].append(time.perf_counter() - began)
            async with database.transaction(city.bureau_id) as session:
                began = time.perf_counter()
                await queries.accounts(session, city.bureau_id, [fund])
                reading[size].append(time.perf_counter() - began)
    for name, times in (("posted to", posting), ("read", reading)):
        least = median(times[SIZES[0]])
        for size in SIZES:
            took = median(times[size])
            tell(f"account of {size} transfers {name}", 1 / took, took / least, p50_ms=round(took * 1000, 2))


async def main(cluster: Cluster) -> None:
    """Stock, measure, and say what reading an open account of all those transfers takes."""
    database = Database(cluster.url)
    city, _ = await make_city(database)
    funds = await stock(database, city)
    with connected(cluster.superuser_url) as above:
        above.execute("VACUUM ANALYZE")
    await measure(database, city, funds)
    treasury = ledger.account_id(city.bureau_id, AccountKind.TREASURY)
    async with database.transaction(city.bureau_id) as session:
        began = time.perf_counter()
        await queries.open_balance(session, city.bureau_id, treasury)
        took = time.perf_counter() - began
    tell(f"open account of {sum(SIZES)} transfers read", 1 / took, None, p50_ms=round(took * 1000, 2))
    await database.close()


if __name__ == "__main__":
    SIZES = tuple(map(int, sys.argv[1:])) or SIZES
    with own_cluster() as cluster:
        asyncio.run(main(cluster))
