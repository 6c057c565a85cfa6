"""Money in integer fen, credits and hours in integer hundredths. No floats anywhere.

Outside, credits and hours are decimal strings without trailing zeros ("12", "49.5").
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from vouchermarket.kit.refusal import Kind, Refusal

FEN_MAX = 10**12
HUNDREDTHS_MAX = 10**8

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,5})(?:\.([0-9]{1,2}))?", re.ASCII)
_FRACTION = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", re.ASCII)

_FOUR_PLACES = Decimal("0.0001")
_TWO_PLACES = Decimal("0.01")


class AmountNotReadable(Refusal):
    code = "amount_not_readable"
    kind = Kind.INVALID
    zh = "“{value}”不是有效的学分或学时数:至多两位小数,不得为负"
    en = '"{value}" is no amount of credits or hours: at most two decimals, never negative'
    remedy_zh = "请填写如 12 或 49.5 的数"
    remedy_en = "Write a number such as 12 or 49.5"


def hundredths(text: str) -> int:
    """`"49.5"` → 4950. A third decimal is refused (`AmountNotReadable`), never rounded."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise AmountNotReadable(value=text[:40])
    whole, decimals = match.group(1), (match.group(2) or "").ljust(2, "0")
    return int(whole) * 100 + int(decimals)


def decimal_text(amount_hundredths: int) -> str:
    """4950 → `"49.5"`, 1200 → `"12"`."""
    whole, rest = divmod(abs(amount_hundredths), 100)
    sign = "-" if amount_hundredths < 0 else ""
    return sign + (f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole))


def fraction(text: str) -> Fraction:
    """A share written as a decimal string, exactly."""
    if _FRACTION.fullmatch(text) is None:
        raise AmountNotReadable(value=text[:40])
    return Fraction(text)


def part(fen: int, share: Fraction) -> int:
    """floor(fen × share): the captured part of a price (pro rata)."""
    return fen * share.numerator // share.denominator


def yuan(fen: int) -> str:
    """120000 → `"¥1,200.00"`."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{whole:,}.{rest:02d}"


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def four_places(share: Fraction) -> str:
    """A share as it is printed, and as nothing is decided by it: 1/7 → `"0.1429"`."""
    return str(_decimal(share).quantize(_FOUR_PLACES, ROUND_HALF_UP))


def percent(share: Fraction) -> str:
    """1/5 → `"20"`, 1/7 → `"14.29"`."""
    text = str((_decimal(share) * 100).quantize(_TWO_PLACES, ROUND_HALF_UP))
    return text.rstrip("0").rstrip(".")
