"""Rule kinds that Zhuzhou does not use, judged on small invented packs."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from policies.cases import counted, cycle_sum, elsewhere, entry, found, judged, person, whys, years
from vouchermarket.policies import rules
from vouchermarket.policies.rules import findings, shown
from vouchermarket.policies.rules.kinds.filters import Audience
from vouchermarket.policies.structs import Affiliation, Entry, Evaluation

END = date(2024, 12, 31)
TOTAL = """
[[requirement]]
code = "total"
unit = "hour"
at_least = "100"
period = "cycle"
gate = "graduation"
CITE
"""


def verdict(rows: str, entries: list[Entry], as_of: date = END, **who: Any) -> Evaluation:
    return judged(entries, person(**who), as_of, elsewhere(rows))


def hours(amount: str, on: str = "2021-05-01", **changes: Any) -> Entry:
    return entry("in_post", amount, on, unit="hour", **changes)


ONE_PIECE = """
[[requirement]]
kind = "single"
code = "one_long_course"
unit = "hour"
at_least = "90"
period = "cycle"
gate = "graduation"
CITE
[[cap]]
code = "year"
unit = "hour"
per = "year"
at_most = "144"
why = "cap_per_year"
CITE
"""


def test_s25_one_piece_is_judged_before_caps_cut_it() -> None:
    entries = [hours("58", "2021-01-01"), hours("90", "2021-06-01", project="long")]
    result = verdict(ONE_PIECE, entries)
    assert (counted(result), whys(result)[1]) == (["58", "86"], "cap_per_year")
    assert result.may_graduate is True


def test_s25_two_projects_are_not_one_piece_and_one_project_may_have_two_entries() -> None:
    assert verdict(ONE_PIECE, [hours("60"), hours("60")]).may_graduate is False
    apart = [hours("60", project="a"), hours("60", project="b")]
    assert verdict(ONE_PIECE, apart).may_graduate is False
    joined = [hours("60", project="a"), hours("30", project="a")]
    assert verdict(ONE_PIECE, joined).may_graduate is True


CONVERSION = """
[[conversion]]
counts = { types = ["workshop"] }
from_unit = "activity"
to_unit = "hour"
factor = "1.5"
from = 2021-12-17
to = 2023-01-01
CITE
"""


@pytest.mark.parametrize(
    ("on", "total"), [("2021-12-16", "0"), ("2021-12-17", "15"), ("2022-12-31", "15"), ("2023-01-01", "0")]
)
def test_s5_a_conversion_in_force_adds_one_unit_to_another(on: str, total: str) -> None:
    result = verdict(TOTAL + CONVERSION, [entry("workshop", "10", on, unit="activity")])
    assert (cycle_sum(result), counted(result)) == (total, ["10"])


def evidence(missing: str, joined_by: str) -> str:
    return f'\n[[evidence]]\nmissing = "{missing}"\njoined_by = "{joined_by}"\nCITE\n'


@pytest.mark.parametrize(
    ("row", "graduates"),
    [
        (evidence("fails_person", "either"), False),
        (evidence("fails_person", "both"), True),
        (evidence("uncounted", "either"), True),
    ],
)
def test_s19_missing_evidence_counts_nothing_and_may_fail_the_person(row: str, graduates: bool) -> None:
    entries = [hours("100"), hours("5", evidence_complete=False)]
    result = verdict(TOTAL + row, entries)
    assert (cycle_sum(result), whys(result)) == ("100", [None, "evidence_incomplete"])
    assert result.may_graduate is graduates
    told = ["1 entries without complete evidence"] * (not graduates)
    assert [findings.text(one) for one in result.findings] == told


def test_s8_without_registration_nothing_counts() -> None:
    row = (
        '\n[[prerequisite]]\nfact = "registered"\ngate = "graduation"\nentries_without = "uncounted"\nCITE\n'
    )
    result = verdict(TOTAL + row, [hours("100")], registered=False)
    assert (counted(result), whys(result), result.may_graduate) == (["0"], ["not_registered"], False)
    assert verdict(TOTAL + row, [hours("100")]).may_graduate is True


def test_s7_a_fact_before_graduation_blocks_it_and_an_unknown_one_is_assumed_as_told() -> None:
    row = '\n[[prerequisite]]\nfact = "plan_approved"\ngate = "graduation"\nassumed = false\nCITE\n'
    assert verdict(TOTAL + row, [hours("100")]).may_graduate is False
    assert verdict(TOTAL + row, [hours("100")], facts={"plan_approved": True}).may_graduate is True


def test_s7_a_pack_without_graduation_answers_nothing() -> None:
    assert verdict("", []).may_graduate is None


def test_s19_a_cycle_without_a_total_prints_the_plain_sum() -> None:
    rows = TOTAL.replace('code = "total"', 'code = "online"\ncounts = { modes = ["online"] }')
    result = verdict(rows, [hours("60", mode="online"), hours("15", mode="offline")])
    (cycle,) = shown.evaluation(result)["cycles"]
    assert (cycle["counted"], cycle["at_least"], cycle["met"]) == ("75", None, None)
    assert [(row["code"], row["type"], row["counted"]) for row in cycle["mandatory"]] == [
        ("online", None, "60")
    ]
    assert result.may_graduate is False


def test_a_fixed_type_per_person_counts_once_whatever_the_document() -> None:
    rows = """
