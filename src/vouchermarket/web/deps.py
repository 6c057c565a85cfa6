"""What handlers are given: `database`, `visitors`, `place`, `now`, `actor`, `session`, `once`.

Each one needs the one before it. In a row they are resolved one after another in the request's own task;
side by side the framework would resolve them in tasks of their own, where a transaction does not belong.
"""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any

from litestar import Request
from litestar.di import Provide
from litestar.params import HeaderParameter

from vouchermarket.identity import rules
from vouchermarket.identity.structs import Actor, Gate
from vouchermarket.kit.db import Database, Session
from vouchermarket.web import given
from vouchermarket.web.guards import Place, place_of, visitor_of, visitors_of
from vouchermarket.web.keys import HEADER, Once
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.visitors import Visitor, Visitors


def provide_database(request: Request[Any, Any, Any]) -> Database:
    """The pool, for the few verbs that open their transactions themselves."""
    return request.app.state.database


def provide_visitors(request: Request[Any, Any, Any], database: given.Database) -> Visitors:  # noqa: ARG001 - the row
    """The look-up of this process, for routes that end what it keeps."""
    return visitors_of(request)


async def provide_place(request: Request[Any, Any, Any], visitors: given.Visitors) -> Place:  # noqa: ARG001 - the row
    """The bureau this request is for."""
    return await place_of(request)


def provide_now(request: Request[Any, Any, Any], place: given.Place) -> datetime:  # noqa: ARG001 - the row
    """The instant of this request: one for all it does."""
    return request.app.state.clock()


def provide_gate(request: Request[Any, Any, Any], now: given.Now) -> Gate:  # noqa: ARG001 - the row
    """How the door of this application is set."""
    return request.app.state.gate


def provide_visitor(request: Request[Any, Any, Any], now: given.Now) -> Visitor:  # noqa: ARG001 - the row
    """Whom the guard let in. Refuses `SignInNeeded` on a public route."""
    visitor = request.scope["state"].get("visitor")
    if visitor is None:
        raise rules.SignInNeeded
    return visitor


def provide_actor(visitor: given.Visitor) -> Actor:
    """The person who is asking, with the seats of today."""
    return visitor.actor


async def provide_turn(request: Request[Any, Any, Any], place: given.Place, now: given.Now) -> Turn:
    """A page's turn; the visitor of a public page may be nobody."""
    visitor = request.scope["state"].get("visitor") or await visitor_of(request)
    return Turn(request, place, visitor, now)


async def committed(database: given.Database, actor: given.Actor) -> AsyncGenerator[Session]:
    """The request's one transaction: commits when the answer is ready, undone by whatever is raised."""
    async with database.transaction(actor.bureau_id) as session:
        yield session


def provide_once(
    request: Request[Any, Any, Any],
    session: given.Session,
    actor: given.Actor,
    now: given.Now,
    request_key: Annotated[str | None, HeaderParameter(name=HEADER)] = None,
) -> Once:
    """Carries out a verb once for the request's `Idempotency-Key`."""
    return Once(request, session, actor, now, request_key)


DEPENDENCIES = {
    "database": Provide(provide_database, sync_to_thread=False),
    "visitors": Provide(provide_visitors, sync_to_thread=False),
    "place": Provide(provide_place),
    "now": Provide(provide_now, sync_to_thread=False),
    "gate": Provide(provide_gate, sync_to_thread=False),
    "visitor": Provide(provide_visitor, sync_to_thread=False),
    "turn": Provide(provide_turn),
    "actor": Provide(provide_actor, sync_to_thread=False),
    "session": Provide(committed),
    "once": Provide(provide_once, sync_to_thread=False),
}
