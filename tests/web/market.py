"""A market over HTTP: people at their desks, the steps that stock a shelf, and bodies nobody should send."""

import json
import re
from collections.abc import Iterable
from typing import Any

import httpx
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import func, literal, select, union_all

from factories import NOW, City
from vouchermarket.identity import operations
from vouchermarket.identity.rules import matrix
from vouchermarket.identity.structs import Actor, MakeToken
from vouchermarket.kit.db import Database, metadata
from vouchermarket.kit.ids import new_id

HEAD_FEN = 60_000  # what the Zhuzhou pack gives a teacher of `all_staff`
PRICE_FEN = 18_000
BUDGET_FEN = 1_000_000
NOBODYS = "0190a1b2-0000-7000-8000-000000000000"


def keyed(key: str = "") -> dict[str, str]:
    """A request key of its own, unless one is given."""
    return {"idempotency-key": key or new_id().hex}


def told(answer: httpx.Response, status: int = 200) -> Any:
    """The body of an answer that has to have this status."""
    assert answer.status_code == status, (answer.request.url.path, answer.status_code, answer.text[:500])
    return answer.json() if answer.content else None


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer that has to be this refusal."""
    problem = told(answer, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == code, problem
    assert problem["detail"]
    assert problem["remedy"]
    return problem


class Desks:
    """Everybody of a city behind a bearer token of his or her own, made when first asked for."""

    def __init__(self, visit: Any, city: City, database: Database) -> None:
        self.city, self.database = city, database
        self._visit = visit
        self._clients: dict[Actor, httpx.AsyncClient] = {}

    async def of(self, actor: Actor) -> httpx.AsyncClient:
        """One person's way in; its token is good for a year."""
        if actor not in self._clients:
            made = MakeToken(label="桌面", days=365)
            async with self.database.transaction(actor.bureau_id) as session:
                issued = await operations.make_token(session, actor, made, now=NOW)
            self._clients[actor] = self._visit.stranger(authorization=f"Bearer {issued.token}")
        return self._clients[actor]

    async def at(self, body: str, which: int = 0) -> httpx.AsyncClient:
        """An officer of a body."""
        return await self.of(self.city.officer(body, which))

    async def teacher(self, which: int = 0, school: str = "school_a") -> httpx.AsyncClient:
        """A teacher of a school."""
        return await self.of(self.city.teacher(which, school))

    async def outside(self, verb: str) -> httpx.AsyncClient | None:
        """Somebody whose desk is not to do this; None where the matrix leaves nobody out."""
        if "teacher" not in matrix()[verb]:
            return await self.teacher()
        return None if "bureau" in matrix()[verb] else await self.at("bureau")

    async def inside(self, verb: str) -> httpx.AsyncClient:
        """Somebody whose desk is to do this."""
        if "teacher" in matrix()[verb]:
            return await self.teacher()
        if "school" in matrix()[verb]:
            return await self.at("school_a")
        return await self.at(sorted(desk for desk in matrix()[verb] if desk in self.city.officers)[-1])

    def school(self, name: str = "school_a") -> str:
        """The address of a school."""
        return f"/schools/{self.city.bodies[name]}"

    # --- bodies -------------------------------------------------------------------------------------------

    def course(self, **changes: object) -> dict[str, Any]:
        """A course as a provider files it."""
        return {
            "organiser_id": str(self.city.bodies["training_centre"]),
            "title": "高中语文新课堂",
            "summary": "文本细读",
            "type": "in_post",
            "level": "city",
            "mode": "face_to_face",
            "subject": "chinese",
            "fund_lines": ["all_staff"],
            "price_fen": PRICE_FEN,
            "amount": "18",
            "unit": "credit",
            **changes,
        }

    # --- steps, all of them over HTTP ---------------------------------------------------------------------

    async def accredit(self, body: str = "provider") -> None:
        """A provider asks for its accreditation, the centre gives it."""
        filed = told(await (await self.at(body)).post("/accreditations", json=ACCREDITATION), 201)
        centre = await self.at("training_centre")
        told(await centre.post(f"/accreditations/{filed['id']}/decide", json={"approve": True}), 204)

    async def file(self, **changes: object) -> str:
        """An accredited provider files a course; gives its id."""
        await self.accredit()
        provider = await self.at("provider")
        return told(await provider.post("/courses", json=self.course(**changes)), 201)["id"]

    async def publish(self, **changes: object) -> str:
        """A course filed, reviewed and put on the shelf; gives its id."""
        course_id, centre = await self.file(**changes), await self.at("training_centre")
        told(await centre.post(f"/courses/{course_id}/review", json={"approve": True}), 204)
        told(await centre.post(f"/courses/{course_id}/publish"), 204)
        return course_id

    async def open_run(self, day: int = 10, capacity: int = 10, **changes: object) -> str:
        """A run of a course of its own, on a day of May; gives its id."""
        course_id, provider = await self.publish(**changes), await self.at("provider")
        body = run_of(course_id, day, capacity)
        return told(await provider.post("/runs", json=body, headers=keyed()), 201)["id"]

    async def issue(self, line: str = "all_staff") -> str:
        """Money set aside and given out as vouchers by two persons; gives the issuance's id."""
        first, second = await self.at("teacher_office"), await self.at("teacher_office", 1)
        told(await first.post("/appropriations", json=appropriation(line), headers=keyed()), 201)
        preview = told(await first.post("/issuances", json=issuance(line)), 201)
        place = f"/issuances/{preview['issuance_id']}"
        told(await second.post(f"{place}/decide", json={"approve": True}), 204)
        told(await second.post(f"{place}/issue", headers=keyed()), 201)
        return preview["issuance_id"]

    async def book(self, run_id: str, which: int = 0) -> dict[str, Any]:
        """A teacher's own choice."""
        teacher = await self.teacher(which)
        return told(await teacher.post("/bookings", json={"run_id": run_id}, headers=keyed()), 201)

    async def rows(self) -> dict[str, int]:
        """How many rows this bureau has in each table: what a refused request leaves as it is."""
        tables = [table for table in metadata.sorted_tables if "bureau_id" in table.c]
        counts = [
            select(literal(table.name).label("name"), func.count().label("rows"))
            .select_from(table)
            .where(table.c.bureau_id == self.city.bureau_id)
            for table in tables
        ]
        async with self.database.transaction(self.city.bureau_id) as session:
            return {row.name: row.rows for row in await session.execute(union_all(*counts))}


