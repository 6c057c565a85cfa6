"""One's own bookings: the list, one of them with what can be done, and giving a seat back in two steps."""

from typing import Any

from litestar import Response, get, post

from vouchermarket.booking import operations as booking
from vouchermarket.booking import queries
from vouchermarket.booking.structs import Booking, Cancel
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.errors import status_of
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.forms import Form, FormNotRight, faults_of
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_


def _state(one: Booking) -> str:
    return "live" if one.is_live else "cancelled"


COLUMNS = (
    Column(N_("课程"), lambda one: one.title, link=lambda one: f"/bookings/{one.id}"),
    Column(N_("开始"), lambda one: one.starts_at, "instant"),
    Column(N_("价格"), lambda one: one.price_fen, "money"),
    Column(N_("状态"), _state, "state", "booking"),
    Column(N_("选课时间"), lambda one: one.booked_at, "instant"),
)


@get("/bookings", verb="read_own")
async def own(turn: given.Turn) -> Response[Any]:
    """The list, the latest run first."""

    async def read(limit: int, offset: int) -> list[Booking]:
        async with turn.reading() as session:
            return await queries.bookings_of(
                session, turn.bureau.id, turn.actor.person_id, limit=limit, offset=offset
            )

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "bookings")
    table = await tables.read_page(turn, read, COLUMNS, N_("还没有选课。可以先去培训超市看看。"))
    return await turn.show("teacher/bookings.html", table=table)


@get("/bookings/{booking_id:uuid}", verb="read_own")
async def one(turn: given.Turn, booking_id: Id) -> Response[str]:
    """One booking: what it is, what pays for it, what can be done."""
    async with turn.reading() as session:
        found = await queries.booking(session, turn.actor, booking_id)
    return await turn.show("teacher/booking.html", booking=found, state=_state(found))


@get("/bookings/{booking_id:uuid}/cancel", verb="cancel_booking")
async def before_cancelling(turn: given.Turn, booking_id: Id) -> Response[str]:
    """What giving the seat back would do, in figures, before the button."""
    return await _cancelling(turn, booking_id, None, None)


@post("/bookings/{booking_id:uuid}/cancel", verb="cancel_booking")
async def cancel(turn: given.Turn, booking_id: Id) -> Response[Any]:
    """Give the seat back."""
    typed = await turn.typed()

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _cancelling(turn, booking_id, typed, refusal)

    def then(_: Any) -> Response[str]:
        return turn.go(f"/bookings/{booking_id}", done="cancelled")

    try:
        command = _form(turn).read(typed)
    except FormNotRight as refusal:
        return await again(typed, refusal)
    told = (booking_id, command.reason)
    return await turn.carry_out(booking.cancel, *told, typed=typed, then=then, again=again)


def _form(turn: Turn) -> Form:
    return Form(Cancel, turn.say, turn.bureau.time_zone)


async def _cancelling(
    turn: Turn, booking_id: Id, typed: Typed | None, refusal: Refusal | None
) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.booking(session, turn.actor, booking_id)
        try:
            effect = await booking.preview_cancel(session, turn.actor, booking_id, now=turn.now)
        except Refusal as told:
            effect, refusal = None, refusal or told
    return await turn.show(
        "teacher/cancel.html",
        status=status_of(refusal) if refusal else 200,
        booking=found,
        effect=effect,
        fields=_form(turn).fields(typed, faults_of(refusal)),
        refusal=None if isinstance(refusal, FormNotRight) else refusal,
    )


ROUTES = (own, one, before_cancelling, cancel)
