"""A provider's money: where it is, statements and their lines, the answer to each, and drawing one up."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.booking import queries as booking
from vouchermarket.booking.structs import Booking
from vouchermarket.identity.structs import OrganisationKind
from vouchermarket.kit.db import Session
from vouchermarket.kit.refusal import Refusal
from vouchermarket.payments.structs import Payment, PaymentState
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries
from vouchermarket.settlement.structs import (
    DrawUp,
    EarnedCompletion,
    Opened,
    Respond,
    StatementLine,
    StatementRow,
)
from vouchermarket.settlement.structs import Response as Answer
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.acting import act, said
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.provider_filing import for_whom
from vouchermarket.web.pages.provider_home import names_of, own_providers, the_provider
from vouchermarket.web.pages.tables import PAGE_ROWS, Column, Table
from vouchermarket.web.pages.turn import Again, Turn, Typed
from vouchermarket.web.words import N_

STATEMENTS = (
    Column(N_("自"), lambda one: one.statement.from_on, "day", link=lambda one: _path(one.statement.id)),
    Column(N_("至(不含)"), lambda one: one.statement.to_on, "day"),
    Column(N_("合计"), lambda one: one.statement.total_fen, "money"),
    Column(N_("行数"), lambda one: one.lines, "number"),
    Column(N_("待答复"), lambda one: one.unanswered, "number"),
    Column(N_("状态"), lambda one: one.stage, "state", "statement"),
)
# What leaves as a file: no names, which go out for a reason only.
LINES = (
    Column(N_("课程"), lambda one: one.title),
    Column(N_("开始"), lambda one: one.starts_at, "instant"),
    Column(N_("金额"), lambda one: one.line.amount_fen, "money"),
    Column(N_("答复"), lambda one: one.line.response or "none", "label", "response"),
    Column(N_("异议理由"), lambda one: one.line.dispute),
    Column(N_("付款进度"), lambda one: one.stage, "state", "line_stage"),
)
ON_THE_WAY = {PaymentState.APPROVED, PaymentState.SENDING}


class LineShown(msgspec.Struct, frozen=True):
    """A line with what it is for, and how far its payment has come."""

    line: StatementLine
    booking: Booking
    name: str
    stage: str

    @property
    def title(self) -> str:
        """The course."""
        return self.booking.title

    @property
    def starts_at(self) -> Any:
        """When the run began."""
        return self.booking.starts_at


def stage_of(line: StatementLine, opened: Opened) -> str:
    """What a line waits for until it is paid: a code of the labels' `line_stage`."""
    if not line.is_live:
        return "dropped"
    if opened.statement.settled_at is None:
        if line.response is Answer.DISPUTED:
            return "disputed"
        return "unanswered" if line.response is None else "to_verify"
    states = {payment.state for payment in opened.payments}
    if PaymentState.PAID in states:
        return "paid"
    return "sending" if states & ON_THE_WAY else "to_pay"


@get("/provider/statements", verb="respond_to_line")
async def statements(turn: given.Turn) -> Response[Any]:
    """Where the money is, and every statement, newest first."""

    async def read(limit: int, offset: int) -> list[StatementRow]:
        async with turn.reading() as session:
            return await queries.statements_of(
                session, turn.actor, the_provider(turn.actor), at_most=limit, offset=offset
            )

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, STATEMENTS, "statements")
    table = await tables.read_page(turn, read, STATEMENTS, N_("还没有结算单。完成审核后可编制结算单。"))
    return await _listed(turn, table)


async def _listed(turn: Turn, table: Table) -> Response[str]:
    async with turn.reading() as session:
        money = [await queries.provider_money(session, turn.actor, one) for one in own_providers(turn.actor)]
    return await turn.show("provider/statements.html", table=table, money=money)


@get("/provider/statements/new", verb="draw_up_statement")
async def drawing_up(turn: given.Turn) -> Response[str]:
    """What a statement of the days the address names would come to, before anything is written."""
    names = {"from_on", "to_on", "provider_id"}
    pairs = [(name, text) for name, text in turn.request.query_params.multi_items() if name in names]
    return await _drawing_up(turn, Typed(pairs) if pairs else None, None)


