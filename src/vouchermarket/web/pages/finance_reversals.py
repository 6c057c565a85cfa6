"""Taking a payment back, all of it or a part: proposed by one officer of finance, decided on by another."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post

from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.money import yuan
from vouchermarket.kit.refusal import Refusal
from vouchermarket.payments import queries as payments
from vouchermarket.payments.structs import ProposeReversal, Reversal, ReversalState
from vouchermarket.settlement import operations as settlement
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, queues
from vouchermarket.web.pages.finance_rows import named_payments
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_

STATES = {
    ReversalState.PROPOSED: "waiting",
    ReversalState.APPROVED: "sending",
    ReversalState.REVERSED: "done",
}


def state_of(one: Reversal) -> str:
    """Where a reversal stands, as a code of the group `reversal`."""
    return STATES.get(one.state, one.state.value)


@get("/finance/reversals", verb="decide_reversal")
async def to_decide(turn: given.Turn) -> Response[str]:
    """Proposed reversals that wait for a second person, oldest first."""
    waiting = await _waiting(turn)
    empty = N_("没有等待核准的追回。需要追回时,在那笔付款的页面提出。")
    return await queues.show(turn, N_("待核准追回"), waiting, empty=empty)


async def _waiting(turn: Turn) -> list[Waiting]:
    async with turn.reading() as session:
        found = await payments.reversals_to_decide(session, turn.bureau.id, at_most=SHOWN + 1)
        people = await identity.people(
            session, turn.bureau.id, [one.proposed_by for one in found], turn.today
        )
    return [
        Waiting(
            f"/finance/reversals/{one.id}",
            yuan(one.amount_fen),
            about=one.reason[:80],
            owner=people[one.proposed_by].name,
            since_at=one.proposed_at,
        )
        for one in found
    ]


@get("/finance/payments/{payment_id:uuid}/reverse", verb="propose_reversal")
async def before_proposing(turn: given.Turn, payment_id: Id) -> Response[str]:
    """How much of the payment, and why."""
    return await _proposing(turn, payment_id, None, None)


@post("/finance/payments/{payment_id:uuid}/reverse", verb="propose_reversal")
async def propose(turn: given.Turn, payment_id: Id) -> Response[Any]:
    """Propose it; the gateway is asked once a second person has approved."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _proposing(turn, payment_id, typed, refusal)

    return await acting.act(
        turn,
        settlement.propose_reversal,
        form=_form(turn, payment_id),
        then=lambda reversal: f"/finance/reversals/{reversal['id']}",
        again=again,
        done="sent",
    )


@get("/finance/reversals/{reversal_id:uuid}", verb="decide_reversal")
async def one(turn: given.Turn, reversal_id: Id) -> Response[str]:
    """One reversal with its payment and what approving it would do."""
    return await _reversal(turn, reversal_id, None)


@post("/finance/reversals/{reversal_id:uuid}/decide", verb="decide_reversal")
async def decide(turn: given.Turn, reversal_id: Id) -> Response[Any]:
    """Approve it, and the gateway is asked for the money, or reject it."""
    typed = await turn.typed()
    approve = typed.one("approve") == "yes"

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _reversal(turn, reversal_id, refusal)

    verb, then = settlement.decide_reversal, f"/finance/reversals/{reversal_id}"
    return await acting.act(turn, verb, reversal_id, then=then, again=again, typed=typed, approve=approve)


def _form(turn: Turn, payment_id: UUID) -> Form:
    return Form(ProposeReversal, turn.say, turn.bureau.time_zone, known={"payment_id": payment_id})


async def _proposing(
    turn: Turn, payment_id: UUID, typed: Typed | None, refusal: Refusal | None
) -> Response[str]:
    async with turn.reading() as session:
        found = await payments.payment_by_id(session, turn.bureau.id, payment_id)
        if found is None:
            raise NotFound
        [row] = await named_payments(session, turn, [found])
    drawn = acting.said(_form(turn, payment_id), typed, refusal)
    return await turn.show("finance/propose_reversal.html", row=row, **drawn)


async def _reversal(turn: Turn, reversal_id: UUID, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await payments.reversal_by_id(session, turn.bureau.id, reversal_id)
        payment = found and await payments.payment_by_id(session, turn.bureau.id, found.payment_id)
        if found is None or payment is None:
            raise NotFound
        [row] = await named_payments(session, turn, [payment])
        proposer = await identity.person_on(session, turn.bureau.id, found.proposed_by, turn.today)
    return await turn.show(
        "finance/reversal.html",
        reversal=found,
        state=state_of(found),
        row=row,
        proposer=proposer,
        **acting.told(refusal),
    )


ROUTES = (to_decide, before_proposing, propose, one, decide)
