"""The values that must come out under Zhuzhou's document, row by row, and the cases D1 to D7."""

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
    roll,
    school_based,
    ten_full_terms,
    whys,
    years,
)
from vouchermarket.kit.money import decimal_text
from vouchermarket.policies import rules
from vouchermarket.policies.structs import Affiliation, Entry


def sixty_five_a_year() -> list[Entry]:
    """455 in seven years, 120 of them school-based, 80 ed-tech, and never 72 in a year."""
    parts = (("face_to_face", "50", 2014), ("online", "15", 2015), ("study", "15", 2015))
    trained = [
        entry("ed_tech", amount, f"{year}-03-01", mode=mode, level="city") for mode, amount, year in parts
    ]
    have = dict.fromkeys(range(2009, 2014), 24) | {2014: 50, 2015: 30}
    rest = [in_post(str(65 - amount), f"{year}-07-01") for year, amount in have.items()]
    return [*ten_full_terms(), *trained, *rest]


def test_65_a_year_graduates_and_fails_every_year() -> None:
    verdict = judged(sixty_five_a_year())
    assert cycle_sum(verdict) == "455"
    assert verdict.may_graduate is True
    assert years(verdict) == dict.fromkeys(range(2009, 2016), ("65", False))
    assert found(verdict) == ["ZZ-A19"] * 7


def test_450_with_119_school_based_cannot_graduate() -> None:
    terms = ten_full_terms()
    terms[-1] = school_based("11", "2013-11-30", "2013-2")
    verdict = judged([*terms, *ed_tech("50", "15", "15"), in_post("251", "2014-07-15")])
    assert cycle_sum(verdict) == "450"
    assert verdict.may_graduate is False
    assert found(verdict)[-1] == "ZZ-A08"


def test_13_school_based_credits_in_one_term_count_12() -> None:
    assert counted(judged([school_based("13", "2014-05-30", "2014-1")])) == ["12"]


@pytest.mark.parametrize(
    ("parts", "sum_", "met"),
    [(("50", "15", "15"), "80", True), (("50", "15", "14"), "79", False), (("65", "15", "0"), "65", False)],
)
def test_ed_tech_is_80_in_its_three_parts(parts: tuple[str, str, str], sum_: str, met: bool) -> None:
    mandatory = {row.code: row for row in judged(ed_tech(*parts)).cycles[0].mandatory}
    assert decimal_text(mandatory["ed_tech"].counted_hundredths) == sum_
    assert mandatory["ed_tech"].met is met


@pytest.mark.parametrize(
    ("missed", "of", "triggered"),
    [(10, 50, True), (9, 50, False), (1, 7, False), (2, 7, True), (1, 5, True), (0, 1, False)],
)
def test_a_fifth_of_the_teachers_below_72_triggers(missed: int, of: int, triggered: bool) -> None:
    verdict = rules.school(ZHUZHOU, roll(missed, of), 2014)
    assert (verdict.numerator, verdict.denominator, verdict.triggered) == (missed, of, triggered)


def test_ten_hours_of_safety_earn_nothing_and_stay_in_the_entry() -> None:
    verdict = judged([entry("safety", "10", "2014-05-01", unit="hour", level="school")])
    assert (counted(verdict), whys(verdict)) == (["0"], ["no_separate_credit"])
    assert verdict.entries[0].entry.amount_hundredths == 1000


def test_a_diploma_registered_twice_counts_100_once() -> None:
    verdict = judged([entry("degree", "100", "2012-07-01"), entry("degree", "100", "2013-07-01")])
    assert (cycle_sum(verdict), whys(verdict)) == ("100", [None, "once"])


def test_a_principal_has_two_duties_in_two_units_that_do_not_help_each_other() -> None:
    who = person(posts=("principal", "principal_new"))
    hours = entry("principal_qualification", "300", "2014-05-01", unit="hour")
    points = entry("principal_serving", "360", "2014-05-01")
    for entries, met in (
        ([hours], [True, False]),
        ([points], [False, True]),
        ([hours, points], [True] * 2),
    ):
        verdict = judged(entries, who)
        assert [one.met for one in verdict.obligations] == met
        assert [one.unit for one in verdict.obligations] == ["hour", "credit"]


