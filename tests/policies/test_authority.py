"""Who registers, who reviews, in every cell (S20), and what may be registered for whom (S15).

City, provincial and national levels share their cells, which makes 96; types without a level stand apart.
"""

from datetime import date
from typing import Any

import pytest

from policies.cases import ZHUZHOU, elsewhere, person
from vouchermarket.policies import rules

SCHOOL, COUNTY_BODY, CENTRE = "school_research_office", "county_training_body", "training_centre"
A1 = (SCHOOL, "none", "ZZ-T10", "ZZ-B07")
A2 = (SCHOOL, CENTRE, "ZZ-B08", "ZZ-T01")
A3 = (SCHOOL, COUNTY_BODY, "ZZ-T01", "ZZ-B07")
A4 = (CENTRE, CENTRE, "ZZ-T08", "ZZ-B06")
A5 = (CENTRE, CENTRE, "ZZ-B05", "ZZ-T02")
A6 = (COUNTY_BODY, CENTRE, "ZZ-T02", "ZZ-B06")
A7 = (COUNTY_BODY, CENTRE, "ZZ-T13", None)
A8 = (CENTRE, CENTRE, None, None)
NO = None

# type, its row of Table 1, then (direct, county) at school level, at county level, at city level and above.
CELLS = [
    ("school_based", "ZZ-T01", (A2, A3), (NO, NO), (NO, NO)),
    ("in_post", "ZZ-T02", (NO, NO), (A6, A6), (A5, A5)),
    ("backbone", "ZZ-T03", (NO, NO), (A6, A6), (A5, A5)),
    ("master_teacher", "ZZ-T04", (NO, NO), (NO, NO), (A5, A5)),
    ("weak_subject", "ZZ-T05", (NO, NO), (A6, A6), (A5, A5)),
    ("out_of_field", "ZZ-T06", (NO, NO), (NO, NO), (A5, A5)),
    ("induction", "ZZ-T07", (A2, A3), (A6, A6), (A5, A5)),
    ("ed_tech", "ZZ-T08", (NO, NO), (A4, A4), (A4, A4)),
    ("mental_health_general", "ZZ-T09", (A2, A3), (NO, NO), (NO, NO)),
    ("mental_health_specialist", "ZZ-T09", (NO, NO), (A6, A6), (A5, A5)),
    ("safety", "ZZ-T10", (A1, A1), (NO, NO), (NO, NO)),
    ("homeroom", "ZZ-T11", (NO, NO), (A6, A6), (A5, A5)),
    ("principal_qualification", "ZZ-T12", (NO, NO), (A6, A6), (A5, A5)),
    ("principal_serving", "ZZ-T12", (NO, NO), (A6, A6), (A5, A5)),
    ("degree", "ZZ-T13", (NO, NO), (NO, NO), (NO, NO)),
    ("policy_award", "ZZ-T14", (NO, NO), (NO, NO), (NO, NO)),
]
WITHOUT_LEVEL = [
    ("degree", True, A8),
    ("degree", False, A7),
    ("policy_award", True, A8),
    ("policy_award", False, A7),
]
FOLDED = (("school",), ("county",), ("city", "provincial", "national"))


def unfolded() -> list[Any]:
    return [
        pytest.param(type_, row, level, is_direct, cell, id=f"{type_}-{level}-{is_direct}")
        for type_, row, *groups in CELLS
        for levels, pair in zip(FOLDED, groups, strict=True)
        for level in levels
        for is_direct, cell in zip((True, False), pair, strict=True)
    ]


def test_the_table_holds_96_cells_for_the_sixteen_types_of_the_pack() -> None:
    assert sum(len(pair) for _, _, *groups in CELLS for pair in groups) == 96
    assert [row[0] for row in CELLS] == [row.code for row in ZHUZHOU.types]


@pytest.mark.parametrize(("type_", "row", "level", "is_direct", "cell"), unfolded())
def test_s20_each_cell_names_its_two_bodies_or_is_refused(
    type_: str, row: str, level: Any, is_direct: bool, cell: Any
) -> None:
    if cell is NO:
        with pytest.raises(rules.LevelNotAllowed) as refusal:
            rules.authority(ZHUZHOU, type_, level, is_direct)
        assert refusal.value.clause == row
        return
    registrar, reviewer, clause, aside = cell
    found = rules.authority(ZHUZHOU, type_, level, is_direct)
    assert (found.registrar, found.reviewer, found.clause) == (registrar, reviewer, clause)
    assert (found.sets_aside and found.sets_aside.rule) == aside
    assert found.needs_two_persons == (registrar == reviewer)


