"""How a payment went: told by a gateway's answer (the third beat), or by a person of finance."""

from datetime import datetime
from uuid import UUID

import msgspec

from vouchermarket.identity import operations as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import EventId, PersonId, TransferId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger.structs import AccountKind, Posting, TransferCode
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.payments import operations as payments
from vouchermarket.payments import queries as payment_queries
from vouchermarket.payments import rules as payment_rules
from vouchermarket.payments.gateways import Gateways
from vouchermarket.payments.structs import (
    Answer,
    AttemptState,
    Errand,
    Outcome,
    Payment,
    PaymentState,
)
from vouchermarket.settlement.operations.reverse import record_reversal
from vouchermarket.settlement.structs import Recorded, RecordFailure, RecordPayment


async def record_payment(
    session: Session, actor: Actor, command: RecordPayment, *, now: datetime
) -> Recorded:
    """The bank has paid: enter its reference. The hold is taken, the payment is paid.

    Refuses `RoleNotAllowed`, `NotFound`, `PaymentEnded`, `RecordedByApprover`, `PaymentUnderWay`,
    `ActsForMaker`, `ReferenceNotReadable`, `ReferenceUsed`.
    """
    payment = await _recordable(session, actor, command.payment_id, now)
    reference = payment_rules.readable_reference(command.reference)
    used_by = await payment_queries.payment_by_reference(session, actor.bureau_id, payment.gateway, reference)
    payment_rules.unused_reference(reference, used_by)
    answer = Answer(Outcome.ACCEPTED, reference)
    return await _end_by_person(session, actor, payment, answer, now=now)


async def record_failure(
    session: Session, actor: Actor, command: RecordFailure, *, now: datetime
) -> Recorded:
    """The bank has not paid: the hold goes back, and finance may approve another payment.

    Refuses `RoleNotAllowed`, `NotFound`, `PaymentEnded`, `RecordedByApprover`, `PaymentUnderWay`,
    `ActsForMaker`, `FailureUnexplained`.
    """
    payment = await _recordable(session, actor, command.payment_id, now)
    answer = Answer(Outcome.REJECTED, fault=payment_rules.explained(command.reason))
    return await _end_by_person(session, actor, payment, answer, now=now)


async def _recordable(session: Session, actor: Actor, payment_id: UUID, now: datetime) -> Payment:
    identity_rules.seats_for(actor, "record_payment")
    payment = await payments.lock(session, actor.bureau_id, payment_id)
    if payment is None:
        raise identity_rules.NotFound
    attempts = await payment_queries.last_attempts(session, actor.bureau_id, [payment.id])
    payment_rules.recordable(payment, attempts.get(payment.id), actor.person_id, now)
    await identity.of_other_hands(session, actor, (payment.approved_by, payment.approved_at))
    return payment


async def _end_by_person(
    session: Session, actor: Actor, payment: Payment, answer: Answer, *, now: datetime
) -> Recorded:
    attempts = await payment_queries.last_attempts(session, actor.bureau_id, [payment.id])
    attempt = attempts.get(payment.id)
    # A person may record before the sweep has asked: then there is no attempt to end.
    if attempt is not None and attempt.is_open:
        state = AttemptState(answer.outcome.value)
        await payments.end_attempt(session, actor.bureau_id, attempt, state, now=now, fault=answer.fault)
    ended = PaymentState.PAID if answer.outcome is Outcome.ACCEPTED else PaymentState.FAILED
    await _end(session, actor.bureau_id, payment, ended, answer, now=now, by=actor.person_id)
    return Recorded(payment.id, ended)


