"""One-time codes on paper: how they are written, how long they are good."""

from datetime import datetime, timedelta

from vouchermarket.kit.refusal import Kind, Refusal

# Long enough for a school to hand out a term's slips; whoever loses one asks for another, which ends it.
CODE_GOOD_FOR = timedelta(days=14)
# No sign that is read as another (0 and O, 1 and I and L): 30 of them, 20 signs are 98 bits.
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
CODE_SIGNS = 20
GROUP = 4


class CodeNotGood(Refusal):
    """One answer for an unknown user, a wrong code, a used one and one that is too old."""

    code = "code_not_good"
    kind = Kind.UNAUTHENTICATED
    zh = "用户名或一次性登录码不正确,或登录码已用过、已过期"
    en = "The user name or the one-time code is not right, or the code was used or is too old"
    remedy_zh = "请核对纸条上的内容,或请学校或管理员重新开具一个登录码"
    remedy_en = "Check the slip, or ask the school or the administrator for another code"


def printed_code(signs: str) -> str:
    """A code as it is printed: five groups of four signs."""
    return "-".join(signs[place : place + GROUP] for place in range(0, CODE_SIGNS, GROUP))


def plain_code(typed: str) -> str:
    """What was typed, without the marks between the groups, in capitals."""
    return "".join(typed.upper().split()).replace("-", "")[:64]


def is_good(expires_at: datetime, used_at: datetime | None, now: datetime) -> bool:
    """Not used yet, and not past its time."""
    return used_at is None and now < expires_at
