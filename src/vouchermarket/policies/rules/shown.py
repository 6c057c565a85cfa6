"""Verdicts as the command line and the API print them: decimal strings, four places for shares."""

from datetime import date
from typing import Any

from vouchermarket.kit.money import decimal_text, four_places
from vouchermarket.policies.rules import findings
from vouchermarket.policies.structs import (
    CycleRow,
    Evaluation,
    Finding,
    FundingFinding,
    SchoolVerdict,
    Verdict,
)


def evaluation(judged: Evaluation, language: str = "en") -> dict[str, Any]:
    """The keys of `policy evaluate` (S4-S7, S13, S16)."""
    return {
        "person": judged.person,
        "as_of": judged.as_of.isoformat(),
        "years": [{"year": row.year, **_judged(row.verdict)} for row in judged.years],
        "cycles": [_cycle(row) for row in judged.cycles],
        "obligations": [_obligation(verdict) for verdict in judged.obligations],
        "entries": [
            {"index": one.index, "counted": decimal_text(one.counted_hundredths), "why": one.why}
            for one in judged.entries
        ],
        "may_graduate": judged.may_graduate,
        "findings": [finding(one, language) for one in judged.findings],
    }


def school(judged: SchoolVerdict, language: str = "en") -> dict[str, Any]:
    """The keys of `policy school` (S11)."""
    return {
        "numerator": judged.numerator,
        "denominator": judged.denominator,
        "share": None if judged.share is None else four_places(judged.share),
        "at_least": None if judged.at_least is None else four_places(judged.at_least),
        "inclusive": judged.inclusive,
        "triggered": judged.triggered,
        "sanctions": list(judged.sanctions),
        "rule": judged.rule,
        "text": findings.text(judged.finding, language),
    }


def funding(judged: tuple[FundingFinding, ...], language: str = "en") -> dict[str, Any]:
    """The keys of `policy funding` (S12); sums and purposes appear where the row speaks of them."""
    return {"findings": [_funding(one, language) for one in judged]}


def finding(one: Finding, language: str = "en") -> dict[str, Any]:
    """One finding with its text and remedy."""
    return {
        "rule": one.rule,
        "text": findings.text(one, language),
        "remedy": findings.remedy(one, language),
    }


def _judged(verdict: Verdict) -> dict[str, Any]:
    row: dict[str, Any] = {
        "counted": decimal_text(verdict.counted_hundredths),
        "at_least": decimal_text(verdict.at_least_hundredths),
        "met": verdict.met,
        "rule": verdict.rule,
    }
    if not verdict.closed:
        row["closed"] = False
    if verdict.exempted:
        row["exempted"] = True
    return row


def _obligation(verdict: Verdict) -> dict[str, Any]:
    return {
        "code": verdict.code,
        "unit": verdict.unit,
        "from": _day(verdict.begins_on),
        "to": _day(verdict.ends_on),
        **_judged(verdict),
    }


def _cycle(row: CycleRow) -> dict[str, Any]:
    mandatory = [{"code": one.code, "type": one.type, **_part(one)} for one in row.mandatory]
    general = row.general
    return {
        "code": row.code,
        "counted": decimal_text(row.counted_hundredths if general is None else general.counted_hundredths),
        "at_least": None if general is None else decimal_text(general.at_least_hundredths),
        "met": None if general is None else general.met,
        "rule": row.rule,
        "mandatory": mandatory,
    }


def _part(verdict: Verdict) -> dict[str, Any]:
    row = _judged(verdict)
    row.pop("closed", None)
    return row


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _funding(one: FundingFinding, language: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "rule": one.rule,
        "measure": one.measure,
        "share": None if one.share is None else four_places(one.share),
        "at_least": None if one.at_least is None else four_places(one.at_least),
        "at_most": None if one.at_most is None else four_places(one.at_most),
        "verdict": one.verdict,
        "text": findings.funding_text(one, language),
    }
    extra = {"amount_fen": one.amount_fen, "at_least_fen": one.at_least_fen, "purpose": one.purpose}
    return row | {key: value for key, value in extra.items() if value is not None}
