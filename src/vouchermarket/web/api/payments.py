"""Payments: finance approves what is settled and records how it went; where a provider is paid, and what."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.fields import Line, Prose
from vouchermarket.kit.ids import OrganisationId, PaymentId, StatementId
from vouchermarket.payments import queries as payment_queries
from vouchermarket.payments.structs import (
    Gateway,
    Part,
    Payee,
    Payment,
    ProposePayee,
    ProposeReversal,
    Reconciliation,
    Reversal,
)
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries
from vouchermarket.settlement.structs import ProviderMoney, Recorded, RecordFailure, RecordPayment, Statement
from vouchermarket.web import given
from vouchermarket.web.commands import Decide, Decided
from vouchermarket.web.fields import Id, Limit

TAGS = ["payments"]


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bank's reference of a payment it has made."""

    reference: Line


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the bank has not paid."""

    reason: Prose


class AskBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of a payment is to come back, and why."""

    amount_fen: Part
    reason: Prose


@get("/payments/to-approve", verb="approve_payment", tags=TAGS)
async def to_approve(session: given.Session, actor: given.Actor, limit: Limit = 50) -> list[Statement]:
    """Settled statements nobody has approved the payment of, the longest settled first."""
    return await queries.statements_to_approve(session, actor.bureau_id, at_most=limit)


@post("/statements/{statement_id:uuid}/payments", verb="approve_payment", tags=TAGS)
async def approve_payment(statement_id: Id, once: given.Once) -> Response[Payment]:
    """Approve the payment of a settled statement: its total, or what claw-backs have left of it."""
    return await once(settlement.approve_payment, StatementId(statement_id))


@post("/statements/{statement_id:uuid}/payments/stripe", verb="approve_payment", tags=TAGS)
async def approve_payment_by_stripe(statement_id: Id, once: given.Once) -> Response[Payment]:
    """Approve the payment of a settled statement through Stripe, into the provider's approved account."""
    return await once(settlement.approve_payment, StatementId(statement_id), gateway=Gateway.STRIPE)


@post("/payees", verb="propose_payee", tags=TAGS)
async def propose_payee(data: JSONBody[ProposePayee], once: given.Once) -> Response[Payee]:
    """Enter the account of a provider at a gateway; it is used once a second person has approved it."""
    return await once(settlement.propose_payee, data)


@get("/payees/to-decide", verb="decide_payee", tags=TAGS)
async def payees_to_decide(session: given.Session, actor: given.Actor, limit: Limit = 50) -> list[Payee]:
    """Entered accounts that wait for a second person, oldest first."""
    return await payment_queries.payees_to_decide(session, actor.bureau_id, at_most=limit)


@post("/payees/{payee_id:uuid}/decide", verb="decide_payee", tags=TAGS, status_code=200)
async def decide_payee(payee_id: Id, data: JSONBody[Decide], once: given.Once) -> Response[Decided]:
    """Approve an account, and payments approved from now on go there, or reject it, as a second person."""
    return await once(_decided, payee_id, data.approve, status=200)


@get("/payments/to-record", verb="record_payment", tags=TAGS)
async def to_record(session: given.Session, actor: given.Actor, limit: Limit = 50) -> list[Payment]:
    """Payments whose outcome nobody has recorded yet, oldest first."""
    return await queries.payments_to_record(session, actor.bureau_id, at_most=limit)


@post("/payments/{payment_id:uuid}/paid", verb="record_payment", tags=TAGS, status_code=200)
async def record_payment(payment_id: Id, data: JSONBody[Receipt], once: given.Once) -> Response[Recorded]:
    """The bank has paid: enter its reference, as another person than who approved."""
    command = RecordPayment(payment_id=PaymentId(payment_id), reference=data.reference)
    return await once(settlement.record_payment, command, status=200)


@post("/payments/{payment_id:uuid}/failed", verb="record_payment", tags=TAGS, status_code=200)
async def record_failure(payment_id: Id, data: JSONBody[Failure], once: given.Once) -> Response[Recorded]:
    """The bank has not paid: what was held goes back, and another payment may be approved."""
    command = RecordFailure(payment_id=PaymentId(payment_id), reason=data.reason)
    return await once(settlement.record_failure, command, status=200)


@post("/payments/{payment_id:uuid}/reversals", verb="propose_reversal", tags=TAGS)
async def propose_reversal(payment_id: Id, data: JSONBody[AskBack], once: given.Once) -> Response[Reversal]:
    """Propose to take a paid payment back, all of it or a part, with the reason."""
    command = ProposeReversal(
        payment_id=PaymentId(payment_id), amount_fen=data.amount_fen, reason=data.reason
    )
    return await once(settlement.propose_reversal, command)


@get("/reversals/to-decide", verb="decide_reversal", tags=TAGS)
async def reversals_to_decide(
    session: given.Session, actor: given.Actor, limit: Limit = 50
) -> list[Reversal]:
    """Proposed reversals that wait for a second person, oldest first."""
    return await payment_queries.reversals_to_decide(session, actor.bureau_id, at_most=limit)


@post("/reversals/{reversal_id:uuid}/decide", verb="decide_reversal", tags=TAGS, status_code=200)
async def decide_reversal(reversal_id: Id, data: JSONBody[Decide], once: given.Once) -> Response[Decided]:
    """Approve a reversal, and the gateway is asked for the money, or reject it, as a second person."""
    return await once(_reversal_decided, reversal_id, data.approve, status=200)


@get("/reconciliations", verb="read_money", tags=TAGS)
async def reconciliations(
    session: given.Session, actor: given.Actor, limit: Limit = 50
) -> list[Reconciliation]:
    """The daily comparisons with the gateways, newest first, each with all lines that differ."""
    return await payment_queries.reconciliations(session, actor.bureau_id, at_most=limit)


@get("/providers/{provider_id:uuid}/money", verb="read_provider", tags=TAGS)
async def provider_money(provider_id: Id, session: given.Session, actor: given.Actor) -> ProviderMoney:
    """What a provider has earned, may be paid, is being paid and was paid."""
    return await queries.provider_money(session, actor, OrganisationId(provider_id))


async def _decided(
    session: Session, actor: Actor, payee_id: UUID, approve: bool, *, now: datetime
) -> Decided:
    await settlement.decide_payee(session, actor, payee_id, approve=approve, now=now)
    return Decided(payee_id, approve)


async def _reversal_decided(
    session: Session, actor: Actor, reversal_id: UUID, approve: bool, *, now: datetime
) -> Decided:
    await settlement.decide_reversal(session, actor, reversal_id, approve=approve, now=now)
    return Decided(reversal_id, approve)


ROUTES = (
    to_approve,
    approve_payment,
    approve_payment_by_stripe,
    propose_payee,
    payees_to_decide,
    decide_payee,
    to_record,
    record_payment,
    record_failure,
    propose_reversal,
    reversals_to_decide,
    decide_reversal,
    reconciliations,
    provider_money,
)
