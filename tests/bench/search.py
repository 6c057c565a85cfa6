"""Search over 100,000 courses: over HTTP, and the same statements sent bare in the same run.

`make bench` prints a JSON line for each query. `ratio` is the p99 over HTTP by that of the bare statements
(aim: at most 5); `over_empty` the p50 by that of the answer to words that no course has.
"""

import asyncio
import json
import os
import sys
import time
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import httpx
import psycopg
from sqlalchemy import event, make_url
from sqlalchemy.engine import Engine

import factories
from apart import further_database
from catalogue.rows import FIRST_MEETING, CourseRow, RunRow
from vouchermarket.app import create_app
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import tables
from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries as bodies
from vouchermarket.identity.structs import MakeToken
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id
from vouchermarket.policies import operations as policies
from web.settings_of import settings

COURSES = 100_000
PART = 5_000
ROUNDS = 100
# What the interface itself costs, in words that no course has; five queries; and none at all.
QUERIES = ("qqqq", "心理健康", "骨干教师", "班主任", "xljk", "心里健康", "")
PACK = Path(__file__).parents[2] / "seeds" / "zhuzhou-2014" / "pack.toml"

WHO = ("小学", "初中", "高中", "幼儿园", "乡村", "城区", "民办", "特殊教育")
SUBJECT = ("语文", "数学", "英语", "物理", "化学", "历史", "地理", "音乐", "体育", "美术", "信息技术")
WHAT = ("课堂提问", "作业设计", "阅读指导", "实验教学", "命题研究", "家校沟通", "班级管理", "教学评价")
FORM = ("研修", "工作坊", "专题讲座", "骨干培训", "青年教师培训", "影子跟岗", "网络课程")
RARE = ("心理健康教育", "骨干教师提升", "班主任能力", "Python 编程", "心理咨询")


def titles(count: int) -> list[str]:
    """Invented titles; one in forty is about what is asked for."""
    made = ["".join(parts) for parts in product(WHO, SUBJECT, WHAT, FORM)]
    return [
        f"{RARE[n // 40 % len(RARE)]}{made[n % len(made)]}" if n % 40 == 0 else f"{made[n % len(made)]} {n}"
        for n in range(count)
    ]


async def stock(database: Database) -> factories.City:
    """A city whose shelf holds the courses, each with one run."""
    city = await factories.make_city(database, await factories.make_bureau(database))
    first, second = city.officers["teacher_office"]
    async with database.transaction(city.bureau_id) as session:
        version_id = await policies.propose(session, first, PACK.read_text("utf-8"), now=factories.NOW)
        await policies.decide(session, second, version_id, approve=True, now=factories.NOW)
    filed = {
        "provider_id": city.bodies["provider"],
        "organiser_id": city.bodies["training_centre"],
        "filed_by": first.person_id,
        "policy_version_id": version_id,
    }
    course, run = CourseRow(**filed), RunRow()
    named, began, writing = titles(COURSES), time.perf_counter(), 0
    for start in range(0, COURSES, PART):
        courses = [{**course, "id": new_id(), "title": title} for title in named[start : start + PART]]
        runs = [
            {**run, **_times(start + n), "id": new_id(), "course_id": held["id"], "price_fen": n}
            for n, held in enumerate(courses)
        ]
        async with database.transaction(city.bureau_id) as session:
            await factories.add(session, city.bureau_id, tables.course, *courses)
            await factories.add(session, city.bureau_id, tables.run, *runs)
            writes = time.perf_counter()
            await catalogue.write_words(session, city.bureau_id, [held["id"] for held in courses])
            writing += time.perf_counter() - writes
    told = {"scenario": "words written", "per_second": round(COURSES / writing), "ratio": None}
    print(json.dumps(told | {"whole_s": round(time.perf_counter() - began)}), flush=True)
    return city


def _times(which: int) -> dict[str, datetime]:
    """Eight runs begin in each hour of the next year and a half."""
    starts_at = FIRST_MEETING + timedelta(hours=which % 12_500)
    return {
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "books_until_at": starts_at - timedelta(days=3),
    }


class Sent:
    """The statements of a search, as they were sent; those that find out who is asking are not among them."""

    def __init__(self) -> None:
        self.last: list[tuple[str, object]] = []
        event.listen(Engine, "before_cursor_execute", self)

    def __call__(self, connection, cursor, statement, parameters, context, executemany) -> None:
        if "FROM run" in statement or "course_words" in statement:
            self.last.append((statement, parameters))


def bare(connection: psycopg.Connection, bureau_id: UUID, statements: list[tuple[str, object]]) -> None:
    with connection.transaction():
        connection.execute(f"SET LOCAL app.bureau_id = '{bureau_id}'")
        for statement, parameters in statements:
            connection.execute(statement, parameters).fetchall()


def figures(times: list[float]) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    ordered = sorted(times)
    return tuple(round(ordered[len(ordered) * part // 100] * 1000, 2) for part in (50, 99))


async def measure(client: httpx.AsyncClient, plain: psycopg.Connection, bureau_id: UUID, sent: Sent) -> None:
    empty_p50 = 0.0
    for words in QUERIES:
        over_http, alone = [], []
        for turn in range(ROUNDS + 10):
            sent.last.clear()
            began = time.perf_counter()
            answer = await client.get(f"/search/runs?limit=20&words={quote(words)}")
            middle = time.perf_counter()
            bare(plain, bureau_id, sent.last)
            if turn >= 10:  # the first ones plan and fill caches
                over_http.append(middle - began)
                alone.append(time.perf_counter() - middle)
        found = answer.raise_for_status().json()
        (p50, p99), (bare_p50, bare_p99) = figures(over_http), figures(alone)
        empty_p50 = empty_p50 or p50
        line = {
            "scenario": f"search {words!r}" if found["total"] else "search that finds nothing",
            "per_second": round(ROUNDS / sum(over_http)),
            # Where nothing is found there is nothing but the interface to be measured.
            "ratio": round(p99 / bare_p99, 2) if found["total"] else None,
            "p50_ms": p50,
            "p99_ms": p99,
            "bare_p50_ms": bare_p50,
            "bare_p99_ms": bare_p99,
            "over_empty": round(p50 / empty_p50, 2),
            "total": found["total"],
            "first": [run["title"] for run in found["runs"][:3]],
        }
        print(json.dumps(line, ensure_ascii=False), flush=True)


async def main(url: str, owner_url: str) -> None:
    os.environ["DATABASE_URL"] = url
    database, sent = Database(url), Sent()
    city = await stock(database)
    with psycopg.connect(_plain(owner_url), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    teacher = city.teacher()
    async with database.transaction(city.bureau_id) as session:
        token = (await identity.make_token(session, teacher, MakeToken(label="b"), now=factories.NOW)).token
        code = (await bodies.bureau(session, city.bureau_id)).code
    app = create_app(settings(), lambda: factories.NOW)
    base = f"http://market.test/{code}/api/v1"
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=base, headers={"authorization": f"Bearer {token}"}
    ) as client:
        with psycopg.connect(_plain(url)) as plain:
            await measure(client, plain, city.bureau_id, sent)
    await app.state.database.close()
    await database.close()


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


if __name__ == "__main__":
    COURSES = int(sys.argv[1]) if len(sys.argv) > 1 else COURSES
    os.environ.setdefault("DATABASE_URL", "postgresql:///")
    with further_database() as cluster:
        asyncio.run(main(cluster.url, cluster.owner_url))
