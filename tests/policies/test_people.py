"""How a person is judged: years, cycles, duties. Each test names the sentence it rests on (S1-S22)."""

from datetime import date

import pytest

from policies.cases import (
    END,
    ZHUZHOU,
    counted,
    cycle_sum,
    ed_tech,
    entry,
    found,
    in_post,
    judged,
    person,
    school_based,
    ten_full_terms,
    whys,
    years,
)
from vouchermarket.kit.money import decimal_text
from vouchermarket.kit.refusal import placeholders
from vouchermarket.policies import rules
from vouchermarket.policies.rules import findings
from vouchermarket.policies.structs import Evaluation, Exemption, Verdict


def duty(verdict: Evaluation, code: str) -> Verdict:
    return next(one for one in verdict.obligations if one.code == code)


def test_s1_entries_come_back_in_the_order_given() -> None:
    verdict = judged([in_post("3", "2015-01-01"), in_post("2", "2009-01-01"), in_post("1", "2012-01-01")])
    assert counted(verdict) == ["3", "2", "1"]
    assert [one.index for one in verdict.entries] == [0, 1, 2]


def test_s1_of_one_day_the_entry_that_stands_first_fills_the_cap() -> None:
    day = [school_based("8", "2014-03-10", "2014-1"), school_based("8", "2014-03-10", "2014-1")]
    assert counted(judged(day)) == ["8", "4"]


def test_s2_a_missing_term_goes_by_the_packs_dates_over_the_turn_of_the_year() -> None:
    days = ["2014-02-01", "2014-07-31", "2014-08-01", "2015-01-31", "2015-02-01"]
    terms = [rules.term_of(ZHUZHOU, entry("school_based", "1", day)) for day in days]
    assert terms == ["2014-1", "2014-1", "2014-2", "2014-2", "2015-1"]


@pytest.mark.parametrize(
    ("on", "why"),
    [
        ("2008-12-31", "outside_cycle"),
        ("2009-01-01", None),
        ("2015-12-31", None),
        ("2016-01-01", "outside_cycle"),
    ],
)
def test_s3_the_cycle_begins_on_its_first_day_and_ends_before_2016(on: str, why: str | None) -> None:
    verdict = judged([in_post("5", on)], as_of=date(2016, 6, 1))
    assert whys(verdict) == [why]
    assert cycle_sum(verdict) == ("0" if why else "5")


def test_s3_a_duty_with_a_period_of_its_own_still_sees_what_lies_outside_the_cycle() -> None:
    hours = entry("principal_qualification", "300", "2008-05-01", unit="hour")
    verdict = judged([hours], person(posts=("principal_prospective",)))
    assert (counted(verdict), whys(verdict)) == (["0"], ["outside_cycle"])
    assert duty(verdict, "principal_qualification").met is True


def test_s3_an_entry_outside_the_cycle_never_uses_up_a_term_of_it() -> None:
    entries = [school_based("12", "2008-12-30", "2009-1"), school_based("12", "2009-03-01", "2009-1")]
    assert counted(judged(entries)) == ["0", "12"]


def test_s4_only_approved_counts_and_not_after_the_as_of_day() -> None:
    entries = [
        *(entry("in_post", "5", "2014-01-01", status=one) for one in ("registered", "rejected", "reversed")),
        in_post("5", "2015-12-31"),
        in_post("5", "2015-12-30"),
    ]
    verdict = judged(entries, as_of=date(2015, 12, 30))
    assert counted(verdict) == ["0", "0", "0", "0", "5"]
    assert whys(verdict) == ["not_approved"] * 3 + ["after_as_of", None]


def test_s5_hours_and_activities_never_become_credits() -> None:
    entries = [
        entry("in_post", "90", "2014-01-01", unit="hour"),
        entry("workshop", "9", "2014-01-01", unit="activity"),
    ]
    verdict = judged(entries)
    assert (cycle_sum(verdict), counted(verdict), whys(verdict)) == ("0", ["90", "9"], [None, None])


