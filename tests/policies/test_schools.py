"""A school's year (S11) and a budget (S12)."""

from fractions import Fraction

import pytest

from policies.cases import CITE, ZHUZHOU, elsewhere, roll
from vouchermarket.policies import rules
from vouchermarket.policies.rules import shown
from vouchermarket.policies.structs import Budget, Roll, RollRow, SchoolFacts, Spent

SANCTIONS = ["no_honours_county_and_above", "principal_not_excellent", "public_censure"]


def test_s11_the_verdict_prints_these_keys() -> None:
    assert shown.school(rules.school(ZHUZHOU, roll(10, 50), 2014)) == {
        "numerator": 10,
        "denominator": 50,
        "share": "0.2000",
        "at_least": "0.2000",
        "inclusive": True,
        "triggered": True,
        "sanctions": SANCTIONS,
        "rule": "ZZ-A20",
        "text": "2014: 10 of 50 missed, 20 %: 20 % reached",
    }


def test_s11_below_the_share_there_are_no_sanctions() -> None:
    verdict = shown.school(rules.school(ZHUZHOU, roll(9, 50), 2014), "zh")
    assert (verdict["triggered"], verdict["sanctions"], verdict["share"]) == (False, [], "0.1800")
    assert verdict["text"] == "2014年:9/50 = 18%,未达到20%"


def test_s11_who_is_not_included_stands_in_neither_number() -> None:
    left = Roll(
        school=SchoolFacts(),
        teachers=(
            *roll(1, 6).teachers,
            RollRow(id="left", counted_hundredths=0, included=False),
            RollRow(id="leave", included=False),
        ),
    )
    verdict = rules.school(ZHUZHOU, left, 2014)
    assert (verdict.numerator, verdict.denominator, verdict.triggered) == (1, 6, False)


def test_s11_an_attitude_case_triggers_whatever_the_share() -> None:
    for facts in (roll(0, 5, attitude_case=True), Roll(school=SchoolFacts(attitude_case=True), teachers=())):
        verdict = rules.school(ZHUZHOU, facts, 2014)
        assert (verdict.triggered, verdict.rule, list(verdict.sanctions)) == (True, "ZZ-A26", SANCTIONS)


def test_s11_without_teachers_there_is_no_finding() -> None:
    verdict = shown.school(rules.school(ZHUZHOU, Roll(school=SchoolFacts(), teachers=()), 2014))
    assert (verdict["share"], verdict["triggered"]) == (None, False)
    assert verdict["text"] == "no finding, no teachers"


def test_s11_a_row_without_what_is_asked_is_a_fault_with_its_path() -> None:
    facts = Roll(school=SchoolFacts(), teachers=(RollRow(id="a", counted_hundredths=1), RollRow(id="b")))
    with pytest.raises(rules.FactsNotReadable) as refusal:
        rules.school(ZHUZHOU, facts, 2014)
    assert refusal.value.faults == ("teachers[1].counted: is needed, ZZ-A20 is judged by it",)


def test_s11_a_pack_may_ask_for_qualified_and_exclude_the_share_itself() -> None:
    pack = elsewhere(
        """
[[share_trigger]]
group = "school"
of = "qualified"
at_least = "0.2"
inclusive = false
denominator = "included"
sanctions = ["next_year_allocation_cut"]
CITE
"""
    )

    def of(failed: int) -> bool:
        rows = tuple(RollRow(id=f"t{place}", qualified=place >= failed) for place in range(5))
        return rules.school(pack, Roll(school=SchoolFacts(), teachers=rows), 2020).triggered

    assert [of(failed) for failed in (0, 1, 2)] == [False, False, True]


def test_s11_a_pack_without_a_trigger_finds_nothing() -> None:
    verdict = rules.school(elsewhere(""), roll(5, 5), 2020)
    assert (verdict.triggered, verdict.rule, verdict.at_least) == (False, None, None)
    assert shown.school(verdict)["text"] == "no finding, the pack has no such rule"


