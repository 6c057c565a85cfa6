"""Who gets through to which route: the matrix, the login's own token, the bureau."""

from datetime import date

import httpx
import pytest
from litestar import Litestar, get
from sqlalchemy import literal_column, select

import factories
from factories import NOW, City
from vouchermarket.identity import rules, tables
from vouchermarket.kit.events import event
from vouchermarket.kit.ids import new_id
from vouchermarket.web import guards

pytestmark = pytest.mark.own_app

AREAS = {"logins", "roster"}
TODAY = date(2014, 3, 3).isoformat()


def body_of(city: City, path: str) -> dict:
    """A body that decodes, so that what answers is the desk and not the reader."""
    someone = str(city.teacher(3).person_id)
    return {
        "/organisations": {"kind": "finance_office", "code": new_id().hex[:12], "name": "财务"},
        "/people": {
            "code": new_id().hex[:12],
            "name": "李四",
            "sex": "male",
            "born_on": "1980-01-01",
            "joined_on": TODAY,
        },
        "/appointments": {
            "person_id": someone,
            "organisation_id": str(city.bodies["county"]),
            "role": "officer",
            "from_on": TODAY,
        },
        "/end": {"to_on": TODAY},
        "/posts": {"word": "homeroom", "from_on": TODAY},
        "/tiers": {"word": "backbone", "from_on": TODAY},
        "/password": {"username": new_id().hex[:12], "password": "correct horse battery"},
        "/end-logins": {},
        "/tokens": {"label": "t"},
        "/move": {"organisation_id": str(city.bodies["school_b"]), "on": TODAY},
        "/leave": {"gone_on": TODAY, "reason": "调往外市"},
        "/death": {"died_on": TODAY},
        "/exemptions": {"rule": "ZZ-A02", "from_on": TODAY, "reason": "病假"},
        "/substitutions": {
            "person_id": someone,
            "acting_for": str(city.officer("county").person_id),
            "organisation_id": str(city.bodies["county"]),
            "from_on": TODAY,
            "to_on": "2014-04-01",
        },
    }.get("/" + path.rsplit("/", 1)[1], {})


def routes(app: Litestar) -> list[tuple[str, str, str]]:
    """Every route of logins and roster that names a verb, as method, path below the prefix, and verb."""
    return [
        (method, path.removeprefix("/api/v1"), handler.opt["verb"])
        for path, handler in guards.handlers(app)
        for method in sorted(handler.http_methods)
        if AREAS & set(handler.tags or ()) and handler.opt["verb"]
    ]


def filled(path: str, id_: object) -> str:
    return "/".join(str(id_) if part.startswith("{") else part for part in path.split("/"))


async def test_each_desk_passes_each_route_as_the_matrix_says(app: Litestar, visit, city: City) -> None:
    """docs/trust.md 4: 401 for nobody, 403 for the wrong desk, otherwise the desk itself answers."""
    actors = {kind: officers[0] for kind, officers in city.officers.items()}
    actors["teacher"] = city.teacher()
    programs = {actor.seats[0].desk: await visit.program(actor) for actor in actors.values()}
    assert set(programs) == {desk for desks in rules.matrix().values() for desk in desks}
    asked = [route for route in routes(app) if route[1] not in {"/logout", "/password"}]
    assert len(asked) >= 14
    for method, path, verb in asked:
        target = filled(path, new_id())
        nobody = await visit.stranger().request(method, target, json=body_of(city, path))
        assert nobody.status_code == 401, (method, path)
        for desk, program in programs.items():
            answer = await program.request(method, target, json=body_of(city, path))
            told = (
                answer.json().get("code")
                if answer.headers.get("content-type") == "application/problem+json"
                else None
            )
            assert (told == "role_not_allowed") is (desk not in rules.matrix()[verb]), (desk, method, path)
            assert answer.status_code < 500


