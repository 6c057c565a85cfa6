"""From a refusal to HTTP: one table, one shape (RFC 9457), two languages."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from sqlalchemy.exc import DataError, OperationalError

from vouchermarket.identity.rules import SignInNeeded
from vouchermarket.kit.events import origin
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.kit.undone import Busy
from vouchermarket.web.problems import (
    BodyTooLarge,
    DoorRefusal,
    MethodNotOffered,
    RequestNotReadable,
    RouteNotFound,
    SomethingBroke,
)

STATUS: dict[Kind, int] = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.CONFLICT: 409,
    Kind.PAYMENT: 402,
    Kind.BUSY: 503,
    Kind.SLOWED: 429,
}
RETRY_AFTER_SECONDS = 2
MEDIA_TYPE = "application/problem+json"

_log = structlog.get_logger("vouchermarket.web")
_NAMED = ("type", "title", "status", "detail", "code", "clause", "remedy", "request_id")


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return refusal.status if isinstance(refusal, DoorRefusal) else STATUS[refusal.kind]


def problem(refusal: Refusal, language: str) -> dict[str, Any]:
    """`{type, title, status, detail, code, clause, remedy, request_id}` and the refusal's facts."""
    status = status_of(refusal)
    facts = {name: _told(fact, language) for name, fact in refusal.facts.items() if name not in _NAMED}
    return facts | {
        "type": f"urn:vouchermarket:problem:{refusal.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": refusal.text(language),
        "code": refusal.code,
        "clause": refusal.clause,
        "remedy": refusal.remedy(language),
        "request_id": origin.get().request_id,
    }


def _told(fact: Any, language: str) -> Any:
    # A cart is refused with one refusal that lists the refusals of its lines.
    if isinstance(fact, Refusal):
        return problem(fact, language)
    if isinstance(fact, dict):
        return {str(name): _told(each, language) for name, each in fact.items()}
    if isinstance(fact, Iterable) and not isinstance(fact, str | bytes):
        return [_told(each, language) for each in fact]
    return msgspec.to_builtins(fact, enc_hook=str)


def language_of(accepted: str) -> str:
    """`en` when it is asked for before Chinese, else `zh`."""
    weights = {"zh": 0, "en": 0}
    for part in accepted.lower().split(","):
        tag, _, weight = part.strip().partition(";q=")
        name = tag.split("-", 1)[0]
        if name in weights:
            weights[name] = max(weights[name], _thousandths(weight))
    return "en" if weights["en"] > weights["zh"] else "zh"


def _thousandths(weight: str) -> int:
    found = re.fullmatch(r"([01])(?:\.([0-9]{1,3}))?", weight.strip(), re.ASCII)
    return int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")) if found else 1000


def answer(refusal: Refusal, language: str) -> Response[bytes]:
    """The refusal as a response."""
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    status = status_of(refusal)
    if status in {STATUS[Kind.BUSY], STATUS[Kind.SLOWED]}:
        headers["Retry-After"] = str(refusal.facts.get("wait_seconds", RETRY_AFTER_SECONDS))
    if isinstance(refusal, SignInNeeded):
        headers["WWW-Authenticate"] = "Bearer"
    body = msgspec.json.encode(problem(refusal, language))
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def handle(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Every error of every route comes out here."""
    refusal = refusal_of(inmost(error))
    response = answer(refusal, language_of(request.headers.get("accept-language", "")))
    if isinstance(error, MethodNotAllowedException):
        # Which methods are offered goes with the refusal (RFC 9110).
        response.headers.update(error.headers or {})
    return response


def inmost(error: Exception) -> Exception:
    """The one error of a group of one."""
    # A refusal that took the place of another error while the transaction was undone comes in a group.
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def refusal_of(error: Exception) -> Refusal:
    """The refusal an error amounts to. What is none of the anticipated ones is logged, and told as ours."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, ValidationException):
        return _not_valid(error)
    for kind, refusal in _ANTICIPATED.items():
        if isinstance(error, kind):
            return refusal()
    if isinstance(error, DataError):
        # Beyond every bound of ours a column said no: a number too wide, a character it cannot hold.
        return RequestNotReadable(path="$", problem="a value no column can hold")
    if isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return RequestNotReadable(path="$", problem=error.detail[:200])
    _log.error("unexpected", exc_info=error)
    return SomethingBroke(request_id=origin.get().request_id)


_ANTICIPATED: dict[type[Exception], type[Refusal]] = {
    NotFoundException: RouteNotFound,
    MethodNotAllowedException: MethodNotOffered,
    RequestEntityTooLarge: BodyTooLarge,
    OperationalError: Busy,
}


def _not_valid(error: ValidationException) -> RequestNotReadable:
    first = error.extra[0] if isinstance(error.extra, list) and error.extra else {}
    # The framework's word for it is an enum, whose text would name the class.
    source = first.get("source", "request")
    place = f"{getattr(source, 'value', source)}:{first.get('key', '')}"
    return RequestNotReadable(path=place, problem=str(first.get("message", error.detail))[:200])
