"""Statements: drawn up, answered by their provider, settled by two keys; completions taken back."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, JSONBody

from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.fields import Line, Prose
from vouchermarket.kit.ids import CompletionId, OrganisationId, StatementId
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries
from vouchermarket.settlement.structs import (
    DrawUp,
    DropLine,
    Opened,
    ProposeRevocation,
    Respond,
    Revocation,
    StatementKey,
    StatementRow,
    Turned,
)
from vouchermarket.web import given
from vouchermarket.web.commands import Decide, Decided, Made
from vouchermarket.web.fields import Id, Limit

TAGS = ["statements"]


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a line is taken off."""

    reason: Prose


class Grounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a completion is taken back, and the document that says so."""

    reason: Prose
    document: Line


class Responded(msgspec.Struct, frozen=True):
    """The statements on which lines were answered."""

    statement_ids: list[StatementId]


class Remaining(msgspec.Struct, frozen=True):
    """What a statement comes to without the line."""

    total_fen: int


@post("/statements", verb="draw_up_statement", tags=TAGS)
async def draw_up(data: JSONBody[DrawUp], once: given.Once) -> Response[Made]:
    """Draw up a statement of what a provider has earned in a period."""
    return await once(_drawn_up, data)


@get("/statements", verb="read_provider", tags=TAGS)
async def statements(
    session: given.Session,
    actor: given.Actor,
    limit: Limit = 50,
    after: FromQuery[UUID | None] = None,
    provider_id: FromQuery[UUID | None] = None,
) -> list[StatementRow]:
    """Statements one may read, newest first; `after` is the last one seen."""
    provider = OrganisationId(provider_id) if provider_id else None
    last = StatementId(after) if after else None
    return await queries.statements_of(session, actor, provider, after=last, at_most=limit)


@get("/statements/awaiting", verb="turn_key", tags=TAGS)
async def awaiting_key(
    session: given.Session, actor: given.Actor, limit: Limit = 50, after: FromQuery[UUID | None] = None
) -> list[StatementRow]:
    """What waits for the key of one's own office, oldest first; `after` is the last one seen."""
    last = StatementId(after) if after else None
    return await queries.key_queue(session, actor, after=last, at_most=limit)


@get("/statements/{statement_id:uuid}", verb="read_provider", tags=TAGS)
async def statement(statement_id: Id, session: given.Session, actor: given.Actor) -> Opened:
    """A statement with its lines, dropped ones too, its keys and its payments."""
    return await queries.open_statement(session, actor, statement_id)


@post("/statement-lines/responses", verb="respond_to_line", tags=TAGS, status_code=200)
async def respond(
    data: JSONBody[Respond], session: given.Session, actor: given.Actor, now: given.Now
) -> Responded:
    """Accept lines of one's own statements, or dispute them: all or none."""
    return Responded(await settlement.respond(session, actor, data, now=now))


@post("/statement-lines/{line_id:uuid}/drop", verb="drop_line", tags=TAGS, status_code=200)
async def drop_line(line_id: Id, data: JSONBody[Reason], once: given.Once) -> Response[Remaining]:
    """Take a disputed line off its statement; a key turned on the old total goes back."""
    return await once(_dropped, DropLine(line_id=line_id, reason=data.reason), status=200)


@post("/statements/{statement_id:uuid}/keys", verb="turn_key", tags=TAGS)
async def turn_key(statement_id: Id, once: given.Once) -> Response[Turned]:
    """Turn the key of one's own office; the second one settles the statement."""
    return await once(settlement.turn_key, StatementId(statement_id))


@post("/statements/{statement_id:uuid}/keys/withdraw", verb="turn_key", tags=TAGS, status_code=200)
async def withdraw_key(statement_id: Id, once: given.Once) -> Response[StatementKey]:
    """Take the key of one's own office back while the second has not been turned."""
    return await once(settlement.withdraw_key, StatementId(statement_id), status=200)


@post("/completions/{completion_id:uuid}/revocations", verb="propose_revocation", tags=TAGS)
async def propose_revocation(completion_id: Id, data: JSONBody[Grounds], once: given.Once) -> Response[Made]:
    """Propose to take a verified completion back; nothing moves until a second person approves."""
    command = ProposeRevocation(
        completion_id=CompletionId(completion_id), reason=data.reason, document=data.document
    )
    return await once(_proposed, command)


@get("/revocations", verb="decide_revocation", tags=TAGS)
async def revocations(session: given.Session, actor: given.Actor, limit: Limit = 50) -> list[Revocation]:
    """The revocations that wait for a second person, oldest first."""
    return await queries.revocations_pending(session, actor.bureau_id, at_most=limit)


@post("/revocations/{revocation_id:uuid}/decide", verb="decide_revocation", tags=TAGS, status_code=200)
async def decide_revocation(revocation_id: Id, data: JSONBody[Decide], once: given.Once) -> Response[Decided]:
    """Approve a revocation, and money, credit and line go back now, or reject it, as a second person."""
    return await once(_decided, revocation_id, data.approve, status=200)


async def _drawn_up(session: Session, actor: Actor, command: DrawUp, *, now: datetime) -> Made:
    return Made(await settlement.draw_up(session, actor, command, now=now))


async def _dropped(session: Session, actor: Actor, command: DropLine, *, now: datetime) -> Remaining:
    return Remaining(await settlement.drop_line(session, actor, command, now=now))


async def _proposed(session: Session, actor: Actor, command: ProposeRevocation, *, now: datetime) -> Made:
    return Made(await settlement.propose_revocation(session, actor, command, now=now))


async def _decided(
    session: Session, actor: Actor, revocation_id: UUID, approve: bool, *, now: datetime
) -> Decided:
    await settlement.decide_revocation(session, actor, revocation_id, approve=approve, now=now)
    return Decided(revocation_id, approve)


ROUTES = (
    draw_up,
    statements,
    awaiting_key,
    statement,
    respond,
    drop_line,
    turn_key,
    withdraw_key,
    propose_revocation,
    revocations,
    decide_revocation,
)
