"""How people come in: passwords worth the name, logins that end, tokens that say their bureau."""

import functools
import re
import unicodedata
from datetime import datetime, timedelta

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from vouchermarket.kit.refusal import Kind, Refusal

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# Being seen is written down this often, so that reading a page is not a write.
SEEN_EVERY = timedelta(minutes=1)

_BEARER = re.compile(r"vm_([a-z0-9][a-z0-9-]{0,30})_([A-Za-z0-9_-]{1,100})", re.ASCII)

PASSWORD_LENGTHS = range(8, 129)


class SignInNeeded(Refusal):
    """One answer for no token, a wrong, an ended and another bureau's one."""

    code = "sign_in_needed"
    kind = Kind.UNAUTHENTICATED
    zh = "请先登录,或提供有效的访问令牌"
    en = "Log in first, or send a bearer token that is in force"
    remedy_zh = "请重新登录"
    remedy_en = "Log in again"


class LoginRefused(Refusal):
    """One answer for an unknown user, a wrong password and a disabled one."""

    code = "login_refused"
    kind = Kind.UNAUTHENTICATED
    zh = "用户名或密码不正确"
    en = "The user name or the password is not right"
    remedy_zh = "请核对后再试,或请本局管理员重设密码"
    remedy_en = "Check both and try again, or ask the bureau's administrator for a new password"


class PasswordLengthOut(Refusal):
    code = "password_length_out"
    kind = Kind.INVALID
    zh = "密码须为 {least} 至 {most} 个字符"
    en = "A password has {least} to {most} characters"
    remedy_zh = "请换一个密码,可以用中文和空格"
    remedy_en = "Choose another; Chinese and spaces are welcome"


class PasswordCommon(Refusal):
    code = "password_common"
    kind = Kind.INVALID
    zh = "这个密码太常见,容易被猜中"
    en = "This password is among the first ones that would be guessed"
    remedy_zh = "请换一个密码,例如一句只有您知道的话"
    remedy_en = "Choose another, for instance a sentence only you know"


class UsernameTaken(Refusal):
    code = "username_taken"
    kind = Kind.CONFLICT
    zh = "用户名“{username}”已有人使用"
    en = "The user name '{username}' belongs to somebody else"
    remedy_zh = "请换一个用户名"
    remedy_en = "Choose another user name"


def readable(password: str) -> str:
    """The same password from every keyboard: full-width and composed characters become one form."""
    return unicodedata.normalize("NFKC", password)


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])


def acceptable(password: str, username: str) -> None:
    """Refuses `PasswordLengthOut` and `PasswordCommon`: length and lists, no rules about kinds of letters."""
    written = readable(password)
    if len(written) not in PASSWORD_LENGTHS:
        raise PasswordLengthOut(least=PASSWORD_LENGTHS.start, most=PASSWORD_LENGTHS.stop - 1)
    plain = written.casefold().strip()
    if plain in _common() or plain == username.casefold() or len(set(plain)) < 3:
        raise PasswordCommon


def in_force(opened_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """A login ends thirty minutes after it was last used and twelve hours after it was opened."""
    return now < seen_at + IDLE and now < opened_at + ABSOLUTE


def bearer(bureau_code: str, secret: str) -> str:
    """The token as it is written: `vm_{bureau code}_{secret}`."""
    return f"vm_{bureau_code}_{secret}"


def parts_of_bearer(token: str) -> tuple[str, str] | None:
    """The bureau's code and the secret of a token, or None when it is none of ours."""
    found = _BEARER.fullmatch(token)
    return (found[1], found[2]) if found else None