async def test_a_route_without_a_verb_is_found(app: Litestar) -> None:
    """docs/trust.md 3."""

    @get("/api/v1/silent")
    async def silent() -> None: ...

    @get("/api/v1/inventive", verb="open_safe")
    async def inventive() -> None: ...

    assert guards.undeclared(app) == []
    app.register(silent)
    app.register(inventive)
    assert guards.undeclared(app) == ["/api/v1/silent ['GET']", "/api/v1/inventive ['GET']"]


async def test_another_bureaus_objects_are_no_objects(app: Litestar, visit, city: City, database) -> None:
    """docs/trust.md 1 on these routes: the same words as for an id that nobody has."""
    other = await factories.make_city(database, await factories.make_bureau(database))
    keeper = await visit.program(city.officer("administrator"))
    may = rules.matrix()
    asked = [
        (method, path) for method, path, verb in routes(app) if "{" in path and "administrator" in may[verb]
    ]
    assert len(asked) >= 12
    for method, path in asked:
        answers = [
            await keeper.request(method, filled(path, id_), json=body_of(city, path))
            for id_ in (other.teacher().person_id, new_id())
        ]
        bodies = [answer.json() for answer in answers]
        for body in bodies:
            del body["request_id"]
        assert bodies[0] == bodies[1], path
        assert {answer.status_code for answer in answers} == {404}, path
        assert sorted(answers[0].headers) == sorted(answers[1].headers)
    listed = [row["code"] for row in (await keeper.get("/people?limit=200")).json()]
    assert len(listed) == len(set(listed)) == 43


