"""What people are told: a closed set of kinds, each with its words in Chinese and English.

A kind's words are format strings over its facts; a fact in fen is shown as money.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from vouchermarket.kit.money import yuan
from vouchermarket.kit.refusal import placeholders


class NoticeKind:
    """Base of all kinds. `code` reads `slice.what_happened` and is what the row keeps."""

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]


class BookingCancelledBySchool(NoticeKind):
    code = "booking.cancelled_by_school"
    zh = "学校取消了您在“{title}”的名额。原因:{reason}"
    en = 'Your school has given back your seat in "{title}". Reason: {reason}'


class CreditApproved(NoticeKind):
    code = "credits.approved"
    zh = "您的学时学分登记已审核通过"
    en = "Your entry in the register of credits has been approved"


class CreditReturned(NoticeKind):
    code = "credits.returned"
    zh = "您的学时学分登记被退回补正。原因:{reason}"
    en = "Your entry in the register of credits has been returned to be put right. Reason: {reason}"


class CreditRejected(NoticeKind):
    code = "credits.rejected"
    zh = "您的学时学分登记未获通过。原因:{reason}"
    en = "Your entry in the register of credits has been rejected. Reason: {reason}"


class CreditReversed(NoticeKind):
    code = "credits.reversed"
    zh = "您的学时学分登记已被撤销。原因:{reason}"
    en = "Your entry in the register of credits has been taken back. Reason: {reason}"


class StatementSettled(NoticeKind):
    code = "settlement.settled"
    zh = "结算单已由两方签批,金额 {total_fen},等待拨付"
    en = "Both keys of a statement have been turned: {total_fen} is now payable to you"


class PaymentPaid(NoticeKind):
    code = "settlement.paid"
    zh = "已向贵单位拨付 {amount_fen},银行回单号 {reference}"
    en = "{amount_fen} has been paid to you under the bank's reference {reference}"


class MailEntered(NoticeKind):
    """Its letter is the one that goes to an address not confirmed yet, with the code in it."""

    code = "notices.mail_entered"
    zh = "您登记了接收通知的邮箱 {address},验证码已发往该邮箱。如非本人操作,请立即修改密码"
    en = "Your notices are to go to {address}: a code was sent there. If it was not you, change your password"


KINDS: Mapping[str, type[NoticeKind]] = {kind.code: kind for kind in NoticeKind.__subclasses__()}


def facts_missing(kind: type[NoticeKind], facts: Mapping[str, Any]) -> set[str]:
    """What the words speak of and the facts do not tell."""
    return placeholders(kind.zh) - set(facts)


def text(kind: type[NoticeKind], facts: Mapping[str, Any], language: str) -> str:
    """The words in `zh` or `en`."""
    shown = {name: yuan(fact) if name.endswith("_fen") else fact for name, fact in facts.items()}
    return (kind.zh if language == "zh" else kind.en).format(**shown)
