"""Asking money of a paid payment back: how much of it may come, and who decides.

The state machine of a reversal: proposed ▶ rejected | approved ▶ sending ▶ reversed | failed; back to
approved when the gateway proves that nothing was done.
"""

from collections.abc import Iterable, Mapping

from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.payments.structs import Gateway, Payment, PaymentState, Reversal, ReversalState

# The gateways that can be asked to give back what they moved.
REVERSIBLE = frozenset({Gateway.STRIPE})
UNDER_WAY = frozenset({ReversalState.PROPOSED, ReversalState.APPROVED, ReversalState.SENDING})
# What an answer makes of a reversal, from what it would have made of a payment.
STATE_OF: Mapping[PaymentState, ReversalState] = {
    PaymentState.APPROVED: ReversalState.APPROVED,
    PaymentState.SENDING: ReversalState.SENDING,
    PaymentState.PAID: ReversalState.REVERSED,
    PaymentState.FAILED: ReversalState.FAILED,
}


class PaymentNotPaid(Refusal):
    code = "payment_not_paid"
    kind = Kind.CONFLICT
    zh = "该笔付款未处于已付状态({state}),不能追回"
    en = "This payment has not been paid ({state}): nothing of it can come back"
    remedy_zh = "只有已付的款项才能追回"
    remedy_en = "Ask back what has been paid"


class GatewayNotReversible(Refusal):
    code = "gateway_not_reversible"
    kind = Kind.CONFLICT
    zh = "付款渠道 {gateway} 不能追回已付款项"
    en = "The gateway {gateway} cannot take a payment back"
    remedy_zh = "请与承担单位协商退款,或在其后续结算中抵扣"
    remedy_en = "Ask the provider, or set it off against the next statements"


class ReversalUnderWay(Refusal):
    code = "reversal_under_way"
    kind = Kind.CONFLICT
    zh = "该笔付款已有一项追回正在办理({state})"
    en = "Money of this payment is being asked back already ({state})"
    remedy_zh = "请待其办结后再提出"
    remedy_en = "Wait for its end before you propose another"


class ReversalAboveRest(Refusal):
    code = "reversal_above_rest"
    kind = Kind.CONFLICT
    zh = "该笔付款最多还可追回 {rest_fen} 分,不能追回 {amount_fen} 分"
    en = "At most {rest_fen} fen of this payment can still come back, not {amount_fen}"
    remedy_zh = "请减少追回金额"
    remedy_en = "Ask for less"


class ReversalDecided(Refusal):
    code = "reversal_decided"
    kind = Kind.CONFLICT
    zh = "该项追回已有决定({state})"
    en = "This reversal has been decided on already ({state})"
    remedy_zh = "如仍需追回,请另行提出"
    remedy_en = "Propose another one if it is still needed"


class ReversalDecidedByProposer(Refusal):
    code = "reversal_decided_by_proposer"
    kind = Kind.FORBIDDEN
    zh = "追回的提出人不能自行决定"
    en = "Whoever proposed a reversal cannot decide on it"
    remedy_zh = "请由财政的另一位经办人决定"
    remedy_en = "Ask another officer of finance to decide"


def rest_fen(payment: Payment, reversals: Iterable[Reversal]) -> int:
    """What of a payment has not come back yet."""
    back = (one.amount_fen for one in reversals if one.state is ReversalState.REVERSED)
    return payment.amount_fen - sum(back)


def payment_reversible(payment: Payment, reversals: Iterable[Reversal], amount_fen: int) -> None:
    """Whether so much of a payment may be asked back.

    Refuses `GatewayNotReversible`, `PaymentNotPaid`, `ReversalUnderWay`, `ReversalAboveRest`.
    """
    before = list(reversals)
    if payment.gateway not in REVERSIBLE:
        raise GatewayNotReversible(gateway=payment.gateway.value)
    if payment.state is not PaymentState.PAID:
        raise PaymentNotPaid(state=payment.state.value)
    pending = next((one for one in before if one.state in UNDER_WAY), None)
    if pending is not None:
        raise ReversalUnderWay(state=pending.state.value)
    rest = rest_fen(payment, before)
    if amount_fen > rest:
        raise ReversalAboveRest(rest_fen=rest, amount_fen=amount_fen)


def reversal_decidable(reversal: Reversal, by: PersonId) -> None:
    """Whether this person may decide on it. Refuses `ReversalDecided`, `ReversalDecidedByProposer`."""
    if reversal.state is not ReversalState.PROPOSED:
        raise ReversalDecided(state=reversal.state.value)
    if reversal.proposed_by == by:
        raise ReversalDecidedByProposer
