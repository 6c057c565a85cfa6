"""A city to be booked out: rules in force, teachers with vouchers and tokens, and more demand than seats."""

from pathlib import Path

import msgspec

import factories
from booking.rows import Market
from factories import NOW
from vouchermarket.identity import operations as identity
from vouchermarket.identity.structs import MakeToken
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import BureauId, PersonId, RunId
from vouchermarket.policies import operations as policies
from vouchermarket.policies import queries as policy_queries

PACK = Path(__file__).parents[2] / "seeds" / "zhuzhou-2014" / "pack.toml"
PEOPLE, RUNS, SEATS, VOUCHER_FEN = 12, 12, 6, 120_000


class Stock(msgspec.Struct, frozen=True):
    """What a crowd needs to know of it: bearer tokens of its teachers, and the runs they want."""

    bureau_id: BureauId
    teacher_id: PersonId
    tokens: list[str]
    runs: list[RunId]


async def open_market(database: Database) -> Market:
    """A city of its own, under the Zhuzhou pack."""
    city = await factories.make_city(database, await factories.make_bureau(database))
    first, second = city.officers["teacher_office"]
    async with database.transaction(city.bureau_id) as session:
        content = PACK.read_text(encoding="utf-8")
        version_id = await policies.propose(session, first, content, now=NOW)
        await policies.decide(session, second, version_id, approve=True, now=NOW)
        in_force = await policy_queries.in_force(session, city.bureau_id, factories.TODAY)
    return Market(database, city, in_force)


async def stocked(database: Database) -> Stock:
    """A market with teachers, vouchers, tokens and runs."""
    market = await open_market(database)
    city = market.city
    teachers = await market.teachers(PEOPLE)
    await market.vouchers([one.person_id for one in teachers], VOUCHER_FEN)
    runs = [await market.run(capacity=SEATS) for _ in range(RUNS)]
    async with database.transaction(city.bureau_id) as session:
        made = [await identity.make_token(session, one, MakeToken(label="t"), now=NOW) for one in teachers]
    return Stock(city.bureau_id, city.teacher().person_id, [one.token for one in made], runs)
