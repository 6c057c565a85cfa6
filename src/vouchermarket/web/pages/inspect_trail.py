"""The audit trail, and whatever one thing has: its transfers and its events in the order of time."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get

from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.clock import start_of_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import EventId
from vouchermarket.ledger import queries as ledger
from vouchermarket.reporting.queries import trail
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import asked, tables
from vouchermarket.web.pages.tables import PAGE_ROWS, Column, Table
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.words import N_


class AskedTrail(msgspec.Struct, frozen=True):
    """What of the trail: of one thing, of the civil days [from_on, to_on); `after` the last event seen."""

    subject_id: UUID | None = None
    from_on: date | None = None
    to_on: date | None = None
    after: UUID | None = None


class Line(msgspec.Struct, frozen=True):
    """An event with the name of who caused it."""

    event: trail.Event
    actor: str

    @property
    def facts(self) -> str:
        """The facts as they were recorded."""
        return msgspec.json.encode(self.event.facts).decode()


COLUMNS = (
    Column(N_("时间"), lambda one: one.event.at, "instant"),
    Column(N_("事件"), lambda one: one.event.kind),
    Column(N_("经办人"), lambda one: one.actor),
    Column(
        N_("对象"),
        lambda one: str(one.event.subject_id),
        link=lambda one: f"/inspect/things/{one.event.subject_id}",
    ),
    Column(N_("事实"), lambda one: one.facts),
)
TRANSFERS = (
    Column(N_("资金"), lambda one: one["code"], "label", "transfer"),
    Column(N_("自"), lambda one: one["source"]),
    Column(N_("至"), lambda one: one["target"]),
    Column(N_("金额"), lambda one: one["amount_fen"], "money"),
)


@get("/inspect/trail", verb="read_audit")
async def events(turn: given.Turn) -> Response[Any]:
    """The trail by filters, oldest first, page by page and as a file."""
    wanted = asked.of(turn, AskedTrail)
    if tables.file_asked(turn):
        return await tables.as_file(turn, _Walk(turn, wanted), COLUMNS, "audit-trail")
    lines = await _Walk(turn, wanted)(PAGE_ROWS + 1, 0)
    last = lines[PAGE_ROWS - 1].event.id if len(lines) > PAGE_ROWS else None
    empty = N_("没有符合条件的记录。可放宽日期或去掉编号。")
    table = Table(COLUMNS, lines[:PAGE_ROWS], empty)
    return await turn.show("inspect/trail.html", table=table, wanted=wanted, last=last)


class _Walk:
    """Reads the trail part after part, each beginning after the last event of the one before."""

    def __init__(self, turn: Turn, wanted: AskedTrail) -> None:
        first = EventId(wanted.after) if wanted.after else None
        self._turn, self._first, self._last = turn, first, first
        zone = turn.bureau.time_zone
        from_at = start_of_day(wanted.from_on, zone) if wanted.from_on else None
        to_at = start_of_day(wanted.to_on, zone) if wanted.to_on else None
        self._wanted = trail.Wanted(wanted.subject_id, from_at, to_at)

    async def __call__(self, limit: int, offset: int) -> list[Line]:
        turn = self._turn
        # Parts follow each other; whoever asks from the start again begins again.
        self._last = self._last if offset else self._first
        async with turn.reading() as session:
            found = await trail.trail(session, turn.bureau.id, self._wanted, after=self._last, at_most=limit)
            lines = await _named(session, turn, found)
        self._last = found[-1].id if found else self._last
        return lines


async def _named(session: Session, turn: Turn, found: Sequence[trail.Event]) -> list[Line]:
    ids = {one.actor_id for one in found if one.actor_id}
    people = await identity.people(session, turn.bureau.id, ids, turn.today)
    names: dict[UUID, str] = {id_: f"{one.name}({one.code})" for id_, one in people.items()}
    # Without a person it was a sweep of the clock.
    return [Line(one, names.get(one.actor_id, "") if one.actor_id else turn.say("系统")) for one in found]


@get("/inspect/things/{id_:uuid}", verb="read_audit")
async def thing(turn: given.Turn, id_: Id) -> Response[str]:
    """All that the books and the trail have of one id: a voucher, a statement, a payment, an issuance."""
    async with turn.reading() as session:
        found = await trail.trail(session, turn.bureau.id, trail.Wanted(id_), at_most=200)
        moved = await _transfers(session, turn.bureau.id, id_)
        lines = await _named(session, turn, found)
    if not lines and not moved:
        raise NotFound
    return await turn.show(
        "inspect/thing.html",
        id=id_,
        events=Table(COLUMNS, lines, N_("没有事件。")),
        transfers=Table(TRANSFERS, moved, N_("没有资金往来。")),
    )


async def _transfers(session: Session, bureau_id: UUID, document_id: UUID) -> list[dict[str, Any]]:
    found = await ledger.transfers_page(session, bureau_id, document_id, at_most=200)
    sides = {id_ for one in found for id_ in (one.source_id, one.target_id)}
    codes = {id_: account.code for id_, account in (await ledger.accounts(session, bureau_id, sides)).items()}
    return [
        {
            "code": one.code,
            "source": codes[one.source_id],
            "target": codes[one.target_id],
            "amount_fen": one.amount_fen,
        }
        for one in found
    ]


ROUTES = (events, thing)
