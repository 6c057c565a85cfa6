"""The voucher market's questions to the pack: `wallet`, `fund_line`, `attendance_share`."""

from fractions import Fraction

from vouchermarket.policies.rules.kinds.market import FundLine, Wallet
from vouchermarket.policies.rules.pack import Pack
from vouchermarket.policies.rules.refusals import FundLineUnknown, HolderNotEntitled
from vouchermarket.policies.structs import Holder, Tier


def wallet(pack: Pack, holder_kind: Holder, is_direct: bool) -> Wallet:
    """The row that entitles a teacher or a school to hold vouchers.

    Raises `HolderNotEntitled` with the row's clause (ZZ-A22), also where the pack has no vouchers at all.
    """
    row = pack.wallet
    if row is not None and row.judge(holder_kind, is_direct):
        return row
    holder = f"{holder_kind}:{'direct' if is_direct else 'county'}"
    holders = ", ".join(row.holders) if row else "-"
    raise HolderNotEntitled(holder=holder, holders=holders, clause=row.clause if row else None)


def fund_line(pack: Pack, code: str) -> FundLine:
    """One of the envelopes of ZZ-A24. Raises `FundLineUnknown`."""
    for row in pack.fund_lines:
        if row.code == code:
            return row
    raise FundLineUnknown(line=code, lines=", ".join(row.code for row in pack.fund_lines) or "-")


def attendance_share(pack: Pack, attended: int, meetings: int) -> Tier:
    """The share of price and credits that attendance earns: the best tier reached, exactly.

    A run without meetings has shown nothing and earns nothing. Below every tier: share 0.
    """
    share = Fraction(attended, meetings) if meetings else Fraction()
    reached = [tier for row in pack.attendance_tiers if (tier := row.judge(share)) is not None]
    return max(reached, key=lambda tier: tier.share, default=Tier(share=Fraction(), clause=None))
