"""Our books beside the gateways': the daily comparisons, differences first, and payments in doubt."""

from typing import Any
from uuid import UUID

from litestar import Response, get

from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.money import yuan
from vouchermarket.payments import queries as payments
from vouchermarket.payments.structs import AttemptState, PaymentState, Reconciliation
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import queues, tables
from vouchermarket.web.pages.finance_rows import named_payments
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.tables import Column, Table
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.words import N_


def _state(one: Reconciliation) -> str:
    return "failed" if one.differs else "done"


COLUMNS = (
    Column(N_("日期"), lambda one: one.day_on, "day", link=lambda one: f"/finance/reconciliations/{one.id}"),
    Column(N_("付款渠道"), lambda one: one.gateway, "label", "gateway"),
    Column(N_("一致"), lambda one: one.matched, "number"),
    Column(N_("不一致"), lambda one: one.differs, "number"),
    Column(N_("差额"), lambda one: one.difference_fen, "money"),
    Column(N_("结果"), _state, "state", "reconciliation"),
)
LINES = (
    Column(N_("情形"), lambda one: one.match, "label", "match"),
    Column(N_("回单号"), lambda one: one.reference),
    Column(
        N_("付款"),
        lambda one: one.payment_id,
        link=lambda one: f"/finance/payments/{one.payment_id}",
    ),
    Column(N_("我方"), lambda one: one.here_fen, "money"),
    Column(N_("对方"), lambda one: one.there_fen, "money"),
)


@get("/finance/reconciliations", verb="read_money")
async def reconciliations(turn: given.Turn) -> Response[Any]:
    """The daily comparisons: those that differ first, then the newest."""

    async def read(limit: int, offset: int) -> list[Reconciliation]:
        async with turn.reading() as session:
            found = await payments.reconciliations(session, turn.bureau.id, at_most=1000)
        return sorted(found, key=lambda one: not one.differs)[offset : offset + limit]

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "reconciliations")
    empty = N_("还没有对账。每天夜里自动与付款渠道的清单比对。")
    table = await tables.read_page(turn, read, COLUMNS, empty)
    return await turn.show("table.html", title=N_("对账"), table=table)


@get("/finance/reconciliations/{made_id:uuid}", verb="read_money")
async def reconciliation(turn: given.Turn, made_id: Id) -> Response[str]:
    """One day's comparison with every line that differs."""
    found = await _made(turn, made_id)
    table = Table(LINES, found.lines, N_("这一天全部一致。"))
    return await turn.show("finance/reconciliation.html", made=found, columns=COLUMNS[1:], table=table)


async def _made(turn: Turn, made_id: UUID) -> Reconciliation:
    async with turn.reading() as session:
        found = await payments.reconciliations(session, turn.bureau.id, at_most=1000)
    made = next((one for one in found if one.id == made_id), None)
    if made is None:
        raise NotFound
    return made


@get("/finance/doubts", verb="record_payment")
async def doubts(turn: given.Turn) -> Response[str]:
    """Payments of which the gateway has not said whether they were made: each needs a person."""
    waiting = await _doubtful(turn)
    intro = N_("付款渠道没有说明是否已付。请向对方核实,再在付款页面登记结果;不要重新付款。")
    return await queues.show(
        turn, N_("结果不明的付款"), waiting[:SHOWN], empty=N_("没有结果不明的付款。"), intro=intro
    )


async def _doubtful(turn: Turn) -> list[Waiting]:
    async with turn.reading() as session:
        sending = await payments.payments_in(session, turn.bureau.id, [PaymentState.SENDING])
        last = await payments.last_attempts(session, turn.bureau.id, [one.id for one in sending])
        unknown = [one for one in sending if last[one.id].state is AttemptState.UNKNOWN]
        rows = await named_payments(session, turn, unknown)
    return [
        Waiting(
            f"/finance/payments/{one.payment.id}",
            f"{one.provider_name} · {yuan(one.payment.amount_fen)}",
            about=last[one.payment.id].fault or "",
            owner=turn.say("财务"),
            since_at=last[one.payment.id].started_at,
        )
        for one in rows
    ]


ROUTES = (reconciliations, reconciliation, doubts)