def test_s6_a_duty_not_met_gives_one_finding_and_a_met_one_none() -> None:
    who = person(posts=("homeroom",))
    short = judged([entry("homeroom", "29.99", "2014-01-01", unit="hour")], who)
    assert found(short).count("ZZ-A06") == 1
    assert findings.text(short.findings[-1]) == "homeroom: 29.99 < 30"
    assert findings.remedy(short.findings[-1]) == "0.01 more hours"
    assert findings.remedy(short.findings[-1], "zh") == "还需0.01学时"
    assert "ZZ-A06" not in found(judged([entry("homeroom", "30", "2014-01-01", unit="hour")], who))


def test_s7_yearly_and_duty_findings_do_not_block_graduation() -> None:
    entries = [*ten_full_terms(), *ed_tech("50", "15", "15"), in_post("250", "2014-07-15")]
    verdict = judged(entries, person(posts=("homeroom", "principal_new", "principal")))
    assert {"ZZ-A19", "ZZ-A06", "ZZ-A12", "ZZ-A13"} <= set(found(verdict))
    assert verdict.may_graduate is True


def test_s7_a_failed_exam_is_a_finding_and_does_not_block() -> None:
    entries = [*ten_full_terms(), *ed_tech("50", "15", "15"), in_post("250", "2014-07-15")]
    verdict = judged(entries, person(facts={"exam_passed:ed_tech": False}))
    assert verdict.may_graduate is True
    assert findings.text(verdict.findings[-1]) == "not fulfilled: exam_passed:ed_tech"


def test_s9_a_fixed_type_counts_at_most_its_fixed_amount_and_less_where_less_was_registered() -> None:
    verdict = judged(
        [
            entry("degree", "120", "2014-01-01", document="a"),
            entry("degree", "80", "2014-01-02", document="b"),
        ]
    )
    assert (counted(verdict), whys(verdict)) == (["100", "80"], ["once", None])


def test_s10_120_is_a_minimum_and_14_full_terms_count_168() -> None:
    terms = [
        school_based("12", f"{year}-{month}-01", f"{year}-{half}")
        for year in range(2009, 2016)
        for month, half in (("05", 1), ("11", 2))
    ]
    assert cycle_sum(judged(terms)) == "168"


def test_s10_a_surplus_of_one_ed_tech_part_fills_no_other() -> None:
    verdict = judged([entry("ed_tech", "80", "2014-01-01", mode="online")])
    assert (counted(verdict), whys(verdict)) == (["15"], ["cap_per_component"])


def test_s13_years_run_from_joining_to_the_as_of_year_and_the_last_is_open_until_31_december() -> None:
    who = person(joined_on=date(2012, 9, 1))
    verdict = judged([], who, as_of=date(2014, 12, 30))
    assert list(years(verdict)) == [2012, 2013, 2014]
    assert [row.verdict.closed for row in verdict.years] == [True, True, False]
    assert judged([], who, as_of=date(2014, 12, 31)).years[-1].verdict.closed is True
    assert list(years(judged([], who, as_of=date(2019, 1, 1)))) == [2012, 2013, 2014, 2015]
    assert judged([], who, as_of=date(2008, 1, 1)).years == ()


def test_s14_the_first_reason_that_applies_is_told() -> None:
    late = entry("safety", "1", "2016-05-01", status="rejected")
    outside = entry("safety", "1", "2007-05-01")
    assert whys(judged([late, outside])) == ["not_approved", "outside_cycle"]


def test_s17_every_type_of_credit_counts_to_72() -> None:
    entries = [
        entry("degree", "70", "2014-01-01"),
        entry("policy_award", "1", "2014-01-01"),
        in_post("1", "2014-02-01"),
    ]
    assert years(judged(entries))[2014] == ("72", True)


