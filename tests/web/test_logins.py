"""Coming in and going out over HTTP."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network

import httpx
import pytest
from pyotp import parse_uri
from sqlalchemy import insert

import factories
from factories import NOW, City
from vouchermarket.app import create_app
from vouchermarket.identity import operations, queries, tables
from vouchermarket.kit.ids import new_id
from vouchermarket.web.middleware import address_of
from web.settings_of import SAFE, settings

PASSWORD = "春天里的第一场雨"
USER = {"username": "zhangsan", "password": PASSWORD}


def cookies_of(answer: httpx.Response) -> Iterator[str]:
    return iter(answer.headers.get_list("set-cookie"))


async def test_a_login_opens_the_way_and_a_logout_closes_it(visit, city: City) -> None:
    """docs/trust.md 16: after logout the cookie is worth nothing."""
    browser = await visit.browser(city.teacher())
    me = (await browser.get("/me")).json()
    assert me["person"]["id"] == str(city.teacher().person_id)
    assert [seat["role"] for seat in me["seats"]] == ["teacher"]
    assert me["csrf_token"] == browser.headers["x-csrf-token"]
    cookie = dict(browser.cookies)
    gone = await browser.post("/logout")
    assert gone.status_code == 204
    assert not dict(browser.cookies)
    browser.cookies.update(cookie)
    assert (await browser.get("/me")).status_code == 401


async def test_other_logins_are_ended_and_the_one_that_asks_is_kept(visit, city: City) -> None:
    """docs/trust.md 17, by oneself."""
    left, mine = await visit.browser(city.teacher()), visit.stranger()
    opened = await mine.post("/login", json=USER)
    mine.headers["x-csrf-token"] = opened.json()["csrf_token"]
    assert (await left.get("/me")).status_code == 200
    assert (await mine.post("/logins/end-others")).status_code == 204
    assert [(await client.get("/me")).status_code for client in (left, mine)] == [401, 200]


async def test_ones_own_logins_are_listed_and_ended_one_by_one(visit, city: City, clock) -> None:
    """docs/trust.md 17, by oneself: what is open elsewhere is seen, and closed."""
    left = await visit.browser(city.teacher())
    clock.advance(minutes=5)
    mine = visit.stranger(**{"user-agent": "测试浏览器 1\x1b".encode()})
    opened = await mine.post("/login", json=USER)
    mine.headers["x-csrf-token"] = opened.json()["csrf_token"]
    listed = (await mine.get("/logins")).json()
    assert [one["is_this"] for one in listed] == [True, False]
    assert [one["seen_at"] > one["opened_at"] for one in listed] == [False, False]
    assert [one["browser"].isprintable() for one in listed] == [True, True]
    assert {one["address"] for one in listed} == {"127.0.0.1"}
    another = await visit.browser(city.teacher(1), "lisi")
    assert (await another.delete(f"/logins/{listed[1]['id']}")).status_code == 404
    assert (await mine.delete(f"/logins/{listed[1]['id']}")).status_code == 204
    assert [(await client.get("/me")).status_code for client in (left, mine)] == [401, 200]
    clock.advance(minutes=31)
    fresh = await visit.browser(city.teacher(2), "wangwu")
    assert len((await fresh.get("/logins")).json()) == 1


async def test_an_id_the_client_chose_is_never_taken_on(visit, city: City) -> None:
    """docs/trust.md 15: neither an invented id nor a valid one of somebody else survives a login."""
    first = await visit.browser(city.teacher())
    planted = dict(first.cookies)
    victim = visit.stranger()
    for chosen in (
        f"vm_{visit.code}=attackerchosen",
        *(f"{name}={value}" for name, value in planted.items()),
    ):
        opened = await victim.post("/login", json=USER, headers={"cookie": chosen})
        (cookie,) = cookies_of(opened)
        assert chosen.split("=", 1)[1] not in cookie
    attacker = visit.stranger(cookie=f"vm_{visit.code}=attackerchosen")
    assert (await attacker.get("/me")).status_code == 401


async def test_the_login_cookie_is_closed_to_scripts_and_other_sites(visit, city: City) -> None:
    """docs/trust.md 19; without TLS the browser would not take `__Host-`, so the name differs there."""
    await visit.browser(city.teacher())
    for scheme, name in (("http", f"vm_{visit.code}"), ("https", f"__Host-vm_{visit.code}")):
        client = httpx.AsyncClient(
            transport=visit.stranger()._transport, base_url=f"{scheme}://market.test/{visit.code}/api/v1"
        )
        (cookie,) = cookies_of(await client.post("/login", json=USER))
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert cookie.startswith(f"{name}=")
        assert {"httponly", "samesite=lax", "path=/"} <= parts
        assert ("secure" in parts) == (scheme == "https")
        assert not any(part.startswith("domain") for part in parts)


async def test_unknown_and_wrong_get_the_same_answer(visit, city: City) -> None:
    """docs/trust.md 22."""
    await visit.browser(city.teacher())
    answers = [
        await visit.stranger().post("/login", json={"username": username, "password": "nobody knows it"})
        for username in ("zhangsan", "nobody")
    ]
    bodies = [answer.json() for answer in answers]
    for body in bodies:
        del body["request_id"]
    assert bodies[0] == bodies[1]
    assert bodies[0]["code"] == "login_refused"
    assert [answer.status_code for answer in answers] == [401, 401]
    assert set(answers[0].headers) == set(answers[1].headers)


async def test_guessing_is_slowed_and_the_wait_is_told(visit, city: City, clock) -> None:
    """docs/trust.md 23: neither another name nor a forwarding header written by the guesser helps."""
    await visit.browser(city.teacher())
    for number in range(5):
        wrong = {"username": f"nobody{number}", "password": "nobody knows it"}
        forged = {"x-forwarded-for": f"203.0.113.{number}"}
        assert (await visit.stranger().post("/login", json=wrong, headers=forged)).status_code == 401
    slowed = await visit.stranger(**{"x-forwarded-for": "203.0.113.9"}).post("/login", json=USER)
    assert (slowed.status_code, slowed.json()["code"]) == (429, "too_many_attempts")
    assert slowed.headers["retry-after"] == str(slowed.json()["wait_seconds"]) == "5"
    clock.advance(seconds=5)
    assert (await visit.stranger().post("/login", json=USER)).status_code == 200


async def test_a_second_factor_is_set_up_at_the_door_and_taken_away_by_another(visit, city: City) -> None:
    """docs/trust.md 25, over HTTP."""
    await visit.browser(city.teacher())
    door = visit.stranger()
    enrolled = await door.post("/second-factor", json=USER)
    assert enrolled.status_code == 201
    telephone = parse_uri(enrolled.json()["address"])
    confirmed = await door.post("/second-factor/confirm", json={**USER, "code": telephone.at(NOW)})
    assert (confirmed.status_code, len(confirmed.json()["codes"])) == (200, 10)
    asked = await door.post("/login", json=USER)
    assert (asked.status_code, asked.json()["code"]) == (401, "second_factor_asked")
    later = telephone.at(NOW + timedelta(seconds=30))
    for status in (200, 401):
        assert (await door.post("/login", json={**USER, "code": later})).status_code == status
    keeper = await visit.program(city.officer("administrator"))
    for status in (204, 404):
        dropped = await keeper.delete(f"/people/{city.teacher().person_id}/second-factor")
        assert dropped.status_code == status
    assert (await door.post("/login", json=USER)).status_code == 200
    own = await keeper.delete(f"/people/{city.officer('administrator').person_id}/second-factor")
    assert (own.status_code, own.json()["code"]) == (403, "own_second_factor")


async def test_production_asks_for_the_second_factor() -> None:
    """docs/trust.md 25 and 72: no setting turns it off there."""
    for more, asks in ((SAFE, True), ({}, False), ({"require_second_factor": True}, True)):
        app = create_app(settings(**more))
        assert app.state.gate.asks_second_factor is asks
        await app.state.database.close()


PROXIES = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8")]


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("198.51.100.1", ["203.0.113.7"], "198.51.100.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["1.1.1.1, 203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["1.1.1.1, 203.0.113.7, 10.2.3.4"], "203.0.113.7"),
        ("127.0.0.1", ["1.1.1.1", "203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["203.0.113.7, nonsense"], "127.0.0.1"),
        ("127.0.0.1", ["\xff", ""], "127.0.0.1"),
        ("127.0.0.1", ["10.9.9.9"], "10.9.9.9"),
        ("::1", ["203.0.113.7"], "::1"),
        ("testclient", ["203.0.113.7"], None),
        (None, ["203.0.113.7"], None),
    ],
)
def test_only_a_trusted_proxy_says_whose_request_it_is(
    peer: str | None, told: list[str], address: str | None
) -> None:
    """docs/trust.md 23: read from the end, up to the first that is no proxy of ours."""
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in told]
    scope = {"client": (peer, 1) if peer else None, "headers": headers}
    assert address_of(scope, PROXIES) == address
    assert address_of(scope, []) == (peer if address else None)


async def test_a_login_ends_by_the_clock(visit, city: City, clock) -> None:
    """docs/trust.md 18: being used keeps it, for twelve hours at most."""
    browser = await visit.browser(city.teacher())
    for _ in range(24):
        clock.advance(minutes=29)
        assert (await browser.get("/me")).status_code == 200
    clock.advance(minutes=25)
    assert (await browser.get("/me")).status_code == 401
    idle = await visit.browser(city.teacher())
    clock.advance(minutes=30)
    assert (await idle.get("/me")).status_code == 401


async def test_a_new_password_means_a_new_login(visit, city: City) -> None:
    """docs/trust.md 16."""
    browser = await visit.browser(city.teacher())
    old = visit.stranger()
    old.cookies.update(dict(browser.cookies))
    changed = await browser.post("/password", json={"present": PASSWORD, "password": "correct horse battery"})
    assert changed.status_code == 200
    browser.headers["x-csrf-token"] = changed.json()["csrf_token"]
    assert (await browser.get("/me")).status_code == 200
    assert (await old.get("/me")).status_code == 401
    assert (await visit.stranger().post("/login", json=USER)).status_code == 401
    weak = await browser.post("/password", json={"present": "correct horse battery", "password": "password1"})
    assert (weak.status_code, weak.json()["code"]) == (422, "password_common")


async def test_ended_logins_are_worth_nothing_within_a_second(visit, city: City, database, clock) -> None:
    """docs/trust.md 17: the process that ended them at once, every other one a second later."""
    browser = await visit.browser(city.teacher())
    program = await visit.program(city.teacher())
    keeper = await visit.program(city.officer("administrator"))
    ended = await keeper.post(f"/people/{city.teacher().person_id}/end-logins", json={"disable": True})
    assert ended.status_code == 204
    assert [(await client.get("/me")).status_code for client in (browser, program)] == [401, 401]
    assert (await visit.stranger().post("/login", json=USER)).status_code == 401
    # As another process would end it: this one's memory is not told.
    again = await visit.browser(city.teacher())
    assert (await again.get("/me")).status_code == 200
    async with database.transaction(city.bureau_id) as session:
        await operations.end_logins(
            session, city.officer("administrator"), city.teacher().person_id, now=clock()
        )
    clock.advance(seconds=1)
    assert (await again.get("/me")).status_code == 401


async def test_what_is_kept_is_kept_for_a_second_of_real_time_too(visit, city: City, database, clock) -> None:
    """docs/trust.md 17: a clock that stands still does not keep an ended login alive."""
    browser = await visit.browser(city.teacher())
    assert (await browser.get("/me")).status_code == 200
    async with database.transaction(city.bureau_id) as session:
        await operations.end_logins(
            session, city.officer("administrator"), city.teacher().person_id, now=clock()
        )
    await asyncio.sleep(1.05)
    assert (await browser.get("/me")).status_code == 401


async def test_tokens_are_made_listed_and_ended(visit, city: City) -> None:
    browser = await visit.browser(city.teacher())
    made = (await browser.post("/tokens", json={"label": "我的脚本", "days": 7})).json()
    program = visit.stranger(authorization=f"Bearer {made['token']}")
    assert (await program.get("/me")).json()["csrf_token"] is None
    listed = (await program.get("/tokens")).json()
    assert [token["label"] for token in listed] == ["我的脚本"]
    assert made["token"] not in str(listed)
    stranger = await visit.program(city.teacher(1))
    assert (await stranger.delete(f"/tokens/{made['id']}")).status_code == 404
    assert (await program.delete(f"/tokens/{made['id']}")).status_code == 204
    assert (await program.get("/me")).status_code == 401
    assert (await browser.delete(f"/tokens/{made['id']}")).status_code == 404
    assert (await stranger.post("/logout")).status_code == 404


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer vm__x",
        "Bearer vm_nobody_secret",
        "Bearer xx_yy_zz",
        "Bearer vm_ä_ö",
        "Bearer " + "x" * 5000,
    ],
)
async def test_a_token_that_is_none_is_nobody(visit, authorization: str) -> None:
    answer = await visit.stranger().get("/me", headers={"authorization": authorization.encode()})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_names_its_bureau_and_opens_no_other(visit, city: City, database, transport) -> None:
    token = await visit.token(city.teacher())
    other = await factories.make_bureau(database)
    async with database.registry() as registry:
        code = (await queries.bureau(registry, other)).code
    for base, status in (
        ("http://market.test/api/v1", 200),
        (f"http://market.test/{visit.code}/api/v1", 200),
        (f"http://market.test/{code}/api/v1", 401),
        ("http://market.test/nobody/api/v1", 401),
    ):
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            answer = await client.get("/me", headers={"authorization": f"Bearer {token}"})
            assert answer.status_code == status, base
    forged = token.replace(visit.code, code)
    answer = await visit.stranger().get("/me", headers={"authorization": f"Bearer {forged}"})
    assert answer.status_code == 401


async def test_a_host_stands_for_its_bureau(visit, city: City, database, transport) -> None:
    host = f"{new_id().hex}.example.cn"
    async with database.registry() as registry:
        await registry.execute(insert(tables.bureau_host).values(host=host, bureau_id=city.bureau_id))
    await visit.browser(city.teacher())
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}:8443") as client:
        opened = await client.post("/api/v1/login", json=USER)
        assert opened.status_code == 200
        other = await client.post("/nobody/api/v1/login", json=USER)
        assert (other.status_code, other.json()["code"]) == (404, "not_found")
