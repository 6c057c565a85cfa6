"""Coming in by an identity provider of the city: what its answer has to hold, and who that is here."""

from collections.abc import Mapping
from typing import Any

from vouchermarket.kit.refusal import Kind, Refusal

# A second factor shown elsewhere, as the provider's `amr` tells it (RFC 8176).
STRONG = frozenset({"mfa", "otp", "hwk", "swk", "sms", "fpt", "face"})


class OutsideAnswerNotRight(Refusal):
    """One answer for a forged, a replayed, an expired one, and one that was meant for somebody else."""

    code = "outside_answer_not_right"
    kind = Kind.UNAUTHENTICATED
    zh = "统一身份认证的应答无效、已过期或已使用"
    en = "The answer of the identity provider is not valid, is too old, or was used"
    remedy_zh = "请从登录页重新进入统一身份认证"
    remedy_en = "Begin anew from the sign-in page"


class PersonNotKnownHere(Refusal):
    code = "person_not_known_here"
    kind = Kind.UNAUTHENTICATED
    zh = "统一身份认证中的“{name}”不在本局名册上"
    en = "'{name}', as the identity provider names you, is not on this bureau's roster"
    remedy_zh = "请学校或管理员核对名册上的编号"
    remedy_en = "Ask your school or the administrator to check your code on the roster"


class OutsideNotOffered(Refusal):
    code = "outside_not_offered"
    kind = Kind.MISSING
    zh = "本系统没有接入统一身份认证"
    en = "No identity provider is connected here"
    remedy_zh = "请用用户名和密码登录"
    remedy_en = "Sign in with user name and password"


class OutsideSilent(Refusal):
    code = "outside_silent"
    kind = Kind.BUSY
    zh = "统一身份认证暂时没有应答"
    en = "The identity provider does not answer right now"
    remedy_zh = "请稍后再试,或用用户名和密码登录"
    remedy_en = "Try again in a while, or sign in with user name and password"


def shows_second_factor(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that more than a password was asked for."""
    told = claims.get("amr", ())
    return isinstance(told, list) and any(one in STRONG for one in told if isinstance(one, str))
