"""Targets, dates and rhythms, and what is only shown: plans, indicators, awards, open questions."""

from datetime import date
from fractions import Fraction
from typing import Literal

from msgspec import Struct, field

from vouchermarket.policies.rules.kinds.filters import Audience
from vouchermarket.policies.structs import Row
from vouchermarket.policies.structs.cited import Code, Count, Fen, Per, Share, Unit, Words


class TargetOf(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of which organisations or persons a target speaks."""

    organisations: Code | None = None
    persons: Code | None = None
    stages: tuple[Code, ...] = ()
    applies_to: Audience = Audience()


class TargetHave(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What each of them has."""

    tier_at_least: Code | None = None
    requirement: Code | None = None


class Target(Row, frozen=True, kw_only=True):
    """A share, a number or a volume to be reached by a day or by the end of the plan."""

    code: Code
    measure: Literal["coverage", "share", "count", "each_has", "volume"]
    of: TargetOf = TargetOf()
    have: TargetHave = TargetHave()
    at_least: Share | None = None
    about: Share | None = None
    tolerance: Share | None = None
    unit: Unit | None = None
    due: date | Code | None = None

    def __post_init__(self) -> None:
        if (self.at_least is None) == (self.about is None):
            raise ValueError("at_least: either at_least or about is given")

    def judge(self, value: Fraction) -> bool:
        """The value reaches the target; `about` within its tolerance, both ends in."""
        if self.about is None:
            return self.at_least is not None and value >= self.at_least
        room = self.about * (self.tolerance or Fraction())
        return self.about - room <= value <= self.about + room


class Deadline(Row, frozen=True, kw_only=True):
    """A day; `inclusive` = the named day is still in time."""

    code: Code
    on: date
    inclusive: bool
    who: Code

    def judge(self, done_on: date) -> bool:
        """Done in time."""
        return done_on < self.on or (self.inclusive and done_on == self.on)


class Rhythm(Row, frozen=True, kw_only=True):
    """Somebody does something at least so often per period."""

    code: Code
    who: Code
    at_least: Count
    per: Per

    def judge(self, times: int) -> bool:
        """Often enough."""
        return times >= self.at_least


class Membership(Row, frozen=True, kw_only=True):
    """Who belongs to something."""

    of: Code
    applies_to: Audience


class Shape(Row, frozen=True, kw_only=True):
    """The parts something has, each with its number."""

    of: Code
    who: Code | None = None
    parts: dict[str, Count]


class Appraisal(Row, frozen=True, kw_only=True):
    """Sources of an appraisal, their weights, and what never stands alone."""

    sources: tuple[Code, ...]
    weights: dict[str, Share] = field(default_factory=dict)
    never_alone: tuple[Code, ...] = ()


class Priority(Row, frozen=True, kw_only=True):
    """Who comes first."""

    order: tuple[Code, ...]
    weights: dict[str, Share] = field(default_factory=dict)


class Indicator(Row, frozen=True, kw_only=True):
    """A figure that is followed, with targets where there are any."""

    code: Code
    measures: tuple[Literal["count", "rate"], ...]
    starts_at: Share | None = None
    targets: dict[str, Share] = field(default_factory=dict)


class Award(Row, frozen=True, kw_only=True):
    """An honour: how many per period, and what it pays."""

    code: Code
    per: Per
    at_most: Count
    amount_fen: Fen


class Burden(Row, frozen=True, kw_only=True):
    """What teachers are freed from."""

    listed: tuple[Words, ...] = field(name="list")


class Sanctions(Row, frozen=True, kw_only=True):
    """How long a sanction holds and who gives it."""

    per: Per
    censured_by: Code


class OpenQuestion(Row, frozen=True, kw_only=True):
    """What the document leaves open and no other row answers, and how it is read meanwhile."""

    code: Code
    question: Words
    reading: Words
