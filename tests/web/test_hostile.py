"""What nobody should send, into every place of every route: a clear no, at once, and nothing written."""

from pathlib import Path
from resource import getpagesize
from typing import Any

import msgspec
import pytest
from litestar import Litestar

from factories import City
from vouchermarket.identity.rules import matrix
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id
from web import hostile
from web.lives import TODAY, Life, differences
from web.routes import PROBLEM, Description, Parameter, Reply, Route, Wire, describe, desks, none, random_ids

MILLISECONDS_MAX = 1_000
MEMORY_MAX = 50_000_000
WRONG_FEN = (-1, 10**12 + 1, 10**30, 1.5, "1", True)
AMOUNT_REFUSED = ("amount_out_of_range", "request_not_readable")
Header = tuple[bytes, bytes]


# Ends what else is open of one's own: it needs no id and no body, so there is nothing in it to be wrong.
ASKS_FOR_NOTHING = {"/logins/end-others"}
# A file for something of one's own: whose it is, is asked before anything is read, and here it is nobody's.
OWN_FIRST = {"/runs/{run_id}/sheet/preview", "/runs/{run_id}/sheet/apply"}


class Sweep:
    """Sends to one city, and notes every answer that is not a clear no."""

    def __init__(self, description: Description, wire: Wire, life: Life) -> None:
        self.description, self.wire, self.life = description, wire, life
        self.wrong: list[str] = []
        self.odd_but_taken = 0

    async def bearer(self, route: Route) -> Header:
        """Somebody who may use the route."""
        people, allowed = desks(self.life.city), sorted(matrix()[route.verb]) if route.verb else ["teacher"]
        return b"authorization", (await self.life.bearer(people[allowed[0]])).encode()

    async def send(
        self, route: Route, what: object, target: str, *headers: Header, taken: bool = False, **more: Any
    ) -> Reply:
        """One request, once more if it was slow: a busy machine is slow once, a bad input each time."""
        method = more.pop("method", route.method)
        key = [(b"idempotency-key", new_id().hex.encode())] if more.pop("keyed", route.is_keyed) else []
        reply = await self.wire(method, target, *key, *headers, **more)
        if reply.milliseconds >= MILLISECONDS_MAX:
            reply = await self.wire(method, target, *key, *headers, **more)
        fault = reply.fault(route.statuses)
        if not fault and reply.status < 400:
            self.odd_but_taken += 1
            fault = "" if taken else f"{reply.status}: taken"
        if not fault and reply.milliseconds >= MILLISECONDS_MAX:
            fault = f"took {reply.milliseconds} ms"
        if fault:
            self.wrong.append(f"{method} {route.path} {str(what)[:100]}: {fault}")
        return reply

    def expect(self, reply: Reply, route: Route, what: object, *codes: str) -> None:
        """That it is refused for this."""
        code = reply.told["code"] if reply.status >= 400 else ""
        if code not in codes:
            self.wrong.append(f"{route} {str(what)[:100]}: {reply.status} {code}, not {codes}")


@pytest.fixture
async def sweep(database: Database, app: Litestar, clock: Any, city: City) -> Sweep:
    clock.now = TODAY
    life = await Life(database, city).live()
    return Sweep(await describe(app), life.wire(app), life)


@pytest.fixture
async def unharmed(sweep: Sweep) -> Any:
    """Around a sweep: not a row more or less, not a row changed, and no memory kept."""
    for route in sweep.description.routes:
        await sweep.bearer(route)
    before, memory = await sweep.life.state(), resident()
    yield
    none(sweep.wrong)
    none(differences(before, await sweep.life.state()))
    assert resident() - memory < MEMORY_MAX
    print(f"\n{sweep.wire.sent} requests, {sweep.odd_but_taken} of them odd but fit to be answered")


def resident() -> int:
    """Bytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()


def target_of(route: Route, name: str = "", value: str = "") -> str:
    """The route's address, with this value in one place of its path."""
    path = route.path
    for one in route.at("path"):
        path = path.replace(f"{{{one.name}}}", value if one.name == name else str(new_id()))
    return path


def query_of(route: Route, *parts: tuple[Parameter, str]) -> str:
    """What the query has to have, and these parts; a part takes the place of what it has to have."""
    named = {one.name for one, _ in parts}
    needed = [f"{one.name}={new_id()}" for one in route.at("query") if one.required and one.name not in named]
    return "?" + "&".join([*needed, *(f"{one.name}={value}" for one, value in parts)])


async def test_a_hostile_body_is_refused_by_every_route(sweep: Sweep, unharmed: None) -> None:
    """Trust 5, 35 and 37: broken JSON, other media, fields too many, values that fit no field."""
    for route in sweep.description.routes:
        bearer, target = await sweep.bearer(route), target_of(route) + query_of(route)
        if route.is_reading:
            continue
        for body in hostile.BODIES:
            taken = not body and route.path in ASKS_FOR_NOTHING
            await sweep.send(route, body, target, bearer, hostile.PLAIN, taken=taken, body=body)
        refusals = ("not_found",) if route.path in OWN_FIRST else ("media_type_not_taken",)
        for media in hostile.MEDIA:
            kinds = [(b"content-type", media)] if media else []
            reply = await sweep.send(route, media, target, bearer, *kinds, body=b"{}")
            sweep.expect(reply, route, media, *refusals)
        if route.body is None:
            continue
        fields = {name: sweep.description.plain(one) for name, one in route.body["properties"].items()}
        schema, good = route.body | {"properties": fields}, sweep.description.fit(route, random_ids).body
        for added in hostile.with_more(fields, good):
            reply = await sweep.send(route, added[-200:], target, bearer, hostile.PLAIN, body=added)
            sweep.expect(reply, route, added[-100:], "request_not_readable")
        for body in hostile.ill_fitting(schema, good):
            await sweep.send(route, body[-200:], target, bearer, hostile.PLAIN, body=body)


