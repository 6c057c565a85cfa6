"""What may be offered on the market, judged without a database."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.rows import CourseDraft, RunDraft, meeting
from factories import NOW, TODAY
from vouchermarket.catalogue import rules
from vouchermarket.catalogue.structs import (
    CAPACITY_MAX,
    Accreditation,
    CourseState,
    FileCourse,
    MeetingTime,
    OpenRun,
    ReviewCourse,
)
from vouchermarket.identity.structs import OrganisationKind, Role, Seat
from vouchermarket.kit.ids import OrganisationId, PersonId, new_id
from vouchermarket.policies import packs
from vouchermarket.policies import rules as policies
from vouchermarket.policies.structs import Level, Mode, Unit

K = OrganisationKind
PACK = packs.decode(
    (Path(__file__).parents[2] / "seeds" / "zhuzhou-2014" / "pack.toml").read_text(encoding="utf-8")
)
FILER, OTHER = PersonId(UUID(int=1)), PersonId(UUID(int=2))
ORGANISER = OrganisationId(UUID(int=9))


def fileable(organiser=K.TRAINING_CENTRE, **changes) -> None:
    draft = CourseDraft(**{"organiser_id": ORGANISER, **changes})
    rules.fileable(PACK, draft, organiser, TODAY)


def accreditation(from_on: date, to_on: date, approved: bool | None = True) -> Accreditation:
    return Accreditation(
        id=new_id(),
        provider_id=ORGANISER,
        from_on=from_on,
        to_on=to_on,
        document="株培资〔2014〕1号",
        filed_by=FILER,
        filed_at=NOW,
        approved=approved,
    )


def test_takes_a_course_of_every_cell_of_table_1_that_somebody_registers():
    fileable()
    fileable(K.COUNTY_TRAINING_BODY, level=Level.COUNTY)
    fileable(K.SCHOOL, type="school_based", level=Level.SCHOOL, mode=Mode.SCHOOL_BASED)


@pytest.mark.parametrize(
    ("refusal", "changes"),
    [
        (policies.TypeUnknown, {"type": "dancing"}),
        (policies.LevelNotAllowed, {"type": "master_teacher", "level": Level.COUNTY, "mode": Mode.BASE}),
        (policies.ModeNotAllowed, {"mode": Mode.SCHOOL_BASED}),
        (policies.UnitNotAllowed, {"unit": Unit.HOUR}),
        (policies.FundLineUnknown, {"fund_lines": ("all_staff", "canteen")}),
        (rules.FundLinesMissing, {"fund_lines": ()}),
        (rules.PriceAboveCeiling, {"price_fen": 300_001}),
        (rules.OrganiserNotOfLevel, {"level": Level.COUNTY}),
    ],
)
def test_refuses_a_course_that_the_pack_does_not_know(refusal, changes):
    with pytest.raises(refusal):
        fileable(**changes)


def test_a_level_without_anybody_who_registers_it_cannot_be_filed():
    silent = msgspec.structs.replace(PACK, authorities=())
    with pytest.raises(policies.LevelNotAllowed):
        rules.fileable(silent, CourseDraft(organiser_id=ORGANISER), K.TRAINING_CENTRE, TODAY)


def test_a_pair_that_only_county_schools_know_is_enough():
    only_county = tuple(
        msgspec.structs.replace(row, match=msgspec.structs.replace(row.match, school="county"))
        for row in PACK.authorities
    )
    pack = msgspec.structs.replace(PACK, authorities=only_county)
    rules.fileable(pack, CourseDraft(organiser_id=ORGANISER), K.TRAINING_CENTRE, TODAY)


def test_a_free_course_needs_no_fund_line():
    fileable(fund_lines=(), price_fen=0)


def test_the_ceiling_binds_from_the_first_fen_above_it_and_only_where_it_speaks():
    fileable(price_fen=300_000)
    ceiling = msgspec.structs.replace(PACK.price_ceilings[0], types=("induction",), at_most_fen=1)
    pack = msgspec.structs.replace(PACK, price_ceilings=(ceiling,))
    rules.priced(pack, "in_post", ("all_staff",), 2)
    with pytest.raises(rules.PriceAboveCeiling):
        rules.priced(pack, "induction", ("all_staff",), 2)
    of_line = msgspec.structs.replace(ceiling, types=(), fund_lines=("space",))
    pack = msgspec.structs.replace(PACK, price_ceilings=(of_line,))
    rules.priced(pack, "in_post", ("all_staff",), 2)
    with pytest.raises(rules.PriceAboveCeiling):
        rules.priced(pack, "in_post", ("all_staff", "space"), 2)


def test_two_accreditations_that_follow_each_other_cover_a_run_across_them():
    spring = accreditation(date(2014, 1, 1), date(2014, 7, 1))
    autumn = accreditation(date(2014, 7, 1), date(2015, 1, 1))
    rules.accredited([autumn, spring], date(2014, 6, 30), date(2014, 12, 31))


@pytest.mark.parametrize(
    "filed",
    [
        [],
        [accreditation(date(2014, 1, 1), date(2015, 1, 1), approved=None)],
        [accreditation(date(2014, 1, 1), date(2015, 1, 1), approved=False)],
        [
            accreditation(date(2014, 1, 1), date(2014, 6, 1)),
            accreditation(date(2014, 6, 2), date(2015, 1, 1)),
        ],
        [accreditation(date(2014, 1, 1), date(2014, 12, 31))],
    ],
)
def test_refuses_a_provider_with_a_day_that_is_not_covered(filed):
    with pytest.raises(rules.ProviderNotAccredited):
        rules.accredited(filed, date(2014, 5, 1), date(2014, 12, 31))


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), max_size=6),
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_a_time_is_covered_exactly_when_each_of_its_days_is(periods, first, length):
    begin = date(2014, 1, 1)
    filed = [
        accreditation(begin + timedelta(days=start), begin + timedelta(days=start + days))
        for start, days in periods
    ]
    days = [begin + timedelta(days=first + n) for n in range(length + 1)]
    each = all(any(one.from_on <= day < one.to_on for one in filed) for day in days)
    try:
        rules.accredited(filed, days[0], days[-1])
    except rules.ProviderNotAccredited:
        assert not each
    else:
        assert each


def test_refuses_an_accreditation_that_lasts_no_day():
    with pytest.raises(rules.AccreditationPeriodEmpty):
        rules.period(TODAY, TODAY)


def test_an_accreditation_is_decided_once_and_by_another_person():
    filed = accreditation(date(2014, 1, 1), date(2015, 1, 1), approved=None)
    rules.decidable(filed, OTHER)
    with pytest.raises(rules.FilerCannotDecide):
        rules.decidable(filed, FILER)
    with pytest.raises(rules.AccreditationDecided):
        rules.decidable(msgspec.structs.replace(filed, approved=False), OTHER)


def test_a_person_at_two_providers_says_for_which():
    seats = [Seat(Role.OFFICER, OrganisationId(UUID(int=n)), K.PROVIDER) for n in (1, 2)]
    assert rules.only_provider(seats[:1]) == UUID(int=1)
    with pytest.raises(rules.ProviderNotNamed):
        rules.only_provider(seats)


def test_a_course_is_reviewed_once_by_another_person_and_returned_with_a_reason():
    course_id = new_id()
    back = ReviewCourse(course_id=course_id, approve=False, reason="请写明课次")
    rules.reviewable(back, CourseState.FILED, FILER, OTHER)
    with pytest.raises(rules.FilerCannotDecide):
        rules.reviewable(back, CourseState.FILED, FILER, FILER)
    with pytest.raises(rules.ReturnReasonMissing):
        rules.reviewable(msgspec.structs.replace(back, reason=" "), CourseState.FILED, FILER, OTHER)
    with pytest.raises(rules.CourseNotInState):
        rules.reviewable(back, CourseState.RETURNED, FILER, OTHER)


def late(course_time: MeetingTime, minutes: int) -> MeetingTime:
    moved = timedelta(minutes=minutes)
    return MeetingTime(starts_at=course_time.starts_at + moved, ends_at=course_time.ends_at + moved)


@pytest.mark.parametrize(
    ("refusal", "changes"),
    [
        (rules.InstantOutOfRange, {"books_from_at": datetime(1, 1, 1, tzinfo=UTC)}),
        (rules.InstantOutOfRange, {"meetings": (meeting(), meeting(365 * 100))}),
        (rules.CapacityOutOfRange, {"capacity": 0}),
        (rules.CapacityOutOfRange, {"capacity": CAPACITY_MAX + 1}),
        (rules.MeetingsMissing, {"meetings": ()}),
        (rules.MeetingEmpty, {"meetings": (meeting(hours=0),)}),
        (rules.MeetingsOverlap, {"meetings": (meeting(), late(meeting(), 179))}),
        (rules.MeetingsOverlap, {"meetings": (meeting(7), meeting(0))}),
        (rules.BookingWindowEmpty, {"books_from_at": meeting().starts_at}),
        (rules.BookingWindowEmpty, {"books_from_at": NOW - timedelta(9), "books_until_at": NOW}),
        (rules.BookingWindowAfterStart, {"books_until_at": meeting().starts_at + timedelta(seconds=1)}),
    ],
)
def test_refuses_a_run_that_cannot_be_held_as_planned(refusal, changes):
    with pytest.raises(refusal):
        rules.openable(RunDraft(**changes), NOW)


def test_a_run_may_take_bookings_until_its_first_meeting_and_meet_without_a_break():
    touching = (meeting(), late(meeting(), 180))
    rules.openable(
        RunDraft(capacity=CAPACITY_MAX, meetings=touching, books_until_at=meeting().starts_at), NOW
    )


@given(st.lists(st.tuples(st.integers(-5, 50), st.integers(-2, 5)), min_size=1, max_size=5))
def test_meetings_stand_exactly_when_their_ends_and_beginnings_ascend(planned):
    times = [
        MeetingTime(starts_at=NOW + timedelta(hours=start), ends_at=NOW + timedelta(hours=start + hours))
        for start, hours in planned
    ]
    each_lasts = all(one.starts_at < one.ends_at for one in times)
    in_turn = all(one.ends_at <= after.starts_at for one, after in pairwise(times))
    try:
        rules.in_sequence(times)
    except (rules.MeetingEmpty, rules.MeetingsOverlap):
        assert not (each_lasts and in_turn)
    else:
        assert each_lasts
        assert in_turn


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        (FileCourse, {"title": "语文\0"}),
        (FileCourse, {"title": "语" * 201}),
        (FileCourse, {"price_fen": -1}),
        (FileCourse, {"price_fen": 10**29}),
        (FileCourse, {"levle": "city"}),
        (FileCourse, {"fund_lines": ["all_staff"] * 51}),
        (OpenRun, {"meetings": [msgspec.to_builtins(meeting())] * 367}),
        (OpenRun, {"books_from_at": "2014-03-03T09:00:00"}),
        (OpenRun, {"place": ""}),
    ],
)
def test_a_body_with_what_no_field_may_hold_does_not_decode(command, changes):
    draft = CourseDraft(organiser_id=ORGANISER) if command is FileCourse else RunDraft()
    written = msgspec.to_builtins(draft)
    assert msgspec.convert(written, command) == draft
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**written, **changes}, command)