@pytest.mark.parametrize(("amount", "met"), [("71.99", False), ("72", True)])
def test_s18_72_itself_passes(amount: str, met: bool) -> None:
    assert years(judged([in_post(amount, "2014-01-01")]))[2014] == (amount, met)


@pytest.mark.parametrize(("on", "met"), [("2010-12-31", False), ("2011-01-01", True), ("2015-12-31", True)])
def test_s21_homeroom_looks_at_the_five_years_that_end_on_the_as_of_day(on: str, met: bool) -> None:
    verdict = judged([entry("homeroom", "30", on, unit="hour")], person(posts=("homeroom",)))
    one = duty(verdict, "homeroom")
    assert one.met is met
    assert (one.begins_on, one.ends_on) == (date(2011, 1, 1), date(2016, 1, 1))


def test_s21_a_principal_is_judged_since_appointment_and_stays_open_for_five_years() -> None:
    points = [in_post("300", "2013-05-01"), in_post("60", "2014-05-01")]
    seasoned = duty(judged(points, person(posts=("principal",))), "principal_serving")
    assert (decimal_text(seasoned.counted_hundredths), seasoned.met, seasoned.closed) == ("360", True, True)
    fresh = judged(points, person(posts=("principal",), appointed_on=date(2014, 1, 1)))
    one = duty(fresh, "principal_serving")
    assert (decimal_text(one.counted_hundredths), one.met, one.closed) == ("60", False, False)
    assert one.begins_on == date(2014, 1, 1)


@pytest.mark.parametrize(("on", "met"), [("2014-06-01", True), ("2015-09-01", True), ("2015-09-02", False)])
def test_s21_induction_counts_through_the_first_anniversary_and_before_joining(on: str, met: bool) -> None:
    who = person(joined_on=date(2014, 9, 1))
    verdict = judged([entry("induction", "150", on, unit="hour", mode="school_based")], who)
    assert [one.met for one in verdict.obligations] == [met, met]


def test_s21_induction_binds_who_joined_in_the_cycle_only() -> None:
    assert judged([], person(joined_on=date(2008, 12, 31))).obligations == ()
    assert len(judged([], person(joined_on=date(2009, 1, 1))).obligations) == 2


def test_s22_an_exemption_that_names_the_rule_excuses_the_years_it_touches() -> None:
    leave = Exemption(
        rule="ZZ-A19",
        begins_on=date(2014, 3, 1),
        ends_on=date(2015, 1, 1),
        reason="maternity leave",
        approved_by="officer-3",
    )
    verdict = judged([], person(joined_on=date(2013, 1, 1), exemptions=(leave,)), as_of=END)
    assert {year: met for year, (_, met) in years(verdict).items()} == {2013: False, 2014: True, 2015: False}
    assert [row.verdict.exempted for row in verdict.years] == [False, True, False]
    assert found(verdict).count("ZZ-A19") == 2


def test_450_and_72_are_two_tests() -> None:
    graduates = judged([*ten_full_terms(), *ed_tech("50", "15", "15"), in_post("250", "2015-07-15")])
    assert graduates.may_graduate is True
    assert "ZZ-A19" in found(graduates)
    diligent = judged([in_post("72", f"{year}-05-01") for year in range(2009, 2016)])
    assert all(met for _, met in years(diligent).values())
    assert diligent.cycles[0].general is not None
    assert diligent.cycles[0].general.met is True
    assert diligent.may_graduate is False


def test_an_unknown_type_is_a_fault_with_its_path() -> None:
    with pytest.raises(rules.FactsNotReadable) as refusal:
        judged([in_post("1", "2014-01-01"), entry("dancing", "1", "2014-01-01")])
    assert refusal.value.faults == ("entries[1].type: no such type: dancing",)


def test_every_finding_says_the_same_in_both_languages() -> None:
    for zh, en, remedy_zh, remedy_en in findings.TEXTS.values():
        assert placeholders(zh) == placeholders(en)
        assert placeholders(remedy_zh) == placeholders(remedy_en)