async def record_outcome(
    session: Session,
    bureau_id: UUID,
    gateways: Gateways,
    errand: Errand,
    answer: Answer | None,
    *,
    now: datetime,
) -> Recorded:
    """The third beat: write down what a gateway answered, once, however often it is told.

    The answer to an attempt to take money back is written down with its reversal. An answer that comes after
    a person has recorded the outcome changes nothing; where the two contradict each other, an event says so
    for the daily comparison with the bank.
    """
    payment = await payments.lock(session, bureau_id, errand.instruction.payment_id)
    if payment is None:
        raise identity_rules.NotFound
    attempts = await payment_queries.attempts_of(session, bureau_id, [payment.id])
    attempt = next(one for one in attempts if one.number == errand.number)
    conclusion = payment_rules.conclude(attempt, answer, gateways[payment.gateway].retries, now)
    if conclusion is None:
        if attempt.reversal_id is None:
            await _note_contradiction(session, bureau_id, payment, answer, now=now)
        return Recorded(payment.id, payment.state)
    fault = answer.fault if answer else "not_found"
    await payments.end_attempt(session, bureau_id, attempt, conclusion.attempt, now=now, fault=fault)
    if attempt.reversal_id is not None:
        state = payment_rules.STATE_OF[conclusion.payment]
        await record_reversal(session, bureau_id, payment, attempt.reversal_id, state, answer, now=now)
        return Recorded(payment.id, payment.state)
    if conclusion.payment in payment_rules.FINAL and answer is not None:
        await _end(session, bureau_id, payment, conclusion.payment, answer, now=now)
    elif conclusion.payment is not payment.state:
        await payments.move(session, bureau_id, payment, conclusion.payment, now=now)
    return Recorded(payment.id, conclusion.payment)


async def _end(
    session: Session,
    bureau_id: UUID,
    payment: Payment,
    state: PaymentState,
    answer: Answer,
    *,
    now: datetime,
    by: PersonId | None = None,
) -> None:
    is_paid = state is PaymentState.PAID
    moved = events.changed(payment, state=state, reference=answer.reference, recorded_by=by)
    event_id = await events.record(
        session,
        bureau_id,
        "settlement.payment_paid" if is_paid else "settlement.payment_failed",
        payment.id,
        now=now,
        actor_id=by,
        facts={"amount_fen": payment.amount_fen, **msgspec.structs.asdict(answer), **moved},
    )
    await payments.move(
        session, bureau_id, payment, state, now=now, reference=answer.reference, recorded_by=by
    )
    await _resolve(session, bureau_id, payment, event_id, is_paid=is_paid, now=now)
    if is_paid:
        told = {
            "payment_id": payment.id,
            "amount_fen": payment.amount_fen,
            "reference": answer.reference,
        }
        kind = notice_rules.PaymentPaid
        await notices.tell_officers(session, bureau_id, payment.provider_id, kind, told, now=now)
    else:
        told = {"payment_id": payment.id, "amount_fen": payment.amount_fen, "reason": answer.fault or "-"}
        kind = notice_rules.PaymentFailed
        # Finance has to approve another one; the provider waits longer for its money.
        await notices.tell(session, bureau_id, payment.approved_by, kind, told, now=now)
        await notices.tell_officers(session, bureau_id, payment.provider_id, kind, told, now=now)


async def _resolve(
    session: Session, bureau_id: UUID, payment: Payment, event_id: EventId, *, is_paid: bool, now: datetime
) -> None:
    code = TransferCode.PAID if is_paid else TransferCode.PAY_OUT_FAILED
    posting = Posting(
        id=TransferId(new_id()),
        code=code,
        source_id=ledger.account_id(bureau_id, AccountKind.PAYABLE, payment.provider_id),
        target_id=ledger.account_id(bureau_id, AccountKind.OUTSIDE, payment.gateway.value),
        amount_fen=payment.amount_fen,
        key=f"{code.value}:{payment.id}",
        document_id=payment.id,
        resolves_id=TransferId(payment.hold_id),
    )
    await ledger.post(session, bureau_id, [posting], event_id=event_id, now=now)


async def _note_contradiction(
    session: Session, bureau_id: UUID, payment: Payment, answer: Answer | None, *, now: datetime
) -> None:
    told = {Outcome.ACCEPTED: PaymentState.PAID, Outcome.REJECTED: PaymentState.FAILED}
    told_state = told.get(answer.outcome) if answer else None
    if told_state is None or told_state is payment.state:
        return
    await events.record(
        session,
        bureau_id,
        "settlement.answer_contradicted",
        payment.id,
        now=now,
        facts={"recorded": payment.state.value, "answered": told_state.value},
    )
