"""Paying a settled statement: by whom it may be approved, and how much of it."""

from collections.abc import Iterable

from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.payments.structs import Payment
from vouchermarket.settlement.structs import Statement, StatementKey


class StatementNotSettled(Refusal):
    code = "statement_not_settled"
    kind = Kind.CONFLICT
    zh = "结算单尚未经两个部门核定"
    en = "This statement has not been settled by its two keys"
    remedy_zh = "请待教师科和市教培中心核定后再核准付款"
    remedy_en = "Wait until the teacher office and the training centre have turned their keys"
    clause = "ZZ-B04"


class PaymentExists(Refusal):
    code = "payment_exists"
    kind = Kind.CONFLICT
    zh = "该结算单已有付款({state})"
    en = "This statement has a payment already ({state})"
    remedy_zh = "一张结算单只付一次;付款失败后方可重新核准"
    remedy_en = "A statement is paid once: only after a failure is another payment approved"
    clause = "ZZ-B04"


class ApprovedByKeyHolder(Refusal):
    code = "approved_by_key_holder"
    kind = Kind.FORBIDDEN
    zh = "核定结算单的人不能核准其付款"
    en = "Whoever turned a key of a statement cannot approve its payment"
    remedy_zh = "请由财政的另一位经办人核准"
    remedy_en = "Ask another officer of finance"
    clause = "ZZ-B04"


class NothingPayable(Refusal):
    code = "nothing_payable"
    kind = Kind.PAYMENT
    zh = "该承担单位可付金额为 {free_fen} 分,追回款尚未抵清"
    en = "This provider has {free_fen} fen payable: what was clawed back is not worked off"
    remedy_zh = "请待后续结算单抵清追回款"
    remedy_en = "Wait until later statements have worked it off"


def approvable(
    statement: Statement, keys: Iterable[StatementKey], payments: Iterable[Payment], by: PersonId
) -> None:
    """Whether this person may approve the payment of a statement.

    Refuses `StatementNotSettled`, `PaymentExists`, `ApprovedByKeyHolder`.
    """
    if statement.settled_at is None:
        raise StatementNotSettled
    live = next((payment for payment in payments if payment.is_live), None)
    if live is not None:
        raise PaymentExists(state=live.state.value)
    if any(key.person_id == by for key in keys):
        raise ApprovedByKeyHolder


def payable_part(total_fen: int, free_fen: int) -> int:
    """What of a statement is paid: all of it, or what claw-backs have left. Refuses `NothingPayable`."""
    amount_fen = min(total_fen, free_fen)
    if amount_fen <= 0:
        raise NothingPayable(free_fen=free_fen)
    return amount_fen