@post("/provider/statements/new", verb="draw_up_statement")
async def draw_up(turn: given.Turn) -> Response[Any]:
    """Draw the statement up."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _drawing_up(turn, typed, refusal)

    async with turn.reading() as session:
        form = await _form(session, turn)
    return await act(turn, settlement.draw_up, form=form, then=_path, again=again, done="sent")


@get("/provider/statements/{statement_id:uuid}", verb="respond_to_line")
async def one(turn: given.Turn, statement_id: Id) -> Response[Any]:
    """One statement: its lines with what each waits for, and the form to answer them."""
    if tables.file_asked(turn):

        async def read(limit: int, offset: int) -> list[LineShown]:
            async with turn.reading() as session:
                opened = await queries.open_statement(session, turn.actor, statement_id)
                return await _shown(session, turn, opened, opened.lines[offset : offset + limit])

        return await tables.as_file(turn, read, LINES, "statement-lines")
    return await _one(turn, statement_id, None, None)


@post("/provider/statements/{statement_id:uuid}/respond", verb="respond_to_line")
async def respond(turn: given.Turn, statement_id: Id) -> Response[Any]:
    """Accept the ticked lines or all that are open, or dispute the ticked ones with a reason."""
    typed = await turn.typed()
    known = await _all_open(turn, statement_id) if typed.one("all") else {}
    return await act(
        turn,
        settlement.respond,
        form=_answer_form(turn, known),
        typed=typed,
        then=_path(statement_id),
        again=_again(turn, statement_id),
        done="sent",
    )


async def _all_open(turn: Turn, statement_id: UUID) -> dict[str, Any]:
    async with turn.reading() as session:
        opened = await queries.open_statement(session, turn.actor, statement_id)
    return {"line_ids": tuple(line.id for line in _unanswered(opened)), "response": Answer.ACCEPTED}


def _again(turn: Turn, statement_id: UUID) -> Again:
    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _one(turn, statement_id, typed, refusal)

    return again


def _answer_form(turn: Turn, known: dict[str, Any]) -> Form:
    return Form(Respond, turn.say, turn.bureau.time_zone, options={"line_ids": ()}, known=known)


def _unanswered(opened: Opened) -> list[StatementLine]:
    return [line for line in opened.lines if line.is_live and line.response is None]


async def _one(turn: Turn, statement_id: UUID, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    page = tables.page_asked(turn)
    first = (page - 1) * PAGE_ROWS
    async with turn.reading() as session:
        opened = await queries.open_statement(session, turn.actor, statement_id)
        lines = await _shown(session, turn, opened, opened.lines[first : first + PAGE_ROWS])
    unanswered = _unanswered(opened)
    fields = said(_answer_form(turn, {}), typed, refusal)
    return await turn.show(
        "provider/statement.html",
        opened=opened,
        table=Table(LINES, lines, N_("没有更多的行。"), page, len(opened.lines) > first + PAGE_ROWS),
        chosen=set(typed.all("line_ids")) if typed else (),
        unanswered=len(unanswered),
        unanswered_fen=sum(line.amount_fen for line in unanswered),
        offices=[OrganisationKind.TEACHER_OFFICE, OrganisationKind.TRAINING_CENTRE],
        turned={key.office: key for key in opened.keys},
        payments=[(payment, _payment_state(payment)) for payment in opened.payments],
        **fields,
    )


def _payment_state(payment: Payment) -> str:
    return "waiting" if payment.state is PaymentState.APPROVED else payment.state.value


async def _shown(
    session: Session, turn: Turn, opened: Opened, lines: Sequence[StatementLine]
) -> list[LineShown]:
    of = await booking.bookings_by_id(session, turn.bureau.id, [line.booking_id for line in lines])
    names = await names_of(session, turn, [one.person_id for one in of.values()])
    return [
        LineShown(
            line,
            of[line.booking_id],
            names.get(of[line.booking_id].person_id, ""),
            stage_of(line, opened),
        )
        for line in lines
    ]


async def _form(session: Session, turn: Turn) -> Form:
    return Form(DrawUp, turn.say, turn.bureau.time_zone, **await for_whom(session, turn))


async def _drawing_up(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    earned: list[EarnedCompletion] = []
    async with turn.reading() as session:
        form = await _form(session, turn)
        if typed and not refusal:
            try:
                earned = await settlement.preview_draw_up(session, turn.actor, form.read(typed))
            except Refusal as found:
                refusal = found
        latest = await queries.statements_of(session, turn.actor, the_provider(turn.actor), at_most=1)
    begins = latest[0].statement.to_on if latest else date(turn.today.year, 1, 1)
    return await turn.show(
        "provider/draw_up.html",
        carried=dict(typed.pairs) if typed else {},
        earned=earned,
        total_fen=sum(one.captured_fen for one in earned),
        **said(form, typed, refusal, {"from_on": str(begins), "to_on": str(turn.today)}),
    )


def _path(statement_id: object) -> str:
    return f"/provider/statements/{statement_id}"


ROUTES = (statements, drawing_up, draw_up, one, respond)