@pytest.mark.parametrize(("type_", "is_direct", "cell"), WITHOUT_LEVEL)
def test_s20_a_diploma_or_an_award_has_no_level(type_: str, is_direct: bool, cell: Any) -> None:
    found = rules.authority(ZHUZHOU, type_, None, is_direct)
    assert (found.registrar, found.reviewer, found.clause) == cell[:3]


def test_s20_a_type_with_levels_needs_one() -> None:
    with pytest.raises(rules.LevelNotAllowed):
        rules.authority(ZHUZHOU, "in_post", None, is_direct=True)


def test_a_pack_without_authority_answers_no_cell() -> None:
    pack = elsewhere(
        """
[[training_type]]
code = "in_post"
name = "岗位培训"
group = "all"
levels = ["city"]
unit = "hour"
CITE
"""
    )
    with pytest.raises(rules.LevelNotAllowed):
        rules.authority(pack, "in_post", "city", is_direct=True)


def admit(
    type_: str, level: Any = "city", mode: Any = "face_to_face", unit: Any = "credit", **who: Any
) -> tuple[str, ...]:
    return rules.admit(ZHUZHOU, type_, level, mode, unit, person(**who), date(2014, 5, 1)).notes


def test_s15_what_fits_is_admitted_with_its_row() -> None:
    found = rules.admit(ZHUZHOU, "in_post", "city", "online", "credit", person(), date(2014, 5, 1))
    assert (found.clause, found.notes) == ("ZZ-T02", ())
    assert admit("in_post", mode=None) == ()


def test_s15_refuses_a_level_a_mode_and_a_unit_in_this_order() -> None:
    with pytest.raises(rules.LevelNotAllowed):
        admit("in_post", level="school", mode="study", unit="hour")
    with pytest.raises(rules.ModeNotAllowed) as mode:
        admit("in_post", mode="study", unit="hour")
    with pytest.raises(rules.UnitNotAllowed) as unit:
        admit("backbone", unit="hour")
    assert (mode.value.clause, unit.value.clause) == ("ZZ-T02", "ZZ-T03")


def test_s15_refuses_whom_the_type_is_not_meant_for() -> None:
    with pytest.raises(rules.AudienceNotAllowed) as refusal:
        admit("backbone")
    assert refusal.value.clause == "ZZ-T03"
    assert admit("backbone", tiers=("backbone",)) == ()
    with pytest.raises(rules.AudienceNotAllowed):
        admit("homeroom", unit="hour")
    with pytest.raises(rules.AudienceNotAllowed):
        admit("principal_serving", posts=("vice_principal",))


def test_s15_a_course_alone_is_judged_without_a_person() -> None:
    assert rules.admit(ZHUZHOU, "backbone", "city", None, "credit", None, date(2014, 5, 1)).notes == ()


def test_s15_refuses_a_type_the_pack_has_no_row_for() -> None:
    with pytest.raises(rules.TypeUnknown):
        admit("network_study")


@pytest.mark.parametrize(
    ("on", "let_pass"), [(date(2014, 4, 30), ()), (date(2014, 5, 1), ("beyond_audience",))]
)
def test_s18_a_diploma_after_45_is_let_pass_with_a_note(on: date, let_pass: tuple[str, ...]) -> None:
    who = person(born_on=date(1968, 5, 1))
    assert rules.admit(ZHUZHOU, "degree", None, None, "credit", who, on).notes == let_pass


@pytest.mark.parametrize(("on", "within"), [(date(2015, 9, 1), True), (date(2015, 9, 2), False)])
def test_s18_new_teachers_are_new_through_the_first_anniversary(on: date, within: bool) -> None:
    who = person(joined_on=date(2014, 9, 1))
    if within:
        assert rules.admit(ZHUZHOU, "induction", "county", None, "hour", who, on).notes == ()
        return
    with pytest.raises(rules.AudienceNotAllowed):
        rules.admit(ZHUZHOU, "induction", "county", None, "hour", who, on)


@pytest.mark.parametrize(
    ("type_", "amount", "earned"),
    [
        ("safety", 1000, 0),
        ("mental_health_general", 500, 0),
        ("degree", 12_000, 10_000),
        ("in_post", 725, 725),
    ],
)
def test_earned_is_nothing_a_fixed_amount_or_the_amount(type_: str, amount: int, earned: int) -> None:
    assert rules.earned(ZHUZHOU, type_, amount) == earned
