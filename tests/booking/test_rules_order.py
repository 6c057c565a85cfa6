"""Every reason for which a seat is refused, and the promised order in which reasons are told."""

import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from booking import states
from vouchermarket.booking import rules
from vouchermarket.booking.structs import Booked, BookRun, Engagement, Refused, State, VoucherState
from vouchermarket.catalogue.structs import CourseState
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.policies import rules as policies
from vouchermarket.policies.rules import Pack
from vouchermarket.policies.rules.kinds.filters import TypeAudience
from vouchermarket.policies.rules.kinds.market import Wallet
from vouchermarket.policies.structs import Level


class Scene:
    """A booking that would succeed; each reason spoils one thing about it."""

    def __init__(self) -> None:
        self.run: dict[str, Any] = {}
        self.person: dict[str, Any] = {}
        self.limits: dict[str, Any] = {}
        self.audience = TypeAudience()
        self.engagements: list[Engagement] = []
        self.voucher: dict[str, Any] = {}
        self.has_run = True
        self.has_person = True
        self.has_voucher = True

    def state(self) -> State:
        person = states.person(engagements=self.engagements, **self.person)
        vouchers: tuple[VoucherState, ...] = (states.voucher(**self.voucher),) if self.has_voucher else ()
        runs = [states.run(1 if self.has_run else 2, **self.run)]
        people = {states.person_id(): person} if self.has_person else {}
        return states.state(runs, people, {states.person_id(): vouchers})

    def pack(self) -> Pack:
        return states.pack(booking=self.limits, audience=self.audience)

    def refusal(self, command: BookRun | None = None) -> Refusal:
        found = states.outcome(self.state(), command, by=self.pack())
        assert isinstance(found, Refused)
        return found.refusal


def no_run(scene: Scene) -> None:
    scene.has_run = False


def cancelled(scene: Scene) -> None:
    scene.run["cancelled_at"] = states.NOW


def withdrawn(scene: Scene) -> None:
    scene.run["state"] = CourseState.WITHDRAWN


def early(scene: Scene) -> None:
    scene.run["books_from_at"] = states.NOW + states.HOUR


def late(scene: Scene) -> None:
    scene.run["books_until_at"] = states.NOW


def without_school(scene: Scene) -> None:
    scene.has_person = False


def off_the_table(scene: Scene) -> None:
    scene.run["level"] = Level.NATIONAL


def not_meant(scene: Scene) -> None:
    scene.audience = TypeAudience(posts=("principal",))


def of_county_school(scene: Scene) -> None:
    scene.person["is_direct"] = False


def booked_before(scene: Scene) -> None:
    scene.engagements.append(states.engagement(1))


def clashing(scene: Scene) -> None:
    scene.engagements.append(states.engagement(9, states.run(1).meetings))


def year_is_full(scene: Scene) -> None:
    scene.limits["per_year_at_most"] = 0


def term_is_full(scene: Scene) -> None:
    scene.limits["per_term_at_most"] = 0


def no_seat(scene: Scene) -> None:
    scene.run["taken"] = 10


def others_wait(scene: Scene) -> None:
    scene.run["offered"] = 1


def no_voucher(scene: Scene) -> None:
    scene.has_voucher = False


def frozen(scene: Scene) -> None:
    scene.voucher["is_frozen"] = True


def too_dear(scene: Scene) -> None:
    scene.run["price_fen"] = 50_001


# In the order of booking-engine.md: what a teacher reads first stands first.
PROMISED: list[tuple[Callable[[Scene], None], type[Refusal], str | None]] = [
    (no_run, rules.RunNotFound, None),
    (cancelled, rules.RunCancelled, None),
    (withdrawn, rules.RunClosed, None),
    (early, rules.WindowNotOpen, None),
    (late, rules.WindowClosed, None),
    (without_school, rules.PersonNotEligible, None),
    (off_the_table, policies.LevelNotAllowed, "ZZ-B02"),
    (not_meant, policies.AudienceNotAllowed, "ZZ-B02"),
    (of_county_school, policies.HolderNotEntitled, "ZZ-A22"),
    (booked_before, rules.AlreadyBooked, None),
    (clashing, rules.MeetingsClash, None),
    (year_is_full, rules.YearLimitReached, None),
    (term_is_full, rules.TermLimitReached, None),
    (no_seat, rules.RunFull, None),
    (others_wait, rules.RunHasWaitingList, None),
    (no_voucher, rules.VoucherMissing, "ZZ-A24"),
    (frozen, rules.VouchersFrozen, "ZZ-A24"),
    (too_dear, rules.VoucherShort, "ZZ-A24"),
]


def test_books_when_nothing_stands_against_it() -> None:
    scene = Scene()
    assert isinstance(states.outcome(scene.state(), by=scene.pack()), Booked)


@pytest.mark.parametrize(
    ("spoil", "expected", "clause"), PROMISED, ids=lambda one: getattr(one, "__name__", "")
)
def test_refuses_for_each_reason_with_its_clause_and_remedy(
    spoil: Callable[[Scene], None], expected: type[Refusal], clause: str | None
) -> None:
    scene = Scene()
    spoil(scene)
    refusal = scene.refusal()
    assert type(refusal) is expected
    assert refusal.clause == clause
    for told in (refusal.text("zh"), refusal.text("en"), refusal.remedy("zh"), refusal.remedy("en")):
        assert told
        assert "<" not in told


