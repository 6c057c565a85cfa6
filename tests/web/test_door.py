"""What comes to the door: hosts, headers, languages, and everything that is no request."""

import json

import httpx
import pytest
from litestar import Litestar, get, post
from litestar.params import JSONBody
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

import factories
from factories import City
from vouchermarket.identity import tables
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.ids import new_id
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.web import bodies, errors, problems
from vouchermarket.web.given import Session

pytestmark = pytest.mark.own_app

POST_ROUTES = [
    ("POST", "/login"),
    ("POST", "/password"),
    ("POST", "/tokens"),
    ("POST", "/organisations"),
    ("POST", "/people"),
    ("POST", "/appointments"),
    ("PUT", "/appointments/0190a1b2-0000-7000-8000-000000000000/end"),
    ("POST", "/people/0190a1b2-0000-7000-8000-000000000000/posts"),
    ("POST", "/people/0190a1b2-0000-7000-8000-000000000000/tiers"),
    ("PUT", "/people/0190a1b2-0000-7000-8000-000000000000/password"),
    ("POST", "/people/0190a1b2-0000-7000-8000-000000000000/end-logins"),
]
GOOD = {
    "code": "teacher00099",
    "name": "张三",
    "sex": "female",
    "born_on": "1980-01-01",
    "joined_on": "2002-09-01",
}


def with_value(value: object) -> bytes:
    return json.dumps({**GOOD, "name": value}).encode()


HOSTILE: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"true",
    b"0",
    b'""',
    b"{",
    b"}",
    b'{"name":',
    b'{"name":"a"}}',
    b"NaN",
    b"Infinity",
    b"-",
    b"1e999",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"name":"\xff"}',
    b'{"name":"\xc3\x28"}',
    b'{"name":"\xed\xa0\x80"}',
    b'{"name":"\\ud800"}',
    b'{"name":"\\u0000"}',
    b'{"name":"\x00"}',
    b'{"name":"\x1b[31m"}',
    b'{"\\u0000":1}',
    b'{"a":' + b"9" * 30 + b"}",
    b'{"a":' + b"9" * 5000 + b"}",
    b'{"a":-' + b"9" * 30 + b"}",
    b'{"a":1e400}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"unknown":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b"[" * 40 + b"]" * 40,
    b'{"a":"' + b"x" * 900_000 + b'"}',
    b"[" + b"0," * 400_000 + b"0]",
    b"a=b&c=d",
    b"<?xml version='1.0'?><a/>",
    b"\x80\x01\x02",
    b"\x1f\x8b\x08\x00\x00",
    b'{"username":{"$ne":null},"password":{"$ne":null}}',
    b'{"username":["a"],"password":1}',
    b'{"username":"\xe2\x80\xae","password":"x"}',
    b'{"bureau_id":"0190a1b2-0000-7000-8000-000000000000"}',
    *(
        with_value(value)
        for value in (
            None,
            True,
            5,
            1.5,
            [],
            {},
            "",
            "x" * 201,
            "a\nb",
            "a\r\nSet-Cookie: a=b",
            "\u0000",
            "a\u0000",
            10**30,
            -(10**30),
            {"a": {"b": []}},
            ["\u0000"],
            "x\n",
        )
    ),
    json.dumps({**GOOD, "born_on": "0000-00-00"}).encode(),
    json.dumps({**GOOD, "born_on": "1980-02-30"}).encode(),
    json.dumps({**GOOD, "born_on": "99999-01-01"}).encode(),
    json.dumps({**GOOD, "born_on": 0}).encode(),
    json.dumps({**GOOD, "code": "a b"}).encode(),
    json.dumps({**GOOD, "code": "a" * 41}).encode(),
    json.dumps({**GOOD, "code": "';--"}).encode(),
    json.dumps({**GOOD, "registered": "true"}).encode(),
    json.dumps({**GOOD, "registered": 1}).encode(),
    json.dumps({**GOOD, "status": "approved"}).encode(),
    json.dumps({**GOOD, "amount": 1}).encode(),
    json.dumps({**GOOD, "role": "administrator"}).encode(),
]


def assert_a_problem(answer: httpx.Response) -> dict:
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert {"type", "title", "status", "detail", "code", "clause", "remedy", "request_id"} <= set(told)
    assert told["status"] == answer.status_code
    for inside in ("Traceback", "SELECT", "psycopg", "sqlalchemy", "msgspec", ".py", "vouchermarket."):
        assert inside not in answer.text, inside
    return told


