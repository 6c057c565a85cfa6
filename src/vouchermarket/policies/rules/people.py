"""The verb `evaluate`: a person's years, cycles and duties as of a day."""

from collections.abc import Sequence
from datetime import date

from vouchermarket.kit import calendar
from vouchermarket.policies.rules.counting import count
from vouchermarket.policies.rules.kinds.duty import Requirement, Standing
from vouchermarket.policies.rules.kinds.filters import Cycle
from vouchermarket.policies.rules.pack import Pack
from vouchermarket.policies.structs import (
    Counted,
    CycleRow,
    Entry,
    Evaluation,
    Finding,
    Person,
    Verdict,
    YearRow,
)


def evaluate(pack: Pack, person: Person, entries: Sequence[Entry], as_of: date) -> Evaluation:
    """Judge a person by a pack as of a day (S1-S25).

    Amounts are integer hundredths in each requirement's own unit. `entries` come back in the order given.
    Raises `FactsNotReadable` for a type no pack knows, or a missing term where a cap needs it.
    """
    counted = count(pack, person, entries, as_of)
    current = current_cycle(pack, as_of)
    standing = _standing(pack, person, counted, as_of, current)
    meant = [row for row in pack.requirements if row.applies_to.holds(person, as_of, current)]
    years = _years(pack, standing, meant)
    cycles = tuple(_cycle(pack, person, counted, as_of, cycle) for cycle in pack.cycles)
    whole = [row for row in meant if row.period != "year"]
    obligations = tuple(row.judge(standing) for row in whole if row.gate != "graduation")
    parts = [row.judge(standing) for row in whole if row.gate == "graduation"]
    verdicts = [*(row.verdict for row in years), *_of_cycles(cycles), *obligations]
    facts = _facts(pack, person, counted, parts)
    findings = [one.finding for one in verdicts if one.finding is not None]
    return Evaluation(
        person=person.id,
        as_of=as_of,
        years=years,
        cycles=cycles,
        obligations=obligations,
        entries=counted,
        may_graduate=_may_graduate(pack, parts, facts),
        findings=(*findings, *(finding for finding, _ in facts)),
    )


def current_cycle(pack: Pack, as_of: date) -> Cycle | None:
    """The last cycle that has begun, or the first one that will; None where the pack has none."""
    begun = [cycle for cycle in pack.cycles if cycle.begins_on <= as_of]
    return begun[-1] if begun else next(iter(pack.cycles), None)


def _standing(
    pack: Pack, person: Person, counted: tuple[Counted, ...], as_of: date, cycle: Cycle | None
) -> Standing:
    return Standing(
        person=person,
        as_of=as_of,
        cycle=cycle,
        counted=counted,
        conversions=pack.conversions,
        part_period=pack.part_period,
    )


def _years(pack: Pack, standing: Standing, meant: list[Requirement]) -> tuple[YearRow, ...]:
    yearly = [row for row in meant if row.period == "year"]
    until = standing.as_of.year
    years = {
        year
        for cycle in pack.cycles
        for year in range(cycle.begins_on.year, min((cycle.ends_on - calendar.DAY).year, until) + 1)
    }
    return tuple(
        YearRow(year=year, verdict=row.judge(standing, year))
        for year in sorted(years)
        for row in yearly
        if year >= standing.person.joined_on.year
        and (row.judged_from is None or year >= row.judged_from.year)
    )


def _cycle(pack: Pack, person: Person, counted: tuple[Counted, ...], as_of: date, cycle: Cycle) -> CycleRow:
    standing = _standing(pack, person, counted, as_of, cycle)
    rows = [
        row
        for row in pack.requirements
        if row.gate == "graduation" and row.period != "year" and row.applies_to.holds(person, as_of, cycle)
    ]
    general = next((row for row in rows if is_general(row)), None)
    return CycleRow(
        code=cycle.code,
        rule=general.clause if general else cycle.clause,
        counted_hundredths=sum(
            standing.in_unit(one.entry, one.counted_hundredths, cycle.unit)
            for one in counted
            if cycle.holds(one.entry.on)
        ),
        general=general.judge(standing) if general else None,
        mandatory=tuple(row.judge(standing) for row in rows if row is not general),
    )


def is_general(row: Requirement) -> bool:
    """The requirement on the whole cycle, not on a part of it."""
    return row.period == "cycle" and row.kind == "sum" and row.counts.is_general


def _of_cycles(cycles: tuple[CycleRow, ...]) -> list[Verdict]:
    return [
        verdict
        for row in cycles
        for verdict in ((row.general, *row.mandatory) if row.general else row.mandatory)
    ]


def _facts(
    pack: Pack, person: Person, counted: tuple[Counted, ...], parts: list[Verdict]
) -> list[tuple[Finding, bool]]:
    # Findings that rest on no sum, each with whether it stands before graduation.
    all_met = all(verdict.met for verdict in parts)
    judged = [
        *((row.judge(person), row.gate) for row in pack.prerequisites),
        *((row.judge(counted, all_met), row.gate) for row in pack.evidence),
    ]
    return [(finding, gate == "graduation") for finding, gate in judged if finding is not None]


def _may_graduate(pack: Pack, parts: list[Verdict], facts: list[tuple[Finding, bool]]) -> bool | None:
    gates = (*pack.requirements, *pack.prerequisites, *pack.evidence)
    if all(row.gate != "graduation" for row in gates):
        return None
    return all(verdict.met for verdict in parts) and not any(blocks for _, blocks in facts)