def shares(payroll: int, public: int) -> list[str]:
    budget = Budget(
        payroll_fen=100_000,
        training_from_payroll_fen=payroll,
        public_funds_fen=100_000,
        training_from_public_funds_fen=public,
    )
    return [finding.verdict for finding in rules.funding(ZHUZHOU, budget)]


def test_s12_zhuzhous_two_shares_are_floors_and_include_the_number() -> None:
    assert shares(1500, 5000) == ["ok", "ok"]
    assert shares(1499, 4999) == ["below_floor", "below_floor"]
    assert shares(90_000, 90_000) == ["ok", "ok"]


def test_s12_the_printed_share_decides_nothing() -> None:
    budget = Budget(payroll_fen=10**9, training_from_payroll_fen=15 * 10**6 - 1)
    row = shown.funding(rules.funding(ZHUZHOU, budget))["findings"][0]
    assert (row["share"], row["at_least"], row["verdict"]) == ("0.0150", "0.0150", "below_floor")
    assert row["rule"] == "ZZ-A17"


def test_s12_a_zero_base_has_no_share() -> None:
    (finding,) = rules.funding(ZHUZHOU, Budget(payroll_fen=0, training_from_payroll_fen=0))
    assert (finding.verdict, finding.share) == ("no_base", None)


def test_s12_what_the_budget_does_not_speak_of_is_not_judged() -> None:
    assert rules.funding(ZHUZHOU, Budget(payroll_fen=1)) == ()


def test_s12_training_money_spent_on_something_else_is_flagged() -> None:
    spent = tuple(Spent(line="training", purpose=one, amount_fen=1) for one in ("教师培训", "购置车辆"))
    verdicts = rules.funding(ZHUZHOU, Budget(spent=spent))
    assert [(one.verdict, one.rule) for one in verdicts] == [("ok", "ZZ-A18"), ("off_purpose", "ZZ-A18")]
    assert "购置车辆" in shown.funding(verdicts, "zh")["findings"][1]["text"]


BAND = f"""
[[funding]]
code = "payroll"
measure = "payroll_share"
at_least = "0.015"
at_most = "0.025"
{CITE}
[[funding]]
code = "fund"
measure = "training_fund"
amount_fen = {{ year_1 = 300000000, year_2 = 350000000 }}
{CITE}
[[funding]]
code = "rural"
measure = "public_funds_share"
at_least = "0.05"
rural = true
{CITE}
"""


@pytest.mark.parametrize(
    ("per_mille", "verdict"), [(14, "below_floor"), (15, "ok"), (25, "ok"), (26, "above_band")]
)
def test_s12_a_band_includes_both_its_ends(per_mille: int, verdict: str) -> None:
    budget = Budget(payroll_fen=1000, training_from_payroll_fen=per_mille)
    (finding,) = rules.funding(elsewhere(BAND), budget)
    assert finding.verdict == verdict
    assert finding.share == Fraction(per_mille, 1000)


def test_s12_a_fund_is_one_fen_short_in_its_year_of_the_plan() -> None:
    budget = Budget(plan_year="year_2", training_fund_fen=349_999_999)
    (finding,) = rules.funding(elsewhere(BAND), budget)
    assert (finding.verdict, finding.at_least_fen) == ("below_floor", 350_000_000)
    assert "¥3,500,000.00" in shown.funding((finding,))["findings"][0]["text"]


def test_s12_a_rural_share_is_asked_of_rural_budgets_only() -> None:
    town = Budget(public_funds_fen=100, training_from_public_funds_fen=4)
    village = Budget(public_funds_fen=100, training_from_public_funds_fen=4, rural=True)
    assert rules.funding(elsewhere(BAND), town) == ()
    assert [one.verdict for one in rules.funding(elsewhere(BAND), village)] == ["below_floor"]
