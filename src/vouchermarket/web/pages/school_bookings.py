"""Bookings the school has made for teachers it sent: the list, one of them, and giving a seat back."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post

from vouchermarket.booking import operations as booking
from vouchermarket.booking import queries
from vouchermarket.booking.structs import Booking, Cancel, Consequence
from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor, Person
from vouchermarket.kit.db import Session
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.acting import act, said
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.school_home import school_of
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_


class Sent(msgspec.Struct, frozen=True):
    """A booking with the teacher it is for."""

    booking: Booking
    person: Person | None

    @property
    def state(self) -> str:
        """`live` or `cancelled`."""
        return "live" if self.booking.is_live else "cancelled"


COLUMNS = (
    Column(N_("课程"), lambda one: one.booking.title, link=lambda one: f"/school/bookings/{one.booking.id}"),
    Column(N_("教师"), lambda one: one.person and one.person.name, "name"),
    Column(N_("工号"), lambda one: one.person and one.person.code),
    Column(N_("开始"), lambda one: one.booking.starts_at, "instant"),
    Column(N_("价格"), lambda one: one.booking.price_fen, "money"),
    Column(N_("状态"), lambda one: one.state, "state", "booking"),
    Column(N_("选送时间"), lambda one: one.booking.booked_at, "instant"),
)


@get("/school/bookings", verb="nominate")
async def sent(turn: given.Turn) -> Response[Any]:
    """Everybody the school has sent, the latest run first."""

    async def read(limit: int, offset: int) -> list[Sent]:
        async with turn.reading() as session:
            found = await queries.bookings_sent_by(
                session, turn.actor, school_of(turn), limit=limit, offset=offset
            )
            ids = [one.person_id for one in found]
            people = await identity.people(session, turn.bureau.id, ids, turn.today)
        return [Sent(one, people.get(one.person_id)) for one in found]

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "sent")
    empty = N_("还没有选送教师。可以从“选送教师”里选择班次。")
    return await turn.show("school/bookings.html", table=await tables.read_page(turn, read, COLUMNS, empty))


@get("/school/bookings/{booking_id:uuid}", verb="nominate")
async def one(turn: given.Turn, booking_id: Id) -> Response[str]:
    """One booking, and what giving its seat back would do, in figures, before the button."""
    return await _one(turn, booking_id, None, None)


@post("/school/bookings/{booking_id:uuid}/cancel", verb="cancel_booking")
async def cancel(turn: given.Turn, booking_id: Id) -> Response[Any]:
    """Give the seat back; the teacher is told with the reason."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _one(turn, booking_id, typed, refusal)

    here = f"/school/bookings/{booking_id}"
    return await act(turn, _cancel, booking_id, then=here, again=again, form=_form(turn), done="cancelled")


async def _cancel(
    session: Session, actor: Actor, booking_id: Id, command: Cancel, *, now: datetime
) -> Consequence:
    return await booking.cancel(session, actor, booking_id, command.reason, now=now)


def _form(turn: Turn) -> Form:
    return Form(Cancel, turn.say, turn.bureau.time_zone)


async def _one(turn: Turn, booking_id: Id, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    effect = why_not = None
    async with turn.reading() as session:
        found = await queries.booking(session, turn.actor, booking_id)
        if found.sent_by != school_of(turn):
            raise NotFound
        person = await identity.person_on(session, turn.bureau.id, found.person_id, turn.today)
        try:
            effect = await booking.preview_cancel(session, turn.actor, booking_id, now=turn.now)
        except Refusal as told:
            why_not = told
    return await turn.show(
        "school/booking.html",
        sent=Sent(found, person),
        columns=COLUMNS[1:],
        effect=effect,
        why_not=why_not if found.is_live else None,
        **said(_form(turn), typed, refusal),
    )


ROUTES = (sent, one, cancel)