def test_a_teacher_of_a_county_school_earns_credits_and_holds_no_wallet() -> None:
    verdict = judged([in_post("12", "2014-05-01")], person(school=Affiliation(is_direct=False)))
    assert cycle_sum(verdict) == "12"
    with pytest.raises(rules.HolderNotEntitled) as refusal:
        rules.wallet(ZHUZHOU, "teacher", is_direct=False)
    assert refusal.value.clause == "ZZ-A22"


def test_d1_exactly_450_with_both_parts_exactly_met_graduates() -> None:
    verdict = judged([*ten_full_terms(), *ed_tech("50", "15", "15"), in_post("250", "2014-07-15")])
    assert cycle_sum(verdict) == "450"
    assert verdict.cycles[0].general is not None
    assert verdict.cycles[0].general.met is True
    assert verdict.may_graduate is True


def test_d2_what_a_full_term_cuts_is_missing_from_the_120() -> None:
    entries = [
        *ten_full_terms()[:8],
        school_based("16", "2013-05-30", "2013-1"),
        school_based("12", "2013-06-20", "2013-1"),
        *ed_tech("50", "15", "15"),
        in_post("300", "2014-07-15"),
    ]
    verdict = judged(entries)
    assert counted(verdict)[8:10] == ["12", "0"]
    assert whys(verdict)[8:10] == ["cap_per_term", "cap_per_term"]
    assert cycle_sum(verdict) == "488"
    assert verdict.may_graduate is False


def test_d3_the_earlier_day_fills_the_cap_first() -> None:
    entries = [school_based("8", "2014-06-10", "2014-1"), school_based("8", "2014-03-10", "2014-1")]
    verdict = judged(entries, as_of=date(2014, 12, 31))
    assert counted(verdict) == ["4", "8"]
    assert whys(verdict) == ["cap_per_term", None]


def test_d4_a_second_different_diploma_counts_again() -> None:
    verdict = judged(
        [
            entry("degree", "100", "2012-07-01", document="diploma-A"),
            entry("degree", "100", "2013-03-01", document="diploma-A"),
            entry("degree", "100", "2015-07-01", document="diploma-B"),
        ]
    )
    assert counted(verdict) == ["100", "0", "100"]
    assert whys(verdict)[1] == "once"
    assert cycle_sum(verdict) == "200"


def test_d5_hours_meet_the_homeroom_duty_and_add_nothing_to_72() -> None:
    who = person(posts=("subject_teacher", "homeroom"))
    entries = [in_post("60", "2015-03-01"), entry("homeroom", "30", "2015-04-01", unit="hour", level="city")]
    verdict = judged(entries, who)
    assert years(verdict)[2015] == ("60", False)
    assert cycle_sum(verdict) == "60"
    assert "ZZ-A06" not in found(verdict)
    assert whys(verdict) == [None, None]


def test_d6_150_hours_without_the_school_part_are_a_finding() -> None:
    who = person(joined_on=date(2014, 9, 1))
    verdict = judged([entry("induction", "150", "2014-10-15", unit="hour", level="county")], who)
    assert [(one.code, one.met) for one in verdict.obligations] == [
        ("induction", True),
        ("induction_school_based", False),
    ]
    assert found(verdict).count("ZZ-A03") == 1


def test_d7_the_cap_follows_the_term_and_the_year_follows_the_day() -> None:
    entries = [
        school_based("12", "2014-11-30", "2014-2"),
        school_based("6", "2015-01-15", "2014-2"),
        in_post("60", "2014-04-01"),
        in_post("66", "2015-04-01"),
    ]
    verdict = judged(entries, as_of=END)
    assert (counted(verdict)[1], whys(verdict)[1]) == ("0", "cap_per_term")
    assert years(verdict)[2014] == ("72", True)
    assert years(verdict)[2015] == ("66", False)