@pytest.mark.parametrize(("method", "path"), POST_ROUTES)
async def test_no_hostile_body_breaks_a_route(visit, city: City, method: str, path: str) -> None:
    """docs/trust.md 35 and 37 on these routes: 70 bodies each, every one a clear no."""
    assert len(HOSTILE) >= 60
    keeper = await visit.program(city.officer("administrator"))
    for body in HOSTILE:
        answer = await keeper.request(
            method, path, content=body, headers={"content-type": "application/json"}
        )
        if answer.status_code == 204:
            # An empty object is all this route needs.
            assert (path[-11:], body) == ("/end-logins", b"{}")
            continue
        assert_a_problem(answer)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (with_value("a\u0000"), "$.name"),
        (with_value(10**30), "$.name"),
        (with_value({"a": [["\u0000"]]}), "$.name.a.[].[]"),
        (with_value(5), "$.name"),
        (json.dumps({**GOOD, "born_on": "1980-02-30"}).encode(), "$.born_on"),
        (b"{", "$"),
        (b'{"a":"\xff"}', "$"),
        (b"[" * 100_000, "$"),
    ],
)
async def test_a_body_that_cannot_be_read_is_told_its_path(visit, city: City, body: bytes, path: str) -> None:
    keeper = await visit.program(city.officer("administrator"))
    answer = await keeper.post("/people", content=body, headers={"content-type": "application/json"})
    told = assert_a_problem(answer)
    assert (answer.status_code, told["code"], told["path"]) == (400, "request_not_readable", path)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""],
)
async def test_only_json_is_taken(visit, city: City, content_type: str) -> None:
    """docs/trust.md 29: JSON under another name is what another site's form could send."""
    keeper = await visit.program(city.officer("administrator"))
    headers = {"content-type": content_type} if content_type else {}
    answer = await keeper.post("/people", content=json.dumps(GOOD).encode(), headers=headers)
    assert (answer.status_code, assert_a_problem(answer)["code"]) == (415, "media_type_not_taken")


async def test_a_body_beyond_a_megabyte_is_not_read(visit, city: City) -> None:
    keeper = await visit.program(city.officer("administrator"))
    answer = await keeper.post(
        "/people", content=b'"' + b"x" * 1_000_000 + b'"', headers={"content-type": "application/json"}
    )
    assert (answer.status_code, assert_a_problem(answer)["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1", "limit=0", "limit=201", "limit=9223372036854775808", "limit=" + "9" * 30, "limit=1_0",
        "limit=%D9%A3", "limit=", "limit=a", "limit=%00", "limit=1&limit=x", "after=%00", "after=" + "a" * 41,
        "after=%FF", "after=a%0A", "kind=robots", "kind=%00", "kind=school%00",
    ],
)  # fmt: skip
async def test_a_hostile_query_is_refused(visit, city: City, query: str) -> None:
    """docs/trust.md 38: at most 200 rows, and nothing but a number counts them."""
    program = await visit.program(city.teacher())
    assert assert_a_problem(await program.get(f"/organisations?{query}"))["code"] == "request_not_readable"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/people/1/posts", "/people/" + "9" * 30 + "/posts", "/people/%00/posts",
        "/people/%2e%2e/me", "/tokens/not-a-uuid", "/tokens/%FF",
        "/tokens/" + "x" * 5000, "/%2e%2e/%2e%2e/etc/passwd", "//", "/ä",
    ],
)  # fmt: skip
async def test_a_hostile_path_leads_nowhere(visit, city: City, path: str) -> None:
    program = await visit.program(city.officer("administrator"))
    for method in ("GET", "POST", "DELETE"):
        answer = await program.request(method, path, json={})
        assert answer.status_code in {400, 404, 405, 415}, (method, path, answer.text)
        assert_a_problem(answer)


async def test_a_method_that_is_not_offered_is_told(visit, city: City) -> None:
    program = await visit.program(city.teacher())
    answer = await program.delete("/me")
    assert (answer.status_code, assert_a_problem(answer)["code"]) == (405, "method_not_offered")