[[training_type]]
code = "degree"
name = "学历"
group = "all"
unit = "hour"
earns = "fixed"
fixed = "100"
per = "person"
CITE
"""
    degrees = [entry("degree", "100", f"202{year}-01-01", unit="hour", document=str(year)) for year in (1, 2)]
    assert counted(verdict(rows, degrees)) == ["100", "0"]


def test_a_cap_per_document_binds_each_document() -> None:
    rows = '\n[[cap]]\ncode = "paper"\nunit = "hour"\nper = "document"\nat_most = "10"\nwhy = "once"\nCITE\n'
    entries = [hours("8", document="a"), hours("8", document="a"), hours("8", document="b")]
    assert counted(verdict(rows, entries)) == ["8", "2", "8"]


YEAR = """
[[requirement]]
code = "year"
unit = "hour"
at_least = "72"
period = "year"
gate = "excellent_rating"
judged_from = 2022-01-01
CITE
[part_period]
first_year = "MODE"
CITE
"""


@pytest.mark.parametrize(
    ("mode", "at_least", "met"), [("judged", 7200, False), ("pro_rata", 3629, True), ("exempt", 7200, True)]
)
def test_s22_a_pack_says_how_a_first_year_is_judged(mode: str, at_least: int, met: bool) -> None:
    # 1 July to 31 December 2022 are 184 of 365 days.
    result = verdict(YEAR.replace("MODE", mode), [hours("40", "2022-08-01")], joined_on=date(2022, 7, 1))
    first = result.years[0].verdict
    assert (result.years[0].year, first.at_least_hundredths, first.met) == (2022, at_least, met)


def test_s13_judged_from_leaves_earlier_years_out() -> None:
    assert list(years(verdict(YEAR.replace("MODE", "judged"), []))) == [2022, 2023, 2024]


def test_s22_a_late_entry_into_the_cycle_may_be_judged_pro_rata() -> None:
    rows = TOTAL + '\n[part_period]\npart_cycle = "pro_rata"\nCITE\n'
    late = date(2022, 7, 3)
    assert verdict(rows, [hours("50", "2023-01-01")], joined_on=late).may_graduate is True
    assert verdict(rows, [hours("49", "2023-01-01")], joined_on=late).may_graduate is False
    assert verdict(rows, [hours("50", "2023-01-01")]).may_graduate is False


def test_hours_before_joining_meet_a_duty_of_that_period_only() -> None:
    rows = TOTAL.replace('"cycle"', '"before_joining"').replace('"graduation"', '"duty"')
    joined = date(2021, 9, 1)
    assert found(verdict(rows, [hours("100", "2021-08-31")], joined_on=joined)) == []
    assert found(verdict(rows, [hours("100", "2021-09-01")], joined_on=joined)) == ["EX-A02"]


def test_a_duty_of_the_whole_cycle_stays_open_until_its_last_day() -> None:
    rows = TOTAL.replace('"graduation"', '"duty"')
    (before,) = verdict(rows, [], date(2024, 12, 30)).obligations
    (after,) = verdict(rows, [], END).obligations
    assert (before.closed, after.closed) == (False, True)


@pytest.mark.parametrize(
    ("audience", "meant"),
    [
        (Audience(), True),
        (Audience(sex="male"), False),
        (Audience(age_at_most=45), True),
        (Audience(age_at_most=44), False),
        (Audience(school="county"), False),
        (Audience(rural=True), False),
        (Audience(stages=("primary",)), True),
        (Audience(not_school_kinds=("primary",)), False),
        (Audience(tenure_at_most_years=22), False),
        (Audience(tenure_at_most_years=23), True),
        (Audience(joined_in_cycle=False), True),
        (Audience(any_of=(Audience(sex="male"), Audience(tiers=("lingjun",)))), True),
        (Audience(any_of=(Audience(sex="male"),)), False),
    ],
)
def test_s18_to_whom_a_row_applies(audience: Audience, meant: bool) -> None:
    who = person(tiers=("lingjun",), school=Affiliation(is_direct=True, kind="primary"))
    pack = elsewhere("")
    assert audience.holds(who, date(2021, 4, 30), pack.cycles[0]) is meant


PLANS = """
[[deadline]]
code = "plan"
on = 2021-06-20
inclusive = true
who = "school"
CITE
[[deadline]]
code = "roll"
on = 2021-06-20
inclusive = false
who = "school"
CITE
[[rhythm]]
code = "it"
who = "school"
at_least = 2
per = "term"
CITE
[[window]]
code = "award"
types = ["policy_award"]
times = 1
per = "year"
months = [4, 10]
CITE
[[target]]
code = "group"
measure = "count"
about = "10"
tolerance = "0.3"
CITE
[[target]]
code = "share"
measure = "coverage"
at_least = "0.95"
due = "plan_end"
CITE
"""


def test_dates_rhythms_windows_and_targets_judge() -> None:
    pack = elsewhere(PLANS)
    day = date(2021, 6, 20)
    assert [row.judge(day) for row in pack.deadlines] == [True, False]
    assert [pack.rhythms[0].judge(times) for times in (1, 2)] == [False, True]
    window = pack.windows[0]
    assert [window.is_open(date(2021, 4, 1), times) for times in (0, 1)] == [True, False]
    assert window.is_open(date(2021, 5, 1), 0) is False
    about, share = pack.targets
    assert [about.judge(Fraction(value)) for value in (6, 7, 13, 14)] == [False, True, True, False]
    assert [share.judge(Fraction(value, 100)) for value in (94, 95)] == [False, True]


SHOWN_ONLY = """
[[membership]]
of = "workshop"
applies_to = { any_of = [{ tenure_at_most_years = 5 }, { tiers = ["lingjun"] }] }
CITE
[[shape]]
of = "lesson_study"
parts = { prepare = 3, polish = 2 }
CITE
[[appraisal]]
sources = ["self", "team"]
weights = { self = "0.5" }
never_alone = ["exam_results"]
CITE
[[priority]]
order = ["rural", "backbone"]
CITE
[[copay]]
payers = ["school", "teacher"]
public_share_at_least = "0.5"
CITE
[[indicator]]
code = "certified"
measures = ["count", "rate"]
starts_at = "0.95"
CITE
[[award]]
code = "ethics_model"
per = "year"
at_most = 200
amount_fen = 0
CITE
[[burden]]
list = ["forms"]
strength = "encouraged"
CITE
[[exemption]]
rule = "EX-A02"
persons = 2
reason = "old age"
CITE
"""


def test_kinds_that_only_show_are_decoded_and_kept() -> None:
    pack = elsewhere(SHOWN_ONLY)
    assert pack.shapes[0].parts == {"prepare": 3, "polish": 2}
    assert pack.copays[0].public_share_at_least == Fraction(1, 2)
    assert pack.burdens[0].listed == ("forms",)
    assert pack.memberships[0].applies_to.any_of[1].tiers == ("lingjun",)
    assert pack.exemptions[0].persons == 2


def test_an_entry_without_term_where_a_pack_gives_no_dates_is_a_fault() -> None:
    cap = '\n[[cap]]\ncode = "a"\nunit = "hour"\nper = "term"\nat_most = "12"\nwhy = "cap_per_term"\nCITE\n'
    with pytest.raises(rules.FactsNotReadable) as refusal:
        verdict(cap, [hours("1", term="2021-1"), hours("1")])
    assert refusal.value.faults == ("entries[1].term: is needed, the type has a cap per term",)


def test_s2_a_pack_without_dates_places_no_day_in_a_term() -> None:
    assert rules.term_of(elsewhere(""), hours("1")) is None
    assert rules.term_of(elsewhere(""), hours("1", term="2021-1")) == "2021-1"
