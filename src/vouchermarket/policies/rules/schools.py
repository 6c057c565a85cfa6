"""The verbs `school` and `funding`: a school's year and a budget."""

from fractions import Fraction

from vouchermarket.kit.money import percent
from vouchermarket.policies.rules.kinds.bodies import FactTrigger, ShareTrigger
from vouchermarket.policies.rules.pack import Pack
from vouchermarket.policies.rules.refusals import FactsNotReadable
from vouchermarket.policies.structs import Budget, Finding, FundingFinding, Roll, Row, SchoolVerdict


def school(pack: Pack, roll: Roll, year: int) -> SchoolVerdict:
    """Judge a school's year by the pack's share and fact triggers (S11).

    A teacher row is compared with the pack's yearly requirement, strictly below = missed, or brings its own
    `qualified`. Raises `FactsNotReadable` where an included row lacks what the trigger asks for.
    """
    trigger = next((row for row in pack.share_triggers if row.group == "school"), None)
    found = [(row, row.judge(roll)) for row in pack.fact_triggers]
    by_fact = next((row for row, finding in found if finding is not None), None)
    numerator, denominator = _missed(pack, trigger, roll)
    by_share = trigger is not None and trigger.judge(numerator, denominator)
    sanctions = [
        *(by_fact.sanctions if by_fact else ()),
        *(trigger.sanctions if trigger and by_share else ()),
    ]
    cause = by_fact or trigger
    return SchoolVerdict(
        year=year,
        numerator=numerator,
        denominator=denominator,
        at_least=trigger.at_least if trigger else None,
        inclusive=trigger.inclusive if trigger else True,
        triggered=by_share or by_fact is not None,
        sanctions=tuple(dict.fromkeys(sanctions)),
        rule=cause.clause if cause else None,
        finding=_finding(
            year, (numerator, denominator), cause, trigger.at_least if trigger else None, by_share
        ),
    )


def funding(pack: Pack, budget: Budget) -> tuple[FundingFinding, ...]:
    """Judge a budget row by row in pack order (S12): on exact fractions, never on the printed share."""
    return tuple(finding for row in pack.funding for finding in row.judge(budget))


def _missed(pack: Pack, trigger: ShareTrigger | None, roll: Roll) -> tuple[int, int]:
    if trigger is None:
        return 0, sum(row.included for row in roll.teachers)
    asked = "qualified" if trigger.of == "qualified" else "counted"
    faults = [
        f"teachers[{index}].{asked}: is needed, {trigger.clause} is judged by it"
        for index, row in enumerate(roll.teachers)
        if row.included and (row.qualified if asked == "qualified" else row.counted_hundredths) is None
    ]
    if faults:
        raise FactsNotReadable(faults)
    yearly = pack.requirement(trigger.of)
    return trigger.missed(roll, yearly.at_least_hundredths if yearly else 0)


def _finding(
    year: int, counts: tuple[int, int], cause: Row | None, limit: Fraction | None, by_share: bool
) -> Finding:
    numerator, denominator = counts
    facts = {"year": year, "numerator": numerator, "denominator": denominator}
    rule = cause.clause if cause else None
    if isinstance(cause, FactTrigger):
        return Finding(rule=rule, code=cause.fact, facts=facts)
    if not denominator:
        return Finding(rule=rule, code="no_teachers", facts=facts)
    if limit is None:
        return Finding(rule=rule, code="no_trigger", facts=facts)
    shares = {"percent": percent(Fraction(numerator, denominator)), "at_least": percent(limit)}
    return Finding(rule=rule, code="share_reached" if by_share else "share_below", facts={**facts, **shares})
