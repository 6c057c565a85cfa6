"""Where providers are paid: an account entered by one officer of finance and decided on by another."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post

from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import OrganisationKind
from vouchermarket.kit.refusal import Refusal
from vouchermarket.payments import queries as payments
from vouchermarket.payments.structs import Gateway, ProposePayee
from vouchermarket.settlement import operations as settlement
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_


@get("/finance/payees", verb="decide_payee")
async def to_decide(turn: given.Turn) -> Response[str]:
    """Entered accounts that wait for a second person, oldest first."""
    waiting = await _waiting(turn)
    return await turn.show(
        "finance/payees.html",
        title=N_("收款账户"),
        empty=N_("没有等待审定的收款账户。"),
        intro="",
        waiting=waiting[:SHOWN],
        has_more=len(waiting) > SHOWN,
    )


async def _waiting(turn: Turn) -> list[Waiting]:
    async with turn.reading() as session:
        found = await payments.payees_to_decide(session, turn.bureau.id, at_most=SHOWN + 1)
        bodies = await identity.organisations(session, turn.bureau.id, [one.provider_id for one in found])
        people = await identity.people(
            session, turn.bureau.id, [one.proposed_by for one in found], turn.today
        )
    return [
        Waiting(
            f"/finance/payees/{one.id}",
            bodies[one.provider_id].name,
            about=one.account,
            owner=people[one.proposed_by].name,
            since_at=one.proposed_at,
        )
        for one in found
    ]


@get("/finance/payees/propose", verb="propose_payee")
async def before_proposing(turn: given.Turn) -> Response[str]:
    """Whose account, at which gateway."""
    return await _proposing(turn, None, None)


@post("/finance/payees/propose", verb="propose_payee")
async def propose(turn: given.Turn) -> Response[Any]:
    """Enter it; payments go on into the one approved last until a second person has decided."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _proposing(turn, typed, refusal)

    form = await _form(turn)
    return await acting.act(
        turn, settlement.propose_payee, form=form, then="/finance/payees", again=again, done="sent"
    )


@get("/finance/payees/{payee_id:uuid}", verb="decide_payee")
async def one(turn: given.Turn, payee_id: Id) -> Response[str]:
    """An entered account beside the one in use."""
    return await _payee(turn, payee_id, None)


@post("/finance/payees/{payee_id:uuid}/decide", verb="decide_payee")
async def decide(turn: given.Turn, payee_id: Id) -> Response[Any]:
    """Approve it, and payments approved from now on go there, or reject it."""
    typed = await turn.typed()
    approve = typed.one("approve") == "yes"

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _payee(turn, payee_id, refusal)

    verb, then = settlement.decide_payee, "/finance/payees"
    return await acting.act(turn, verb, payee_id, then=then, again=again, typed=typed, approve=approve)


async def _form(turn: Turn) -> Form:
    async with turn.reading() as session:
        bodies = await identity.organisations_of(session, turn.bureau.id, OrganisationKind.PROVIDER)
    options = {
        "provider_id": [(str(body.id), body.name) for body in bodies],
        # Payments by hand know no account; a gateway does.
        "gateway": [(Gateway.STRIPE.value, "Stripe")],
    }
    return Form(ProposePayee, turn.say, turn.bureau.time_zone, options=options)


async def _proposing(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    first = {"gateway": Gateway.STRIPE.value}
    return await turn.show(
        "finance/propose_payee.html", **acting.said(await _form(turn), typed, refusal, first)
    )


async def _payee(turn: Turn, payee_id: UUID, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await payments.payee_by_id(session, turn.bureau.id, payee_id)
        if found is None:
            raise NotFound
        body = await identity.organisation(session, turn.bureau.id, found.provider_id)
        in_use = await payments.payee_in_use(session, turn.bureau.id, found.provider_id, found.gateway)
        proposer = await identity.person_on(session, turn.bureau.id, found.proposed_by, turn.today)
    return await turn.show(
        "finance/payee.html",
        payee=found,
        body=body,
        in_use=in_use,
        proposer=proposer,
        **acting.told(refusal),
    )


ROUTES = (to_decide, before_proposing, propose, one, decide)
