"""Money as people type it."""

import re

_TYPED = re.compile(r"[¥¥]?\s?([0-9]{1,3}(?:[,,]?[0-9]{3}){0,3}|[0-9]{1,12})(?:[..]([0-9]{1,2}))?\s?元?")


class AmountUnclear(ValueError):
    """It is no amount with at most two decimals."""


def fen_of(text: str) -> int:
    """`"1,200"` → 120000, `"¥49.5"` → 4950. A third decimal is refused, never rounded (`AmountUnclear`)."""
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        raise AmountUnclear(text)
    whole = re.sub("[,,]", "", found[1])
    return int(whole) * 100 + int((found[2] or "").ljust(2, "0"))


def yuan_typed(fen: int) -> str:
    """120050 → `"1200.50"`: as it stands in a field."""
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)
