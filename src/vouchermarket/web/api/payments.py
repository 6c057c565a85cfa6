"""Payments: finance approves what is settled and records how it went; where a provider's money is."""

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from vouchermarket.kit.fields import Line, Prose
from vouchermarket.kit.ids import OrganisationId, PaymentId, StatementId
from vouchermarket.payments.structs import Payment
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries
from vouchermarket.settlement.structs import ProviderMoney, Recorded, RecordFailure, RecordPayment, Statement
from vouchermarket.web import given
from vouchermarket.web.fields import Id, Limit

TAGS = ["payments"]


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bank's reference of a payment it has made."""

    reference: Line


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the bank has not paid."""

    reason: Prose


@get("/payments/to-approve", verb="approve_payment", tags=TAGS)
async def to_approve(session: given.Session, actor: given.Actor, limit: Limit = 50) -> list[Statement]:
    """Settled statements nobody has approved the payment of, the longest settled first."""
    return await queries.statements_to_approve(session, actor.bureau_id, at_most=limit)


@post("/statements/{statement_id:uuid}/payments", verb="approve_payment", tags=TAGS)
async def approve_payment(statement_id: Id, once: given.Once) -> Response[Payment]:
    """Approve the payment of a settled statement: its total, or what claw-backs have left of it."""
    return await once(settlement.approve_payment, StatementId(statement_id))


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


@get("/providers/{provider_id:uuid}/money", verb="read_provider", tags=TAGS)
async def provider_money(provider_id: Id, session: given.Session, actor: given.Actor) -> ProviderMoney:
    """What a provider has earned, may be paid, is being paid and was paid."""
    return await queries.provider_money(session, actor, OrganisationId(provider_id))


ROUTES = (to_approve, approve_payment, to_record, record_payment, record_failure, provider_money)
