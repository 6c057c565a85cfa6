"""The inspectorate looks anything up: by an id, a bank's reference or a person's code; and what it finds."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get

from vouchermarket.booking import queries as bookings
from vouchermarket.booking.structs import Booking
from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.db import Session
from vouchermarket.kit.money import yuan
from vouchermarket.payments import queries as payments
from vouchermarket.payments.structs import Gateway, Payment
from vouchermarket.reporting.queries import invariants, trace
from vouchermarket.settlement import queries as statements
from vouchermarket.vouchers import queries as vouchers
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.tables import Column, Table
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.words import N_

ASKED_MAX = 200


class Hit(msgspec.Struct, frozen=True):
    """One thing found: what it is, as a text to translate, and where it opens."""

    what: str
    title: str
    path: str


BOOKINGS = (
    Column(N_("课程"), lambda one: one.title, link=lambda one: f"/inspect/bookings/{one.id}"),
    Column(N_("价格"), lambda one: one.price_fen, "money"),
    Column(N_("状态"), lambda one: "live" if one.is_live else "cancelled", "state", "booking"),
    Column(N_("选课时间"), lambda one: one.booked_at, "instant"),
)
VOUCHERS = (
    Column(
        N_("经费"), lambda one: one.line, "label", "fund_line", link=lambda one: f"/inspect/things/{one.id}"
    ),
    Column(N_("年度"), lambda one: str(one.year)),
    Column(N_("金额"), lambda one: one.amount_fen, "money"),
    Column(N_("占用"), lambda one: one.held_fen, "money"),
    Column(N_("可用"), lambda one: one.free_fen, "money"),
)
PROMISES = (
    Column(N_("编号"), lambda one: one.code),
    Column(N_("承诺"), lambda one: one.code, "label", "invariant"),
    Column(N_("查验"), lambda one: one.checked, "number"),
    Column(N_("不成立"), lambda one: one.broken, "number"),
    Column(N_("结论"), lambda one: "failed" if one.broken else "done", "state", "promise"),
)


@get("/inspect", verb="read_audit")
async def search(turn: given.Turn) -> Response[str]:
    """One box for everything."""
    asked = turn.request.query_params.get("asked", "").strip().replace("\x00", "")[:ASKED_MAX]
    hits: list[Hit] = []
    if asked:
        async with turn.reading() as session:
            hits = await _found(session, turn, asked)
    return await turn.show("inspect/search.html", asked=asked, hits=hits)


async def _found(session: Session, turn: Turn, asked: str) -> list[Hit]:
    by_code = await identity.person_ids_by_code(session, turn.bureau.id, [asked])
    hits = [Hit(N_("人员"), asked, f"/inspect/people/{person_id}") for person_id in by_code.values()]
    for gateway in Gateway:
        paid = await payments.payment_by_reference(session, turn.bureau.id, gateway, asked)
        hits += [_payment(paid)] if paid else []
    try:
        return hits + await _by_id(session, turn, UUID(asked))
    except ValueError:
        return hits


def _payment(found: Payment) -> Hit:
    title = f"{yuan(found.amount_fen)} {found.reference or ''}".strip()
    return Hit(N_("付款"), title, f"/inspect/things/{found.id}")


async def _by_id(session: Session, turn: Turn, id_: UUID) -> list[Hit]:
    bureau_id = turn.bureau.id
    hits: list[Hit] = []
    booking = await bookings.booking_by_id(session, bureau_id, id_)
    hits += [Hit(N_("选课记录"), booking.title, f"/inspect/bookings/{id_}")] if booking else []
    person = await identity.person_on(session, bureau_id, id_, turn.today)
    hits += [Hit(N_("人员"), person.code, f"/inspect/people/{id_}")] if person else []
    paid = await payments.payment_by_id(session, bureau_id, id_)
    hits += [_payment(paid)] if paid else []
    statement = await statements.statement_by_id(session, bureau_id, id_)
    hits += [Hit(N_("结算单"), yuan(statement.total_fen), f"/inspect/things/{id_}")] if statement else []
    # Vouchers, issuances, courses and whatever else events and transfers speak of.
    return hits or [Hit(N_("单据"), str(id_), f"/inspect/things/{id_}")]


@get("/inspect/people/{person_id:uuid}", verb="read_audit")
async def person(turn: given.Turn, person_id: Id) -> Response[str]:
    """A person's bookings and vouchers, each the beginning of a trace."""
    async with turn.reading() as session:
        found = await identity.person_on(session, turn.bureau.id, person_id, turn.today)
        if found is None:
            raise NotFound
        booked = await bookings.bookings_of(session, turn.bureau.id, person_id, limit=200)
        held = await vouchers.vouchers_of(session, turn.bureau.id, person_id)
    return await turn.show(
        "inspect/person.html",
        person=found,
        bookings=Table(BOOKINGS, booked, N_("没有选课记录。")),
        vouchers=Table(VOUCHERS, held, N_("没有培训券。")),
    )


@get("/inspect/bookings/{booking_id:uuid}", verb="read_audit")
async def booking(turn: given.Turn, booking_id: Id) -> Response[str]:
    """The money of one booking from the appropriation to the payout, as a line of time."""
    async with turn.reading() as session:
        steps = await trace.open_trace(session, turn.bureau.id, booking_id)
        found = await bookings.booking_by_id(session, turn.bureau.id, booking_id)
        person = found and await identity.person_on(session, turn.bureau.id, found.person_id, turn.today)
    return await turn.show(
        "inspect/trace.html", booking=found, person=person, steps=steps, sums=_sums(found, steps)
    )


def _sums(found: Booking | None, steps: list[trace.Step]) -> list[tuple[str, int]]:
    """What of the booking's price is held, captured, and put back; of a free one nothing."""
    own = [step for step in steps if found and step.document_id == found.id]
    codes = ("hold", "capture", "release", "reverse", "claw_back")
    sums = [(code, sum(step.amount_fen for step in own if step.code == code)) for code in codes]
    return [(code, fen) for code, fen in sums if fen]


@get("/inspect/promises", verb="read_audit")
async def promises(turn: given.Turn) -> Response[Any]:
    """The twelve promises of the books, checked now."""

    async def read(limit: int, offset: int) -> list[invariants.Finding]:
        async with turn.reading() as session:
            return (await invariants.check(session, turn.bureau.id))[offset : offset + limit]

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, PROMISES, "promises")
    table = await tables.read_page(turn, read, PROMISES, N_("没有可查验的账目。"))
    holds = all(not one.broken for one in table.rows)
    return await turn.show("inspect/promises.html", table=table, holds=holds)


ROUTES = (search, person, booking, promises)
