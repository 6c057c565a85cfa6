"""The voucher market: who holds what, and the bureau's choices where the document is silent."""

from fractions import Fraction
from typing import Literal

from msgspec import Struct

from vouchermarket.policies.structs import Holder, Person, Row, Tier
from vouchermarket.policies.structs.cited import Code, Count, Fen, Share, Words


class Name(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A name in both languages."""

    zh: Words
    en: Words


class Wallet(Row, frozen=True, kw_only=True):
    """Who may hold vouchers, as `kind:affiliation`."""

    holders: tuple[Literal["school:direct", "school:county", "teacher:direct", "teacher:county"], ...]

    def judge(self, kind: Holder, is_direct: bool) -> bool:
        """Such a holder is entitled."""
        return f"{kind}:{'direct' if is_direct else 'county'}" in self.holders


class FundLine(Row, frozen=True, kw_only=True):
    """One envelope: so much per head, held by the teacher or by the teacher's school.

    `pay_order`: lines with a lower number pay first. `tiers` empty = every head counts, else heads of these.
    """

    code: Code
    name: Name
    per_capita_fen: Fen
    holder: Holder
    pay_order: Count
    tiers: tuple[Code, ...] = ()

    def includes(self, person: Person) -> bool:
        """The head counts for this line."""
        return not self.tiers or any(tier in self.tiers for tier in person.tiers)


class Voucher(Row, frozen=True, kw_only=True):
    """Until when a voucher is valid, and whether the rest goes to the next year."""

    valid_until: Literal["year_end"]
    carry_over: bool


class Booking(Row, frozen=True, kw_only=True):
    """Limits per person, None = no limit; and whether two bookings may overlap in time."""

    per_year_at_most: Count | None = None
    per_term_at_most: Count | None = None
    clash: Literal["refused", "allowed"]


class Cancellation(Row, frozen=True, kw_only=True):
    """Free until so many hours before the first meeting; later refused, or free as well."""

    free_until_hours: Count
    late: Literal["refused", "free"]


class AttendanceTier(Row, frozen=True, kw_only=True):
    """From this share of meetings on, this share of price and credits."""

    at_least: Share
    share: Share

    def __post_init__(self) -> None:
        if max(self.share, self.at_least) > 1:
            raise ValueError("share: a share of meetings, price or credits is at most 1")

    def judge(self, attended: Fraction) -> Tier | None:
        """The tier where it is reached."""
        return Tier(share=self.share, clause=self.clause) if attended >= self.at_least else None


class Confirmation(Row, frozen=True, kw_only=True):
    """A report not answered for so many days is confirmed."""

    silence_days: Count


class PriceCeiling(Row, frozen=True, kw_only=True):
    """The highest price of a place, for some types or for all."""

    code: Code
    types: tuple[Code, ...] = ()
    fund_lines: tuple[Code, ...] = ()
    at_most_fen: Fen
