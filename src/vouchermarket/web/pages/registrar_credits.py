"""The reviewer's desk: entries that wait, one by one or many by ticks; the next one opens by itself."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.credits import operations as register
from vouchermarket.credits import queries
from vouchermarket.credits.structs import DecideEntry, EntryCard
from vouchermarket.identity import queries as identity
from vouchermarket.identity.structs import Actor, Person
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import EntryId, OrganisationId, PersonId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.labels import label_of
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Again, Turn, Typed
from vouchermarket.web.words import N_

# One page of the queue; what is decided makes room for the rest.
SHOWN = 50
QUEUE = "/registrar/credits"
# An entry is reversed by revoking what it rests on, never by a reviewer's word.
SAID = ("approve", "return", "reject")
# Typed once for all that are ticked.
WORD = ("decision", "reason")
USUAL_REASON = N_("材料齐全")


class Decided(msgspec.Struct, frozen=True):
    """What became of a list: how many were decided, how many refused."""

    decided: int
    refused: int


class DecideEntries(DecideEntry, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same word on the ticked entries."""

    entry_ids: Annotated[tuple[EntryId, ...], msgspec.Meta(min_length=1, max_length=1000)]


class Line(msgspec.Struct, frozen=True):
    """An entry with the names of whose it is and who registered it."""

    entry: EntryCard
    person: Person | None
    office: str


FACTS = (
    Column(N_("教师"), lambda one: one.person and f"{one.person.name}({one.person.code})"),
    Column(N_("学校"), lambda one: one.person and one.person.school and one.person.school.name),
    Column(N_("培训类型"), lambda one: one.entry.type, "label", "type"),
    Column(N_("数量"), lambda one: one.entry.amount, "credits"),
    Column(N_("单位"), lambda one: one.entry.unit, "label", "unit"),
    Column(N_("取得日期"), lambda one: one.entry.earned_on, "day"),
    Column(N_("学期"), lambda one: one.entry.term),
    Column(N_("研修方式"), lambda one: one.entry.mode or "", "label", "mode"),
    Column(N_("级别"), lambda one: one.entry.level or "", "label", "level"),
    Column(N_("证书编号"), lambda one: one.entry.document),
    Column(N_("证明材料"), lambda one: one.entry.evidence),
    Column(N_("材料齐备"), lambda one: str(one.entry.evidence_complete), "label", "yes_no"),
    Column(N_("登记单位"), lambda one: one.office),
    Column(N_("登记时间"), lambda one: one.entry.at, "instant"),
    Column(N_("依据条款"), lambda one: one.entry.clause),
    Column(N_("状态"), lambda one: one.entry.status, "state", "entry"),
)


@get(QUEUE, verb="decide_credit")
async def queue(turn: given.Turn) -> Response[str]:
    """What waits for one's own office, oldest first, each with a tick."""
    return await _queue(turn, None, None)


@get(f"{QUEUE}/next", verb="decide_credit")
async def next_one(turn: given.Turn) -> Response[str]:
    """The entry that waits longest and somebody else registered; the queue when there is none."""
    async with turn.reading() as session:
        found = await queries.review_queue(session, turn.actor, at_most=SHOWN)
    others = (one.id for one in found if one.registrar_id != turn.actor.person_id)
    following = next(others, None)
    return turn.go(f"{QUEUE}/{following}" if following else QUEUE, done="decided")


@post(f"{QUEUE}/decide", verb="decide_credit")
async def decide_ticked(turn: given.Turn) -> Response[Any]:
    """The same word on the ticked ones; what is refused stays in the queue."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _queue(turn, typed, refusal)

    form = _form(turn, DecideEntries)
    return await acting.act(turn, _decide_all, form=form, then=QUEUE, again=again)


async def _decide_all(session: Session, actor: Actor, command: DecideEntries, *, now: datetime) -> Decided:
    told = await register.decide_all(session, actor, command.entry_ids, command, now=now)
    refused = sum(one.refusal is not None for one in told)
    return Decided(len(told) - refused, refused)


@get(QUEUE + "/{entry_id:uuid}", verb="read_own")
async def one(turn: given.Turn, entry_id: Id) -> Response[str]:
    """An entry with what was said of it: for its person, its two offices, whoever reads the audit trail."""
    return await _one(turn, entry_id, None, None)


@post(QUEUE + "/{entry_id:uuid}/decide", verb="decide_credit")
async def decide(turn: given.Turn, entry_id: Id) -> Response[Any]:
    """Approve it, return it or reject it, with the reason that stands in the register."""
    form = _form(turn, DecideEntry)
    again = _again(turn, entry_id)
    return await acting.act(turn, register.decide, entry_id, form=form, then=f"{QUEUE}/next", again=again)


def _again(turn: Turn, entry_id: UUID) -> Again:
    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _one(turn, entry_id, typed, refusal)

    return again


def _form(turn: Turn, command: type[DecideEntry]) -> Form:
    options = [(code, label_of(code, "decision", turn.say)) for code in SAID]
    return Form(command, turn.say, turn.bureau.time_zone, options={"decision": options})


async def _queue(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.review_queue(session, turn.actor, at_most=SHOWN + 1)
        lines = await named(session, turn, found[:SHOWN])
    said = acting.said(_form(turn, DecideEntries), typed, refusal, _first(turn))
    said["fields"] = [one for one in said["fields"] if one.name in WORD]
    return await turn.show(
        "registrar/credits.html",
        lines=lines,
        has_more=len(found) > SHOWN,
        ticked=set(typed.all("entry_ids")) if typed else set(),
        **said,
    )


async def _one(turn: Turn, entry_id: UUID, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        opened = await queries.open_entry(session, turn.actor, EntryId(entry_id))
        [line] = await named(session, turn, [opened.entry])
        reviewers = {decision.reviewer_id for decision in opened.decisions}
        people = await identity.people(session, turn.bureau.id, reviewers, turn.today)
    offices = {seat.organisation_id for seat in turn.actor.seats}
    return await turn.show(
        "registrar/entry.html",
        line=line,
        columns=FACTS,
        decisions=opened.decisions,
        people=people,
        may_decide=turn.may("decide_credit") and line.entry.reviewer_office_id in offices,
        is_own=line.entry.registrar_id == turn.actor.person_id,
        may_correct=turn.may("register_credit") and line.entry.registrar_office_id in offices,
        **acting.said(_form(turn, DecideEntry), typed, refusal, _first(turn)),
    )


def _first(turn: Turn) -> dict[str, str]:
    return {"decision": "approve", "reason": turn.say(USUAL_REASON)}


async def named(session: Session, turn: Turn, found: Sequence[EntryCard]) -> list[Line]:
    """Entries with the names of their people, as of today, and of the offices that registered them."""
    people: dict[PersonId, Person] = await identity.people(
        session, turn.bureau.id, {one.person_id for one in found}, turn.today
    )
    offices: set[OrganisationId] = {one.registrar_office_id for one in found}
    names = await identity.organisations(session, turn.bureau.id, offices)
    return [Line(one, people.get(one.person_id), names[one.registrar_office_id].name) for one in found]


ROUTES = (queue, next_one, decide_ticked, one, decide)
