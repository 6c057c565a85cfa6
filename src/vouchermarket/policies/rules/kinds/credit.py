"""What entries earn: types, caps, conversions, evidence, prerequisites, windows, and Table 1 as printed."""

from datetime import date
from fractions import Fraction
from typing import Literal

from msgspec import field

from vouchermarket.policies.rules.kinds.filters import Counts, TypeAudience
from vouchermarket.policies.structs import Counted, Entry, Finding, Person, Row
from vouchermarket.policies.structs.cited import (
    Code,
    Count,
    Gate,
    Hundredths,
    Level,
    Mode,
    MonthDay,
    Share,
    Unit,
    Words,
)

Organiser = Literal["school", "training_body", "base", "studio", "university"]


class TrainingType(Row, frozen=True, kw_only=True):
    """What a type is registered as and earns.

    `levels` or `modes` empty = the row names none of the shared codes. `earns` amount: what was registered;
    fixed: `fixed`, once per document or per person; none: recorded, no separate credit.
    """

    code: Code
    name: Words
    group: Code
    levels: tuple[Level, ...] = ()
    modes: tuple[Mode, ...] = ()
    organisers: tuple[Organiser, ...] = ()
    unit: Unit
    earns: Literal["amount", "fixed", "none"] = "amount"
    fixed_hundredths: Hundredths | None = field(name="fixed", default=None)
    per: Literal["document", "person"] | None = None
    audience: TypeAudience = TypeAudience()

    def __post_init__(self) -> None:
        if (self.earns == "fixed") != (self.fixed_hundredths is not None):
            raise ValueError("fixed: is given exactly where earns is fixed")
        if (self.earns == "fixed") != (self.per is not None):
            raise ValueError("per: is given exactly where earns is fixed")
        if self.unit is Unit.ACTIVITY:
            raise ValueError("unit: a type earns credits or hours; activities are converted")

    def earned(self, amount_hundredths: int) -> int:
        """What an amount earns, in hundredths of the type's unit, before caps."""
        if self.earns == "none":
            return 0
        return (
            amount_hundredths
            if self.fixed_hundredths is None
            else min(amount_hundredths, self.fixed_hundredths)
        )

    def once_key(self, entry: Entry) -> str:
        """A fixed type counts once per key; entries without `document` share one (S9)."""
        return entry.document or "" if self.per == "document" else ""


class Cap(Row, frozen=True, kw_only=True):
    """Cuts, never refuses (S1): of what `counts` names, at most so much per period."""

    code: Code
    counts: Counts = Counts()
    unit: Unit
    per: Literal["term", "year", "cycle", "document"]
    at_most_hundredths: Hundredths = field(name="at_most")
    why: Literal["once", "cap_per_component", "cap_per_term", "cap_per_year", "cap_per_cycle"]


class Conversion(Row, frozen=True, kw_only=True):
    """From a day on, `from_unit` adds to sums of `to_unit` by a factor; nothing else mixes units (S5)."""

    counts: Counts = Counts()
    from_unit: Unit
    to_unit: Unit
    factor: Share
    begins_on: date = field(name="from")
    ends_on: date | None = field(name="to", default=None)

    def __post_init__(self) -> None:
        if self.from_unit == self.to_unit:
            raise ValueError("to_unit: is the same as from_unit")
        if self.ends_on is not None and self.ends_on <= self.begins_on:
            raise ValueError("to: must be after from")

    def judge(self, entry: Entry, unit: Unit) -> Fraction | None:
        """The factor by which the entry adds to a sum of `unit`; None where the row does not speak of it."""
        in_force = self.begins_on <= entry.on and (self.ends_on is None or entry.on < self.ends_on)
        speaks = entry.unit == self.from_unit and unit == self.to_unit and self.counts.holds(entry)
        return self.factor if in_force and speaks else None


class Evidence(Row, frozen=True, kw_only=True):
    """What an approved entry without complete evidence does: uncounted, or fails the person too.

    `joined_by` either: missing evidence alone fails; both: only together with an unmet requirement.
    """

    missing: Literal["fails_person", "uncounted"]
    joined_by: Literal["either", "both"] = "either"
    gate: Gate = "graduation"

    def judge(self, counted: tuple[Counted, ...], requirements_met: bool) -> Finding | None:
        """A finding where the person fails by it."""
        lacking = sum(one.why == "evidence_incomplete" for one in counted)
        if self.missing == "uncounted" or not lacking or (self.joined_by == "both" and requirements_met):
            return None
        return Finding(rule=self.clause, code="evidence_missing", facts={"entries": lacking})


class Prerequisite(Row, frozen=True, kw_only=True):
    """A fact without which entries do not count, or which stands before graduation.

    `fact` is `registered`, or a key of `person.facts` ("plan_approved", "exam_passed:ed_tech"). A fact the
    person's file does not speak of is taken as `assumed`.
    """

    fact: Words
    gate: Gate
    entries_without: Literal["counted", "uncounted"] = "counted"
    assumed: bool = True

    def holds(self, person: Person) -> bool:
        """The fact is there, or assumed."""
        if self.fact == "registered":
            return person.registered
        return person.facts.get(self.fact, self.assumed)

    def judge(self, person: Person) -> Finding | None:
        """A finding where the fact is missing."""
        if self.holds(person):
            return None
        return Finding(rule=self.clause, code="fact_missing", facts={"fact": self.fact})


class Window(Row, frozen=True, kw_only=True):
    """So many applications per period, in the months named; no months = any."""

    code: Code
    types: tuple[Code, ...]
    times: Count
    per: Literal["term", "year", "cycle"]
    months: tuple[Count, ...] = ()

    def is_open(self, on: date, times_before: int) -> bool:
        """One more application may be made on that day."""
        return times_before < self.times and (not self.months or on.month in self.months)


class Term(Row, frozen=True, kw_only=True):
    """School terms as month-days, half-open; together they cover the year, autumn passing its end."""

    spring: tuple[MonthDay, MonthDay]
    autumn: tuple[MonthDay, MonthDay]

    def __post_init__(self) -> None:
        (spring_begins, spring_ends), (autumn_begins, autumn_ends) = self.spring, self.autumn
        if spring_begins >= spring_ends:
            raise ValueError("spring: must end after it begins")
        if (autumn_begins, autumn_ends) != (spring_ends, spring_begins):
            raise ValueError("autumn: must run from the end of spring to its beginning")


class CreditTable(Row, frozen=True, kw_only=True):
    """The head of the table that assigns types, levels and bodies."""

    columns: tuple[Words, ...]


class CreditRow(Row, frozen=True, kw_only=True):
    """A row of it as printed. `{requirement.ed_tech}` stands for that row's number, so that both agree."""

    types: tuple[Code, ...]
    cells: tuple[str, ...]
