"""Reading a query: the names a route knows, each once, each written as the description says.

The framework's own reading is lax: `null` is nothing to it, `1e3` a thousand and `0.5` an instant.
"""

import re
from typing import Any

from litestar import Request
from litestar.handlers import HTTPRouteHandler

from vouchermarket.web.problems import RequestNotReadable
from vouchermarket.web.shapes import Shape, queries

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
WRITTEN = {
    "integer": re.compile(r"-?[0-9]{1,15}", re.ASCII),
    "boolean": re.compile(r"true|false", re.ASCII),
    "date": re.compile(_DAY, re.ASCII),
    "date-time": re.compile(
        _DAY + r"[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
    ),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII),
}

_known: dict[HTTPRouteHandler, dict[str, Shape]] = {}


def refuse_unfit(request: Request[Any, Any, Any]) -> None:
    """Before the handler reads it. Refuses `RequestNotReadable` with the name of the parameter.

    A filter misspelt would give a list of something else, so a name nobody asked for is refused too.
    """
    handler: HTTPRouteHandler = request.route_handler
    if not handler.resolve_include_in_schema():
        # A page reads a form, where a field left empty says that one has no wish.
        return
    if handler not in _known:
        _known[handler] = queries(handler)
    told: set[str] = set()
    for name, value in request.query_params.multi_items():
        fault = "told twice" if name in told else _fault(_known[handler].get(name), value)
        if fault:
            raise RequestNotReadable(path=f"query:{name[:100]}", problem=fault)
        told.add(name)


def _fault(shape: Shape | None, value: str) -> str:
    if shape is None:
        return "there is no such parameter"
    if "enum" in shape:
        return "" if value in shape["enum"] else "none of the words it takes"
    written = WRITTEN.get(shape.get("format", shape["type"]))
    if written is not None and not written.fullmatch(value):
        return f"no {shape.get('format', shape['type'])}"
    if not value and shape.get("minLength"):
        return "empty"
    # Bounds and calendars are the framework's to check: there its reading is strict.
    return ""
