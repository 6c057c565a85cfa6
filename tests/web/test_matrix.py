"""Every route of the description at every desk of the matrix."""

import csv
from importlib.resources import files

import pytest
from litestar import Litestar

from factories import City
from vouchermarket.identity.rules import matrix
from web.routes import PREFIX, Description, Route, Wire, describe, desks, none, random_ids

# Open to everybody, because they are the door itself.
PUBLIC = {"POST /login", "POST /second-factor", "POST /second-factor/confirm", "POST /sign-in-code"}
# This ends the very login that is asking.
LAST = "/logout"
DOOR = {401: "sign_in_needed", 403: "role_not_allowed"}


@pytest.fixture
async def description(app: Litestar) -> Description:
    return await describe(app)


def wanted(route: Route, desk: str) -> int | None:
    """The status the door has to give, or None where it has to let the request through."""
    if not desk:
        return 401
    return None if route.verb is None or desk in matrix()[route.verb] else 403


async def test_every_route_lets_in_the_desks_of_the_matrix_and_no_other(
    description: Description, app: Litestar, visit, city: City
) -> None:
    """Trust 3 and 4: nobody 401, another desk 403, a desk that is named anything but these."""
    people = {"": None, **desks(city)}
    wire = Wire(app, f"/{visit.code}{PREFIX}")
    wrong, counted = [], {401: 0, 403: 0, None: 0}
    for desk, actor in people.items():
        bearer = f"Bearer {await visit.token(actor)}" if actor else ""
        for route in description.routes:
            if str(route) in PUBLIC:
                continue
            reply = await wire.ask(description.fit(route, random_ids), bearer)
            expected = wanted(route, desk)
            told = (reply.status, reply.told["code"]) if reply.status >= 400 else (reply.status, "")
            # A wrong password is a 401 of its own, told at the desk and not at the door.
            fits = told == (expected, DOOR[expected]) if expected else told not in DOOR.items()
            fault = reply.fault(route.statuses)
            if fault or not fits:
                wrong.append(f"{route} at {desk or 'no desk'}: {told}, {expected=} {fault}")
            counted[expected] += 1
    none(wrong)
    print(f"\n{wire.sent} requests: {len(description.routes)} routes, {len(people) - 1} desks, {counted}")
    assert all(number > 100 for number in counted.values())


async def test_every_unsafe_route_asks_a_login_for_its_own_token(
    description: Description, app: Litestar, visit, city: City
) -> None:
    """Trust 29 and 30: without one, with another login's, with one that is none: 403, and nothing else."""
    browser, another = await visit.browser(city.teacher()), await visit.browser(city.teacher(1), "lisi")
    cookie = f"vm_{visit.code}={browser.cookies[f'vm_{visit.code}']}".encode()
    right, others = (client.headers["x-csrf-token"].encode() for client in (browser, another))
    wire, wrong = Wire(app, f"/{visit.code}{PREFIX}"), []
    unsafe = [route for route in description.routes if not route.is_reading and str(route) not in PUBLIC]
    for route in sorted(unsafe, key=lambda route: route.path == LAST):
        asked = description.fit(route, random_ids)
        foreign = (b"cookie", cookie), (b"x-csrf-token", right), (b"origin", b"https://evil.test")
        reply = await wire.ask(asked, "", *foreign)
        wrong += [f"{route} from elsewhere: {reply.status}"] if reply.status != 403 else []
        for token in (None, others, b"", b"\xff\xfe", b"x" * 5000, right):
            sent = [] if token is None else [(b"x-csrf-token", token)]
            reply = await wire.ask(asked, "", (b"cookie", cookie), *sent)
            code = reply.told["code"] if reply.status >= 400 else ""
            if (code == "csrf_token_not_right") is (token is right) or reply.fault(route.statuses):
                wrong.append(f"{route} with {token!r:.50}: {reply.status} {code}")
    none(wrong)
    assert wire.sent >= 7 * 50


def test_every_verb_of_the_matrix_stands_on_a_route(description: Description) -> None:
    """Trust 3: a verb without a route is a right that nobody can use, a route without a verb one for all."""
    silent = [str(route) for route in description.routes if route.verb is None]
    assert set(silent) == PUBLIC
    assert {route.verb for route in description.routes if route.verb} == set(matrix())


def test_every_desk_of_the_matrix_is_asked(city: City) -> None:
    text = files("vouchermarket.identity").joinpath("matrix.csv").read_text(encoding="utf-8")
    assert set(desks(city)) == set(next(csv.reader(text.splitlines()))) - {"verb"}
