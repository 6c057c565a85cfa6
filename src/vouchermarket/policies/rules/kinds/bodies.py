"""Schools, bodies and budgets: who registers and reviews, what 20 % trigger, what must be set aside."""

from fractions import Fraction
from typing import Literal

from msgspec import Struct, field

from vouchermarket.policies.structs import Body, Budget, Finding, FundingFinding, Level, Roll, Row, SetsAside
from vouchermarket.policies.structs.cited import Code, Count, Fen, Share, Words

Sanction = Literal[
    "no_honours_county_and_above", "principal_not_excellent", "public_censure", "next_year_allocation_cut"
]


class Match(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Type, level and affiliation of one cell; an absent key = any, a level not named = none."""

    types: tuple[Code, ...] = ()
    levels: tuple[Level, ...] = ()
    school: Literal["direct", "county"] | None = None

    def holds(self, type_: str, level: str | None, is_direct: bool) -> bool:
        """The cell is meant."""
        return (
            (not self.types or type_ in self.types)
            and (not self.levels or level in self.levels)
            and (self.school is None or is_direct == (self.school == "direct"))
        )


class AuthorityRow(Row, frozen=True, kw_only=True):
    """Who registers and who reviews; the first row that matches wins (S20)."""

    match: Match
    registrar: Body
    reviewer: Body
    sets_aside: SetsAside | None = None


class ShareTrigger(Row, frozen=True, kw_only=True):
    """Sanctions where a share of a school's teachers missed the requirement `of`, or is not `qualified`."""

    group: Literal["school"]
    of: Code
    at_least: Share
    inclusive: bool
    denominator: Literal["in_post_on_last_day", "included"]
    sanctions: tuple[Sanction, ...]

    def missed(self, roll: Roll, at_least_hundredths: int) -> tuple[int, int]:
        """How many of the included teachers missed, and how many are included (S11)."""
        included = [row for row in roll.teachers if row.included]
        if self.of == "qualified":
            return sum(row.qualified is False for row in included), len(included)
        short = sum((row.counted_hundredths or 0) < at_least_hundredths for row in included)
        return short, len(included)

    def judge(self, numerator: int, denominator: int) -> bool:
        """The share is reached. On exact numbers; without anybody nothing is."""
        if not denominator:
            return False
        share = Fraction(numerator, denominator)
        return share > self.at_least or (self.inclusive and share == self.at_least)


class FactTrigger(Row, frozen=True, kw_only=True):
    """The same sanctions by an officer's finding, whatever the share (ZZ-A26)."""

    group: Literal["school"]
    fact: Literal["attitude_case"]
    sanctions: tuple[Sanction, ...]

    def judge(self, roll: Roll) -> Finding | None:
        """A finding where the fact was found."""
        if not roll.school.attitude_case:
            return None
        return Finding(rule=self.clause, code=self.fact, facts={})


class Funding(Row, frozen=True, kw_only=True):
    """A floor or band for what is set aside, a sum for a year of the plan, or a list of purposes."""

    code: Code
    measure: Literal["payroll_share", "public_funds_share", "training_fund", "studio_fund"]
    at_least: Share | None = None
    at_most: Share | None = None
    amount_fen: dict[str, Fen] = field(default_factory=dict)
    year_1: Count | None = None
    purpose: Code | None = None
    line: Code | None = None
    purposes: tuple[Words, ...] = ()
    purposes_closed: bool = True
    rural: bool = False

    def __post_init__(self) -> None:
        if self.measure.endswith("_share") != (self.at_least is not None):
            raise ValueError("at_least: is given exactly for a measure that is a share")
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise ValueError("at_most: is below at_least")
        if bool(self.purposes) != (self.line is not None):
            raise ValueError("line: is given exactly where purposes are listed")

    def judge(self, budget: Budget) -> tuple[FundingFinding, ...]:
        """One finding per share or sum that the budget speaks of, one per expense of a listed fund (S12)."""
        if self.rural and not budget.rural:
            return ()
        return (*self._share(budget), *self._sum(budget), *self._purposes(budget))

    def _share(self, budget: Budget) -> tuple[FundingFinding, ...]:
        pairs = {
            "payroll_share": (budget.payroll_fen, budget.training_from_payroll_fen),
            "public_funds_share": (budget.public_funds_fen, budget.training_from_public_funds_fen),
        }
        base, amount = pairs.get(self.measure, (None, None))
        if base is None or amount is None or self.at_least is None:
            return ()
        share = Fraction(amount, base) if base else None
        if share is None:
            verdict = "no_base"
        elif share < self.at_least:
            verdict = "below_floor"
        else:
            verdict = "above_band" if self.at_most is not None and share > self.at_most else "ok"
        return (
            FundingFinding(
                rule=self.clause,
                measure=self.measure,
                verdict=verdict,
                share=share,
                at_least=self.at_least,
                at_most=self.at_most,
            ),
        )

    def _sum(self, budget: Budget) -> tuple[FundingFinding, ...]:
        amount = budget.training_fund_fen if self.measure == "training_fund" else None
        floor = self.amount_fen.get(budget.plan_year or "every_year", self.amount_fen.get("every_year"))
        if amount is None or floor is None:
            return ()
        verdict = "below_floor" if amount < floor else "ok"
        return (
            FundingFinding(
                rule=self.clause,
                measure=self.measure,
                verdict=verdict,
                amount_fen=amount,
                at_least_fen=floor,
            ),
        )

    def _purposes(self, budget: Budget) -> tuple[FundingFinding, ...]:
        if self.line is None:
            return ()
        return tuple(
            FundingFinding(
                rule=self.clause,
                measure=self.measure,
                verdict="ok" if spent.purpose in self.purposes else "off_purpose",
                amount_fen=spent.amount_fen,
                purpose=spent.purpose,
            )
            for spent in budget.spent
            if spent.line == self.line
        )


class Copay(Row, frozen=True, kw_only=True):
    """Who may bear a part of the cost, and how much stays public."""

    payers: tuple[Literal["school", "teacher"], ...]
    public_share_at_least: Share


class Settlement(Row, frozen=True, kw_only=True):
    """What a statement rests on, whose two keys it needs, and who pays."""

    bases: tuple[Literal["completion", "space_usage"], ...]
    keys: tuple[Code, ...]
    payer: Code

    def __post_init__(self) -> None:
        if len(set(self.keys)) != len(self.keys):
            raise ValueError("keys: one body cannot hold two keys")
