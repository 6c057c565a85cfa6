"""When a payment may be sent, sent again, looked for, recorded; and what an answer makes of it.

The state machine of a payment: approved ▶ sending ▶ paid | failed; back to approved when the gateway proves
that nothing was done. Failed is final, and paid too, unless all of it comes back: then it is returned.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.payments.structs import (
    Answer,
    Attempt,
    AttemptState,
    Conclusion,
    Gateway,
    Outcome,
    Payment,
    PaymentState,
    Retries,
    Step,
)

# A call that has not answered in this time was cut off: its process died between two beats.
CALL_LEASE = timedelta(minutes=5)
# How long a gateway is asked before a person may say in its place how a payment went.
PERSON_AFTER = timedelta(hours=24)
REFERENCE_LENGTH_MAX = 64

FINAL = frozenset({PaymentState.PAID, PaymentState.FAILED, PaymentState.RETURNED})
NOTHING_DONE = frozenset({Outcome.LATER, Outcome.BARRED})


class PaymentEnded(Refusal):
    code = "payment_ended"
    kind = Kind.CONFLICT
    zh = "该笔付款已经了结({state})"
    en = "This payment has ended already ({state})"
    remedy_zh = "请刷新后查看结果;付款失败的,由财政重新核准"
    remedy_en = "Load it anew to see how; after a failure finance approves another one"


class RecordedByApprover(Refusal):
    code = "recorded_by_approver"
    kind = Kind.FORBIDDEN
    zh = "核准付款的人不能登记付款结果"
    en = "Whoever approved a payment cannot record how it went"
    remedy_zh = "请由财政的另一位经办人登记"
    remedy_en = "Ask another officer of finance to record it"


class PaymentUnderWay(Refusal):
    code = "payment_under_way"
    kind = Kind.CONFLICT
    zh = "该笔付款正由付款渠道 {gateway} 办理"
    en = "The gateway {gateway} is carrying this payment out"
    remedy_zh = "请等待其结果;发出 {hours} 小时后仍无结果的,再由人工登记"
    remedy_en = "Wait for its answer; {hours} hours after it was sent a person may record it"


class ReferenceNotReadable(Refusal):
    code = "reference_not_readable"
    kind = Kind.INVALID
    zh = "银行流水号须为 1 至 {most} 个可见字符,首尾不留空格"
    en = "A bank reference has 1 to {most} visible characters and no space at its ends"
    remedy_zh = "请按银行回单填写流水号"
    remedy_en = "Copy the reference from the bank's receipt"


class ReferenceUsed(Refusal):
    code = "reference_used"
    kind = Kind.CONFLICT
    zh = "银行流水号“{reference}”已登记在另一笔付款上"
    en = "The bank reference '{reference}' stands on another payment already"
    remedy_zh = "请核对银行回单:一个流水号只对应一笔付款"
    remedy_en = "Check the bank's receipt: one reference belongs to one payment"


class FailureUnexplained(Refusal):
    code = "failure_unexplained"
    kind = Kind.INVALID
    zh = "登记付款失败须写明原因"
    en = "A failed payment needs its reason"
    remedy_zh = "请填写银行退回的原因"
    remedy_en = "Write down why the bank returned it"


def attempt_key(payment: Payment, number: int) -> str:
    """The idempotency key of a try: made of facts, so that a repeated call is the same call."""
    return f"{payment.id}:{number}"


def next_step(attempt: Attempt, retries: Retries | None, now: datetime) -> Step:
    """What to do with an open attempt now; `retries` is None where a person carries payments out.

    An old key is never sent again: a gateway that has forgotten it would pay twice.
    """
    age = now - attempt.started_at
    if attempt.state is AttemptState.SENDING:
        if age < CALL_LEASE:
            return Step.WAIT
        return Step.SUBMIT if retries is None or age < retries.key_life else Step.FIND
    if attempt.state is AttemptState.UNKNOWN and retries is not None:
        return Step.FIND
    return Step.WAIT


def conclude(
    attempt: Attempt, answer: Answer | None, retries: Retries | None, now: datetime
) -> Conclusion | None:
    """What an answer makes of an open attempt; None where the attempt has ended and the answer is late.

    `answer` None means that `find` came back empty: proof of absence only after the gateway's own time.
    """
    if not attempt.is_open:
        return None
    if answer is None:
        # Counted from the doubt and not from the first sending: the last repeat may still be on its way.
        doubted_at = attempt.ended_at or now
        absent = retries is not None and now - doubted_at >= retries.absence_after
        if absent:
            return Conclusion(AttemptState.REJECTED, PaymentState.APPROVED)
        return Conclusion(AttemptState.UNKNOWN, PaymentState.SENDING)
    if answer.outcome in NOTHING_DONE:
        # Of this call alone: what an earlier one left in doubt stays in doubt.
        return Conclusion(attempt.state, PaymentState.SENDING)
    return _BY_OUTCOME[answer.outcome]


_BY_OUTCOME: Mapping[Outcome, Conclusion] = {
    Outcome.ACCEPTED: Conclusion(AttemptState.ACCEPTED, PaymentState.PAID),
    Outcome.REJECTED: Conclusion(AttemptState.REJECTED, PaymentState.FAILED),
    Outcome.UNKNOWN: Conclusion(AttemptState.UNKNOWN, PaymentState.SENDING),
}


def recordable(payment: Payment, last: Attempt | None, by: PersonId, now: datetime) -> None:
    """Whether this person may record how the payment went; `last` is its latest attempt.

    Refuses `PaymentEnded`, `RecordedByApprover`, `PaymentUnderWay`: a failure recorded while a gateway still
    carries it out would let the same statement be paid twice.
    """
    if payment.state in FINAL:
        raise PaymentEnded(state=payment.state.value)
    if payment.approved_by == by:
        raise RecordedByApprover
    asked = last if last is not None and last.is_open and payment.gateway is not Gateway.MANUAL else None
    if asked is not None and now - asked.started_at < PERSON_AFTER:
        raise PaymentUnderWay(gateway=payment.gateway.value, hours=PERSON_AFTER // timedelta(hours=1))


def readable_reference(reference: str) -> str:
    """The bank's reference as written. Refuses `ReferenceNotReadable`."""
    fits = 0 < len(reference) <= REFERENCE_LENGTH_MAX
    if not fits or not reference.isprintable() or reference != reference.strip():
        raise ReferenceNotReadable(most=REFERENCE_LENGTH_MAX)
    return reference


def unused_reference(reference: str, used_by: Payment | None) -> None:
    """Whether no payment has this reference yet. Refuses `ReferenceUsed`."""
    if used_by is not None:
        raise ReferenceUsed(reference=reference)


def explained(reason: str) -> str:
    """Why a payment failed, without spaces around it. Refuses `FailureUnexplained`."""
    stripped = reason.strip()
    if not stripped:
        raise FailureUnexplained
    return stripped
