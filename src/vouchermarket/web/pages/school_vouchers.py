"""The school's vouchers to the fen: what each holds, what is held of it, and what moved on it."""

from typing import Any

from litestar import Response, get

from vouchermarket.kit.ids import VoucherId
from vouchermarket.ledger.structs import Movement
from vouchermarket.vouchers import queries
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.school_home import school_of
from vouchermarket.web.pages.tables import Column, Table
from vouchermarket.web.words import N_

COLUMNS = (
    Column(
        N_("经费"), lambda one: one.line, "label", "fund_line", link=lambda one: f"/school/vouchers/{one.id}"
    ),
    Column(N_("年度"), lambda one: one.year, "number"),
    Column(N_("核发"), lambda one: one.amount_fen, "money"),
    Column(N_("已用或退回"), lambda one: one.amount_fen - one.balance_fen, "money"),
    Column(N_("已占用"), lambda one: one.held_fen, "money"),
    Column(N_("可用"), lambda one: one.free_fen, "money"),
    Column(N_("有效期至(不含)"), lambda one: one.valid_to, "day"),
    Column(N_("冻结理由"), lambda one: one.frozen_reason),
)
# Only these belong to a booking, which can be opened.
_OF_BOOKINGS = frozenset({"hold", "release", "capture"})


def _booking(one: Movement) -> str:
    return f"/school/bookings/{one.document_id}" if one.code.value in _OF_BOOKINGS else "/school/vouchers"


MOVEMENTS = (
    Column(N_("时间"), lambda one: one.at, "instant"),
    Column(N_("事项"), lambda one: one.code, "label", "transfer", link=_booking),
    Column(N_("方向"), lambda one: "in" if one.is_in else "out", "label", "direction"),
    Column(N_("金额"), lambda one: one.amount_fen, "money"),
)


@get("/school/vouchers", verb="nominate")
async def vouchers(turn: given.Turn) -> Response[Any]:
    """Every voucher of the school, and their sums."""
    async with turn.reading() as session:
        held = await queries.vouchers_of_school(session, turn.actor, school_of(turn))

    async def read(limit: int, offset: int) -> list[Any]:
        return held[offset : offset + limit]

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "vouchers")
    table = Table(COLUMNS, held, N_("学校还没有培训券。核发由教师工作科办理,核发后即在此显示。"))
    sums = {name: sum(getattr(one, name) for one in held) for name in ("amount_fen", "held_fen", "free_fen")}
    return await turn.show("school/vouchers.html", table=table, sums=sums)


@get("/school/vouchers/{voucher_id:uuid}", verb="nominate")
async def movements(turn: given.Turn, voucher_id: Id) -> Response[Any]:
    """What moved on one voucher, the latest first."""

    async def read(limit: int, offset: int) -> list[Movement]:
        async with turn.reading() as session:
            school_id, of = school_of(turn), VoucherId(voucher_id)
            return await queries.movements_of_school(
                session, turn.actor, school_id, of, limit=limit, offset=offset
            )

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, MOVEMENTS, "movements")
    table = await tables.read_page(turn, read, MOVEMENTS, N_("这张券还没有变动。"))
    return await turn.show("school/movements.html", table=table)


ROUTES = (vouchers, movements)
