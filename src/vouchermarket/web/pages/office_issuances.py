"""Issuances: counted and frozen by one officer, decided by a second, then given out to the fen."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post

from vouchermarket.identity import queries as identity
from vouchermarket.kit.refusal import Refusal
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers import queries
from vouchermarket.vouchers.structs import Issuance, IssuanceLine, ProposeIssuance
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, tables
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.office_money import lines_of_pack
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_


def state_of(one: Issuance) -> str:
    """Where an issuance stands, as a code of the group `issuance`."""
    if one.issued_at:
        return "done"
    return {None: "waiting", True: "approved", False: "rejected"}[one.is_approved]


COLUMNS = (
    Column(
        N_("核发批次"),
        lambda one: one.line,
        "label",
        "fund_line",
        link=lambda one: f"/office/issuances/{one.id}",
    ),
    Column(N_("年度"), lambda one: str(one.year)),
    Column(N_("统计日"), lambda one: one.counted_on, "day"),
    Column(N_("张数"), lambda one: one.vouchers, "number"),
    Column(N_("金额"), lambda one: one.total_fen, "money"),
    Column(N_("提出时间"), lambda one: one.proposed_at, "instant"),
    Column(N_("状态"), state_of, "state", "issuance"),
)
FACTS = (
    Column(N_("经费"), lambda one: one.line, "label", "fund_line"),
    *COLUMNS[1:3],
    Column(N_("有效期自"), lambda one: one.valid_from, "day"),
    Column(N_("有效期至(不含)"), lambda one: one.valid_to, "day"),
    Column(N_("持有人"), lambda one: one.holder, "label", "holder"),
    Column(N_("张数"), lambda one: one.vouchers, "number"),
    Column(N_("合计"), lambda one: one.total_fen, "money"),
    Column(N_("核发时间"), lambda one: one.issued_at, "instant"),
)
LINES = (
    Column(N_("编号"), lambda one: one.code),
    Column(N_("名称"), lambda one: one.name, "name"),
    Column(N_("人数"), lambda one: one.heads, "number"),
    Column(N_("金额"), lambda one: one.amount_fen, "money"),
)


@get("/office/issuances", verb="read_money")
async def issuances(turn: given.Turn) -> Response[Any]:
    """Issuances, the newest first."""

    async def read(limit: int, offset: int) -> list[Issuance]:
        async with turn.reading() as session:
            return await queries.issuances(session, turn.bureau.id, limit=limit, offset=offset)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "issuances")
    empty = N_("还没有核发批次。先安排经费,再拟定核发方案。")
    return await turn.show("office/issuances.html", table=await tables.read_page(turn, read, COLUMNS, empty))


@get("/office/issuances/propose", verb="propose_issuance")
async def before_proposing(turn: given.Turn) -> Response[str]:
    """Step one: which line and year, counted on which day, good from when to when."""
    return await _proposing(turn, None, None)


@post("/office/issuances/propose", verb="propose_issuance")
async def propose(turn: given.Turn) -> Response[Any]:
    """Count who is entitled and freeze the list; nothing moves. Step two shows it."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _proposing(turn, typed, refusal)

    return await acting.act(
        turn,
        vouchers.propose_issuance,
        form=await _form(turn),
        then=lambda preview: f"/office/issuances/{preview['issuance_id']}",
        again=again,
        done="sent",
    )


@get("/office/issuances/{issuance_id:uuid}", verb="read_money")
async def one(turn: given.Turn, issuance_id: Id) -> Response[Any]:
    """Who gets how much, beside what the fund has free; the second officer decides and issues here."""
    if tables.file_asked(turn):
        return await tables.as_file(turn, _lines(turn, issuance_id), LINES, "issuance")
    return await _issuance(turn, issuance_id, None)


@post("/office/issuances/{issuance_id:uuid}/decide", verb="decide_issuance")
async def decide(turn: given.Turn, issuance_id: Id) -> Response[Any]:
    """Approve or reject it, as another person than who proposed it."""
    typed = await turn.typed()
    approve = typed.one("approve") == "yes"
    return await _at_once(turn, vouchers.decide_issuance, issuance_id, typed, approve=approve)


@post("/office/issuances/{issuance_id:uuid}/issue", verb="decide_issuance")
async def issue(turn: given.Turn, issuance_id: Id) -> Response[Any]:
    """Give it out: all of its vouchers or none."""
    return await _at_once(turn, vouchers.issue, issuance_id, await turn.typed())


async def _at_once(turn: Turn, verb: Any, issuance_id: UUID, typed: Typed, **more: Any) -> Response[Any]:
    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _issuance(turn, issuance_id, refusal)

    then = f"/office/issuances/{issuance_id}"
    return await acting.act(turn, verb, issuance_id, then=then, again=again, typed=typed, **more)


async def _form(turn: Turn) -> Form:
    return Form(ProposeIssuance, turn.say, turn.bureau.time_zone, options={"line": await lines_of_pack(turn)})


async def _proposing(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    year = turn.today.year
    first = {
        "year": str(year),
        "counted_on": turn.today.isoformat(),
        "valid_from": turn.today.isoformat(),
        "valid_to": f"{year + 1}-01-01",
    }
    return await turn.show("office/propose.html", **acting.said(await _form(turn), typed, refusal, first))


def _lines(turn: Turn, issuance_id: UUID) -> tables.Read:
    async def read(limit: int, offset: int) -> list[IssuanceLine]:
        async with turn.reading() as session:
            return await queries.lines_of(session, turn.bureau.id, issuance_id, limit=limit, offset=offset)

    return read


async def _issuance(turn: Turn, issuance_id: UUID, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.issuance(session, turn.bureau.id, issuance_id)
        fund = await queries.fund(session, turn.bureau.id, found.fund_id)
        hands = [id_ for id_ in (found.proposed_by, found.decided_by) if id_]
        people = await identity.people(session, turn.bureau.id, hands, turn.today)
    table = await tables.read_page(turn, _lines(turn, issuance_id), LINES, N_("名单是空的。"))
    return await turn.show(
        "office/issuance.html",
        issuance=found,
        state=state_of(found),
        fund=fund,
        names={id_: person.name for id_, person in people.items()},
        columns=FACTS,
        table=table,
        **acting.told(refusal),
    )


ROUTES = (issuances, before_proposing, propose, one, decide, issue)
