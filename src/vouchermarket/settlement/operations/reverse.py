"""Taking a payment back, all of it or a part: proposed by one officer of finance, decided on by another.

The money comes back by the same three beats as it went out. What has come back is payable again: it works
off what was clawed back, and what is left of it may be paid anew.
"""

from datetime import datetime
from uuid import UUID

from vouchermarket.identity import operations as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import EventId, TransferId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger.structs import AccountKind, Posting, TransferCode
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.payments import operations as payments
from vouchermarket.payments import queries as payment_queries
from vouchermarket.payments import rules as payment_rules
from vouchermarket.payments.structs import Answer, Payment, ProposeReversal, Reversal, ReversalState
from vouchermarket.settlement import rules


async def propose_reversal(
    session: Session, actor: Actor, command: ProposeReversal, *, now: datetime
) -> Reversal:
    """Propose to take a payment back, all of it or a part; nothing is asked of the gateway yet.

    Refuses `RoleNotAllowed`, `NotFound`, `GatewayNotReversible`, `PaymentNotPaid`, `ReversalUnderWay`,
    `ReversalAboveRest`, `ReasonMissing`.
    """
    identity_rules.seats_for(actor, "propose_reversal")
    payment = await payments.lock(session, actor.bureau_id, command.payment_id)
    if payment is None:
        raise identity_rules.NotFound
    before = await payment_queries.reversals_of(session, actor.bureau_id, [payment.id])
    payment_rules.payment_reversible(payment, before, command.amount_fen)
    reversal = Reversal(
        id=new_id(),
        payment_id=payment.id,
        amount_fen=command.amount_fen,
        reason=rules.reasoned(command.reason),
        state=ReversalState.PROPOSED,
        proposed_by=actor.person_id,
        proposed_at=now,
    )
    await payments.enter_reversal(session, actor.bureau_id, reversal)
    await _note(session, actor, "settlement.reversal_proposed", reversal, now=now)
    return reversal


async def decide_reversal(
    session: Session, actor: Actor, reversal_id: UUID, *, approve: bool, now: datetime
) -> None:
    """A second officer of finance approves a reversal, and it goes to the gateway, or rejects it.

    Refuses `RoleNotAllowed`, `NotFound`, `ReversalDecided`, `ReversalDecidedByProposer`, `ActsForMaker`.
    """
    identity_rules.seats_for(actor, "decide_reversal")
    found = await payment_queries.reversal_by_id(session, actor.bureau_id, reversal_id)
    if found is None:
        raise identity_rules.NotFound
    await payments.lock(session, actor.bureau_id, found.payment_id)
    # Read again under the lock of its payment, which guards it.
    reversal = await payment_queries.reversal_by_id(session, actor.bureau_id, reversal_id) or found
    payment_rules.reversal_decidable(reversal, actor.person_id)
    await identity.of_other_hands(session, actor, (reversal.proposed_by, reversal.proposed_at))
    await payments.close_reversal(
        session, actor.bureau_id, reversal, actor.person_id, approve=approve, now=now
    )
    kind = "settlement.reversal_approved" if approve else "settlement.reversal_rejected"
    state = ReversalState.APPROVED if approve else ReversalState.REJECTED
    decided = events.changed(reversal, state=state, decided_by=actor.person_id, decided_at=now)
    await _note(session, actor, kind, reversal, now=now, **decided)


async def _note(
    session: Session, actor: Actor, kind: str, reversal: Reversal, *, now: datetime, **more: object
) -> None:
    await events.record(
        session,
        actor.bureau_id,
        kind,
        reversal.payment_id,
        now=now,
        actor_id=actor.person_id,
        facts={
            "reversal_id": reversal.id,
            "amount_fen": reversal.amount_fen,
            "reason": reversal.reason,
            **more,
        },
    )


async def record_reversal(
    session: Session,
    bureau_id: UUID,
    payment: Payment,
    reversal_id: UUID,
    state: ReversalState,
    answer: Answer | None,
    *,
    now: datetime,
) -> None:
    """The third beat of a reversal, under the lock of its payment: what the gateway's answer makes of it."""
    reference = answer.reference if answer is not None and state is ReversalState.REVERSED else None
    await payments.move_reversal(session, bureau_id, reversal_id, state, now=now, reference=reference)
    if state not in {ReversalState.REVERSED, ReversalState.FAILED} or answer is None:
        return
    reversals = await payment_queries.reversals_of(session, bureau_id, [payment.id])
    reversal = next(one for one in reversals if one.id == reversal_id)
    came_back = state is ReversalState.REVERSED
    event_id = await events.record(
        session,
        bureau_id,
        "settlement.payment_reversed" if came_back else "settlement.reversal_failed",
        payment.id,
        now=now,
        facts={
            "reversal_id": reversal.id,
            "amount_fen": reversal.amount_fen,
            "reference": answer.reference,
            "fault": answer.fault,
            # It is moved to its end from sending alone.
            **events.changed({"state": ReversalState.SENDING}, state=state),
        },
    )
    if not came_back:
        return
    await _mirror(session, bureau_id, payment, reversal, event_id, now=now)
    if payment_rules.rest_fen(payment, reversals) == 0:
        await payments.give_back(session, bureau_id, payment)
    told = {
        "payment_id": payment.id,
        "amount_fen": reversal.amount_fen,
        "reason": reversal.reason,
    }
    kind = notice_rules.PaymentReversed
    await notices.tell_officers(session, bureau_id, payment.provider_id, kind, told, now=now)


async def _mirror(
    session: Session,
    bureau_id: UUID,
    payment: Payment,
    reversal: Reversal,
    event_id: EventId,
    *,
    now: datetime,
) -> None:
    [paid] = await ledger_queries.transfers_of(session, bureau_id, [payment.id], TransferCode.PAID)
    posting = Posting(
        id=TransferId(new_id()),
        code=TransferCode.REVERSE,
        source_id=ledger.account_id(bureau_id, AccountKind.OUTSIDE, payment.gateway.value),
        target_id=ledger.account_id(bureau_id, AccountKind.PAYABLE, payment.provider_id),
        amount_fen=reversal.amount_fen,
        # One payment may come back in several parts, each of them once.
        key=f"{TransferCode.REVERSE.value}:{paid.id}:{reversal.id}",
        document_id=payment.id,
        reverses_id=paid.id,
    )
    await ledger.post(session, bureau_id, [posting], event_id=event_id, now=now)
