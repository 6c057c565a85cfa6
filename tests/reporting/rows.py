"""Given-builders for reporting tests: books in which everything has happened, and copies of them to break."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from factories import NOW, TODAY, City
from settlement import rows as settlement
from settlement.rows import Market
from vouchermarket.kit.db import Database, Session
from vouchermarket.policies import operations as policies
from vouchermarket.policies import queries as policy_queries
from vouchermarket.policies.queries import InForce
from vouchermarket.reporting.queries.invariants import INVARIANTS, Finding

SEEDS = Path(__file__).parents[2] / "seeds"
STATEMENTS = {invariant.code: invariant for invariant in INVARIANTS}


async def in_force(database: Database, city: City) -> InForce:
    """The Zhuzhou pack, approved: for a city that several tests read."""
    first, second = city.officers["teacher_office"]
    content = (SEEDS / "zhuzhou-2014" / "pack.toml").read_text(encoding="utf-8")
    async with database.transaction(city.bureau_id) as session:
        version_id = await policies.propose(session, first, content, now=NOW)
        await policies.decide(session, second, version_id, approve=True, now=NOW)
        return await policy_queries.in_force(session, city.bureau_id, TODAY)


async def whole_path(market: Market) -> Market:
    """Two completions earned, one of them partly by a co-pay; a settled statement; its payment on the way."""
    await settlement.earn(market, 30_000)
    await settlement.earn(market, 20_001, copay_fen=5_000)
    await settlement.approved(market, await settlement.settled(market))
    return market


async def execute(session: Session, *statements: str) -> None:
    """Carry out plain statements, as a hand at the database would."""
    for statement in statements:
        await session.execute(text(statement))


async def finding(session: Session, bureau_id: UUID, code: str) -> Finding:
    """How one invariant stands, by its own statement on this session."""
    invariant = STATEMENTS[code]
    row = (await session.execute(text(invariant.sql), {"bureau": bureau_id})).one()
    return Finding(code, invariant.promise, row.checked, row.broken)


@asynccontextmanager
async def in_copies(database: Database, bureau_id: UUID, *tables: str) -> AsyncIterator[Session]:
    """A session in which copies without any constraint stand before these tables, gone at its end.

    What constraints forbid can be broken in a copy, and nobody else's rows or locks are touched.
    """
    async with database.transaction(bureau_id) as session:
        # Said in full, so that statements prepared on this connection earlier are resolved anew.
        await session.execute(text("SET LOCAL search_path = pg_temp, public"))
        for table in tables:
            await session.execute(
                # A table's name cannot be bound; these come from the tests themselves.
                text(f"CREATE TEMP TABLE {table} ON COMMIT DROP AS TABLE public.{table}")
            )
        yield session
