"""Who may do what, what makes sense on a roster, which passwords are worth the name."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from vouchermarket.identity import rules
from vouchermarket.identity.structs import (
    Actor,
    AddOrganisation,
    Appoint,
    Organisation,
    OrganisationKind,
    ProviderKind,
    Role,
    SchoolStage,
    Seat,
)
from vouchermarket.kit.ids import BureauId, OrganisationId, PersonId, new_id

NOW = datetime(2014, 3, 3, 1, 0, tzinfo=UTC)
DAY = date(2014, 3, 3)
DESKS = {
    *(kind.value for kind in OrganisationKind),
    Role.TEACHER.value,
    Role.ADMINISTRATOR.value,
}


def sitting(kind: OrganisationKind, role: Role = Role.OFFICER) -> Actor:
    seat = Seat(role, OrganisationId(new_id()), kind)
    return Actor(BureauId(new_id()), PersonId(new_id()), (seat,))


def body(kind: OrganisationKind) -> Organisation:
    return Organisation(OrganisationId(new_id()), kind, "x", "某单位", None, False, False, None, None)


def held(from_on: date, to_on: date | None, what: str = "teacher", person: object = None) -> rules.Held:
    return rules.Held(new_id(), person or PERSON, what, from_on, to_on)


PERSON = new_id()


# --- the matrix -------------------------------------------------------------------------------------------


def test_the_matrix_has_a_column_for_every_desk_and_a_desk_for_every_verb() -> None:
    found = {desk for desks in rules.matrix().values() for desk in desks}
    assert found == DESKS
    for verb, desks in rules.matrix().items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", verb)
        assert desks, verb


def test_the_matrix_keeps_duties_apart() -> None:
    """docs/trust.md 14: the inspectorate changes nothing, the administrator touches no money."""
    changing = {verb for verb in rules.matrix() if not verb.startswith("read_")}
    assert not {verb for verb in changing if "inspectorate" in rules.matrix()[verb]}
    of_administrator = {verb for verb, desks in rules.matrix().items() if "administrator" in desks}
    assert of_administrator == {
        "read_catalogue", "read_own", "read_roster", "export_people", "change_roster", "end_logins",
        "hand_out_code",
    }  # fmt: skip


def test_an_officer_sits_at_the_desk_of_the_body() -> None:
    clerk = sitting(OrganisationKind.TRAINING_CENTRE)
    assert rules.seats_for(clerk, "review_course") == clerk.seats
    with pytest.raises(rules.RoleNotAllowed) as refused:
        rules.seats_for(clerk, "appropriate")
    assert refused.value.facts == {"verb": "appropriate"}


def test_a_teacher_of_a_school_does_not_sit_at_the_schools_desk() -> None:
    teacher = sitting(OrganisationKind.SCHOOL, Role.TEACHER)
    assert rules.seats_for(teacher, "book")
    with pytest.raises(rules.RoleNotAllowed):
        rules.seats_for(teacher, "nominate")


def test_another_bodys_matter_is_not_found_and_anothers_desk_is_not_allowed() -> None:
    provider = sitting(OrganisationKind.PROVIDER)
    own = provider.seats[0].organisation_id
    assert rules.seat_at(provider, "open_run", own) is provider.seats[0]
    with pytest.raises(rules.NotFound):
        rules.seat_at(provider, "open_run", OrganisationId(new_id()))
    with pytest.raises(rules.RoleNotAllowed):
        rules.seat_at(provider, "turn_key", own)


def test_a_verb_that_is_not_in_the_matrix_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        rules.seats_for(sitting(OrganisationKind.PROVIDER), "open_safe")


# --- the roster -------------------------------------------------------------------------------------------

_FITTING = [
    (OrganisationKind.PROVIDER, None, {"provider_kind": ProviderKind.BASE}),
    (OrganisationKind.SCHOOL, None, {"stage": SchoolStage.SENIOR, "is_direct": True}),
    (
        OrganisationKind.SCHOOL,
        OrganisationKind.COUNTY_BUREAU,
        {"stage": SchoolStage.PRIMARY, "is_rural": True},
    ),
    (OrganisationKind.COUNTY_TRAINING_BODY, OrganisationKind.COUNTY_BUREAU, {}),
    (OrganisationKind.SCHOOL_RESEARCH_OFFICE, OrganisationKind.SCHOOL, {}),
    (OrganisationKind.FINANCE_OFFICE, None, {}),
]


@pytest.mark.parametrize(("kind", "parent", "more"), _FITTING)
def test_a_body_that_fits_may_stand(
    kind: OrganisationKind, parent: OrganisationKind | None, more: dict
) -> None:
    rules.fits(AddOrganisation(kind=kind, code="x", name="某单位", **more), body(parent) if parent else None)


@pytest.mark.parametrize(
    ("kind", "parent", "more"),
    [
        (OrganisationKind.SCHOOL, None, {"stage": SchoolStage.SENIOR}),
        (
            OrganisationKind.SCHOOL,
            OrganisationKind.COUNTY_BUREAU,
            {"stage": SchoolStage.SENIOR, "is_direct": True},
        ),
        (OrganisationKind.COUNTY_TRAINING_BODY, OrganisationKind.SCHOOL, {}),
        (OrganisationKind.SCHOOL_RESEARCH_OFFICE, None, {}),
        (OrganisationKind.PROVIDER, OrganisationKind.COUNTY_BUREAU, {"provider_kind": ProviderKind.BASE}),
    ],
)
def test_a_body_under_the_wrong_one_is_refused(
    kind: OrganisationKind, parent: OrganisationKind | None, more: dict
) -> None:
    with pytest.raises(rules.ParentNotFitting):
        rules.fits(
            AddOrganisation(kind=kind, code="x", name="某单位", **more), body(parent) if parent else None
        )


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        (OrganisationKind.PROVIDER, {}, "provider_kind"),
        (OrganisationKind.FINANCE_OFFICE, {"provider_kind": ProviderKind.BASE}, "provider_kind"),
        (OrganisationKind.FINANCE_OFFICE, {"stage": SchoolStage.SENIOR}, "stage"),
        (OrganisationKind.SCHOOL, {"is_direct": True}, "stage"),
        (OrganisationKind.INSPECTORATE, {"is_direct": True}, "is_direct"),
        (OrganisationKind.INSPECTORATE, {"is_rural": True}, "is_rural"),
    ],
)
def test_a_field_of_another_kind_of_body_is_refused(kind: OrganisationKind, more: dict, field: str) -> None:
    with pytest.raises(rules.FieldNotFitting) as refused:
        rules.fits(AddOrganisation(kind=kind, code="x", name="某单位", **more), None)
    assert refused.value.facts["field"] == field


@pytest.mark.parametrize(
    ("role", "kind"),
    [(Role.TEACHER, OrganisationKind.PROVIDER), (Role.ADMINISTRATOR, OrganisationKind.SCHOOL)],
)
def test_a_role_the_body_does_not_have_is_refused(role: Role, kind: OrganisationKind) -> None:
    where = body(kind)
    command = Appoint(person_id=PersonId(new_id()), organisation_id=where.id, role=role, from_on=DAY)
    with pytest.raises(rules.RoleNotFitting):
        rules.appointable([command], {where.id: where})
    with pytest.raises(rules.NotFound):
        rules.appointable([command], {})


def test_a_code_may_stand_once_and_come_once() -> None:
    rules.unused(["a", "b"], {"c"})
    for codes, taken in ((["a"], {"a"}), (["a", "b", "a"], set[str]())):
        with pytest.raises(rules.CodeTaken):
            rules.unused(codes, taken)


def test_nobody_gives_a_seat_to_oneself() -> None:
    keeper = sitting(OrganisationKind.BUREAU, Role.ADMINISTRATOR)
    rules.another(keeper, [new_id()])
    with pytest.raises(rules.OwnAppointment):
        rules.another(keeper, [new_id(), keeper.person_id])


def test_periods_may_touch_but_not_cross() -> None:
    march, may, july = date(2014, 3, 1), date(2014, 5, 1), date(2014, 7, 1)
    rules.apart([held(march, may)], [held(may, july), held(july, None)])
    rules.apart([held(march, None)], [held(march, None, "officer x"), held(march, None, person=new_id())])
    for standing, fresh in (
        ([held(march, None)], [held(may, None)]),
        ([held(may, july)], [held(march, None)]),
        ([], [held(march, july), held(may, None)]),
    ):
        with pytest.raises(rules.PeriodOverlaps):
            rules.apart(standing, fresh)
    with pytest.raises(rules.PeriodEmpty):
        rules.apart([], [held(may, may)])


def test_an_end_may_be_moved_up_to_the_next_period() -> None:
    first = held(date(2014, 3, 1), date(2014, 5, 1))
    second = held(date(2014, 6, 1), None)
    rules.ending([first, second], first.id, date(2014, 6, 1))
    with pytest.raises(rules.PeriodOverlaps):
        rules.ending([first, second], first.id, date(2014, 6, 2))
    with pytest.raises(rules.PeriodEmpty):
        rules.ending([first, second], second.id, date(2014, 6, 1))


# --- coming in --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    ["一个只有我知道的句子", "correct horse battery", "x y z 1 2 3", "汉字典" * 42, "k9-" * 42],
)
def test_chinese_spaces_and_long_passwords_are_welcome(password: str) -> None:
    """docs/trust.md 24."""
    rules.acceptable(password, "teacher00001")


@pytest.mark.parametrize("password", ["", "abc", "七个字的密码呢", "x" * 4 + "密" * 125])
def test_a_password_of_another_length_is_refused(password: str) -> None:
    with pytest.raises(rules.PasswordLengthOut):
        rules.acceptable(password, "teacher00001")


@pytest.mark.parametrize(
    "password",
    ["password", "PassWord", "12345678", "１２３４５６７８", "qwertyuiop", "teacher00001", "aaaaaaaaaa"],
)
def test_a_common_password_is_refused(password: str) -> None:
    with pytest.raises(rules.PasswordCommon):
        rules.acceptable(password, "teacher00001")


def test_the_end_of_a_long_password_counts() -> None:
    assert rules.readable("密" * 127 + "甲") != rules.readable("密" * 127 + "乙")


def test_a_login_ends_when_idle_and_when_old() -> None:
    """docs/trust.md 18, the rule itself."""
    minute = timedelta(minutes=1)
    assert rules.in_force(NOW, NOW, NOW + rules.IDLE - minute)
    assert not rules.in_force(NOW, NOW, NOW + rules.IDLE)
    later = NOW + rules.ABSOLUTE
    assert rules.in_force(NOW, later - 2 * minute, later - minute)
    assert not rules.in_force(NOW, later - minute, later)


def test_a_token_says_its_bureau() -> None:
    token = rules.bearer("zhu-zhou", "ab_c-d")
    assert rules.parts_of_bearer(token) == ("zhu-zhou", "ab_c-d")
    for other in ("", "vm_", "vm_zz", "vm_zz_", "vm__secret", "xx_zz_secret", "vmzzsecret"):
        assert rules.parts_of_bearer(other) is None
