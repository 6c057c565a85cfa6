"""Facts that are judged: a person with entries, a school's roll, a budget. Shapes of the JSON files too."""

from datetime import date
from typing import Literal

from msgspec import Struct, field

from vouchermarket.policies.structs.cited import (
    Code,
    Count,
    Fen,
    Hundredths,
    Level,
    Mode,
    Post,
    RuleId,
    Status,
    TermCode,
    Unit,
    Words,
)


class Affiliation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The school a person belongs to on the day of judging."""

    is_direct: bool
    id: str | None = None
    kind: Code | None = None
    rural: bool = False


class Exemption(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody approved that `rule` does not bind this person in [from, to); no `to` = until revoked."""

    rule: RuleId
    begins_on: date = field(name="from")
    ends_on: date | None = field(name="to", default=None)
    reason: Words
    approved_by: Words

    def __post_init__(self) -> None:
        if self.ends_on is not None and self.ends_on <= self.begins_on:
            raise ValueError("to: must be after from")


class Person(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Facts of the as-of day. `facts` holds what only some packs ask ("exam_passed:ed_tech")."""

    id: Words
    born_on: date
    sex: Literal["female", "male"]
    joined_on: date
    posts: tuple[Post, ...] = ()
    tiers: tuple[Code, ...] = ()
    school: Affiliation
    registered: bool = True
    appointed_on: date | None = None
    exemptions: tuple[Exemption, ...] = ()
    facts: dict[str, bool] = field(default_factory=dict)


class Entry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One registered credit entry. `amount_hundredths` is written `amount = "12"` outside."""

    type: Code
    amount_hundredths: Hundredths = field(name="amount")
    unit: Unit
    on: date
    evidence_complete: bool
    status: Status
    term: TermCode | None = None
    mode: Mode | None = None
    level: Level | None = None
    document: Words | None = None
    project: Words | None = None
    category: Words | None = None
    tags: tuple[str, ...] = ()


class Transcript(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """teacher.json"""

    person: Person
    entries: tuple[Entry, ...]


class SchoolFacts(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`attitude_case`: an officer found, with evidence, what ZZ-A26 names."""

    id: str | None = None
    is_direct: bool | None = None
    kind: Code | None = None
    rural: bool = False
    attitude_case: bool = False


class RollRow(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A teacher of the school: credits counted in the year, or a verdict already reached."""

    id: Words
    counted_hundredths: Hundredths | None = field(name="counted", default=None)
    qualified: bool | None = None
    included: bool = True


class Roll(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """school.json"""

    school: SchoolFacts
    teachers: tuple[RollRow, ...]


class Spent(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One expense of a listed fund."""

    line: Code
    purpose: Words
    amount_fen: Fen


class Budget(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """budget.json: bases and what was set aside for training, in fen. What is absent is not judged."""

    year: Count | None = None
    plan_year: Code | None = None
    payroll_fen: Fen | None = None
    training_from_payroll_fen: Fen | None = None
    public_funds_fen: Fen | None = None
    training_from_public_funds_fen: Fen | None = None
    training_fund_fen: Fen | None = None
    spent: tuple[Spent, ...] = ()
    rural: bool = False
