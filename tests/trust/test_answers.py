"""Answers have the fields that are listed in `answers.txt` and no other (trust 6).

A new column that shows by itself is a line here that nobody wrote. After a field was added on purpose:
`.venv/bin/python -m trust.test_answers` in `tests` writes the list anew, to be read before it is committed.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from factories import City
from vouchermarket.app import create_app
from vouchermarket.identity.rules import matrix
from vouchermarket.kit.db import Database
from web.conftest import *  # noqa: F403 - the application and the ways to come in
from web.lives import TODAY, Life
from web.routes import JSON, METHODS, PREFIX, Schema, describe, desks, none
from web.settings_of import settings

LISTED = Path(__file__).parent / "answers.txt"


def described(document: Schema) -> dict[str, set[str]]:
    """The fields of each route's answer, by its way through the answer: `runs[].title`."""
    schemas = document["components"]["schemas"]
    found: dict[str, set[str]] = {}
    for path, operations in document["paths"].items():
        for method in set(operations) & set(METHODS):
            told = operations[method]["responses"]
            success = next(told[status] for status in sorted(told) if status.startswith("2"))
            schema = success.get("content", {}).get(JSON, {}).get("schema", {})
            found[f"{method.upper()} {path.removeprefix(PREFIX)}"] = set(_fields(schema, schemas, "", ()))
    return found


def _fields(schema: Schema, schemas: Schema, way: str, seen: tuple[str, ...]) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        if name not in seen:
            yield from _fields(schemas[name], schemas, way, (*seen, name))
        return
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _fields(choice, schemas, way, seen)
    if "items" in schema:
        yield from _fields(schema["items"], schemas, f"{way}[]", seen)
    for name, field in schema.get("properties", {}).items():
        yield f"{way}.{name}".lstrip(".")
        yield from _fields(field, schemas, f"{way}.{name}", seen)
    is_map = schema.get("type") == "object" and "properties" not in schema
    if is_map and schema.get("additionalProperties") is not False:
        yield f"{way}.*".lstrip(".")


def told_in(answer: Any, way: str = "") -> Iterator[str]:
    """The fields a real answer has."""
    if isinstance(answer, list):
        for each in answer:
            yield from told_in(each, f"{way}[]")
    elif isinstance(answer, dict):
        for name, value in answer.items():
            yield f"{way}.{name}".lstrip(".")
            yield from told_in(value, f"{way}.{name}")


def allowed(field: str, listed: set[str]) -> bool:
    """Listed itself, or below a part that is a map of anything by its nature, such as an event's facts."""
    parts = field.split(".")
    return field in listed or any(
        f"{'.'.join(parts[:length])}.*".lstrip(".") in listed for length in range(len(parts))
    )


def written(found: dict[str, set[str]]) -> str:
    return "".join(
        f"{route}\n" + "".join(f"  {field}\n" for field in sorted(found[route])) for route in sorted(found)
    )


def listed() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    route = ""
    for line in LISTED.read_text().splitlines():
        if line.startswith("  "):
            found[route].add(line.strip())
        else:
            route = line
            found[route] = set()
    return found


async def document_of(app: Litestar) -> Schema:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        return (await client.get("/schema/openapi.json")).json()


async def test_answers_have_the_listed_fields_and_no_other(app: Litestar) -> None:
    found, wanted = described(await document_of(app)), listed()
    assert set(found) == set(wanted)
    none([f"{route}: {field}" for route in sorted(found) for field in sorted(found[route] ^ wanted[route])])


@pytest.mark.database
async def test_real_answers_at_every_desk_hold_nothing_that_is_not_listed(
    app: Litestar, database: Database, city: City, clock: Any
) -> None:
    clock.now = TODAY
    life = await Life(database, city).live()
    wire, people, known, wrong, read = life.wire(app), desks(city), listed(), set(), 0
    description = await describe(app)
    for route in description.routes:
        if not route.is_reading:
            continue
        for desk in sorted(matrix()[route.verb or ""]):
            asked = description.fit(route, lambda name, area=route.area: life.one(0, name, area))
            reply = await wire.ask(asked, await life.bearer(people[desk]))
            if reply.status != 200 or not reply.content.startswith((b"{", b"[")):
                continue
            read += 1
            fields = set(told_in(json.loads(reply.content)))
            wrong |= {f"{route} at {desk}: {one}" for one in fields if not allowed(one, known[str(route)])}
    none(sorted(wrong))
    assert read > 100


def test_the_check_of_answers_can_fail() -> None:
    assert not allowed("runs[].margin_fen", {"runs[]", "runs[].title"})
    assert allowed("facts.anything", {"facts", "facts.*"})
    assert set(told_in({"runs": [{"title": "a"}]})) == {"runs", "runs[].title"}


if __name__ == "__main__":
    os.environ.setdefault("DATABASE_URL", "postgresql+psycopg://nobody@/nowhere")
    LISTED.write_text(written(described(asyncio.run(document_of(create_app(settings()))))))
