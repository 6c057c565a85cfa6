"""What bodies, answers and queries look like, as JSON Schema: written by what reads and writes them.

The framework's own writing leaves out that a command takes no unknown field, the bounds of choices, and what
a map has for keys. So msgspec itself describes the structs, and a query is described by what is checked.
"""

import inspect
from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_origin

import msgspec
from litestar import Response
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.types import Empty
from litestar.typing import FieldDefinition

Shape = dict[str, Any]

PLACE = "#/components/schemas/{name}"
BOUNDS = {
    "ge": "minimum",
    "le": "maximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
}
NULL = {"type": "null"}


def components(types: Iterable[Any]) -> tuple[dict[Any, Shape], dict[str, Shape]]:
    """The schema of each of these types, and of every struct in them by its name."""
    wanted = list(dict.fromkeys(types))
    schemas, named = msgspec.json.schema_components(wanted, ref_template=PLACE)
    _complete([*schemas, *named.values()])
    return dict(zip(wanted, schemas, strict=True)), named


def _complete(part: Any) -> None:
    """What msgspec leaves unsaid, wherever it stands."""
    for each in part if isinstance(part, list) else ():
        _complete(each)
    if not isinstance(part, dict):
        return
    if isinstance(part.get("description"), str):
        part["description"] = inspect.cleandoc(part["description"])
    if isinstance(part.get("properties"), dict):
        # An answer too has the listed fields and no other.
        part.setdefault("additionalProperties", False)
    words = part.get("enum")
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        part["type"] = "string"
    for each in part.values():
        _complete(each)


def asked_of(handler: HTTPRouteHandler) -> Any:
    """The type of the body a route reads, or None."""
    field = handler.parsed_data_field
    return field.annotation if field else None


def told_by(handler: HTTPRouteHandler) -> Any:
    """The type of a route's answer; None where it is no JSON or nothing."""
    told = handler.parsed_fn_signature.return_type.annotation
    if get_origin(told) is Response:
        [told] = get_args(told)
    is_raw = isinstance(told, type) and issubclass(told, Response | bytes | type(None))
    return None if is_raw or told is None else told


def queries(handler: HTTPRouteHandler) -> dict[str, Shape]:
    """The schema of each query parameter of a route, its dependencies' among them."""
    return {_name(field): _of_query(field) for field in _fields(handler)}


def _name(field: FieldDefinition) -> str:
    # Some names are the framework's own in a handler, so the parameter is called something else there.
    return getattr(field.kwarg_definition, "name", None) or field.name


def _fields(handler: HTTPRouteHandler) -> Iterator[FieldDefinition]:
    given: dict[str, Provide] = handler.resolve_dependencies()
    waiting = list(handler.parsed_fn_signature.parameters.values())
    seen: set[str] = set()
    while waiting:
        field = waiting.pop(0)
        if isinstance(field.kwarg_definition, QueryParameter):
            yield field
        elif field.name in given and field.name not in seen:
            seen.add(field.name)
            waiting += given[field.name].parsed_fn_signature.parameters.values()


def _of_query(field: FieldDefinition) -> Shape:
    [shape], named = msgspec.json.schema_components([field.annotation], ref_template=PLACE)
    # Nothing is not a value one can send in a query: it is left out.
    [shape] = [each for each in shape.get("anyOf", [shape]) if each != NULL]
    if "$ref" in shape:
        shape = named[shape["$ref"].rsplit("/", 1)[1]]
    shape = {name: value for name, value in shape.items() if name not in {"title", "default"}}
    for bound, name in BOUNDS.items():
        value = getattr(field.kwarg_definition, bound)
        if value is not None:
            shape[name] = value
    if field.default not in {None, Empty}:
        shape["default"] = msgspec.to_builtins(field.default)
    _complete(shape)
    return shape
