"""The texts of findings, Chinese and English: what is not met, and what would meet it."""

from vouchermarket.kit.money import percent, yuan
from vouchermarket.policies.structs import Finding, FundingFinding, Unit

# By code: what happened in Chinese and English, what would remedy it in Chinese and English.
TEXTS: dict[str, tuple[str, str, str, str]] = {
    "year_short": (
        "{year}年:{counted} < {at_least}",
        "{year}: {counted} < {at_least}",
        "{year}年还需{missing}{unit}",
        "{missing} more {unit} in {year}",
    ),
    "cycle_short": (
        "周期{cycle}:{counted} < {at_least}",
        "cycle {cycle}: {counted} < {at_least}",
        "{ends_on}之前还需{missing}{unit}",
        "{missing} more {unit} before {ends_on}",
    ),
    "part_short": (
        "周期{cycle}必修项目“{requirement}”:{counted} < {at_least}",
        "cycle {cycle}, mandatory {requirement}: {counted} < {at_least}",
        "{ends_on}之前该项目还需{missing}{unit}",
        "{missing} more {unit} of it before {ends_on}",
    ),
    "duty_short": (
        "“{requirement}”:{counted} < {at_least}",
        "{requirement}: {counted} < {at_least}",
        "还需{missing}{unit}",
        "{missing} more {unit}",
    ),
    "fact_missing": ("未满足前提:{fact}", "not fulfilled: {fact}", "请先办理:{fact}", "fulfil first: {fact}"),
    "evidence_missing": (
        "{entries}条学习记录资料不齐全",
        "{entries} entries without complete evidence",
        "请补齐资料",
        "complete the evidence",
    ),
    "no_teachers": ("没有纳入统计的教师,不作结论", "no finding, no teachers", "", ""),
    "no_trigger": ("本规则包没有学校问责比例", "no finding, the pack has no such rule", "", ""),
    "share_reached": (
        "{year}年:{numerator}/{denominator} = {percent}%,达到{at_least}%",
        "{year}: {numerator} of {denominator} missed, {percent} %: {at_least} % reached",
        "须使未达标教师少于{at_least}%",
        "bring those who missed below {at_least} %",
    ),
    "share_below": (
        "{year}年:{numerator}/{denominator} = {percent}%,未达到{at_least}%",
        "{year}: {numerator} of {denominator} missed, {percent} %: {at_least} % not reached",
        "",
        "",
    ),
    "attitude_case": (
        "{year}年:查实学习态度不端正的情形",
        "{year}: an officer found a case of improper attitude to study",
        "由认定人复核",
        "have the finding reviewed by the officer who made it",
    ),
}
UNITS = {
    Unit.CREDIT: ("学分", "credits", "credit"),
    Unit.HOUR: ("学时", "hours", "hour"),
    Unit.ACTIVITY: ("次", "activities", "activity"),
}


def text(finding: Finding, language: str = "en") -> str:
    """What is not met."""
    zh, en, _, _ = TEXTS[finding.code]
    return _fill(zh if language == "zh" else en, finding, language)


def remedy(finding: Finding, language: str = "en") -> str:
    """What would meet it; empty where nothing is to be done."""
    _, _, zh, en = TEXTS[finding.code]
    return _fill(zh if language == "zh" else en, finding, language)


def _fill(pattern: str, finding: Finding, language: str) -> str:
    facts = dict(finding.facts)
    if "unit" in facts:
        zh, many, one = UNITS[facts["unit"]]
        facts["unit"] = zh if language == "zh" else one if facts["missing"] == "1" else many
    return pattern.format_map(facts)


FUNDING_TEXTS = {
    "ok": ("{measure}:{value},达到要求", "{measure}: {value}, as required"),
    "below_floor": ("{measure}:{value},低于{at_least}", "{measure}: {value}, below {at_least}"),
    "above_band": ("{measure}:{value},高于{at_most}", "{measure}: {value}, above {at_most}"),
    "off_purpose": (
        "{measure}:“{purpose}”不在所列用途内,请说明",
        '{measure}: "{purpose}" is not among the listed purposes, to be explained',
    ),
    "no_base": ("{measure}:基数为零,无法计算", "{measure}: the base is zero, no share"),
}


def funding_text(one: FundingFinding, language: str = "en") -> str:
    """What a budget row came to: shares in per cent, sums in yuan."""
    facts: dict[str, str | None] = {"measure": one.measure, "purpose": one.purpose}
    if one.share is not None and one.at_least is not None:
        facts |= {"value": f"{percent(one.share)} %", "at_least": f"{percent(one.at_least)} %"}
        facts["at_most"] = None if one.at_most is None else f"{percent(one.at_most)} %"
    elif one.amount_fen is not None:
        facts |= {"value": yuan(one.amount_fen), "at_least": yuan(one.at_least_fen or 0)}
    zh, en = FUNDING_TEXTS[one.verdict]
    return (zh if language == "zh" else en).format_map(facts)
