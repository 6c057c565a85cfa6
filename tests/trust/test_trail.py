"""The audit trail (trust 55): every unsafe route leaves one event: who, where, when, before and after."""

from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

import factories
from factories import NOW
from trust.kinds import KINDS, WITHOUT, fault_of
from trust.walk import IDS, Walk
from trust.walks import UNDER_POLICY, WALKS
from vouchermarket.identity import queries
from vouchermarket.policies import operations as policies
from web.conftest import Visit
from web.routes import describe, none

PACK = Path(__file__).parents[2] / "seeds" / "zhuzhou-2014" / "pack.toml"


async def walked(database: Any, transport: Any, clock: Any) -> dict[str, list[Any]]:
    """Every walk in a city of its own; what each route has left."""
    left: dict[str, list[Any]] = {}
    for walk in WALKS:
        city = await factories.make_city(database, await factories.make_bureau(database))
        clock.now = NOW
        async with database.transaction(city.bureau_id) as session:
            code = (await queries.bureau(session, city.bureau_id)).code
            if walk in UNDER_POLICY:
                first, second = city.officers["teacher_office"]
                content = PACK.read_text(encoding="utf-8")
                version_id = await policies.propose(session, first, content, now=NOW)
                await policies.decide(session, second, version_id, approve=True, now=NOW)
        step = Walk(database, city, Visit(database, city, code, transport), clock)
        await walk(step)
        left |= step.left
    return left


@pytest.fixture
async def left(database, transport, clock) -> dict[str, list[Any]]:
    return await walked(database, transport, clock)


async def test_every_unsafe_route_leaves_exactly_one_event_of_its_kind(
    left: dict[str, list[Any]], app: Litestar
) -> None:
    wrong = []
    for route, rows in sorted(left.items()):
        found = [row.kind for row in rows]
        if route in WITHOUT:
            wrong += [f"{route} leaves {found}"] if found else []
        elif found.count(KINDS.get(route, "")) != 1:
            wrong.append(f"{route} leaves {found}")
        wrong += [f"{route}: {row.kind} has no address" for row in rows if row.address != "127.0.0.1"]
        wrong += [f"{route}: {row.kind} has no actor" for row in rows if row.actor_id is None]
        wrong += [f"{route}: {row.kind} has no time" for row in rows if row.at.tzinfo is None]
        wrong += [f"{route}: {fault}" for row in rows if (fault := fault_of(row))]
    none(wrong)
    routes = (await describe(app)).routes
    unsafe = {f"{route.method} {ids_out(route.path)}" for route in routes if not route.is_reading}
    none(sorted(f"{route} is not walked" for route in unsafe - set(left)))
    assert set(KINDS) | set(WITHOUT) == unsafe
    print(f"\n{len(left)} unsafe routes, {sum(len(rows) for rows in left.values())} events")


def ids_out(path: str) -> str:
    """`/people/{person_id}` → `/people/{}`."""
    parts = ["{}" if part.startswith("{") else part for part in path.split("/")]
    assert not IDS.search(path)
    return "/".join(parts)
