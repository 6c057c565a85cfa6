"""The office's money: where it stands on the line, funds by year, appropriating, and letting a fund lapse."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.kit.ids import FundId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.policies import queries as policies
from vouchermarket.reporting.queries.line import MoneyLine, money_line
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers import queries
from vouchermarket.vouchers.structs import Appropriate, Fund
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, tables
from vouchermarket.web.pages.forms import Form, FormNotRight
from vouchermarket.web.pages.labels import label_of
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_


class Flow(msgspec.Struct, frozen=True):
    """So many fen from one station to another, as a chart draws it."""

    source: str
    target: str
    fen: int


def _fund_link(fund: Fund) -> str:
    return f"/office/funds/{fund.id}"


COLUMNS = (
    Column(N_("年度"), lambda one: str(one.year)),
    Column(N_("经费"), lambda one: one.line, "label", "fund_line", link=_fund_link),
    Column(N_("余额"), lambda one: one.balance_fen, "money"),
    Column(N_("占用"), lambda one: one.held_fen, "money"),
    Column(N_("可核发"), lambda one: one.free_fen, "money"),
    Column(N_("年终收回于"), lambda one: one.lapsed_at, "instant"),
)
# What came in is where it stands now, to the fen.
CAME = (("appropriated_fen", N_("安排经费")), ("copaid_fen", N_("教师自付")))
STANDS = (
    ("funds_fen", N_("经费中尚未核发")),
    ("vouchers_fen", N_("在培训券上(含占用)")),
    ("copay_open_fen", N_("自付未结")),
    ("earned_fen", N_("承担单位应得,尚未核定")),
    ("payable_fen", N_("已核定,尚未付")),
    ("paid_fen", N_("已付")),
    ("refunded_fen", N_("已退款")),
    ("lapsed_fen", N_("年终收回")),
)
STATIONS = (
    ("appropriated_fen", N_("安排")),
    ("issued_fen", N_("核发")),
    ("held_fen", N_("占用")),
    ("earned_fen", N_("应得")),
    ("payable_fen", N_("应付")),
    ("paid_fen", N_("已付")),
    ("lapsed_fen", N_("收回")),
)


@get(["/office", "/inspect/line"], verb="read_money")
async def line(turn: given.Turn) -> Response[str]:
    """The money line: seven stations, the sum that must hold, and the same as a picture."""
    async with turn.reading() as session:
        found = await money_line(session, turn.bureau.id)
    figures = msgspec.structs.asdict(found)
    return await turn.show(
        "office/line.html",
        stations=[(name, figures[field]) for field, name in STATIONS],
        came=[(name, figures[field]) for field, name in CAME],
        stands=[(name, figures[field]) for field, name in STANDS],
        came_fen=sum(figures[field] for field, _ in CAME),
        stands_fen=sum(figures[field] for field, _ in STANDS),
        balanced=found.balanced,
        flows=msgspec.json.encode(_flows(turn, found)).decode(),
    )


def _flows(turn: Turn, found: MoneyLine) -> list[Flow]:
    """The line as widths. A claw-back may leave one below nothing: the table has it, the picture has not."""
    say = turn.say
    given_out = found.appropriated_fen - found.funds_fen - found.lapsed_fen
    spent = given_out - found.vouchers_fen
    beside = found.copaid_fen - found.copay_open_fen - found.refunded_fen
    drawn = [
        Flow(say(N_("安排")), say(N_("经费中尚未核发")), found.funds_fen),
        Flow(say(N_("安排")), say(N_("年终收回")), found.lapsed_fen),
        Flow(say(N_("安排")), say(N_("培训券")), given_out),
        Flow(say(N_("培训券")), say(N_("占用")), found.held_fen),
        Flow(say(N_("培训券")), say(N_("可用")), found.vouchers_fen - found.held_fen),
        Flow(say(N_("培训券")), say(N_("已完成的培训")), spent),
        Flow(say(N_("教师自付")), say(N_("已完成的培训")), beside),
        Flow(say(N_("已完成的培训")), say(N_("应得")), found.earned_fen),
        Flow(say(N_("已完成的培训")), say(N_("应付")), found.payable_fen),
        Flow(say(N_("已完成的培训")), say(N_("已付")), found.paid_fen),
    ]
    return [flow for flow in drawn if flow.fen > 0]


@get("/office/funds", verb="read_money")
async def funds(turn: given.Turn) -> Response[Any]:
    """Funds by year and line."""

    async def read(limit: int, offset: int) -> list[Fund]:
        async with turn.reading() as session:
            return (await queries.funds(session, turn.bureau.id))[offset : offset + limit]

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "funds")
    empty = N_("还没有安排经费。先安排经费,再拟定核发方案。")
    return await turn.show("office/funds.html", table=await tables.read_page(turn, read, COLUMNS, empty))


@get("/office/funds/appropriate", verb="appropriate")
async def before_appropriating(turn: given.Turn) -> Response[str]:
    """The form: line, year, amount, the paper it rests on."""
    return await _appropriating(turn, None, None)


@post("/office/funds/appropriate/check", verb="appropriate")
async def check_appropriation(turn: given.Turn) -> Response[str]:
    """What it would do, in figures, before the button."""
    typed = await turn.typed()
    form = await _form(turn)
    try:
        asked: Appropriate = form.read(typed)
    except FormNotRight as refusal:
        return await _appropriating(turn, typed, refusal)
    async with turn.reading() as session:
        fund = await queries.fund_of(session, turn.bureau.id, asked.line, asked.year)
    before_fen = fund.free_fen if fund else 0
    return await turn.show("office/appropriate_check.html", asked=asked, before_fen=before_fen, typed=typed)


@post("/office/funds/appropriate", verb="appropriate")
async def appropriate(turn: given.Turn) -> Response[Any]:
    """Set the money aside."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _appropriating(turn, typed, refusal)

    form = await _form(turn)
    return await acting.act(turn, vouchers.appropriate, form=form, then="/office/funds", again=again)