async def test_unsafe_requests_of_a_login_carry_its_own_token(visit, city: City) -> None:
    """docs/trust.md 29 and 30: none, another login's, a malformed or a doubled one: 403, never 500."""
    browser = await visit.browser(city.teacher())
    another = await visit.browser(city.teacher(1), "lisi")
    right = browser.headers.pop("x-csrf-token").encode()
    wrong = [
        [],
        [another.headers["x-csrf-token"].encode()],
        [b""],
        [b"\xff\xfe"],
        ["标记".encode()],
        [b"x" * 6000],
        [right, right],
        [right + b"\x80"],
    ]
    for tokens in wrong:
        headers = [(b"x-csrf-token", token) for token in tokens]
        answer = await browser.post("/tokens", json={"label": "t"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_token_not_right"), tokens
    made = await browser.post("/tokens", json={"label": "t"}, headers=[(b"x-csrf-token", right)])
    assert made.status_code == 201
    assert (await browser.get("/me")).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://market.test"}, 201),
        ({"origin": "https://market.test"}, 201),
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "https://market.test.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
async def test_a_request_from_another_site_is_refused(
    visit, city: City, headers: dict[str, str], status: int
) -> None:
    """docs/trust.md 29: also where it carries the right token, and logging in from elsewhere too."""
    browser = await visit.browser(city.teacher())
    answer = await browser.post("/tokens", json={"label": "t"}, headers=headers)
    assert answer.status_code == status
    login = await visit.stranger().post(
        "/login", json={"username": "zhangsan", "password": "春天里的第一场雨"}, headers=headers
    )
    assert login.status_code == {201: 200, 403: 403}[status]


async def test_reading_changes_no_row(app: Litestar, visit, city: City, database) -> None:
    """docs/trust.md 31 on these routes: no GET, HEAD or OPTIONS leaves an event or a changed row."""
    browser = await visit.browser(city.officer("administrator"))

    watched = (tables.person, tables.organisation, tables.appointment, tables.login, tables.credential, event)

    async def state() -> list[str]:
        async with database.transaction(city.bureau_id) as session:
            return [
                str(row)
                for table in watched
                for row in await session.execute(
                    select(table, literal_column("xmin")).where(table.c.bureau_id == city.bureau_id)
                )
            ]

    before = await state()
    for method, path, _ in routes(app):
        if method == "GET":
            for asked in ("GET", "HEAD", "OPTIONS"):
                assert (await browser.request(asked, filled(path, new_id()))).status_code < 500
    assert await state() == before


async def test_the_roster_is_kept_over_http(visit, city: City) -> None:
    keeper = await visit.program(city.officer("administrator"))
    person = {
        "code": "t-new",
        "name": "王五",
        "sex": "female",
        "born_on": "1990-02-03",
        "joined_on": "2012-09-01",
    }
    person_id = (await keeper.post("/people", json=person)).json()["id"]
    seat = {
        "person_id": person_id,
        "organisation_id": str(city.bodies["school_a"]),
        "role": "teacher",
        "from_on": TODAY,
    }
    appointed = await keeper.post("/appointments", json=seat)
    assert appointed.status_code == 201
    again = await keeper.post("/appointments", json=seat)
    assert (again.status_code, again.json()["code"]) == (409, "period_overlaps")
    for path, word in (("posts", "homeroom"), ("tiers", "backbone")):
        given = await keeper.post(f"/people/{person_id}/{path}", json={"word": word, "from_on": TODAY})
        assert given.status_code == 204
    password = {"username": "wangwu", "password": "correct horse battery"}
    assert (await keeper.put(f"/people/{person_id}/password", json=password)).status_code == 204
    entered = visit.stranger()
    assert (await entered.post("/login", json=password)).status_code == 200
    me = (await entered.get("/me")).json()
    assert (me["person"]["posts"], me["person"]["tiers"]) == (["homeroom"], ["backbone"])
    assert me["person"]["school"]["id"] == str(city.bodies["school_a"])
    early = await keeper.put(f"/appointments/{appointed.json()['id']}/end", json={"to_on": "2013-01-01"})
    assert (early.status_code, early.json()["code"]) == (422, "period_empty")
    ended = await keeper.put(f"/appointments/{appointed.json()['id']}/end", json={"to_on": "2014-03-04"})
    assert ended.status_code == 204
    schools = (await entered.get("/organisations?kind=school")).json()
    assert {school["code"] for school in schools} >= {me["person"]["school"]["code"]}


async def test_each_answer_has_exactly_its_fields(visit, city: City) -> None:
    """docs/trust.md 6 on these routes: a new column does not show by itself."""
    keeper = await visit.program(city.officer("administrator"))
    organisation = {
        "id", "kind", "code", "name", "parent_id", "is_direct", "is_rural", "stage", "provider_kind"
    }  # fmt: skip
    person = {
        "id", "code", "name", "sex", "born_on", "joined_on", "registered", "subject", "posts", "tiers",
        "school", "appointed_on",
    }  # fmt: skip
    assert set((await keeper.get("/organisations")).json()[0]) == organisation
    assert set((await keeper.get("/people")).json()[0]) == person
    me = (await keeper.get("/me")).json()
    assert set(me) == {"bureau", "person", "seats", "csrf_token"}
    assert set(me["bureau"]) == {"id", "code", "name", "time_zone"}
    token = await keeper.post("/tokens", json={"label": "t"})
    assert set(token.json()) == {"id", "token", "expires_at"}
    assert set((await keeper.get("/tokens")).json()[0]) == {
        "id",
        "label",
        "made_at",
        "expires_at",
        "ended_at",
    }


async def test_an_act_is_told_with_number_and_address(visit, city: City, database) -> None:
    """docs/trust.md 55 on these routes: who, what, when, from where, under which request."""
    keeper = await visit.program(city.officer("administrator"))
    answer: httpx.Response = await keeper.post("/people", json=body_of(city, "/people"))
    async with database.transaction(city.bureau_id) as session:
        row = (
            await session.execute(
                select(event).where(
                    event.c.bureau_id == city.bureau_id, event.c.kind == "identity.person_added"
                )
            )
        ).one()
    assert str(row.subject_id) == answer.json()["id"]
    assert (row.actor_id, row.at) == (city.officer("administrator").person_id, NOW)
    assert (row.request_id, row.address) == (answer.headers["x-request-id"], "127.0.0.1")