@pytest.mark.parametrize(
    "hosts",
    [
        [], [b""], [b"a b"], [b"user@market.test"], [b"market.test", b"evil.test"], [b"market.test:99999999"],
        [b"market.test/"], [b"-"], [b"\xff"], [b"m" * 300], [b"market.test\n"], [b"[::1"], [b"a,b"],
    ],
)  # fmt: skip
async def test_a_broken_host_is_not_accepted(app: Litestar, hosts: list[bytes]) -> None:
    """docs/trust.md 32."""
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.0", "method": "GET", "scheme": "http",
        "path": "/health/live", "raw_path": b"/health/live", "query_string": b"", "root_path": "",
        "headers": [(b"host", host) for host in hosts], "client": ("127.0.0.1", 1), "server": ("x", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert json.loads(sent[1]["body"])["code"] == "host_not_accepted"


async def test_every_answer_wears_its_headers(visit, city: City, transport: httpx.ASGITransport) -> None:
    """docs/trust.md 33."""
    program = await visit.program(city.teacher())
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        answers = [
            await program.get("/me"),
            await program.get("/nothing"),
            await program.post("/people", json={}),
            await client.get("/schema"),
            await client.get("/nowhere"),
            await client.get("/assets/own/openapi.js"),
            await client.get("/health/live"),
        ]
        numbers = {answer.headers["x-request-id"] for answer in answers}
    assert len(numbers) == len(answers)
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        cached = answer.headers.get("cache-control", "")
        assert (cached == "no-store") is not str(answer.url).endswith(".js")


async def test_no_other_origin_is_let_in(visit, city: City) -> None:
    """docs/trust.md 34."""
    program = await visit.program(city.teacher())
    answer = await program.get("/me", headers={"origin": "https://evil.example"})
    preflight = await program.options("/me", headers={"origin": "https://evil.example"})
    for each in (answer, preflight):
        assert not [name for name in each.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB,en;q=0.9", "en"), ("fr", "zh"), ("*", "zh"),
        ("en;q=0.3,zh;q=0.2", "en"), ("en;q=0", "zh"), ("en;q=banana", "en"), (",,;q=,", "zh"),
    ],
)  # fmt: skip
async def test_a_refusal_speaks_the_callers_language(visit, accepted: str, language: str) -> None:
    answer = await visit.stranger().get("/me", headers={"accept-language": accepted})
    assert answer.headers["content-language"] == language
    assert answer.json()["detail"].startswith("请先登录" if language == "zh" else "Log in first")


class TooMuch(Refusal):
    code = "too_much"
    kind = Kind.PAYMENT
    zh = "要 {wanted},有 {left}"
    en = "wants {wanted}, has {left}"
    remedy_zh = "换一个"
    remedy_en = "Choose another"
    clause = "ZZ-A22"


def test_a_refusal_becomes_a_problem_with_clause_remedy_and_facts() -> None:
    told = errors.problem(TooMuch(wanted=5, left=3, lines=[NotFound(), TooMuch(wanted=1)]), "en")
    assert told["detail"] == "wants 5, has 3"
    assert (told["status"], told["clause"], told["remedy"]) == (402, "ZZ-A22", "Choose another")
    assert (told["wanted"], told["left"]) == (5, 3)
    assert [line["code"] for line in told["lines"]] == ["not_found", "too_much"]
    assert set(errors.STATUS) == set(Kind)


async def test_a_fault_of_ours_shows_nothing_of_its_inside(
    app: Litestar, visit, city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    """docs/trust.md 37 and 59: the inside is one line in the log, under the number in the answer."""

    @get("/api/v1/broken", verb="read_own", include_in_schema=False)
    async def broken(session: Session) -> None:
        raise ZeroDivisionError(f"secret\n{session}\x1b[31m")

    @get("/api/v1/away", verb="read_own", include_in_schema=False)
    async def away() -> None:
        raise OperationalError("SELECT secret", {}, Exception("server closed the connection"))

    app.register(broken)
    app.register(away)
    program = await visit.program(city.teacher())
    answer = await program.get("/broken")
    assert answer.status_code == 500
    assert answer.json()["code"] == "something_broke"
    assert "secret" not in answer.text
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "ZeroDivisionError" in line]
    assert json.loads(line)["request_id"] == answer.json()["request_id"]
    assert "\x1b" not in line
    busy = await program.get("/away")
    assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (503, "busy", "2")
    assert "secret" not in busy.text


async def test_a_column_is_the_last_to_say_no(app: Litestar, visit, city: City, database) -> None:
    """Where no bound of ours stands, PostgreSQL's own refusal of a value is told as an unreadable request."""

    @post("/api/v1/number", verb="read_own", include_in_schema=False)
    async def number(data: JSONBody[dict[str, int]], session: Session) -> None:
        await session.execute(text("SELECT CAST(:number AS int2)"), data)

    app.register(number)
    program = await visit.program(city.teacher())
    assert (await program.post("/number", json={"number": 5})).status_code == 201
    answer = await program.post("/number", json={"number": 70_000})
    assert (answer.status_code, answer.json()["code"]) == (400, "request_not_readable")


async def test_the_net_below_the_locks_is_told_as_a_conflict(app: Litestar, visit, city: City) -> None:
    """The session's own refusal takes the place of the driver's error while the transaction is undone."""

    @post("/api/v1/twice", verb="read_own", include_in_schema=False)
    async def twice(session: Session) -> None:
        row = factories.PersonRow()
        for id_ in (new_id(), new_id()):
            await factories.add(session, city.bureau_id, tables.person, {**row, "id": id_})

    app.register(twice)
    program = await visit.program(city.officer("administrator"))
    answer = await program.post("/twice")
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_meanwhile")
    assert len((await program.get("/people?limit=200")).json()) == 43


@pytest.mark.parametrize("broken", [b"{", b'{"a":"\xff"}', b"[" * 100_000, b'"\\u0000"', b"9" * 30])
def test_a_body_is_read_by_one_function(broken: bytes) -> None:
    with pytest.raises(problems.RequestNotReadable):
        bodies.decoded(broken, object)
