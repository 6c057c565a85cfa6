"""Letters: who gets one, what stands in it, when it is tried again, and the code that proves an address."""

import hmac
from datetime import datetime, timedelta

from vouchermarket.kit.letters import one_line, without_numbers
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.notices.structs import Language

CODE_DIGITS = 6
CODE_LIVES = timedelta(minutes=30)
CODE_TRIES_MAX = 5
CODE_EVERY = timedelta(minutes=1)

LEASE = timedelta(minutes=10)
# Doubling from a minute to six hours: the last attempt is made about a day after the first.
ATTEMPTS_MAX = 12
PUT_OFF_MAX = timedelta(hours=6)
# Nobody wants a pile of old letters on the day a mail server is set up.
TOO_LATE = timedelta(days=3)

_WORDS = {
    Language.ZH: (
        "{name},您好:\n\n{text}\n{code}\n查看:{link}\n\n"
        "本信由{bureau}培训券系统自动发出,请勿回复。如不再需要邮件,可在通知页关闭。\n"
    ),
    Language.EN: (
        "Dear {name},\n\n{text}\n{code}\nSee: {link}\n\n"
        "Sent by the training vouchers of {bureau}; nobody reads an answer. "
        "You can turn letters off on the page of notices.\n"
    ),
}
_CODE_WORDS = {
    Language.ZH: "\n验证码:{code}({minutes} 分钟内有效)\n",
    Language.EN: "\nCode: {code} (good for {minutes} minutes)\n",
}


class MailAddressNotRight(Refusal):
    code = "mail_address_not_right"
    kind = Kind.INVALID
    zh = "这不是可用的邮箱地址"
    en = "This is no mail address that letters could go to"
    remedy_zh = "请填写形如 zhangsan@example.cn 的地址"
    remedy_en = "Give an address such as zhangsan@example.cn"


class MailCodeJustSent(Refusal):
    code = "mail_code_just_sent"
    kind = Kind.CONFLICT
    zh = "验证码刚刚发出"
    en = "A code was sent a moment ago"
    remedy_zh = "请一分钟后再试"
    remedy_en = "Try again in a minute"


class MailCodeNotRight(Refusal):
    """One answer for a wrong code, an old one, and one tried too often."""

    code = "mail_code_not_right"
    kind = Kind.INVALID
    zh = "验证码不正确或已失效"
    en = "The code is not right, or no longer good"
    remedy_zh = "请核对邮件中的验证码,或重新填写邮箱获取新的验证码"
    remedy_en = "Look at the letter again, or enter the address anew for another code"


def not_too_soon(entered_at: datetime | None, now: datetime) -> None:
    """Refuses `MailCodeJustSent`: nobody is flooded with codes in our name."""
    if entered_at is not None and now < entered_at + CODE_EVERY:
        raise MailCodeJustSent


def code_is_right(sent: str | None, typed: str, tries: int, entered_at: datetime, now: datetime) -> bool:
    """Whether the typed code is the one that was sent, in time and not after too many guesses."""
    if sent is None or tries >= CODE_TRIES_MAX or now >= entered_at + CODE_LIVES:
        return False
    return hmac.compare_digest(sent.encode(), typed.strip().encode())


def masked(address: str) -> str:
    """`z***@example.cn`: enough to know one's own."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}***@{domain}"


def put_off(attempts: int) -> timedelta:
    """How long a letter waits after its n-th failure."""
    return min(timedelta(minutes=2 ** (attempts - 1)), PUT_OFF_MAX)


def body(text: str, language: Language, *, name: str, bureau: str, link: str, code: str | None = None) -> str:
    """What stands in a letter: the notice's own words, no long number of anybody, one link of ours."""
    line = _CODE_WORDS[language].format(code=code, minutes=int(CODE_LIVES.total_seconds()) // 60)
    return _WORDS[language].format(
        name=one_line(name),
        text=without_numbers(text),
        code=line if code else "",
        link=link,
        bureau=one_line(bureau),
    )


def subject(text: str, bureau: str) -> str:
    """The beginning of the notice under the name of the bureau, on one line."""
    return one_line(f"[{bureau}] {without_numbers(text)}")
