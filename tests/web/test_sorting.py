"""Lists are sorted and filtered by what their description lists, and by no other name whatever is sent."""

import pytest
from litestar import Litestar

from vouchermarket.identity.rules import matrix
from web.lives import TODAY, Life
from web.routes import Description, describe, desks, none, random_ids

# Columns there are, columns there are not, and what a careless statement would run.
UNKNOWN = (
    "bureau_id",
    "capacity",
    "filed_by",
    "course.title",
    "starts_at; DROP TABLE run",
    "(SELECT 1)",
    "title,price_fen",
    "-title",
    "TITLE",
    " title",
    "__class__",
    "1",
    "",
    "标题",
)
# What a client may believe to be the name of an order or of a filter.
NAMES = ("sort", "order", "order_by", "sort_by", "orderby", "filter", "where", "fields", "group_by", "sort[]")


@pytest.fixture
async def description(app: Litestar) -> Description:
    return await describe(app)


@pytest.fixture
async def life(database, clock, city) -> Life:
    clock.now = TODAY
    return await Life(database, city).live()


def readers(life: Life, description: Description):
    """Each reading route with one who may use it."""
    people = desks(life.city)
    for route in description.routes:
        if route.is_reading:
            yield route, next(people[desk] for desk in sorted(matrix()[route.verb or ""]))


async def test_an_order_or_choice_that_is_not_listed_is_refused_by_its_name(
    description: Description, app: Litestar, life: Life
) -> None:
    """Trust 41: every parameter with a list of its own, `sort` above all."""
    wire, wrong, sorts, sent = life.wire(app), [], set(), 0
    for route, actor in readers(life, description):
        listed = [one for one in route.at("query") if "enum" in one.schema]
        sorts |= {str(route) for one in listed if one.name == "sort"}
        free = [one.name for one in route.at("query") if one.name in NAMES and one not in listed]
        wrong += [f"{route}: {name} takes anything" for name in free]
        for one in listed:
            for value in (each for each in UNKNOWN if each not in one.schema["enum"]):
                asked = description.fit(route, random_ids)
                asked.query[one.name] = value
                reply = await wire.ask(asked, await life.bearer(actor))
                sent += 1
                told = reply.status, reply.told.get("code"), reply.told.get("path")
                if told != (400, "request_not_readable", f"query:{one.name}"):
                    wrong.append(f"{route} {one.name}={value!r}: {told}")
    none(wrong)
    assert sorts >= {"GET /runs", "GET /search/runs"}
    assert sent > 10 * len(UNKNOWN)


async def test_an_order_that_a_list_does_not_know_changes_nothing_in_it(
    description: Description, app: Litestar, life: Life
) -> None:
    """Trust 41: refused or passed over, but never sorted or chosen by."""
    wire, wrong, lists = life.wire(app), [], 0
    for route, actor in readers(life, description):
        if "{" in route.path:
            continue
        bearer, known = await life.bearer(actor), {one.name for one in route.at("query")}
        plain = await wire.ask(description.fit(route, random_ids), bearer)
        lists += 1
        for name in (each for each in NAMES if each not in known):
            for value in ("id", "-at", "bureau_id = 1"):
                asked = description.fit(route, random_ids)
                asked.query[name] = value
                reply = await wire.ask(asked, bearer)
                if reply.status != 400 and (reply.status, reply.content) != (plain.status, plain.content):
                    wrong.append(f"{route} {name}={value}: {reply.status} {reply.content[:200]!r}")
    none(wrong)
    assert lists > 20
