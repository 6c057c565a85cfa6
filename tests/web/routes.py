"""Every route as the OpenAPI document tells it, and requests made from its schemas.

A route that is added tomorrow is asked by these tests tomorrow, without a line being changed.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, unquote, urlencode

import msgspec
from litestar import Litestar

from factories import City
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.ids import new_id
from vouchermarket.web import guards

PREFIX = "/api/v1"
METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
PASSWORD = "春天里的第一场雨"
PROBLEM = "application/problem+json"
# What an answer must never tell of the inside (trust 37).
INSIDE = (
    b"Traceback",
    b"SELECT ",
    b"INSERT ",
    b"UPDATE ",
    b"psycopg",
    b"sqlalchemy",
    b"litestar",
    b"msgspec",
)
INSIDE += (b"Error:", b".py", b"vouchermarket.")

Schema = dict[str, Any]
# From the name of a place (`run_id`) to the id that is put there.
Ids = Callable[[str], Any]


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of path, query or header."""

    name: str
    place: str
    required: bool
    schema: Schema


class Route(msgspec.Struct, frozen=True):
    """One method of one path, as it is described."""

    method: str
    path: str
    area: str
    verb: str | None
    parameters: tuple[Parameter, ...]
    body: Schema | None
    statuses: frozenset[int]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def at(self, place: str) -> list[Parameter]:
        """The parameters of one place."""
        return [one for one in self.parameters if one.place == place]

    @property
    def is_keyed(self) -> bool:
        return any(one.name == "Idempotency-Key" for one in self.at("header"))

    @property
    def is_reading(self) -> bool:
        return self.method == "GET"


class Description:
    """The document of an application, with its references looked up."""

    def __init__(self, document: Schema, app: Litestar) -> None:
        self._schemas = document["components"]["schemas"]
        verbs = {
            (path.replace(":uuid", ""), method): handler.opt["verb"]
            for path, handler in guards.handlers(app)
            for method in handler.http_methods
        }
        self.routes = [
            self._route(path, method, operation, verbs[path, method.upper()])
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
            if method in METHODS
        ]

    def _route(self, path: str, method: str, operation: Schema, verb: str | None) -> Route:
        content = operation.get("requestBody", {}).get("content", {})
        return Route(
            method=method.upper(),
            path=path.removeprefix(PREFIX),
            area=operation["tags"][0],
            verb=verb,
            parameters=tuple(
                Parameter(one["name"], one["in"], one["required"], self.plain(one["schema"]))
                for one in operation["parameters"]
            ),
            body=self.plain(content[JSON]["schema"]) if JSON in content else None,
            statuses=frozenset(int(status) for status in operation["responses"]),
        )

    def plain(self, schema: Schema) -> Schema:
        """The schema itself, a choice with null reduced to its other side; what stands beside it is kept."""
        if "$ref" in schema:
            return self.plain(self._schemas[schema["$ref"].rsplit("/", 1)[1]])
        told = {name: bound for name, bound in schema.items() if name != "anyOf"}
        for choice in schema.get("anyOf", ()):
            told = told | {"nullable": True} if choice == {"type": "null"} else self.plain(choice) | told
        return told

    def fit(self, route: Route, ids: Ids, *, whole: bool = False) -> "Ask":
        """A request that fits: with what is required, or `whole` with every id there is a place for."""
        make = _Maker(self, ids, whole)
        path = route.path
        for one in route.at("path"):
            path = path.replace(f"{{{one.name}}}", str(ids(one.name)))
        query = {
            one.name: str(make(one.schema, one.name))
            for one in route.at("query")
            if make.wants(one.schema, is_required=one.required)
        }
        return Ask(route, path, query, make(route.body, "") if route.body else None)

    def places(self, route: Route) -> list[str]:
        """The names of everything in a request that takes an id."""
        found: list[str] = []

        def note(name: str) -> str:
            found.append(name)
            return str(new_id())

        self.fit(route, note, whole=True)
        return list(dict.fromkeys(found))


