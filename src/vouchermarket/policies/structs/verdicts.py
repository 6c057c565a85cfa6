"""What judging answers. Amounts are integer hundredths; `rules.shown` writes them as decimal strings."""

from datetime import date
from fractions import Fraction
from typing import Any, Literal

from msgspec import Struct

from vouchermarket.policies.structs.cited import Body, SetsAside, Unit
from vouchermarket.policies.structs.facts import Entry

Why = Literal[
    "not_approved",
    "after_as_of",
    "not_registered",
    "outside_cycle",
    "evidence_incomplete",
    "no_separate_credit",
    "once",
    "cap_per_component",
    "cap_per_term",
    "cap_per_year",
    "cap_per_cycle",
]


class Finding(Struct, frozen=True, kw_only=True):
    """Something is not met: the rule, a text by `code` over `facts` (`rules.findings`), and its remedy."""

    rule: str | None
    code: str
    facts: dict[str, Any]


class Counted(Struct, frozen=True, kw_only=True):
    """One entry after judging.

    `counted_hundredths` enters sums of year and cycle; `seen_hundredths` enters duties with a period of
    their own, which also see what lies outside every cycle; `registered_hundredths` is the amount before
    caps cut it. All in the entry's own unit.
    """

    index: int
    entry: Entry
    counted_hundredths: int
    seen_hundredths: int
    registered_hundredths: int
    why: Why | None = None


class Verdict(Struct, frozen=True, kw_only=True):
    """A requirement judged: in [begins_on, ends_on), None = without bound. An exempted one is met."""

    code: str
    rule: str | None
    unit: Unit
    counted_hundredths: int
    at_least_hundredths: int
    met: bool
    begins_on: date | None = None
    ends_on: date | None = None
    closed: bool = True
    exempted: bool = False
    type: str | None = None
    finding: Finding | None = None


class YearRow(Struct, frozen=True, kw_only=True):
    """One calendar year of the cycle; `closed` from 31 December on."""

    year: int
    verdict: Verdict


class CycleRow(Struct, frozen=True, kw_only=True):
    """One cycle: the plain sum in its unit, the general requirement where there is one, then the parts."""

    code: str
    rule: str | None
    counted_hundredths: int
    general: Verdict | None
    mandatory: tuple[Verdict, ...]


class Evaluation(Struct, frozen=True, kw_only=True):
    """A person judged as of a day. `may_graduate` is None where the pack knows no graduation."""

    person: str
    as_of: date
    years: tuple[YearRow, ...]
    cycles: tuple[CycleRow, ...]
    obligations: tuple[Verdict, ...]
    entries: tuple[Counted, ...]
    may_graduate: bool | None
    findings: tuple[Finding, ...]


class SchoolVerdict(Struct, frozen=True, kw_only=True):
    """A school's year: who missed, of how many, and what follows."""

    year: int
    numerator: int
    denominator: int
    at_least: Fraction | None
    inclusive: bool
    triggered: bool
    sanctions: tuple[str, ...]
    rule: str | None
    finding: Finding

    @property
    def share(self) -> Fraction | None:
        """Exactly; None where nobody is included."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


class FundingFinding(Struct, frozen=True, kw_only=True):
    """A budget judged by one row. Shares where the row speaks of a share, fen where it names a sum."""

    rule: str | None
    measure: str
    verdict: Literal["ok", "below_floor", "above_band", "off_purpose", "no_base"]
    share: Fraction | None = None
    at_least: Fraction | None = None
    at_most: Fraction | None = None
    amount_fen: int | None = None
    at_least_fen: int | None = None
    purpose: str | None = None


class Authority(Struct, frozen=True, kw_only=True):
    """Who registers and who reviews. `reviewer` "none": recorded, earns nothing, nothing to review."""

    registrar: Body
    reviewer: Body
    clause: str | None
    sets_aside: SetsAside | None = None

    @property
    def needs_two_persons(self) -> bool:
        """One body sits in both seats: then two of its persons do."""
        return self.registrar == self.reviewer


class Admission(Struct, frozen=True, kw_only=True):
    """A course of this kind may be registered for this person; `notes` are codes of what was let pass."""

    clause: str | None
    notes: tuple[str, ...] = ()


class Tier(Struct, frozen=True, kw_only=True):
    """Share of price and credits earned by attendance."""

    share: Fraction
    clause: str | None
