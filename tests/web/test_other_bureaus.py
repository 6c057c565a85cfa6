"""What is another's is not there: another bureau's by any id, another body's inside one bureau."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from litestar import Litestar

import factories
from factories import City
from vouchermarket.identity.rules import matrix
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id
from web.lives import TODAY, Life, differences, ids_in
from web.routes import Description, Reply, Route, Wire, describe, desks, none, random_ids

# Here a list is taken and each line answered for itself: a foreign line is told as not there.
LINE_BY_LINE = {
    "POST /bookings/check-out",
    "POST /completions/verify",
    "POST /credits/decide",
    "POST /schools/{school_id}/nominate",
}
# Everybody of the bureau may look at the shelf, and take a seat in what stands on it.
EVERYBODYS = {"read_catalogue", "book"}
EACH = 3


@pytest.fixture
async def description(app: Litestar) -> Description:
    return await describe(app)


@pytest.fixture
async def ours(database: Database, clock: Any, city: City) -> Life:
    clock.now = TODAY
    return await Life(database, city).live()


@pytest.fixture
async def theirs(database: Database, ours: Life) -> Life:
    city = await factories.make_city(database, await factories.make_bureau(database))
    return await Life(database, city).live()


def like(reply: Reply, *named: object) -> tuple[Any, ...]:
    """An answer without its number and without the ids it was asked for: what is left may not differ."""
    content = reply.content
    for id_ in named:
        content = content.replace(str(id_).encode(), b"#")
    told = _without_number(msgspec.json.decode(content) if content else None)
    return reply.status, sorted(name for name, _ in reply.headers), told


def _without_number(told: Any) -> Any:
    if isinstance(told, list):
        return [_without_number(each) for each in told]
    if isinstance(told, dict):
        return {name: _without_number(each) for name, each in told.items() if name != "request_id"}
    return told


def asked_for(life: Life, description: Description) -> Iterator[tuple[Route, list[str], Actor]]:
    """Each route that takes ids, with its places and each desk of a city that may use it."""
    people = desks(life.city)
    for route in description.routes:
        places = description.places(route)
        for desk in sorted(matrix()[route.verb]) if places and route.verb else ():
            yield route, places, people[desk]


async def compared(wire: Wire, description: Description, route: Route, bearer: str, *ids: Any) -> list[Reply]:
    """The answers to the same request with these ids in its places."""
    return [await wire.ask(description.fit(route, one, whole=True), bearer) for one in ids]


def unlike_nobodys(route: Route, replies: list[Reply], named: list[object], *, only: bool) -> str:
    """What tells a foreign id from one that nobody has; `""` if nothing does."""
    foreign, nobodys = [like(reply, *named) for reply in replies]
    if foreign != nobodys:
        return f"{foreign} is unlike {nobodys}"
    fault, told = replies[0].fault(route.statuses), f"{replies[0].status} {replies[0].content[:300]!r}"
    if fault or not only or (route.is_reading and "{" not in route.path):
        return fault
    if str(route) in LINE_BY_LINE:
        return "" if b'"status":404' in replies[0].content else told
    return "" if replies[0].status == 404 else told


async def test_another_bureaus_id_is_like_one_that_nobody_has(
    description: Description, app: Litestar, ours: Life, theirs: Life
) -> None:
    """Trust 1: on every route, in every place an id can stand, for every desk that may use the route."""
    before, wire, wrong = [await ours.state(), await theirs.state()], ours.wire(app), []
    nobody = new_id()
    for route, places, actor in asked_for(ours, description):
        bearer, where = await ours.bearer(actor), f"{route} {actor.seats[0].desk}"
        for which in range(EACH):
            named = {place: theirs.one(which, place, route.area) for place in places}
            replies = await compared(wire, description, route, bearer, named.__getitem__, lambda _: nobody)
            fault = unlike_nobodys(route, replies, [*named.values(), nobody], only=True)
            wrong += [f"{where}: {fault}"] if fault else []
        for place in places if len(places) > 1 else ():
            # The others are real ones of ours, so that it is this place alone that is looked at.
            own = {name: ours.one(0, name, route.area) for name in places}
            foreign = theirs.one(0, place, route.area)
            two = [(own | {place: id_}).__getitem__ for id_ in (foreign, nobody)]
            replies = await compared(wire, description, route, bearer, *two)
            fault = unlike_nobodys(route, replies, [foreign, nobody], only=False)
            wrong += [f"{where} {place}: {fault}"] if fault else []
    none(wrong)
    print(f"\n{wire.sent} requests with another bureau's ids")
    # A list whose every line was refused is an answer too, and is kept under its key.
    after = await ours.state()
    assert after.pop("request_key") != before[0].pop("request_key")
    none([*differences(before[0], after), *differences(before[1], await theirs.state())])


async def test_no_list_shows_another_bureaus_rows(
    description: Description, app: Litestar, ours: Life, theirs: Life
) -> None:
    """Trust 1 and 7: lists, search and counts, for every desk that may read them."""
    wire, shown, wrong = ours.wire(app), set(), []
    for route in description.routes:
        if not route.is_reading or "{" in route.path:
            continue
        for desk, actor in desks(ours.city).items():
            if desk not in matrix()[route.verb or ""]:
                continue
            asked = description.fit(route, random_ids)
            asked.query |= {"limit": "200"} if any(one.name == "limit" for one in route.at("query")) else {}
            reply = await wire.ask(asked, await ours.bearer(actor))
            shown |= ids_in(reply.content)
            wrong += [f"{route} at {desk}"] if shown & theirs.every_id() else []
    none(wrong)
    kinds = {kind for kind, ids in ours.ids.items() if shown & {str(each) for each in ids}}
    assert kinds >= {"booking", "completion", "course", "credit_entry", "event", "fund", "issuance", "person"}
    assert kinds >= {"policy_version", "revocation", "run", "statement", "correction", "voucher"}
    teacher = (b"authorization", (await ours.bearer(ours.city.teacher())).encode())
    assert (await wire("GET", "/runs?when=any", teacher)).told["total"] == len(ours.ids["run"])
    office = (b"authorization", (await ours.bearer(ours.city.officer("teacher_office"))).encode())
    for life, status in ((ours, 200), (theirs, 404)):
        assert (
            await wire("GET", f"/books/account?code=voucher:{life.ids['voucher'][0]}", office)
        ).status == status


BODIES = [("provider", "rival", 0), ("school", "school_b", 0), ("teacher", "school_a", 3)]


@pytest.mark.parametrize(("desk", "body", "which"), BODIES)
async def test_another_body_of_the_same_bureau_sees_nothing_of_ones_own(
    description: Description, app: Litestar, ours: Life, desk: str, body: str, which: int
) -> None:
    """Trust 2 and 7: another provider's statement, another school's vouchers, another teacher's credits."""
    wire, wrong, asked, nobody = ours.wire(app), [], 0, new_id()
    another = ours.city.teacher(which, body) if desk == "teacher" else ours.city.officer(body, which)
    bearer = await ours.bearer(another)
    before = await ours.state()
    for route in description.routes:
        places = description.places(route)
        if not places or route.verb in EVERYBODYS or desk not in matrix().get(route.verb or "", ()):
            continue
        for number in range(EACH):
            named = {place: ours.one(number, place, route.area) for place in places}
            replies = await compared(wire, description, route, bearer, named.__getitem__, lambda _: nobody)
            fault = unlike_nobodys(route, replies, [*named.values(), nobody], only=True)
            wrong += [f"{route}: {fault}"] if fault else []
            asked += 1
    none(wrong)
    assert asked >= 9
    none([each for each in differences(before, await ours.state()) if not each.startswith("request_key")])