@pytest.mark.parametrize(
    ("first", "second"), list(itertools.combinations(PROMISED, 2)), ids=lambda one: one[0].__name__
)
def test_tells_the_earlier_of_two_reasons(first: Any, second: Any) -> None:
    scene = Scene()
    second[0](scene)
    first[0](scene)
    assert type(scene.refusal()) is first[1]


def test_the_window_is_open_from_its_first_instant_on() -> None:
    scene = Scene()
    scene.run["books_from_at"] = states.NOW
    assert isinstance(states.outcome(scene.state(), by=scene.pack()), Booked)


def test_a_run_is_full_when_its_last_seats_are_offered_to_those_who_wait() -> None:
    scene = Scene()
    scene.run = {"taken": 9, "offered": 1}
    assert isinstance(scene.refusal(), rules.RunFull)


def test_asks_the_wallet_for_the_school_where_the_school_pays() -> None:
    scene = Scene()
    only_teachers = Wallet(holders=("teacher:direct",), cite=states.cite("ZZ-A22"))
    pack = msgspec.structs.replace(scene.pack(), wallet=only_teachers)
    assert isinstance(states.outcome(scene.state(), by=pack), Booked)
    found = states.outcome(scene.state(), states.nominee(), by=pack)
    assert isinstance(found, Refused)
    assert isinstance(found.refusal, policies.HolderNotEntitled)


def test_only_money_is_asked_for_as_payment() -> None:
    asked = [refusal for _, refusal, _ in PROMISED if refusal.kind is Kind.PAYMENT]
    assert asked == [rules.VoucherMissing, rules.VouchersFrozen, rules.VoucherShort]


def test_refuses_a_run_that_is_over() -> None:
    scene = Scene()
    scene.run = {"ends_at": states.NOW, "books_until_at": states.NOW + states.HOUR}
    assert isinstance(scene.refusal(), rules.RunClosed)


def test_refuses_a_person_the_roster_does_not_know() -> None:
    assert isinstance(Scene().refusal(states.choice(1, 2)), rules.PersonNotEligible)


@pytest.mark.parametrize("person", [None, states.person(school_id=states.OTHER_SCHOOL)])
def test_refuses_a_stranger_and_a_teacher_of_another_school_alike(person: Any) -> None:
    people = {} if person is None else {states.person_id(): person}
    found = states.outcome(states.state(people=people), states.nominee())
    assert isinstance(found, Refused)
    assert isinstance(found.refusal, rules.NomineeNotOfSchool)
    assert found.refusal.clause == "ZZ-B03"


def test_asks_whether_the_nominee_is_of_the_school_before_anything_about_the_nominee() -> None:
    scene = Scene()
    scene.person = {"school_id": states.OTHER_SCHOOL, "is_direct": False}
    booked_before(scene)
    assert isinstance(scene.refusal(states.nominee()), rules.NomineeNotOfSchool)


def test_lets_a_county_teacher_take_a_run_without_a_price() -> None:
    scene = Scene()
    of_county_school(scene)
    scene.run["price_fen"] = 0
    scene.has_voucher = False
    found = states.outcome(scene.state(), by=scene.pack())
    assert isinstance(found, Booked)
    assert found.payments == ()


def test_names_the_run_and_the_time_that_clash_on_the_clocks_of_the_bureau() -> None:
    scene = Scene()
    clashing(scene)
    refusal = scene.refusal()
    assert refusal.facts == {
        "other": "已选 9",
        "starts_at": "2014-04-06 09:00",
        "ends_at": "2014-04-06 12:00",
    }


def test_lets_a_meeting_begin_when_another_ends() -> None:
    scene = Scene()
    before = states.meeting(starts_at=states.run(1).starts_at - 3 * states.HOUR)
    after = states.meeting(starts_at=states.run(1).ends_at)
    scene.engagements.append(states.engagement(9, [before, after]))
    assert isinstance(states.outcome(scene.state(), by=scene.pack()), Booked)


def test_lets_meetings_overlap_where_the_pack_allows_it() -> None:
    scene = Scene()
    clashing(scene)
    scene.limits["clash"] = "allowed"
    assert isinstance(states.outcome(scene.state(), by=scene.pack()), Booked)


def test_counts_a_booking_to_the_year_and_term_in_which_its_run_starts() -> None:
    scene = Scene()
    scene.engagements = [states.engagement(8, starts_on=states.NOW.date().replace(year=2013))]
    scene.limits = {"per_year_at_most": 1}
    assert isinstance(states.outcome(scene.state(), by=scene.pack()), Booked)
    scene.engagements.append(states.engagement(9, starts_on=states.NOW.date().replace(month=9)))
    assert isinstance(scene.refusal(), rules.YearLimitReached)
    scene.limits = {"per_term_at_most": 1}
    assert isinstance(states.outcome(scene.state(), by=scene.pack()), Booked)


def test_a_pack_without_a_booking_row_sets_no_limit_but_lets_nobody_be_in_two_places() -> None:
    scene = Scene()
    silent = msgspec.structs.replace(scene.pack(), booking=None)
    assert isinstance(states.outcome(scene.state(), by=silent), Booked)
    clashing(scene)
    found = states.outcome(scene.state(), by=silent)
    assert isinstance(found, Refused)
    assert isinstance(found.refusal, rules.MeetingsClash)
