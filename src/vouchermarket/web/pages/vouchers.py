"""One's vouchers: what is free, held and used on each, until when, and how it came to that."""

from typing import Any

import msgspec
from litestar import Response, get

from vouchermarket.booking.queries import bookings_of
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.ids import BookingId
from vouchermarket.ledger import queries as ledger
from vouchermarket.ledger.structs import Movement
from vouchermarket.vouchers import queries
from vouchermarket.vouchers.structs import Voucher
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.words import N_

# Bookings whose titles stand beside what moved; nobody has come near it.
BOOKINGS_MAX = 1000


class Line(msgspec.Struct, frozen=True):
    """What moved, and for which course."""

    movement: Movement
    title: str | None


COLUMNS = (
    Column(N_("时间"), lambda one: one.movement.at, "instant"),
    Column(N_("变动"), lambda one: one.movement.code, "label", "movement"),
    Column(N_("金额"), lambda one: one.movement.amount_fen, "money"),
    Column(N_("课程"), lambda one: one.title),
)


@get("/vouchers", verb="read_own")
async def own(turn: given.Turn) -> Response[str]:
    """Every voucher with its figures, those that still pay first."""
    found = await _own(turn)
    usable = [one for one in found if _state(turn, one) != "past"]
    past = [one for one in found if _state(turn, one) == "past"]
    return await turn.show("teacher/vouchers.html", usable=usable, past=past, state_of=_states(turn, found))


@get("/vouchers/{voucher_id:uuid}", verb="read_own")
async def one(turn: given.Turn, voucher_id: Id) -> Response[Any]:
    """One of them, with everything that went in and out."""
    found = next((each for each in await _own(turn) if each.id == voucher_id), None)
    if found is None:
        raise NotFound

    async def read(limit: int, offset: int) -> list[Line]:
        return await _moved(turn, found, limit, offset)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "voucher")
    table = await tables.read_page(turn, read, COLUMNS, N_("这张券还没有变动。"))
    return await turn.show("teacher/voucher.html", one=found, state=_state(turn, found), table=table)


async def _own(turn: Turn) -> list[Voucher]:
    async with turn.reading() as session:
        return await queries.vouchers_of(session, turn.bureau.id, turn.actor.person_id)


async def _moved(turn: Turn, of: Voucher, limit: int, offset: int) -> list[Line]:
    mine = (turn.bureau.id, turn.actor.person_id)
    async with turn.reading() as session:
        moved = await ledger.movements_of(session, turn.bureau.id, of.id, limit=limit, offset=offset)
        titles = {one.id: one.title for one in await bookings_of(session, *mine, limit=BOOKINGS_MAX)}
    return [Line(one, titles.get(BookingId(one.document_id))) for one in moved]


def _state(turn: Turn, one: Voucher) -> str:
    if one.valid_to <= turn.today:
        return "past"
    if one.is_frozen:
        return "frozen"
    return "usable" if one.valid_from <= turn.today else "coming"


def _states(turn: Turn, found: list[Voucher]) -> dict[Any, str]:
    return {one.id: _state(turn, one) for one in found}


ROUTES = (own, one)
