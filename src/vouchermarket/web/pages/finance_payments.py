"""Finance: settled statements to approve, payments to record, and one payment with its story."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post

from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import StatementId
from vouchermarket.kit.money import yuan
from vouchermarket.kit.refusal import Refusal
from vouchermarket.payments import queries as payments
from vouchermarket.payments.structs import Gateway, PaymentState
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries
from vouchermarket.settlement.structs import RecordFailure, RecordPayment
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, queues, tables
from vouchermarket.web.pages.finance_rows import PaymentRow, named_payments, state_of
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Again, Turn, Typed
from vouchermarket.web.words import N_

COLUMNS = (
    Column(
        N_("承担单位"), lambda one: one.provider_name, link=lambda one: f"/finance/payments/{one.payment.id}"
    ),
    Column(N_("金额"), lambda one: one.payment.amount_fen, "money"),
    Column(N_("付款渠道"), lambda one: one.payment.gateway, "label", "gateway"),
    Column(N_("批准时间"), lambda one: one.payment.approved_at, "instant"),
    Column(N_("回单号"), lambda one: one.payment.reference),
    Column(N_("状态"), lambda one: state_of(one.payment), "state", "payment"),
)
FACTS = (
    *COLUMNS[1:4],
    Column(N_("收款账户"), lambda one: one.payment.destination),
    *COLUMNS[4:],
    Column(N_("办结时间"), lambda one: one.payment.ended_at, "instant"),
)


@get("/finance", verb="approve_payment")
async def to_approve(turn: given.Turn) -> Response[str]:
    """Settled statements nobody has approved the payment of, the longest settled first."""
    async with turn.reading() as session:
        found = await queries.statements_to_approve(session, turn.bureau.id, at_most=SHOWN + 1)
        bodies = await identity.organisations(session, turn.bureau.id, [one.provider_id for one in found])
    waiting = [
        Waiting(
            f"/finance/statements/{one.id}",
            f"{bodies[one.provider_id].name} · {yuan(one.total_fen)}",
            about=f"{turn.day(one.from_on)} – {turn.day(one.to_on)}",
            owner=turn.say("财务"),
            since_at=one.settled_at,
        )
        for one in found
    ]
    empty = N_("没有等待付款的结算单。两方签批核定后会出现在这里。")
    return await queues.show(turn, N_("待批准付款"), waiting, empty=empty)


@get("/finance/statements/{statement_id:uuid}", verb="approve_payment")
async def statement(turn: given.Turn, statement_id: Id) -> Response[str]:
    """What would be paid, to whom, how, and what it leaves: before the button."""
    return await _statement(turn, statement_id, None)


@post("/finance/statements/{statement_id:uuid}/approve", verb="approve_payment")
async def approve(turn: given.Turn, statement_id: Id) -> Response[Any]:
    """Approve the payment; what is payable is held for it."""
    typed = await turn.typed()

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _statement(turn, statement_id, refusal)

    return await acting.act(
        turn,
        settlement.approve_payment,
        StatementId(statement_id),
        then=lambda payment: f"/finance/payments/{payment['id']}",
        again=again,
        typed=typed,
        gateway=Gateway.STRIPE if typed.one("gateway") == "stripe" else Gateway.MANUAL,
    )


@get("/finance/to-record", verb="record_payment")
async def to_record(turn: given.Turn) -> Response[str]:
    """Payments whose outcome nobody has recorded yet, oldest first."""
    waiting = await _recordable(turn)
    return await queues.show(
        turn, N_("待登记付款"), waiting, empty=N_("没有等待登记的付款。批准付款后会出现在这里。")
    )


async def _recordable(turn: Turn) -> list[Waiting]:
    async with turn.reading() as session:
        found = await queries.payments_to_record(session, turn.bureau.id, at_most=SHOWN + 1)
        rows = await named_payments(session, turn, found)
    return [
        Waiting(
            f"/finance/payments/{one.payment.id}",
            f"{one.provider_name} · {yuan(one.payment.amount_fen)}",
            about=turn.say("批准人:{name}", name=one.approver),
            owner=turn.say("财务"),
            since_at=one.payment.approved_at,
        )
        for one in rows
    ]


@get("/finance/payments", verb="record_payment")
async def every_payment(turn: given.Turn) -> Response[Any]:
    """All payments, the longest approved first."""

    async def read(limit: int, offset: int) -> list[PaymentRow]:
        async with turn.reading() as session:
            found = await payments.payments_in(session, turn.bureau.id, PaymentState, limit + offset)
            return await named_payments(session, turn, found[offset:])

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "payments")
    table = await tables.read_page(turn, read, COLUMNS, N_("还没有付款。"))
    return await turn.show("table.html", title=N_("付款"), table=table)


@get("/finance/payments/{payment_id:uuid}", verb="record_payment")
async def payment(turn: given.Turn, payment_id: Id) -> Response[str]:
    """One payment: the bank's answer is entered here, by another person than who approved."""
    return await show_payment(turn, payment_id)


