"""Completions taken back: found by the teacher, proposed with the effect in figures, decided by a second."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.catalogue import queries as catalogue
from vouchermarket.completion import queries as completions
from vouchermarket.completion.structs import Completion, State
from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor, Person
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CompletionId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries
from vouchermarket.settlement.structs import ProposeRevocation
from vouchermarket.web import given
from vouchermarket.web.commands import Made
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, queues, tables
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_

PLACE = "/centre/revocations"


class Held(msgspec.Struct, frozen=True):
    """A completion with its run's title and its teacher."""

    completion: Completion
    title: str
    person: Person | None


COLUMNS = (
    Column(N_("课程"), lambda one: one.title, link=lambda one: f"{PLACE}/of/{one.completion.id}"),
    Column(N_("审核时间"), lambda one: one.completion.verified_at, "instant"),
    Column(N_("结转"), lambda one: one.completion.captured_fen, "money"),
    Column(N_("状态"), lambda one: one.completion.state, "state", "completion"),
)
FACTS = (
    Column(N_("教师"), lambda one: one.person and f"{one.person.name}({one.person.code})"),
    Column(N_("课程"), lambda one: one.title),
    *COLUMNS[1:],
)


@get(PLACE, verb="decide_revocation")
async def pending(turn: given.Turn) -> Response[str]:
    """Proposals that wait for a second person, oldest first."""
    async with turn.reading() as session:
        waiting = await waiting_revocations(session, turn)
    return await queues.show(turn, N_("待决定的撤销"), waiting, empty=N_("没有等待决定的撤销申请。"))


async def waiting_revocations(session: Session, turn: Turn) -> list[Waiting]:
    """The revocations that wait, each with who proposed it."""
    found = await queries.revocations_pending(session, turn.bureau.id, at_most=SHOWN + 1)
    held = await _held(session, turn, [one.completion_id for one in found])
    people = await identity.people(session, turn.bureau.id, {one.proposed_by for one in found}, turn.today)
    return [
        Waiting(
            f"{PLACE}/{one.id}",
            _title(held[one.completion_id]),
            about=one.reason[:80],
            owner=people[one.proposed_by].name if one.proposed_by in people else "",
            since_at=one.proposed_at,
        )
        for one in found
    ]


def _title(held: Held) -> str:
    return f"{held.person.name if held.person else ''} {held.title}".strip()


@get(f"{PLACE}/new", verb="propose_revocation")
async def find(turn: given.Turn) -> Response[str]:
    """Whose completion it is: by the teacher's code, then the list of what was verified."""
    code = turn.request.query_params.get("code", "").strip()
    async with turn.reading() as session:
        ids = await identity.person_ids_by_code(session, turn.bureau.id, [code]) if code else {}
        found = await _verified(session, turn, ids[code]) if code in ids else []
    table = tables.Table(COLUMNS, found, N_("该教师没有已审核的完成情况。"))
    missing = bool(code) and code not in ids
    return await turn.show("centre/revoke_find.html", code=code, table=table, missing=missing)


async def _verified(session: Session, turn: Turn, person_id: UUID) -> list[Held]:
    found = await completions.completions_of_person(session, turn.bureau.id, person_id)
    return list(
        (await _held(session, turn, [one.id for one in found if one.state is State.VERIFIED])).values()
    )


async def _held(
    session: Session, turn: Turn, completion_ids: Sequence[CompletionId]
) -> dict[CompletionId, Held]:
    found = await completions.completions(session, turn.bureau.id, completion_ids)
    of = await completions.participants_of(
        session, turn.bureau.id, [one.booking_id for one in found.values()]
    )
    runs = await catalogue.runs(session, turn.bureau.id, {one.run_id for one in of.values()})
    people = await identity.people(
        session, turn.bureau.id, {one.person_id for one in of.values()}, turn.today
    )
    return {
        one.id: Held(one, runs[of[one.booking_id].run_id].title, people.get(of[one.booking_id].person_id))
        for one in found.values()
    }


@get(PLACE + "/of/{completion_id:uuid}", verb="propose_revocation")
async def before_proposing(turn: given.Turn, completion_id: Id) -> Response[str]:
    """What taking it back would move, and the grounds."""
    return await _proposing(turn, completion_id, None, None)


@post(PLACE + "/of/{completion_id:uuid}", verb="propose_revocation")
async def propose(turn: given.Turn, completion_id: Id) -> Response[Any]:
    """Propose it; nothing moves until a second person approves."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _proposing(turn, completion_id, typed, refusal)

    form = _form(turn, completion_id)
    return await acting.act(turn, _propose, form=form, then=PLACE, again=again, done="sent")


async def _propose(session: Session, actor: Actor, command: ProposeRevocation, *, now: datetime) -> Made:
    return Made(await settlement.propose_revocation(session, actor, command, now=now))


def _form(turn: Turn, completion_id: Id) -> Form:
    known = {"completion_id": completion_id}
    return Form(ProposeRevocation, turn.say, turn.bureau.time_zone, known=known)


async def _proposing(
    turn: Turn, completion_id: Id, typed: Typed | None, refusal: Refusal | None
) -> Response[str]:
    async with turn.reading() as session:
        held = await _held(session, turn, [CompletionId(completion_id)])
        if not held:
            raise NotFound
        effect, refusal = await _effect(session, turn, completion_id, refusal)
    return await turn.show(
        "centre/revoke.html",
        held=held[CompletionId(completion_id)],
        columns=FACTS,
        effect=effect,
        **acting.said(_form(turn, completion_id), typed, refusal),
    )


async def _effect(session: Session, turn: Turn, completion_id: UUID, refusal: Refusal | None) -> Any:
    try:
        told = await settlement.preview_revocation(session, turn.actor, CompletionId(completion_id))
    except Refusal as why:
        return None, refusal or why
    return told, refusal


@get(PLACE + "/{revocation_id:uuid}", verb="decide_revocation")
async def one(turn: given.Turn, revocation_id: Id) -> Response[str]:
    """A proposal with its grounds and what approving it moves."""
    return await _one(turn, revocation_id, None)


@post(PLACE + "/{revocation_id:uuid}/decide", verb="decide_revocation")
async def decide(turn: given.Turn, revocation_id: Id) -> Response[Any]:
    """Approve it, and money, credit and line go back now; or turn it down."""
    typed = await turn.typed()

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _one(turn, revocation_id, refusal)

    verb, approve = settlement.decide_revocation, typed.one("approve") == "yes"
    return await acting.act(turn, verb, revocation_id, then=PLACE, again=again, typed=typed, approve=approve)


async def _one(turn: Turn, revocation_id: UUID, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.revocation_by_id(session, turn.bureau.id, revocation_id)
        if found is None:
            raise NotFound
        held = await _held(session, turn, [found.completion_id])
        proposer = await identity.person_on(session, turn.bureau.id, found.proposed_by, turn.today)
        is_open = found.approved is None
        effect, refusal = (
            await _effect(session, turn, found.completion_id, refusal) if is_open else (None, refusal)
        )
    return await turn.show(
        "centre/revocation.html",
        revocation=found,
        held=held[found.completion_id],
        proposer=proposer,
        columns=FACTS,
        effect=effect,
        **acting.told(refusal),
    )


ROUTES = (pending, find, before_proposing, propose, one, decide)
