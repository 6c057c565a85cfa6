"""The books: the line in figures, one booking's trace, the invariants, the audit trail, corrections."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from vouchermarket.identity import operations as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.fields import Instant
from vouchermarket.kit.ids import EventId, TransferId
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger.structs import Account, Adjust, Correction, Reverse, Transfer
from vouchermarket.reporting.queries import invariants, trace, trail
from vouchermarket.reporting.queries import line as figures
from vouchermarket.web import given
from vouchermarket.web.commands import Decide, Made
from vouchermarket.web.fields import Id, Limit

TAGS = ["books"]

AccountCode = Annotated[
    str,
    QueryParameter(
        max_length=100,
        pattern=r"^[a-z0-9_:-]+(?![\s\S])",
        description="`fund:all_staff:2014`, `voucher:{id}`, `provider:{id}:payable`",
    ),
]


class BalancedLine(msgspec.Struct, frozen=True):
    """The line of the house in fen, and whether it adds up."""

    figures: figures.MoneyLine
    balanced: bool


class CorrectionDecided(msgspec.Struct, frozen=True):
    """What was decided of a correction; `transfer_id` names the transfer it has become."""

    id: UUID
    approved: bool
    transfer_id: TransferId | None


@get("/books/line", verb="read_money", tags=TAGS)
async def money_line(session: given.Session, actor: given.Actor) -> BalancedLine:
    """Where the bureau's money stands, and what has moved since its first day."""
    found = await figures.money_line(session, actor.bureau_id)
    return BalancedLine(found, found.balanced)


@get("/books/trace/{booking_id:uuid}", verb="read_money", tags=TAGS)
async def trace_of_booking(booking_id: Id, session: given.Session, actor: given.Actor) -> list[trace.Step]:
    """Every station of a booking's money, oldest first; empty for one that cost nothing."""
    return await trace.open_trace(session, actor.bureau_id, booking_id)


@get("/books/account", verb="read_money", tags=TAGS)
async def account(code: AccountCode, session: given.Session, actor: given.Actor) -> Account:
    """An account by its code, for whoever proposes to correct it; the open kinds keep no balance."""
    found = await ledger_queries.account_by_code(session, actor.bureau_id, code)
    if found is None:
        raise NotFound
    return found


@get("/books/transfers", verb="read_money", tags=TAGS)
async def transfers(
    document_id: FromQuery[UUID],
    session: given.Session,
    actor: given.Actor,
    limit: Limit = 50,
    after: FromQuery[UUID | None] = None,
) -> list[Transfer]:
    """The transfers of a document: an appropriation, issuance, booking, statement, payment or correction."""
    last = TransferId(after) if after else None
    return await ledger_queries.transfers_page(
        session, actor.bureau_id, document_id, after=last, at_most=limit
    )


@get("/books/invariants", verb="read_audit", tags=TAGS)
async def promises(session: given.Session, actor: given.Actor) -> list[invariants.Finding]:
    """The twelve promises of the books, each with how much was looked at and what does not hold."""
    return await invariants.check(session, actor.bureau_id)


@get("/books/events", verb="read_audit", tags=TAGS)
async def events(
    session: given.Session,
    actor: given.Actor,
    limit: Limit = 50,
    after: FromQuery[UUID | None] = None,
    subject_id: FromQuery[UUID | None] = None,
    from_at: FromQuery[Instant | None] = None,
    to_at: FromQuery[Instant | None] = None,
) -> list[trail.Event]:
    """The audit trail, oldest first: of one subject, of `[from_at, to_at)`, or all; `after` one of them."""
    last = EventId(after) if after else None
    wanted = trail.Wanted(subject_id, from_at, to_at)
    return await trail.trail(session, actor.bureau_id, wanted, after=last, at_most=limit)


@post("/books/adjustments", verb="propose_correction", tags=TAGS)
async def propose_adjust(data: JSONBody[Adjust], once: given.Once) -> Response[Made]:
    """Propose to move value between two accounts; nothing moves until a second person approves."""
    return await once(_adjust, data)


@post("/books/reversals", verb="propose_correction", tags=TAGS)
async def propose_reverse(data: JSONBody[Reverse], once: given.Once) -> Response[Made]:
    """Propose to mirror one transfer; nothing moves until a second person approves."""
    return await once(_reverse, data)


@get("/books/corrections", verb="decide_correction", tags=TAGS)
async def corrections(session: given.Session, actor: given.Actor, limit: Limit = 50) -> list[Correction]:
    """The corrections that wait for a second person, oldest first."""
    return await ledger_queries.corrections_pending(session, actor.bureau_id, at_most=limit)


@post("/books/corrections/{correction_id:uuid}/decide", verb="decide_correction", tags=TAGS, status_code=200)
async def decide_correction(
    correction_id: Id, data: JSONBody[Decide], once: given.Once
) -> Response[CorrectionDecided]:
    """Approve a correction, and the value moves now, or reject it, as a second person."""
    return await once(_decide, correction_id, data.approve, status=200)


# The ledger stands beside identity and knows no desks: the guard has looked at the matrix before.


async def _adjust(session: Session, actor: Actor, adjust: Adjust, *, now: datetime) -> Made:
    return Made(await ledger.propose_adjust(session, actor.bureau_id, adjust, by=actor.person_id, now=now))


async def _reverse(session: Session, actor: Actor, reverse: Reverse, *, now: datetime) -> Made:
    return Made(await ledger.propose_reverse(session, actor.bureau_id, reverse, by=actor.person_id, now=now))


async def _decide(
    session: Session, actor: Actor, correction_id: UUID, approve: bool, *, now: datetime
) -> CorrectionDecided:
    maker = await ledger_queries.proposer_of(session, actor.bureau_id, correction_id)
    # The proposer is told by the ledger, in its own words.
    if maker is not None and maker[0] != actor.person_id:
        await identity.of_other_hands(session, actor, maker)
    moved = await ledger.decide_correction(
        session, actor.bureau_id, correction_id, approve=approve, by=actor.person_id, now=now
    )
    return CorrectionDecided(correction_id, approve, moved)


ROUTES = (
    money_line,
    trace_of_booking,
    account,
    transfers,
    promises,
    events,
    propose_adjust,
    propose_reverse,
    corrections,
    decide_correction,
)
