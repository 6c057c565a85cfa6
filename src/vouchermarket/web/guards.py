"""The guard of every route: who is asking, whether the request is theirs, and whether a desk of theirs may.

A route says `verb="book"`, a public one `verb=None`; with one that says nothing nothing starts.
"""

import hmac
from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from vouchermarket.identity import rules
from vouchermarket.identity.structs import Bureau
from vouchermarket.kit.events import origin
from vouchermarket.web.problems import CsrfTokenNotRight
from vouchermarket.web.visitors import Visitor, Visitors

Connection = ASGIConnection[Any, Any, Any, Any]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = b"x-csrf-token"
# Forms of pages carry the token themselves.
CSRF_FIELD = "csrf"


class Place(msgspec.Struct, frozen=True):
    """Where a request belongs: its bureau, and how its login cookie is called there."""

    bureau: Bureau
    cookie: str
    is_secure: bool


def cookie_name(bureau_code: str, is_secure: bool) -> str:
    """One cookie a bureau; under `__Host-` browsers take it by TLS only, for this very host."""
    return f"__Host-vm_{bureau_code}" if is_secure else f"vm_{bureau_code}"


async def place_of(connection: Connection) -> Place:
    """The request's place, looked up once. Refuses `NotFound` where no bureau is meant."""
    state = connection.scope["state"]
    if "place" not in state:
        bearer = _bearer(connection)
        bureau = await visitors_of(connection).bureau(
            state["host"], state["bureau_code"], bearer[0] if bearer else None
        )
        if bureau is None:
            raise rules.NotFound
        is_secure = connection.app.state.is_production or connection.scope["scheme"] == "https"
        state["place"] = Place(bureau, cookie_name(bureau.code, is_secure), is_secure)
    return state["place"]


def visitors_of(connection: Connection) -> Visitors:
    """The look-up of this process."""
    return connection.app.state.visitors


async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let in whom the matrix lets in; the visitor then stands in the request's state.

    Refuses `SignInNeeded`, `CsrfTokenNotRight`, `RoleNotAllowed`, `NotFound` (no such bureau).
    """
    verb = handler.opt.get("verb")
    unsafe = connection.scope.get("method") not in SAFE
    if verb is None:
        # Logging somebody in from another site would be a forgery too.
        if unsafe:
            _from_here(connection)
        return
    visitor = await visitor_of(connection)
    if visitor is None:
        if unsafe and handler.opt.get("page"):
            # What was typed is kept while somebody whose login has ended signs in again.
            connection.scope["state"]["typed"] = await _typed(connection)
        raise rules.SignInNeeded
    if visitor.csrf and unsafe:
        _from_here(connection)
        is_form = handler.opt.get("page", False)
        _with_token(await _form_tokens(connection) if is_form else _header_tokens(connection), visitor.csrf)
    places = {seat.acting_for for seat in rules.seats_for(visitor.actor, verb)}
    if len(places) == 1:
        # Whoever could do it from a seat of his or her own does it in the own name.
        origin.set(msgspec.structs.replace(origin.get(), acting_for=places.pop()))
    connection.scope["state"]["visitor"] = visitor


async def visitor_of(connection: Connection) -> Visitor | None:
    """Who is asking, or None for a stranger."""
    try:
        place = await place_of(connection)
    except rules.NotFound:
        # To somebody unknown an unknown bureau looks like any other.
        return None
    if "authorization" in connection.headers:
        bearer = _bearer(connection)
        if bearer is None or bearer[0] != place.bureau.code:
            return None
        return await visitors_of(connection).by_token(place.bureau, bearer[1])
    secret = connection.cookies.get(place.cookie)
    return await visitors_of(connection).by_login(place.bureau, secret) if secret else None


def _bearer(connection: Connection) -> tuple[str, str] | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    # A secret is ASCII; anything else could only come from a guess and has no hash of ours.
    if scheme.lower() != "bearer" or not token.isascii():
        return None
    return rules.parts_of_bearer(token.strip())


def _from_here(connection: Connection) -> None:
    site = connection.headers.get("sec-fetch-site", "same-origin")
    sender = connection.headers.get("origin")
    ours = f"{connection.scope['scheme']}://{connection.headers.get('host', '')}"
    # Behind a proxy that ends TLS we see http where the browser saw https: hosts tell sites apart.
    foreign = sender is not None and sender.partition("://")[2] != ours.partition("://")[2]
    if foreign or site not in {"same-origin", "none"}:
        raise CsrfTokenNotRight


def _header_tokens(connection: Connection) -> list[bytes]:
    return [value for name, value in connection.scope["headers"] if name == CSRF_HEADER]


async def _form_tokens(connection: Connection) -> list[bytes]:
    """The tokens a form carries; the framework keeps the form it read for the handler."""
    if not isinstance(connection, Request):
        return []
    sent = (await connection.form()).getall(CSRF_FIELD, [])
    return [token.encode() for token in sent if isinstance(token, str)]


async def _typed(connection: Connection) -> list[tuple[str, str]]:
    form = await connection.form() if isinstance(connection, Request) else None
    return [(name, text) for name, text in form.multi_items() if isinstance(text, str)] if form else []


def _with_token(sent: list[bytes], wanted: str) -> None:
    # Compared as bytes: a text beyond ASCII would make the comparison itself fail.
    if len(sent) != 1 or not hmac.compare_digest(sent[0], wanted.encode()):
        raise CsrfTokenNotRight


def undeclared(app: Litestar) -> list[str]:
    """The routes that do not say their verb, or say one the matrix does not know."""
    return [
        f"{path} {sorted(handler.http_methods)}"
        for path, handler in handlers(app)
        if "verb" not in handler.opt or handler.opt["verb"] not in {None, *rules.matrix()}
    ]


def handlers(app: Litestar) -> Iterable[tuple[str, HTTPRouteHandler]]:
    """Every route of ours with its handler; the framework's own answers to OPTIONS are left out."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and handler.http_methods != {"OPTIONS"}:
                yield route.path, handler