ACCREDITATION = {"from_on": "2014-01-01", "to_on": "2016-01-01", "document": "株培资〔2014〕1号"}


def appropriation(line: str = "all_staff", **changes: object) -> dict[str, Any]:
    return {
        "line": line,
        "year": 2014,
        "amount_fen": BUDGET_FEN,
        "document": "株财教〔2014〕7号",
        **changes,
    }


def issuance(line: str = "all_staff", **changes: object) -> dict[str, Any]:
    return {
        "line": line,
        "year": 2014,
        "counted_on": "2014-03-03",
        "valid_from": "2014-03-03",
        "valid_to": "2015-01-01",
        **changes,
    }


def run_of(course_id: str, day: int = 10, capacity: int = 10, **changes: object) -> dict[str, Any]:
    return {
        "course_id": course_id,
        "capacity": capacity,
        "books_from_at": "2014-03-03T01:00:00Z",
        "books_until_at": "2014-05-01T00:00:00Z",
        "place": "第一师范学院 3 号楼",
        "meetings": [
            {"starts_at": f"2014-05-{day:02}T09:00:00+08:00", "ends_at": f"2014-05-{day:02}T12:00:00+08:00"}
        ],
        **changes,
    }


# --- routes as they are declared --------------------------------------------------------------------------


def declared(routes: Iterable[HTTPRouteHandler]) -> list[tuple[str, str, str]]:
    """Method, path and verb of each route, with nobody's id wherever the path wants one."""
    return [
        (method, re.sub(r"\{\w+:uuid\}", NOBODYS, path), route.opt["verb"])
        for route in routes
        for path in route.paths
        for method in route.http_methods
    ]


HOSTILE: list[tuple[bytes, str]] = [
    (b"", "application/json"),
    (b"null", "application/json"),
    (b'{"', "application/json"),
    (b'{"title": "\\u0000", "reason": "\\u0000"}', "application/json"),
    (b'{"amount_fen": ' + b"9" * 30 + b"}", "application/json"),
    (b'{"reason": "\xc3\x28"}', "application/json"),
    (b'{"reason": "\\ud800"}', "application/json"),
    (b"[" * 100_000 + b"]" * 100_000, "application/json"),
    (b'{"lines": ' + b"[" * 100_000, "application/json"),
    (b'{"reason": "' + b"x" * 2_000_000 + b'"}', "application/json"),
    (b'{"approve": true}', "text/plain"),
    (b"approve=true", "application/x-www-form-urlencoded"),
    (b'{"approve": true}', "application/json; charset=utf-16"),
]


def worse(body: dict[str, Any]) -> list[bytes]:
    """A good body made bad in ways of its own: a field too many, a wrong kind of value in each place."""
    bad = [{**body, "bureau_id": NOBODYS}]
    for name in body:
        bad += [{**body, name: value} for value in (None, {"$ne": None}, 1.5, "\0", 10**30)]
    return [json.dumps(each).encode() for each in bad]


async def assert_harmless(desks: Desks, routes: Iterable[HTTPRouteHandler], good: dict[str, Any]) -> int:
    """Send what nobody should to every POST of these routes: 4xx with a code, and not a row more or less.

    `good` has a body for each path that takes one. Gives how many requests were sent.
    """
    posts = [(path, verb) for method, path, verb in declared(routes) if method == "POST"]
    clients = {verb: await desks.inside(verb) for _, verb in posts}
    before, sent = await desks.rows(), 0
    for path, verb in posts:
        bad = [(content, "application/json") for content in worse(good[path])] if path in good else []
        for content, kind in [*HOSTILE, *bad]:
            answer = await clients[verb].post(path, content=content, headers={"content-type": kind} | keyed())
            problem = answer.json()
            assert 400 <= answer.status_code < 500, (path, content[:80], answer.text[:300])
            assert problem["code"] not in {"", "role_not_allowed"}, (path, content[:80], problem)
            if path in good and answer.status_code == 400:
                assert problem["path"], (path, content[:80], problem)
            sent += 1
    assert await desks.rows() == before
    return sent


async def assert_desks(desks: Desks, routes: Iterable[HTTPRouteHandler]) -> set[str]:
    """Every route turns away whom the matrix leaves out; gives the verbs that are everybody's."""
    everybodys = set()
    for method, path, verb in declared(routes):
        client = await desks.outside(verb)
        if client is None:
            everybodys.add(verb)
            continue
        answer = await client.request(method, path, headers=keyed())
        assert refused(answer, 403, "role_not_allowed")["verb"] == verb
    return everybodys


async def assert_nobodys(desks: Desks, routes: Iterable[HTTPRouteHandler], good: dict[str, Any]) -> int:
    """What is not there is 404 on every route that names it; gives how many there were."""
    named = [each for each in declared(routes) if NOBODYS in each[1]]
    for method, path, verb in named:
        client = await desks.inside(verb)
        answer = await client.request(method, path, headers=keyed(), json=good.get(path))
        refused(answer, 404, "not_found")
    return len(named)