@post("/finance/payments/{payment_id:uuid}/paid", verb="record_payment")
async def record_paid(turn: given.Turn, payment_id: Id) -> Response[Any]:
    """The bank has paid."""
    form, again = _paid_form(turn, payment_id), _again(turn, payment_id, "paid")
    then = f"/finance/payments/{payment_id}"
    return await acting.act(turn, settlement.record_payment, form=form, then=then, again=again)


@post("/finance/payments/{payment_id:uuid}/failed", verb="record_payment")
async def record_failed(turn: given.Turn, payment_id: Id) -> Response[Any]:
    """The bank has not paid."""
    form, again = _failed_form(turn, payment_id), _again(turn, payment_id, "failed")
    then = f"/finance/payments/{payment_id}"
    return await acting.act(turn, settlement.record_failure, form=form, then=then, again=again)


def _again(turn: Turn, payment_id: UUID, which: str) -> Again:
    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await show_payment(turn, payment_id, which, typed, refusal)

    return again


def _paid_form(turn: Turn, payment_id: UUID) -> Form:
    return Form(RecordPayment, turn.say, turn.bureau.time_zone, known={"payment_id": payment_id})


def _failed_form(turn: Turn, payment_id: UUID) -> Form:
    return Form(RecordFailure, turn.say, turn.bureau.time_zone, known={"payment_id": payment_id})


async def _statement(turn: Turn, statement_id: UUID, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        opened = await queries.open_statement(session, turn.actor, statement_id)
        provider_id = opened.statement.provider_id
        provider = await identity.organisation(session, turn.bureau.id, provider_id)
        money = await queries.provider_money(session, turn.actor, provider_id)
        payee = await payments.payee_in_use(session, turn.bureau.id, provider_id, Gateway.STRIPE)
        hands = [key.person_id for key in opened.keys]
        people = await identity.people(session, turn.bureau.id, hands, turn.today)
    free_fen = money.payable_fen - money.held_fen
    return await turn.show(
        "finance/statement.html",
        opened=opened,
        provider=provider,
        payee=payee,
        free_fen=free_fen,
        pays_fen=max(0, min(opened.statement.total_fen, free_fen)),
        is_paid=any(one.is_live for one in opened.payments),
        names={id_: person.name for id_, person in people.items()},
        state_of=state_of,
        **acting.told(refusal),
    )


async def show_payment(
    turn: Turn,
    payment_id: UUID,
    which: str = "",
    typed: Typed | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    """The page of a payment; `which` of its forms was sent and comes back with what was typed."""
    async with turn.reading() as session:
        row, attempts, reversals = await _read(session, turn, payment_id)
    forms = {"paid": _paid_form(turn, payment_id), "failed": _failed_form(turn, payment_id)}
    drawn = {
        name: acting.said(form, typed if name == which else None, refusal if name == which else None)
        for name, form in forms.items()
    }
    return await turn.show(
        "finance/payment.html",
        row=row,
        state=state_of(row.payment),
        columns=FACTS,
        attempts=attempts,
        reversals=reversals,
        forms=drawn,
        **acting.told(refusal),
    )


async def _read(session: Session, turn: Turn, payment_id: UUID) -> tuple[PaymentRow, Any, Any]:
    found = await payments.payment_by_id(session, turn.bureau.id, payment_id)
    if found is None:
        raise NotFound
    [row] = await named_payments(session, turn, [found])
    attempts = await payments.attempts_of(session, turn.bureau.id, [payment_id])
    return row, attempts, await payments.reversals_of(session, turn.bureau.id, [payment_id])


ROUTES = (to_approve, statement, approve, to_record, every_payment, payment, record_paid, record_failed)
