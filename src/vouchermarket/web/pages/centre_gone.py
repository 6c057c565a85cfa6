"""What people who left or died have still booked: given back by the centre, with the effect first."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post

from vouchermarket.booking import operations as booking
from vouchermarket.booking import queries
from vouchermarket.booking.structs import Cancel, Consequence, OpenOfGone
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, tables
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_

PLACE = "/centre/gone"
COLUMNS = (
    Column(N_("教师"), lambda one: one.name, "name", link=lambda one: f"{PLACE}/{one.booking.id}"),
    Column(N_("工号"), lambda one: one.code),
    Column(N_("离开日期"), lambda one: one.gone_on, "day"),
    Column(N_("课程"), lambda one: one.booking.title),
    Column(N_("开始"), lambda one: one.booking.starts_at, "instant"),
    Column(N_("价格"), lambda one: one.booking.price_fen, "money"),
)


@get(PLACE, verb="cancel_booking")
async def every(turn: given.Turn) -> Response[Any]:
    """Live bookings of people who are gone, the run that begins first on top."""

    async def read(limit: int, offset: int) -> list[OpenOfGone]:
        async with turn.reading() as session:
            return await queries.open_bookings_of_the_gone(session, turn.actor, limit=limit, offset=offset)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "bookings-of-the-gone")
    table = await tables.read_page(turn, read, COLUMNS, N_("离开的人没有未上的课。"))
    return await turn.show("table.html", title=N_("离开人员的选课"), table=table)


@get(PLACE + "/{booking_id:uuid}", verb="cancel_booking")
async def one(turn: given.Turn, booking_id: Id) -> Response[str]:
    """What giving the seat back does, in figures, before the button."""
    return await _one(turn, booking_id, None, None)


@post(PLACE + "/{booking_id:uuid}", verb="cancel_booking")
async def cancel(turn: given.Turn, booking_id: Id) -> Response[Any]:
    """Give the seat back in place of who is gone."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _one(turn, booking_id, typed, refusal)

    return await acting.act(
        turn, _cancel, booking_id, form=_form(turn), then=PLACE, again=again, done="cancelled"
    )


async def _cancel(
    session: Session, actor: Actor, booking_id: Id, command: Cancel, *, now: datetime
) -> Consequence:
    return await booking.cancel(session, actor, booking_id, command.reason, now=now)


def _form(turn: Turn) -> Form:
    return Form(Cancel, turn.say, turn.bureau.time_zone)


async def _one(turn: Turn, booking_id: Id, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.booking(session, turn.actor, booking_id)
        try:
            effect = await booking.preview_cancel(session, turn.actor, booking_id, now=turn.now)
        except Refusal as told:
            effect, refusal = None, refusal or told
    return await turn.show(
        "centre/gone.html", booking=found, effect=effect, **acting.said(_form(turn), typed, refusal)
    )


ROUTES = (every, one, cancel)
