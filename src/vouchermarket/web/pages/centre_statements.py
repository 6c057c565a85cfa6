"""Statements at the centre: those waiting for its key, all of them, one with its lines; drawing one up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.booking import queries as bookings
from vouchermarket.identity import queries as identity
from vouchermarket.identity.structs import Actor, Organisation, OrganisationKind, Person
from vouchermarket.kit.db import Session
from vouchermarket.kit.refusal import Refusal
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries
from vouchermarket.settlement.structs import DrawUp, Opened, StatementLine, StatementRow
from vouchermarket.web import given
from vouchermarket.web.commands import Made
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, queues, tables
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.labels import label_of
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_

PLACE = "/centre/statements"
OWN = OrganisationKind.TRAINING_CENTRE
KEY_HOLDERS = (OrganisationKind.TEACHER_OFFICE, OWN)


class Row(msgspec.Struct, frozen=True):
    """A statement with its provider's name."""

    row: StatementRow
    provider_name: str


class StatementsLine(msgspec.Struct, frozen=True):
    """A line with what it is for: the run's title and the teacher."""

    line: StatementLine
    title: str
    person: Person | None

    @property
    def state(self) -> str:
        """Of the group `response`."""
        return self.line.response.value if self.line.response else "none"


COLUMNS = (
    Column(N_("承担单位"), lambda one: one.provider_name, link=lambda one: f"{PLACE}/{one.row.statement.id}"),
    Column(N_("自"), lambda one: one.row.statement.from_on, "day"),
    Column(N_("至(不含)"), lambda one: one.row.statement.to_on, "day"),
    Column(N_("人次"), lambda one: one.row.lines, "number"),
    Column(N_("有异议"), lambda one: one.row.disputed, "number"),
    Column(N_("合计"), lambda one: one.row.statement.total_fen, "money"),
    Column(N_("状态"), lambda one: one.row.stage, "state", "statement"),
)
LINES = (
    Column(N_("课程"), lambda one: one.title),
    Column(N_("教师"), lambda one: one.person and f"{one.person.name}({one.person.code})"),
    Column(N_("金额"), lambda one: one.line.amount_fen, "money"),
    Column(N_("承担单位答复"), lambda one: one.state, "state", "response"),
    Column(N_("异议理由"), lambda one: one.line.dispute),
)


@get(f"{PLACE}/awaiting", verb="turn_key")
async def awaiting(turn: given.Turn) -> Response[str]:
    """What waits for the key of one's own office, oldest first."""
    async with turn.reading() as session:
        waiting = await waiting_statements(session, turn)
    return await queues.show(turn, N_("待核定结算单"), waiting, empty=N_("没有等待本单位核定的结算单。"))


async def waiting_statements(session: Session, turn: Turn) -> list[Waiting]:
    """The statements that wait for the key of the actor's office."""
    found = await _named(session, turn, await queries.key_queue(session, turn.actor, at_most=SHOWN + 1))
    return [
        Waiting(
            f"{PLACE}/{one.row.statement.id}",
            f"{one.provider_name} {_period(turn, one)}",
            about=turn.say("{count} 人次", count=one.row.lines),
            owner=_holder(turn, one),
            since_at=one.row.statement.drawn_up_at,
        )
        for one in found
    ]


def _period(turn: Turn, one: Row) -> str:
    return f"{turn.day(one.row.statement.from_on)} – {turn.day(one.row.statement.to_on)}"


def _holder(turn: Turn, one: Row) -> str:
    """With whom it lies: the provider until every line is answered, then the offices without a key."""
    if one.row.unanswered:
        return one.provider_name
    missing = [office for office in KEY_HOLDERS if office not in one.row.offices]
    return "、".join(label_of(office, "desk", turn.say) for office in missing)


@get(PLACE, verb="turn_key")
async def every(turn: given.Turn) -> Response[Any]:
    """All statements, newest first, as a table and as a file."""

    async def read(limit: int, offset: int) -> list[Row]:
        async with turn.reading() as session:
            found = await queries.statements_of(session, turn.actor, at_most=limit, offset=offset)
            return await _named(session, turn, found)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "statements")
    table = await tables.read_page(turn, read, COLUMNS, N_("还没有结算单。可以先编制一份。"))
    return await turn.show("centre/statements.html", table=table)


