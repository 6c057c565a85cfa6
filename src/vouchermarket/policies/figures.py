"""Shares as people read them. They are printed and decide nothing; verdicts rest on exact fractions."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

FOUR_PLACES = Decimal("0.0001")
TWO_PLACES = Decimal("0.01")


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def four_places(share: Fraction) -> str:
    """1/7 → `"0.1429"`."""
    return str(_decimal(share).quantize(FOUR_PLACES, ROUND_HALF_UP))


def percent(share: Fraction) -> str:
    """1/5 → `"20"`, 1/7 → `"14.29"`."""
    text = str((_decimal(share) * 100).quantize(TWO_PLACES, ROUND_HALF_UP))
    return text.rstrip("0").rstrip(".")
