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


class PaymentReversed(NoticeKind):
    code = "settlement.reversed"
    zh = "已从贵单位追回 {amount_fen}。原因:{reason}"
    en = "{amount_fen} of what was paid to you has been taken back. Reason: {reason}"


class PaymentInDoubt(NoticeKind):
    code = "payments.in_doubt"
    zh = "一笔 {amount_fen} 的付款发往 {gateway} 已逾 24 小时仍无结论,请人工核对后登记结果"
    en = "After 24 hours {gateway} still does not say how a payment of {amount_fen} went: ask, then record it"


class BooksDiffer(NoticeKind):
    code = "payments.books_differ"
    zh = "与 {gateway} 的每日对账有 {lines} 处不符,差额 {difference_fen},请核对"
    en = "Our books and those of {gateway} differ in {lines} places, by {difference_fen} in all: compare them"


class BookedBySchool(NoticeKind):
    code = "booking.booked_by_school"
    zh = "学校已为您报名“{title}”,{starts_on} 在{place}开课"
    en = 'Your school has booked "{title}" for you: it begins on {starts_on} at {place}'


class CompletionReported(NoticeKind):
    code = "completion.reported"
    zh = "承训单位登记您完成了“{title}”,出勤 {attended}/{meetings} 次。请确认,如不符请提出异议"
    en = 'The provider reports that you completed "{title}", present {attended} of {meetings} times: '
    en += "confirm it, or contest what is not so"


class CompletionContested(NoticeKind):
    code = "completion.contested"
    zh = "一名学员对“{title}”的完成登记提出异议。原因:{reason}"
    en = 'Somebody contests your report on "{title}". Reason: {reason}'


class CompletionVerified(NoticeKind):
    code = "completion.verified"
    zh = "您在“{title}”的完成情况已核验,学时学分已登记"
    en = 'Your completion of "{title}" has been verified and its credits registered'


class CompletionRevoked(NoticeKind):
    code = "settlement.completion_revoked"
    zh = "“{title}”的一项完成核验已被撤销。原因:{reason}"
    en = 'A verified completion of "{title}" has been revoked. Reason: {reason}'


class VoucherIssued(NoticeKind):
    code = "vouchers.issued"
    zh = "培训券 {amount_fen} 已发放,可用至 {last_on}"
    en = "A voucher of {amount_fen} has been issued: it is good until {last_on}"


class VoucherExpiring(NoticeKind):
    code = "vouchers.expiring"
    zh = "培训券还有 {free_fen} 未使用,{last_on} 是最后一天"
    en = "{free_fen} of a voucher is still free, and {last_on} is its last day"


class VoucherFrozen(NoticeKind):
    code = "vouchers.frozen"
    zh = "培训券已被冻结,暂不能选课。原因:{reason}"
    en = "A voucher has been frozen and pays for nothing new. Reason: {reason}"


class VoucherUnfrozen(NoticeKind):
    code = "vouchers.unfrozen"
    zh = "培训券已解冻,可以继续使用"
    en = "A frozen voucher may be used again"


class StatementDrawnUp(NoticeKind):
    code = "settlement.drawn_up"
    zh = "结算单已生成,共 {lines} 项、{total_fen},请逐项确认或提出异议"
    en = "A statement of {lines} lines and {total_fen} has been drawn up: accept its lines or dispute them"


class LinesDisputed(NoticeKind):
    code = "settlement.lines_disputed"
    zh = "承训单位对结算单的 {lines} 项提出异议。原因:{reason}"
    en = "The provider disputes {lines} lines of a statement. Reason: {reason}"


class LineDropped(NoticeKind):
    code = "settlement.line_dropped"
    zh = "结算单中 {amount_fen} 的一项已移出,可列入下一份结算单。原因:{reason}"
    en = (
        "A line of {amount_fen} has been taken off your statement and may stand on the next. Reason: {reason}"
    )


class PaymentFailed(NoticeKind):
    code = "settlement.failed"
    zh = "一笔 {amount_fen} 的拨付未成功,款项未划出。原因:{reason}"
    en = "A payment of {amount_fen} has failed and no money has left. Reason: {reason}"


class PayeeProposed(NoticeKind):
    code = "settlement.payee_proposed"
    zh = "贵单位的收款账户拟改为 {gateway} 尾号 {ending},待财政部门另一人审批。如有疑问请立即联系财政部门"
    en = "An account at {gateway} ending in {ending} was entered as yours and waits for a second person: "
    en += "call the finance office at once if it is not"


class PayeeApproved(NoticeKind):
    code = "settlement.payee_approved"
    zh = "贵单位的收款账户已改为 {gateway} 尾号 {ending}。如有疑问请立即联系财政部门"
    en = "From now on you are paid into the account at {gateway} ending in {ending}: "
    en += "call the finance office at once if it is not yours"


class CourseReviewed(NoticeKind):
    code = "catalogue.course_reviewed"
    zh = "课程“{title}”已通过审核"
    en = 'The course "{title}" has been reviewed and approved'


class CourseReturned(NoticeKind):
    code = "catalogue.course_returned"
    zh = "课程“{title}”被退回修改。原因:{reason}"
    en = 'The course "{title}" has been returned to be put right. Reason: {reason}'


class AccreditationApproved(NoticeKind):
    code = "catalogue.accreditation_approved"
    zh = "贵单位的承训资质已获认定:{document}"
    en = "You are accredited as a provider: {document}"


class AccreditationRejected(NoticeKind):
    code = "catalogue.accreditation_rejected"
    zh = "贵单位的承训资质申请未获认定:{document}"
    en = "Your accreditation as a provider was not granted: {document}"


class LoginFromElsewhere(NoticeKind):
    code = "identity.login_from_elsewhere"
    zh = "您的账号刚从未用过的网络 {network} 登录。如非本人操作,请立即修改密码"
    en = "Somebody has logged in as you from {network}, where you never were: if it was not you, "
    en += "change your password"


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