class _Maker:
    """Makes small values that a schema takes. Dates of one body follow each other, day after day."""

    def __init__(self, description: Description, ids: Ids, whole: bool) -> None:
        self._plain, self._ids, self._whole = description.plain, ids, whole
        self._day = date(2014, 3, 3)

    def wants(self, schema: Schema, *, is_required: bool) -> bool:
        return is_required or (self._whole and self._plain(schema).get("format") == "uuid")

    def __call__(self, schema: Schema, name: str) -> Any:
        schema = self._plain(schema)
        kind = schema.get("type")
        if "enum" in schema:
            return schema["enum"][0]
        if kind == "object" and "properties" not in schema:
            return {str(self._ids(f"{name}.key")): self(schema["additionalProperties"], "")}
        if kind == "object":
            required = schema.get("required", ())
            return {
                field: self(of_field, field)
                for field, of_field in schema["properties"].items()
                if self.wants(of_field, is_required=field in required)
            }
        if kind == "array":
            return [self(schema["items"], name.removesuffix("s"))]
        if kind == "string":
            return self._text(schema, name)
        return {"integer": max(1, int(schema.get("minimum", 1))), "boolean": True}[str(kind)]

    def _text(self, schema: Schema, name: str) -> str:
        shape = schema.get("format")
        if shape == "uuid":
            return str(self._ids(name))
        if shape in {"date", "date-time"}:
            self._day += timedelta(days=1)
            return f"{self._day}T01:00:00Z" if shape == "date-time" else str(self._day)
        # What a password has to be stands in a rule with a refusal of its own, not in the schema.
        return PASSWORD if name == "password" else "1" * max(1, schema.get("minLength", 1))


class Ask(msgspec.Struct):
    """A request in its parts."""

    route: Route
    path: str
    query: dict[str, str]
    body: Any

    @property
    def written(self) -> bytes:
        """The body as it goes over the wire."""
        return b"" if self.body is None else msgspec.json.encode(self.body)


class Reply(msgspec.Struct):
    """An answer as it went over the wire, and how long it took."""

    status: int
    headers: list[tuple[bytes, bytes]]
    content: bytes
    milliseconds: int

    @property
    def told(self) -> Any:
        return msgspec.json.decode(self.content) if self.content else None

    @property
    def kind(self) -> str:
        return dict(self.headers).get(b"content-type", b"").decode()

    def fault(self, statuses: frozenset[int]) -> str:
        """What is wrong with this as an answer of a route that describes these statuses; `""` if nothing."""
        if self.status >= 500:
            return f"{self.status} {self.content[:200]!r}"
        if self.status not in statuses:
            return f"{self.status} is not described: {self.content[:200]!r}"
        if self.status < 400:
            return ""
        if self.kind != PROBLEM or not self.told["code"] or not self.told["request_id"]:
            return f"{self.status} is no problem: {self.content[:200]!r}"
        leak = next((word for word in INSIDE if word in self.content), b"")
        return f"{self.status} tells of {leak!r}: {self.content[:200]!r}" if leak else ""


class Wire:
    """Sends bytes just as they stand to the application, with no client in between to put them right."""

    def __init__(self, app: Litestar, root: str) -> None:
        self.app, self.root, self.sent = app, root, 0

    async def __call__(
        self,
        method: str,
        target: str,
        *headers: tuple[bytes, bytes],
        body: bytes = b"",
        hosts: tuple[bytes, ...] = (b"market.test",),
    ) -> Reply:
        """One request. `target` is the path below the root, percent-encoded, with its query."""
        path, _, query = f"{self.root}{target}".partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            # What servers make of bytes that are no UTF-8.
            "path": unquote(path, errors="replace"),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [*((b"host", host) for host in hosts), *headers],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 80),
        }
        messages: list[dict[str, Any]] = []

        asked = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if asked:
                return asked.pop()
            # As a client that stays for a while and then goes.
            await asyncio.sleep(1)
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        begun = time.monotonic_ns()
        await self.app(scope, receive, send)
        took = (time.monotonic_ns() - begun) // 1_000_000
        self.sent += 1
        content = b"".join(message.get("body", b"") for message in messages[1:])
        return Reply(messages[0]["status"], list(messages[0]["headers"]), content, took)

    async def ask(self, asked: Ask, bearer: str, *headers: tuple[bytes, bytes]) -> Reply:
        """A request that fits, under a key of its own where the route wants one."""
        sent = [(b"authorization", bearer.encode())] if bearer else []
        if asked.route.is_keyed:
            sent.append((b"idempotency-key", new_id().hex.encode()))
        if asked.body is not None:
            sent.append((b"content-type", JSON.encode()))
        query = f"?{urlencode(asked.query)}" if asked.query else ""
        return await self(asked.route.method, quote(asked.path) + query, *sent, *headers, body=asked.written)


def random_ids(_place: str) -> str:
    """An id that nobody has, whatever it is for."""
    return str(new_id())


async def describe(app: Litestar) -> Description:
    """The document as it is served."""
    reply = await Wire(app, "")("GET", "/schema/openapi.json")
    return Description(reply.told, app)


def desks(city: City) -> dict[str, Actor]:
    """One person at each desk of the matrix."""
    people = [*(officers[0] for officers in city.officers.values()), city.teacher()]
    found: dict[str, Actor] = {}
    for actor in people:
        found.setdefault(actor.seats[0].desk, actor)
    return found


def none(wrong: list[str]) -> None:
    """All that is wrong, one a line, or nothing."""
    assert not wrong, "\n".join([f"{len(wrong)} wrong:", *wrong])
