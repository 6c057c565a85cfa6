"""The description of the interface: `/schema/openapi.json`, and its page at `/schema` from our own assets."""

from collections.abc import Iterable
from typing import Any

from litestar import Request, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

import vouchermarket
from vouchermarket.web import guards, shapes
from vouchermarket.web.files import ASSETS
from vouchermarket.web.guards import CSRF_HEADER
from vouchermarket.web.keys import HEADER

JSON = "application/json"
UNSAFE = {"post", "put", "patch", "delete"}
# What any route may answer besides its own success; bodies can be refused only where there is one.
ANYWHERE = {
    "400": "It cannot be read",
    "401": "Nobody known is asking",
    "403": "No desk of theirs may",
    "404": "It is not there, or another's",
    "405": "The method is not offered",
    "409": "It contradicts what stands",
    "429": "Too many attempts have failed: wait",
    "503": "Busy, or the outcome is unknown: try again with the same key",
}
WITH_EFFECT = {
    "402": "The voucher does not pay for it",
    "413": "The body is too large",
    "415": "The body is no JSON",
    "422": "It breaks a rule, told with its clause",
}
FILE = {"type": "string", "format": "binary"}
KEY = {"type": "string", "pattern": "^[!-~]{1,200}$"}
CSRF = {
    "name": CSRF_HEADER.decode(),
    "in": "header",
    "required": False,
    "description": "The token of the login, where a cookie and no bearer token says who is asking",
    "schema": {"type": "string"},
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "clause", "remedy", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "clause": {"type": ["string", "null"]},
        "remedy": {"type": "string"},
        "request_id": {"type": ["string", "null"]},
    },
    "additionalProperties": True,
}


class InterfaceJson(JsonRenderPlugin):
    """The schema, with the answers every route has in common written in once."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """As JSON."""
        return self.render_json(request, completed(openapi_schema, guards.handlers(request.app)))


class InterfacePage(OpenAPIRenderPlugin):
    """A page of ours with a viewer of our own assets: it opens with the network cut."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002 - theirs
        """The page is the same for every schema; the viewer fetches that."""
        return (ASSETS / "own" / "openapi.html").read_bytes()


def completed(schema: dict[str, Any], routes: Iterable[tuple[str, HTTPRouteHandler]]) -> dict[str, Any]:
    """The schema with our shapes, problem answers and headers. The framework keeps one dictionary."""
    handlers = {
        (path.replace(":uuid", ""), method.lower()): handler
        for path, handler in routes
        for method in handler.http_methods
    }
    operations = [
        (operation, method, handlers[path, method])
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in {"get", *UNSAFE}
    ]
    types = [of(handler) for _, _, handler in operations for of in (shapes.asked_of, shapes.told_by)]
    shaped, named = shapes.components(each for each in types if each is not None)
    schema["components"]["schemas"] = named | {"Problem": PROBLEM}
    for operation, method, handler in operations:
        _shape(operation, handler, shaped)
        _answers(operation, method)
        _parameters(operation, method, shapes.queries(handler))
    return schema


def _shape(operation: dict[str, Any], handler: HTTPRouteHandler, shaped: dict[Any, shapes.Shape]) -> None:
    asked, told = shapes.asked_of(handler), shapes.told_by(handler)
    if asked is not None:
        operation["requestBody"] = {"content": {JSON: {"schema": shaped[asked]}}, "required": True}
    if told is not None:
        operation["responses"][str(handler.status_code)]["content"] = {JSON: {"schema": shaped[told]}}
    elif handler.opt.get("media"):
        # A file, of one of the types the route says.
        content = {media: {"schema": FILE} for media in handler.opt["media"]}
        operation["responses"][str(handler.status_code)]["content"] = content


def _answers(operation: dict[str, Any], method: str) -> None:
    answer = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, meaning in (ANYWHERE | (WITH_EFFECT if method in UNSAFE else {})).items():
        operation["responses"][status] = {"description": meaning, "content": answer}


def _parameters(operation: dict[str, Any], method: str, asked: dict[str, shapes.Shape]) -> None:
    parameters = operation.setdefault("parameters", [])
    for parameter in parameters:
        if parameter["name"] == HEADER:
            # Its absence has a refusal of its own, so the framework is told that it may be absent.
            parameter |= {"required": True, "schema": KEY}
        elif parameter["in"] == "query":
            parameter["schema"] = asked[parameter["name"]]
    if method in UNSAFE and CSRF not in parameters:
        parameters.append(CSRF)


def config() -> OpenAPIConfig:
    """How the framework writes the schema and where it serves it."""
    bearer = SecurityScheme(type="http", scheme="bearer", description="vm_{bureau code}_{secret}")
    return OpenAPIConfig(
        title="Vouchermarket",
        version=vouchermarket.__version__,
        components=Components(security_schemes={"bearer": bearer}),
        security=[{"bearer": []}],
        openapi_router=Router("/schema", route_handlers=[], include_in_schema=False, opt={"verb": None}),
        render_plugins=[InterfacePage(path="/", favicon="", style=""), InterfaceJson()],
    )
