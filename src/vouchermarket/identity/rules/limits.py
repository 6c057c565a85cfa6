"""How guessing is slowed: per user name and per address, known or not, right or wrong."""

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from vouchermarket.kit.refusal import Kind, Refusal

# So many failures cost nothing: people mistype.
FREE_FAILURES = 5
# Nobody failed for so long: the count begins anew.
FORGOTTEN_AFTER = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=5)
# A whole school may come from one address: there the wait stays short, yet long enough to make a list of
# passwords useless. A user name is one person's.
LONGEST_WAIT = {"username": timedelta(minutes=15), "address": timedelta(seconds=30)}
_DOUBLINGS_MAX = 10
_SECOND = timedelta(seconds=1)


class TooManyAttempts(Refusal):
    """Said alike to whoever guesses and to whoever is right: while it is said, nothing is tried."""

    code = "too_many_attempts"
    kind = Kind.SLOWED
    zh = "登录失败次数过多,请在 {wait_seconds} 秒后再试"
    en = "Too many attempts have failed: the next one is taken in {wait_seconds} seconds"
    remedy_zh = "请稍候;忘记密码的,请本局管理员重设"
    remedy_en = "Wait; if the password is forgotten, ask the bureau's administrator for a new one"


class Failures(msgspec.Struct, frozen=True):
    """How often attempts failed under one user name or from one address (`kind`), and when last."""

    kind: str
    number: int
    last_at: datetime


def unhindered(failures: Iterable[Failures], now: datetime) -> None:
    """Refuses `TooManyAttempts` with the wait that is left, in whole seconds."""
    slow = [each for each in failures if each.number >= FREE_FAILURES]
    left = max((each.last_at + _wait(each) - now for each in slow), default=timedelta())
    if left > timedelta():
        raise TooManyAttempts(wait_seconds=-(-left // _SECOND))


def one_more(failures: Failures, now: datetime) -> int:
    """The number of failures with the one of now."""
    return 1 if now >= failures.last_at + FORGOTTEN_AFTER else failures.number + 1


def network(address: str) -> str:
    """What counts as one address: of IPv6 the /64 that one household or school has to itself."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address


def _wait(failures: Failures) -> timedelta:
    doublings = min(failures.number - FREE_FAILURES, _DOUBLINGS_MAX)
    return min(FIRST_WAIT * 2**doublings, LONGEST_WAIT[failures.kind])