async def _named(session: Session, turn: Turn, found: Sequence[StatementRow]) -> list[Row]:
    ids = {one.statement.provider_id for one in found}
    names = await identity.organisations(session, turn.bureau.id, ids)
    return [Row(one, names[one.statement.provider_id].name) for one in found]


@get(f"{PLACE}/new", verb="draw_up_statement")
async def before_drawing_up(turn: given.Turn) -> Response[str]:
    """Whose, and of which days."""
    return await _drawing_up(turn, None, None)


@post(f"{PLACE}/new", verb="draw_up_statement")
async def draw_up(turn: given.Turn) -> Response[Any]:
    """Draw it up: the provider is asked about each line."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _drawing_up(turn, typed, refusal)

    def then(made: dict[str, str]) -> str:
        return f"{PLACE}/{made['id']}"

    form = _form(turn, await _providers(turn))
    return await acting.act(turn, _draw_up, form=form, then=then, again=again, done="saved")


async def _draw_up(session: Session, actor: Actor, command: DrawUp, *, now: datetime) -> Made:
    return Made(await settlement.draw_up(session, actor, command, now=now))


def _form(turn: Turn, providers: Sequence[Organisation]) -> Form:
    options = [(str(one.id), one.name) for one in providers]
    return Form(DrawUp, turn.say, turn.bureau.time_zone, options={"provider_id": options})


async def _providers(turn: Turn) -> list[Organisation]:
    async with turn.reading() as session:
        return await identity.organisations_of(session, turn.bureau.id, OrganisationKind.PROVIDER)


async def _drawing_up(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    form = _form(turn, await _providers(turn))
    first = {"from_on": turn.today.replace(month=1, day=1).isoformat(), "to_on": turn.today.isoformat()}
    return await turn.show("centre/draw_up.html", **acting.said(form, typed, refusal, first))


@get(PLACE + "/{statement_id:uuid}", verb="turn_key")
async def one(turn: given.Turn, statement_id: Id) -> Response[str]:
    """A statement: lines, total, keys, and what turning one's own key does."""
    return await show_one(turn, statement_id, None)


async def show_one(turn: Turn, statement_id: UUID, refusal: Refusal | None) -> Response[str]:
    """The page of one statement; a refusal of what was tried there on top."""
    async with turn.reading() as session:
        opened = await queries.open_statement(session, turn.actor, statement_id)
        provider = await identity.organisation(session, turn.bureau.id, opened.statement.provider_id)
        lines = await lines_of(session, turn, opened)
        holders = {key.person_id for key in opened.keys} | {opened.statement.drawn_up_by}
        people = await identity.people(session, turn.bureau.id, holders, turn.today)
    offices = {seat.kind for seat in turn.actor.seats}
    live = [one for one in lines if one.line.is_live]
    return await turn.show(
        "centre/statement.html",
        statement=opened.statement,
        provider=provider,
        live=live,
        dropped=[one for one in lines if not one.line.is_live],
        columns=LINES,
        keys=opened.keys,
        people=people,
        own_key=next((key for key in opened.keys if key.office in offices), None),
        unanswered=sum(one.line.response is None for one in live),
        disputed=sum(one.state == "disputed" for one in live),
        **acting.told(refusal),
    )


async def lines_of(session: Session, turn: Turn, opened: Opened) -> list[StatementsLine]:
    """The lines with the run's title and the teacher's name."""
    ids = [one.booking_id for one in opened.lines]
    booked = await bookings.bookings_by_id(session, turn.bureau.id, ids)
    people = await identity.people(
        session, turn.bureau.id, {one.person_id for one in booked.values()}, turn.today
    )
    return [
        StatementsLine(one, booked[one.booking_id].title, people.get(booked[one.booking_id].person_id))
        for one in opened.lines
    ]


ROUTES = (awaiting, every, before_drawing_up, draw_up, one)
