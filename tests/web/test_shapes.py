"""What the description promises of every route: its statuses, readings that write nothing, keys for money."""

import re
from typing import Any

import pytest
from litestar import Litestar

import factories
from factories import City
from vouchermarket.identity.rules import matrix
from vouchermarket.kit.db import Database
from web.lives import TODAY, Life, differences
from web.routes import Description, Route, Wire, describe, desks, none

# A verb of money, seats or credits is carried out once however often it is sent: the first answer is kept
# under the key. Every route of these verbs wants one, but for those named below.
KEYED = {
    "appropriate": "money comes into a fund",
    "decide_issuance": "vouchers are given out of a fund",
    "lapse_fund": "a fund goes back to the treasury",
    "open_run": "seats come to stand",
    "book": "a seat is taken and a voucher's money held",
    "nominate": "seats are taken and vouchers' money held",
    "cancel_booking": "a seat and its money go back",
    "verify_completion": "held money is earned and a credit registered",
    "register_credit": "a credit is registered, and nothing else tells two of them apart",
    "draw_up_statement": "what was earned is put on a statement",
    "drop_line": "the total of a statement changes",
    "turn_key": "the second key makes earned money payable",
    "propose_revocation": "money will go back, and nothing else tells two proposals apart",
    "decide_revocation": "money, credit and line go back",
    "approve_payment": "payable money is held for the bank",
    "propose_payee": "an account that money is to go into comes to stand",
    "decide_payee": "money begins to go into another account",
    "propose_reversal": "money will be asked back, and nothing else tells two proposals apart",
    "decide_reversal": "money is asked back of a provider",
    "record_payment": "money has left the building, or has not",
    "propose_correction": "value will move, and nothing else tells two proposals apart",
    "decide_correction": "value moves between two accounts",
}
KEYLESS = {
    "POST /issuances/{issuance_id}/decide": "it moves when it is issued, by a route with a key",
    "POST /imports/runs/preview": "it looks at a file and writes nothing",
    "POST /imports/runs/apply": "the same file again changes nothing",
    "POST /imports/runs/tasks": "the same file again changes nothing",
}
BODY = {400, 413, 415, 422}
ANYWHERE = {400, 401, 403, 404, 405, 409, 503}


@pytest.fixture
async def description(app: Litestar) -> Description:
    return await describe(app)


def documented(route: Route) -> str:
    """What a route leaves out of the answers it can give; `""` if nothing."""
    successes = {status for status in route.statuses if status < 300}
    wanted = ANYWHERE | (set() if route.is_reading else {402, 422}) | (BODY if route.body else set())
    missing = wanted - route.statuses
    unfit = len(successes) != 1 or any(
        300 <= status < 400 or status in {500, 501, 502} for status in route.statuses
    )
    return f"{route}: {successes=} {missing=}" if missing or unfit else ""


def test_every_route_documents_the_statuses_it_gives(description: Description) -> None:
    """Trust 36, the statuses; that no other is given is held wherever an answer is judged."""
    none([fault for route in description.routes if (fault := documented(route))])


def test_every_body_is_an_object_whose_fields_are_told(description: Description) -> None:
    for route in description.routes:
        if route.body is None:
            continue
        fields = {name: description.plain(one) for name, one in route.body["properties"].items()}
        assert all(one.get("type") for one in fields.values()), (str(route), fields)
        for one in fields.values():
            assert one["type"] != "array" or description.plain(one["items"]).get("type"), (str(route), one)


def test_what_moves_money_or_seats_asks_for_a_key(description: Description) -> None:
    """Each verb with its reason in one place; a route of a new verb is thought about here."""
    unsafe = [route for route in description.routes if not route.is_reading]
    for route in unsafe:
        assert route.is_keyed is (route.verb in KEYED and str(route) not in KEYLESS), str(route)
        assert not route.is_keyed or route.method == "POST", str(route)
    assert {route.verb for route in unsafe if route.is_keyed} == set(KEYED)
    assert {str(route) for route in unsafe} >= set(KEYLESS)
    assert not [str(route) for route in description.routes if route.is_reading and route.is_keyed]


def test_every_limit_ends_at_two_hundred(description: Description) -> None:
    """Trust 38: the bound as it is described; that it is held stands in the hostile tests."""
    limits = [one for route in description.routes for one in route.at("query") if one.name == "limit"]
    assert len(limits) >= 15
    assert {(one.schema["minimum"], one.schema["maximum"]) for one in limits} == {(1, 200)}


async def test_no_reading_changes_a_row(
    description: Description, database: Database, app: Litestar, clock: Any, city: City
) -> None:
    """Trust 31: every GET with real ids at every desk that may, HEAD and OPTIONS too, and not a row is new.

    By bearer token. A login alone notes about once a minute that it was used, so that an idle one can end.
    """
    clock.now = TODAY
    life = await Life(database, city).live()
    wire, people, wrong, answered = life.wire(app), desks(city), [], set()
    await _with_mail(wire, await life.bearer(people["teacher"]))
    before = await life.state()
    for route in description.routes:
        if not route.is_reading:
            continue
        for desk in sorted(matrix()[route.verb or ""]):
            bearer = await life.bearer(people[desk])
            asked = description.fit(route, lambda name, area=route.area: life.one(0, name, area))
            if "code" in asked.query:
                asked.query["code"] = "treasury"
            reply = await wire.ask(asked, bearer)
            fault = reply.fault(route.statuses)
            wrong += [f"{route} at {desk}: {fault}"] if fault else []
            # A refusal that knows the object, as of a seat too late to give back, has read it too.
            answered |= {str(route)} if reply.status in {200, 409} else set()
            for method in ("HEAD", "OPTIONS"):
                other = await wire(method, asked.path, (b"authorization", bearer.encode()))
                wrong += [f"{method} {route.path}: {other.status}"] if other.status >= 500 else []
    none(wrong)
    none(differences(before, await life.state()))
    silent = {str(route) for route in description.routes if route.is_reading} - answered
    assert silent == set()
    print(f"\n{wire.sent} readings of {len(answered)} routes")


async def _with_mail(wire: Wire, bearer: str) -> None:
    # Not of every city: where an address waits for its code, each wrong guess is counted.
    who, kind = (b"authorization", bearer.encode()), (b"content-type", b"application/json")
    entered = await wire("PUT", "/me/mail", who, kind, body=b'{"address": "zhangsan@example.cn"}')
    assert entered.status == 204, entered.content


async def test_the_state_of_a_city_shows_a_row_that_was_touched(database: Database, city: City) -> None:
    """What the tests above compare can tell a row written again with the same values."""
    life = Life(database, city)
    before = await life.state()
    async with database.transaction(city.bureau_id) as session:
        table = factories.identity.person
        await session.execute(
            table.update().where(table.c.bureau_id == city.bureau_id).values(name=table.c.name)
        )
    [told] = differences(before, await life.state())
    assert re.match(r"person: ", told)
