"""Corrections of the books: a mirrored transfer or an adjustment, proposed by one and decided by another."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.identity import operations as identity_operations
from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.fields import Line, Prose
from vouchermarket.kit.ids import TransferId
from vouchermarket.kit.money import FEN_MAX, yuan
from vouchermarket.kit.refusal import Refusal
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries
from vouchermarket.ledger.structs import Adjust, Correction, Reason, Reverse
from vouchermarket.web import given
from vouchermarket.web.commands import Made
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.labels import options
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_


class AdjustByCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An adjustment as people write it: the two accounts by their codes."""

    source: Line
    target: Line
    amount_fen: Annotated[int, msgspec.Meta(ge=1, le=FEN_MAX)]
    correction_reason: Reason
    text: Prose


class ReverseById(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The transfer to mirror."""

    transfer_id: TransferId
    correction_reason: Reason
    text: Prose


@get("/corrections", verb="decide_correction")
async def pending(turn: given.Turn) -> Response[str]:
    """Corrections that wait for a second person, oldest first."""
    waiting = await _waiting(turn)
    return await turn.show(
        "office/corrections.html",
        title=N_("更正"),
        empty=N_("没有等待核准的更正。"),
        intro=N_("账目从不修改;错了由一人提出、另一人核准,再记一笔相反或调整的账。"),
        waiting=waiting[:SHOWN],
        has_more=len(waiting) > SHOWN,
    )


async def _waiting(turn: Turn) -> list[Waiting]:
    async with turn.reading() as session:
        found = await queries.corrections_pending(session, turn.bureau.id, SHOWN + 1)
        people = await identity.people(
            session, turn.bureau.id, {one.proposed_by for one in found}, turn.today
        )
    return [
        Waiting(f"/corrections/{one.id}", yuan(one.amount_fen), one.text[:80], people[one.proposed_by].name)
        for one in found
    ]


@get("/corrections/adjust", verb="propose_correction")
async def before_adjusting(turn: given.Turn) -> Response[str]:
    """From which account to which, how much, why."""
    return await _proposing(turn, "adjust", None, None)


@post("/corrections/adjust", verb="propose_correction")
async def adjust(turn: given.Turn) -> Response[Any]:
    """Propose to move value between two accounts."""
    return await _propose(turn, "adjust", _adjust)


@get("/corrections/reverse", verb="propose_correction")
async def before_reversing(turn: given.Turn) -> Response[str]:
    """Which transfer, why."""
    return await _proposing(turn, "reverse", None, None)


@post("/corrections/reverse", verb="propose_correction")
async def reverse(turn: given.Turn) -> Response[Any]:
    """Propose to mirror one transfer."""
    return await _propose(turn, "reverse", _reverse)


@get("/corrections/{correction_id:uuid}", verb="decide_correction")
async def one(turn: given.Turn, correction_id: Id) -> Response[str]:
    """A correction with the accounts it moves value between, before the button."""
    return await _correction(turn, correction_id, None)


@post("/corrections/{correction_id:uuid}/decide", verb="decide_correction")
async def decide(turn: given.Turn, correction_id: Id) -> Response[Any]:
    """Approve it, and the value moves now, or reject it."""
    typed = await turn.typed()
    approve = typed.one("approve") == "yes"

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _correction(turn, correction_id, refusal)

    verb, then = _decide, "/corrections"
    return await acting.act(turn, verb, correction_id, then=then, again=again, typed=typed, approve=approve)


async def _adjust(session: Session, actor: Actor, told: AdjustByCode, *, now: datetime) -> Made:
    sides = [
        await queries.account_by_code(session, actor.bureau_id, code.strip())
        for code in (told.source, told.target)
    ]
    source, target = sides
    if source is None or target is None:
        raise NotFound
    command = Adjust(source.id, target.id, told.amount_fen, told.correction_reason, told.text)
    return Made(await ledger.propose_adjust(session, actor.bureau_id, command, by=actor.person_id, now=now))


async def _reverse(session: Session, actor: Actor, told: ReverseById, *, now: datetime) -> Made:
    command = Reverse(told.transfer_id, told.correction_reason, told.text)
    return Made(await ledger.propose_reverse(session, actor.bureau_id, command, by=actor.person_id, now=now))


async def _decide(
    session: Session, actor: Actor, correction_id: UUID, *, approve: bool, now: datetime
) -> None:
    maker = await queries.proposer_of(session, actor.bureau_id, correction_id)
    # The proposer is told by the ledger, in its own words.
    if maker is not None and maker[0] != actor.person_id:
        await identity_operations.of_other_hands(session, actor, maker)
    await ledger.decide_correction(
        session, actor.bureau_id, correction_id, approve=approve, by=actor.person_id, now=now
    )


def _form(turn: Turn, kind: str) -> Form:
    command = AdjustByCode if kind == "adjust" else ReverseById
    reasons = options("correction_reason", turn.say)
    return Form(command, turn.say, turn.bureau.time_zone, options={"correction_reason": reasons})


async def _propose(turn: Turn, kind: str, verb: Any) -> Response[Any]:
    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _proposing(turn, kind, typed, refusal)

    form = _form(turn, kind)
    return await acting.act(
        turn, verb, form=form, then=lambda made: f"/corrections/{made['id']}", again=again, done="sent"
    )


async def _proposing(turn: Turn, kind: str, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    drawn = acting.said(_form(turn, kind), typed, refusal)
    return await turn.show("office/propose_correction.html", kind=kind, **drawn)


async def _correction(turn: Turn, correction_id: UUID, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        pending = await queries.corrections_pending(session, turn.bureau.id, 1000)
        found: Correction | None = next((one for one in pending if one.id == correction_id), None)
        if found is None:
            raise NotFound
        accounts = await queries.accounts(session, turn.bureau.id, [found.source_id, found.target_id])
        proposer = await identity.person_on(session, turn.bureau.id, found.proposed_by, turn.today)
    return await turn.show(
        "office/correction.html",
        correction=found,
        source=accounts[found.source_id],
        target=accounts[found.target_id],
        proposer=proposer,
        **acting.told(refusal),
    )


ROUTES = (pending, before_adjusting, adjust, before_reversing, reverse, one, decide)