@get("/office/funds/{fund_id:uuid}", verb="read_money")
async def fund(turn: given.Turn, fund_id: Id) -> Response[str]:
    """One fund with its issuances, and what a year end would give back."""
    return await _fund(turn, fund_id, None)


@post("/office/funds/{fund_id:uuid}/lapse", verb="lapse_fund")
async def lapse(turn: given.Turn, fund_id: Id) -> Response[Any]:
    """Give what is free back to the treasury."""

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _fund(turn, fund_id, refusal)

    return await acting.act(
        turn, vouchers.lapse, FundId(fund_id), then=f"/office/funds/{fund_id}", again=again
    )


async def lines_of_pack(turn: Turn) -> list[tuple[str, str]]:
    """The fund lines of the pack in force, with their names, for a field to choose from."""
    async with turn.reading() as session:
        found = await policies.in_force(session, turn.bureau.id, turn.today)
    return [(row.code, label_of(row.code, "fund_line", turn.say)) for row in found.pack.fund_lines]


async def _form(turn: Turn) -> Form:
    return Form(Appropriate, turn.say, turn.bureau.time_zone, options={"line": await lines_of_pack(turn)})


async def _appropriating(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    # Back from the figures one finds what one had typed, in the address.
    first = {"year": str(turn.today.year), **turn.request.query_params}
    drawn = acting.said(await _form(turn), typed, refusal, first)
    return await turn.show("office/appropriate.html", **drawn)


async def _fund(turn: Turn, fund_id: UUID, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.fund(session, turn.bureau.id, fund_id)
        issuances = await queries.issuances(session, turn.bureau.id, fund_id=fund_id, limit=200)
    return await turn.show(
        "office/fund.html",
        fund=found,
        columns=COLUMNS[2:],
        issuances=issuances,
        is_over=found.year < turn.today.year,
        **acting.told(refusal),
    )


ROUTES = (line, funds, before_appropriating, check_appropriation, appropriate, fund, lapse)
