"""Reading a body: JSON and nothing else, bounded in depth and numbers, strict in types, no unknown field."""

import re
from typing import Any

import msgspec
from litestar import Request

from vouchermarket.web import queries
from vouchermarket.web.guards import SAFE
from vouchermarket.web.problems import MediaTypeNotTaken, RequestNotReadable

DEPTH_MAX = 32
# Beyond every amount of ours, within every integer column.
INTEGER_MAX = 10**13

_PLACE = re.compile(r" - at `([^`]{1,200})`$")


def decoded(body: bytes, wanted: Any) -> Any:
    """The body as the type a route asks for. Refuses `RequestNotReadable` with the path of the fault."""
    try:
        raw = msgspec.json.decode(body)
    except RecursionError as error:
        raise RequestNotReadable(path="$", problem="nested too deep") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(error) from error
    _sound(raw)
    try:
        return msgspec.convert(raw, wanted, strict=True)
    except msgspec.ValidationError as error:
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> RequestNotReadable:
    said = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
    place = _PLACE.search(said)
    return RequestNotReadable(path=place[1] if place else "$", problem=_PLACE.sub("", said)[:200])


# Where a value stands: its container's place and its key there. Written out only when it is told.
Place = tuple["Place", str] | None


def _sound(raw: Any) -> None:
    """Refuse what no field of any route could take, wherever it stands: NUL, endless numbers and depth."""
    waiting: list[tuple[Place, int, Any]] = [(None, 0, raw)]
    while waiting:
        place, depth, value = waiting.pop()
        fault = _fault(value, depth)
        if fault:
            raise RequestNotReadable(path=_written(place), problem=fault)
        if isinstance(value, dict):
            waiting += (((place, str(name)), depth + 1, each) for name, each in value.items())
            waiting += ((place, depth + 1, name) for name in value)
        elif isinstance(value, list):
            waiting += (((place, "[]"), depth + 1, each) for each in value)


def _fault(value: Any, depth: int) -> str:
    if depth > DEPTH_MAX:
        return "nested too deep"
    if isinstance(value, str) and "\x00" in value:
        return "holds a NUL character"
    if isinstance(value, int) and abs(value) > INTEGER_MAX:
        return "number out of range"
    return ""


def _written(place: Place) -> str:
    names: list[str] = []
    while place is not None:
        place, name = place
        names.append(name)
    return ".".join(["$", *reversed(names)])[:200].replace("\x00", "")


async def told(request: Request[Any, Any, Any], wanted: Any) -> Any:
    """The body of a request as this type. Refuses `MediaTypeNotTaken`, `RequestNotReadable`."""
    name, parameters = request.content_type
    if name != "application/json" or parameters.get("charset", "utf-8").lower() != "utf-8":
        raise MediaTypeNotTaken(wanted="application/json (UTF-8)")
    return decoded(await request.body(), wanted)


class StrictRequest(Request[Any, Any, Any]):
    """A request whose body becomes the route's command here: the framework's own reading is lax.

    It would take any content type for JSON and turn the text "12" into the number 12.
    """

    async def json(self) -> Any:
        """The body as the type of the route's `data`. Refuses `MediaTypeNotTaken`, `RequestNotReadable`."""
        field = self.route_handler.parsed_data_field
        return await told(self, field.annotation if field else Any)


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a route without a command is told: no body, or `{}`."""


async def refuse_needless(request: Request[Any, Any, Any]) -> None:
    """A query or a body that no handler reads is refused: whoever sent it believes that it counts.

    Runs before every handler; those that read an upload themselves say so (`uploads=True`).
    Refuses `MediaTypeNotTaken`, `RequestNotReadable` (what is not `{}`; a parameter as `queries` says).
    """
    queries.refuse_unfit(request)
    handler = request.route_handler
    if request.method in SAFE or handler.parsed_data_field is not None or handler.opt.get("uploads"):
        return
    if await request.body():
        await told(request, Nothing)
