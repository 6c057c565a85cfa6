"""What a person owes: requirements, and what they are judged against."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Literal

from msgspec import Struct, field

from vouchermarket.kit import calendar
from vouchermarket.kit.money import decimal_text, part
from vouchermarket.policies.rules.kinds.credit import Conversion
from vouchermarket.policies.rules.kinds.filters import Audience, Counts, Cycle
from vouchermarket.policies.structs import Counted, Entry, Exemption, Finding, Person, Row, Unit, Verdict
from vouchermarket.policies.structs.cited import Code, Count, Gate, Hundredths, RuleId, Words

PeriodKind = Literal[
    "cycle",
    "year",
    "trailing",
    "since_appointment",
    "until_months_after_joining",
    "before_joining",
    "ever",
]


class PartPeriod(Row, frozen=True, kw_only=True):
    """How a first year and a late entry are judged; leave is an exemption that names the rule (S22)."""

    first_year: Literal["judged", "pro_rata", "exempt"] = "judged"
    leave: Literal["judged"] = "judged"
    part_cycle: Literal["judged", "pro_rata"] = "judged"


class RuleExemption(Row, frozen=True, kw_only=True):
    """Persons the document itself leaves out of a rule; judged as an exemption where it was registered."""

    rule: RuleId
    persons: Count | None = None
    reason: Words


class Period(Struct, frozen=True):
    """[begins_on, ends_on), None = without bound; `closed` = nothing can be added any more."""

    begins_on: date | None = None
    ends_on: date | None = None
    closed: bool = True

    def holds(self, on: date) -> bool:
        """The day lies in it."""
        begun = self.begins_on is None or self.begins_on <= on
        return begun and (self.ends_on is None or on < self.ends_on)


class Standing(Struct, frozen=True, kw_only=True):
    """A person with entries already counted (caps applied), as of a day, in the cycle that is judged."""

    person: Person
    as_of: date
    cycle: Cycle | None
    counted: tuple[Counted, ...]
    conversions: tuple[Conversion, ...]
    part_period: PartPeriod | None

    def in_unit(self, entry: Entry, amount_hundredths: int, unit: Unit) -> int:
        """What an amount adds to a sum of `unit`: itself, converted by a row in force, or nothing (S5)."""
        if entry.unit == unit:
            return amount_hundredths
        for row in self.conversions:
            factor = row.judge(entry, unit)
            if factor is not None:
                return part(amount_hundredths, factor)
        return 0

    def exempted(self, rule: str | None, period: Period) -> bool:
        """An exemption names the rule and touches the period."""
        return rule is not None and any(
            _touches(one, rule, period.begins_on, period.ends_on) for one in self.person.exemptions
        )


def _until(begins_on: date | None, ends_on: date, after: date) -> Period:
    return Period(begins_on, ends_on, closed=ends_on <= after)


def _touches(exemption: Exemption, rule: str, begins_on: date | None, ends_on: date | None) -> bool:
    return exemption.rule == rule and calendar.overlap(
        begins_on, ends_on, exemption.begins_on, exemption.ends_on
    )


class Requirement(Row, frozen=True, kw_only=True):
    """The sum of `counts` in `unit` over a period is at least so much; `single`: in one project.

    `replaces` names requirements that meeting this one would also meet; empty = none.
    """

    code: Code
    kind: Literal["sum", "single"] = "sum"
    applies_to: Audience = Audience()
    counts: Counts = Counts()
    unit: Unit
    at_least_hundredths: Hundredths = field(name="at_least")
    period: PeriodKind
    years: Count | None = None
    months: Count | None = None
    gate: Gate
    judged_from: date | None = None
    replaces: tuple[Code, ...] = ()

    def __post_init__(self) -> None:
        if (self.period in {"trailing", "since_appointment"}) != (self.years is not None):
            raise ValueError("years: is given exactly for periods trailing and since_appointment")
        if (self.period == "until_months_after_joining") != (self.months is not None):
            raise ValueError("months: is given exactly for period until_months_after_joining")
        if self.judged_from is not None and self.period != "year":
            raise ValueError("judged_from: is given for period year only")

    def judge(self, standing: Standing, year: int | None = None) -> Verdict:
        """The verdict with the facts used, and the finding where it is not met. `year` for period year."""
        period = self.period_of(standing, year)
        counted = self._counted(standing, period)
        at_least = self._at_least(standing, period)
        exempted = standing.exempted(self.clause, period) or self._first_year_exempt(standing, year)
        met = exempted or counted >= at_least
        return Verdict(
            code=self.code,
            rule=self.clause,
            unit=self.unit,
            counted_hundredths=counted,
            at_least_hundredths=at_least,
            met=met,
            begins_on=period.begins_on,
            ends_on=period.ends_on,
            closed=period.closed,
            exempted=exempted,
            type=_only(self.counts.types),
            finding=None if met else self._finding(standing, period, counted, at_least),
        )

    def period_of(self, standing: Standing, year: int | None) -> Period:
        """The days whose entries count. A trailing window ends on the as-of day, which it includes (S21)."""
        after = standing.as_of + calendar.DAY
        match self.period:
            case "year":
                begins = calendar.first_of_year(standing.as_of.year if year is None else year)
                return _until(begins, calendar.years_after(begins, 1), after)
            case "cycle":
                cycle = standing.cycle
                return _until(cycle.begins_on, cycle.ends_on, after) if cycle else Period()
            case "trailing" | "since_appointment":
                return self._last_years(standing, after)
            case "until_months_after_joining":
                anniversary = calendar.months_after(standing.person.joined_on, self.months or 0)
                return _until(None, anniversary + calendar.DAY, after)
            case "before_joining":
                return _until(None, standing.person.joined_on, after)
            case "ever":
                return Period()

    def _last_years(self, standing: Standing, after: date) -> Period:
        begins = calendar.years_after(after, -(self.years or 0))
        appointed = standing.person.appointed_on
        if self.period == "since_appointment" and appointed is not None and begins < appointed:
            return Period(appointed, after, closed=False)
        return Period(begins, after)

    def _counted(self, standing: Standing, period: Period) -> int:
        if self.kind == "single":
            return self._largest(standing, period)
        # Years and cycles see what counts in a cycle; duties with a period of their own also what lies
        # outside every cycle (S3).
        in_cycle = self.period in {"year", "cycle"}
        return sum(
            standing.in_unit(
                one.entry, one.counted_hundredths if in_cycle else one.seen_hundredths, self.unit
            )
            for one in self._meant(standing, period)
        )

    def _largest(self, standing: Standing, period: Period) -> int:
        # One piece is judged before caps cut it, or a cap on the year would break every long course (S25).
        sums: dict[str, int] = {}
        for one in self._meant(standing, period):
            piece = one.entry.project or f"#{one.index}"
            amount = standing.in_unit(one.entry, one.registered_hundredths, self.unit)
            sums[piece] = sums.get(piece, 0) + amount
        return max(sums.values(), default=0)

    def _meant(self, standing: Standing, period: Period) -> Iterator[Counted]:
        return (
            one for one in standing.counted if period.holds(one.entry.on) and self.counts.holds(one.entry)
        )

    def _at_least(self, standing: Standing, period: Period) -> int:
        rule = standing.part_period
        begins, ends, joined = period.begins_on, period.ends_on, standing.person.joined_on
        if rule is None or begins is None or ends is None or not begins < joined < ends:
            return self.at_least_hundredths
        mode = {"year": rule.first_year, "cycle": rule.part_cycle}.get(self.period)
        if mode != "pro_rata":
            return self.at_least_hundredths
        return part(self.at_least_hundredths, Fraction((ends - joined).days, (ends - begins).days))

    def _first_year_exempt(self, standing: Standing, year: int | None) -> bool:
        rule = standing.part_period
        return (
            rule is not None
            and rule.first_year == "exempt"
            and self.period == "year"
            and year == standing.person.joined_on.year
        )

    def _finding(self, standing: Standing, period: Period, counted: int, at_least: int) -> Finding:
        facts = {
            "counted": decimal_text(counted),
            "at_least": decimal_text(at_least),
            "missing": decimal_text(at_least - counted),
            "unit": self.unit,
        }
        if self.period == "year" and period.begins_on is not None:
            return Finding(
                rule=self.clause, code="year_short", facts={**facts, "year": str(period.begins_on.year)}
            )
        if self.period == "cycle" and standing.cycle is not None:
            code = "cycle_short" if self.counts.is_general else "part_short"
            facts |= {"cycle": standing.cycle.code, "ends_on": str(standing.cycle.ends_on)}
            return Finding(rule=self.clause, code=code, facts={**facts, "requirement": self.code})
        return Finding(rule=self.clause, code="duty_short", facts={**facts, "requirement": self.code})


def _only(types: tuple[str, ...]) -> str | None:
    return types[0] if len(types) == 1 else None
