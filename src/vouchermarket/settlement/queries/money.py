"""Finance's two queues, and where a provider's money is."""

from uuid import UUID

from sqlalchemy import exists, select

from vouchermarket.identity import queries as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor, OrganisationKind
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import OrganisationId
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger.structs import AccountKind
from vouchermarket.payments import queries as payments
from vouchermarket.payments.structs import Payment, PaymentState
from vouchermarket.payments.tables import payment
from vouchermarket.settlement.queries.statements import statement_of
from vouchermarket.settlement.structs import ProviderMoney, Statement
from vouchermarket.settlement.tables import statement


async def statements_to_approve(session: Session, bureau_id: UUID, at_most: int = 200) -> list[Statement]:
    """Settled statements without a live payment, the longest settled first.

    One whose provider still works off a claw-back stays in the queue until something is payable.
    """
    is_paid = exists().where(
        leads_to(payment.c.statement_id, statement),
        payment.c.state.not_in([PaymentState.FAILED.value, PaymentState.RETURNED.value]),
    )
    found = (
        select(statement)
        .where(statement.c.bureau_id == bureau_id, statement.c.settled_at.is_not(None), ~is_paid)
        .order_by(statement.c.settled_at, statement.c.id)
        .limit(at_most)
    )
    return [statement_of(row) for row in await session.execute(found)]


async def payments_to_record(session: Session, bureau_id: UUID, at_most: int = 200) -> list[Payment]:
    """Payments approved or on their way, whose outcome nobody has recorded yet; oldest first."""
    return await payments.payments_in(
        session, bureau_id, (PaymentState.APPROVED, PaymentState.SENDING), at_most
    )


async def provider_money(session: Session, actor: Actor, provider_id: OrganisationId) -> ProviderMoney:
    """What a provider has earned, may be paid, is being paid and was paid, in fen. Payable may be negative.

    Refuses `RoleNotAllowed`, `NotFound` (another provider's figures, or no provider).
    """
    seats = identity_rules.seats_for(actor, "read_provider")
    if all(seat.kind is OrganisationKind.PROVIDER for seat in seats):
        identity_rules.seat_at(actor, "read_provider", provider_id)
    bureau_id = actor.bureau_id
    body = await identity.organisation(session, bureau_id, provider_id)
    if body is None or body.kind is not OrganisationKind.PROVIDER:
        raise identity_rules.NotFound
    earned_id = ledger.account_id(bureau_id, AccountKind.EARNED, provider_id)
    payable_id = ledger.account_id(bureau_id, AccountKind.PAYABLE, provider_id)
    payable = (await ledger_queries.accounts(session, bureau_id, [payable_id])).get(payable_id)
    return ProviderMoney(
        earned_fen=await ledger_queries.open_balance(session, bureau_id, earned_id),
        payable_fen=payable.balance_fen if payable else 0,
        held_fen=payable.held_fen if payable else 0,
        paid_fen=await payments.paid_to(session, bureau_id, provider_id),
    )
