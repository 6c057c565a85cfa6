"""Finance approves the payment of a settled statement: the hold on what the provider may be paid."""

from datetime import datetime

from vouchermarket.identity import operations as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import AccountId, PaymentId, StatementId, TransferId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger.structs import AccountKind, Posting, TransferCode
from vouchermarket.payments import operations as payments
from vouchermarket.payments import queries as payment_queries
from vouchermarket.payments import rules as payment_rules
from vouchermarket.payments.structs import Gateway, Payment, PaymentState
from vouchermarket.settlement import queries, rules
from vouchermarket.settlement.operations import statements


async def approve_payment(
    session: Session,
    actor: Actor,
    statement_id: StatementId,
    *,
    now: datetime,
    gateway: Gateway = Gateway.MANUAL,
) -> Payment:
    """Approve the payment of a settled statement: its total, or what claw-backs have left of payable.

    The hold and the payment's row are written, with the payee's account of this moment where the gateway
    needs one; nothing leaves the building yet. Refuses `RoleNotAllowed`, `NotFound`, `StatementNotSettled`,
    `PaymentExists`, `ApprovedByKeyHolder`, `ActsForMaker`, `PayeeMissing`, `NothingPayable`.
    """
    identity_rules.seats_for(actor, "approve_payment")
    bureau_id = actor.bureau_id
    statement = await statements.lock_one(session, bureau_id, statement_id)
    keys = await queries.keys_of(session, bureau_id, [statement.id])
    before = await payment_queries.payments_of(session, bureau_id, [statement.id])
    rules.approvable(statement, keys, before, actor.person_id)
    await identity.of_other_hands(session, actor, *((key.person_id, key.turned_at) for key in keys))
    payee = await payment_queries.payee_in_use(session, bureau_id, statement.provider_id, gateway)
    outside = await ledger.open_account(session, bureau_id, AccountKind.OUTSIDE, gateway.value, now=now)
    payable = ledger.account_id(bureau_id, AccountKind.PAYABLE, statement.provider_id)
    accounts = await ledger.lock(session, bureau_id, [payable, outside])
    payment = Payment(
        id=PaymentId(new_id()),
        statement_id=statement.id,
        provider_id=statement.provider_id,
        amount_fen=rules.payable_part(statement.total_fen, accounts[payable].free_fen),
        gateway=gateway,
        state=PaymentState.APPROVED,
        hold_id=new_id(),
        approved_by=actor.person_id,
        approved_at=now,
        destination=payment_rules.destination(gateway, payee),
    )
    event_id = await events.record(
        session,
        bureau_id,
        "settlement.payment_approved",
        payment.id,
        now=now,
        actor_id=actor.person_id,
        facts={"statement_id": statement.id, "amount_fen": payment.amount_fen, "gateway": gateway.value},
    )
    holds = {event_id: [_hold(payment, payable, outside)]}
    await ledger.write(session, bureau_id, accounts, {}, holds, now=now)
    await payments.instruct(session, bureau_id, payment)
    return payment


def _hold(payment: Payment, payable: AccountId, outside: AccountId) -> Posting:
    return Posting(
        id=TransferId(payment.hold_id),
        code=TransferCode.PAY_OUT,
        source_id=payable,
        target_id=outside,
        amount_fen=payment.amount_fen,
        key=f"pay_out:{payment.id}",
        document_id=payment.id,
    )