async def test_a_hostile_address_leads_nowhere(sweep: Sweep, unharmed: None) -> None:
    """Trust 35 and 38: in every place of every path, in every parameter of every query."""
    for route in sweep.description.routes:
        bearer, asked = await sweep.bearer(route), sweep.description.fit(route, random_ids)
        body = b"{" if asked.body is not None else b""
        for one in route.at("path"):
            for value in hostile.PATHS:
                await sweep.send(route, value, target_of(route, one.name, value), bearer, body=body)
        for one in route.at("query"):
            for value in hostile.QUERIES:
                target = target_of(route) + query_of(route, (one, value))
                taken = hostile.harmless(one.schema, value)
                reply = await sweep.send(route, f"{one.name}={value}", target, bearer, taken=taken)
                if one.schema["type"] == "integer" and not taken:
                    sweep.expect(reply, route, f"{one.name}={value}", "request_not_readable")
            twice = target_of(route) + query_of(route, (one, "%00"), (one, "%00"))
            await sweep.send(route, f"{one.name} twice", twice, bearer)


async def test_a_hostile_header_or_method_opens_nothing(sweep: Sweep, unharmed: None) -> None:
    """Trust 32 and 35: strangers' tokens, bytes beyond ASCII, keys that are none, hosts that are not ours."""
    methods: dict[str, set[str]] = {}
    for route in sweep.description.routes:
        methods.setdefault(route.path, set()).add(route.method)
    for route in sweep.description.routes:
        bearer, asked = await sweep.bearer(route), sweep.description.fit(route, random_ids)
        target, body = target_of(route) + query_of(route), b"{" if asked.body is not None else b""
        for token in hostile.STRANGERS if route.verb else ():
            reply = await sweep.send(route, token, target, (b"authorization", token), body=body)
            sweep.expect(reply, route, token, "sign_in_needed")
        for header in hostile.ODD:
            taken = route.is_reading or route.path in ASKS_FOR_NOTHING
            await sweep.send(route, header, target, bearer, header, taken=taken, body=body)
        for hosts in hostile.HOSTS:
            reply = await sweep.send(route, hosts, target, bearer, hosts=hosts, body=body)
            sweep.expect(reply, route, hosts, "host_not_accepted")
        for key in hostile.KEYS if route.is_keyed else ():
            keyed = (b"idempotency-key", key), hostile.PLAIN
            reply = await sweep.send(route, key, target, bearer, *keyed, body=asked.written, keyed=False)
            sweep.expect(reply, route, key, "key_missing")
        for method in sorted(set(hostile.METHODS) - methods[route.path]):
            reply = await sweep.send(route, method, target, bearer, method=method, body=body)
            sweep.expect(reply, route, method, "method_not_offered", "route_not_found")


async def test_an_amount_is_whole_fen_of_a_size_that_exists(sweep: Sweep, unharmed: None) -> None:
    """Trust 40: on real objects, so that it is the amount alone that is refused."""
    voucher, fund = sweep.life.ids["voucher"][0], sweep.life.ids["fund"][0]
    real = {"line": "all_staff", "source_id": str(voucher), "target_id": str(fund)}
    real["course_id"] = str(sweep.life.ids["course"][0])
    asked = 0
    for route in sweep.description.routes:
        for name in [one for one in (route.body or {}).get("properties", {}) if one.endswith("_fen")]:
            body = sweep.description.fit(route, random_ids).body
            body |= {each: value for each, value in real.items() if each in body}
            for amount in (*WRONG_FEN, *([0] if name == "amount_fen" else [])):
                written = msgspec.json.encode(body | {name: amount})
                bearer = await sweep.bearer(route)
                reply = await sweep.send(route, amount, target_of(route), bearer, hostile.PLAIN, body=written)
                sweep.expect(reply, route, f"{name}={amount}", *AMOUNT_REFUSED)
                asked += 1
    assert asked >= 4 * len(WRONG_FEN)


def test_the_inputs_are_many() -> None:
    """Trust 35 asks for 60 different ones."""
    assert hostile.DIFFERENT >= 200


@pytest.mark.parametrize(
    ("status", "content", "told"),
    [
        (500, b"{}", "500"),
        (418, b"{}", "not described"),
        (400, b'{"code":"","request_id":"x"}', "no problem"),
        (400, b'{"code":"x","request_id":"x","detail":"SELECT 1"}', "tells of"),
        (400, b'{"code":"x","request_id":"x","detail":"a.py"}', "tells of"),
    ],
)
def test_a_bad_answer_is_found(status: int, content: bytes, told: str) -> None:
    """The sweeps can fail."""
    reply = Reply(status, [(b"content-type", PROBLEM.encode())], content, 0)
    assert told in reply.fault(frozenset({200, 400}))
    assert not Reply(200, [], b"SELECT", 0).fault(frozenset({200, 400}))
