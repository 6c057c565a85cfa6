"""Struct builders for the pure tests: a run that can be booked, a teacher who may, a voucher that pays."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from vouchermarket.booking.rules import decide
from vouchermarket.booking.structs import (
    BookRun,
    Decision,
    Engagement,
    Group,
    GroupKind,
    Outcome,
    Period,
    PersonState,
    State,
    VoucherState,
)
from vouchermarket.catalogue.structs import CourseState, Meeting, Run
from vouchermarket.kit.ids import (
    AccountId,
    CourseId,
    MeetingId,
    OrganisationId,
    PersonId,
    RunId,
    VoucherId,
)
from vouchermarket.policies.rules import Pack
from vouchermarket.policies.rules.kinds.credit import Term, TrainingType
from vouchermarket.policies.rules.kinds.filters import TypeAudience
from vouchermarket.policies.rules.kinds.market import Booking, Cancellation, FundLine, Name, Wallet
from vouchermarket.policies.rules.pack import Header
from vouchermarket.policies.structs import Affiliation, Cite, Level, Mode, Person, Unit

NOW = datetime(2014, 3, 3, 1, 0, tzinfo=UTC)
STARTS_AT = datetime(2014, 4, 5, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRICE_FEN = 30_000

PROVIDER = OrganisationId(UUID(int=0xF000))
EARNED = AccountId(UUID(int=0xF001))
SCHOOL = OrganisationId(UUID(int=0xF002))
OTHER_SCHOOL = OrganisationId(UUID(int=0xF003))
OFFICER = PersonId(UUID(int=0xF004))


def cite(rule: str) -> Cite:
    return Cite(rule=rule, quote="原文")


def person_id(number: int = 1) -> PersonId:
    return PersonId(UUID(int=0xA000 + number))


def run_id(number: int = 1) -> RunId:
    return RunId(UUID(int=0xB000 + number))


def voucher_id(number: int = 1) -> VoucherId:
    return VoucherId(UUID(int=0xC000 + number))


def ids() -> Iterator[UUID]:
    return (UUID(int=0xD00000 + number) for number in itertools.count())


def fund_line(code: str, pay_order: int, holder: Any = "teacher") -> FundLine:
    name = Name(zh=code, en=code)
    return FundLine(
        code=code, name=name, per_capita_fen=1, holder=holder, pay_order=pay_order, cite=cite("ZZ-A24")
    )


def pack(
    *,
    booking: dict[str, Any] | None = None,
    audience: TypeAudience | None = None,
    cancellation: Cancellation | None = None,
) -> Pack:
    limits: dict[str, Any] = {"clash": "refused", **(booking or {})}
    return Pack(
        header=Header(code="test", bureau="测试", document="测试", effective_from=date(2014, 1, 1)),
        terms=Term(spring=("02-01", "08-01"), autumn=("08-01", "02-01"), cite=cite("ZZ-A07")),
        types=(
            TrainingType(
                code="in_post",
                name="岗位培训",
                group="subject_teacher",
                levels=("city",),
                modes=("face_to_face",),
                unit="credit",
                audience=audience or TypeAudience(),
                cite=cite("ZZ-B02"),
            ),
        ),
        wallet=Wallet(holders=("school:direct", "teacher:direct"), cite=cite("ZZ-A22")),
        fund_lines=(
            fund_line("all_staff", 1),
            fund_line("space", 2),
            fund_line("backbone", 1, "school"),
        ),
        booking=Booking(cite=Cite(left_open="材料未定", chosen_by="测试局"), **limits),
        cancellation=cancellation,
    )


def meeting(number: int = 1, starts_at: datetime = STARTS_AT, hours: int = 3) -> Meeting:
    ends_at = starts_at + hours * HOUR
    id_ = MeetingId(UUID(int=number))
    return Meeting(id=id_, number=number, starts_at=starts_at, ends_at=ends_at, place="一中报告厅")


def run(number: int = 1, **changes: Any) -> Run:
    meetings = changes.pop("meetings", None)
    if meetings is None:
        # Runs of different numbers are held on different days.
        meetings = (meeting(starts_at=STARTS_AT + timedelta(days=number)),)
    facts: dict[str, Any] = {
        "id": run_id(number),
        "course_id": CourseId(UUID(int=number)),
        "provider_id": PROVIDER,
        "organiser_id": PROVIDER,
        "title": f"高中语文 {number}",
        "type": "in_post",
        "level": Level.CITY,
        "mode": Mode.FACE_TO_FACE,
        "unit": Unit.CREDIT,
        "amount_hundredths": 1200,
        "fund_lines": ("all_staff", "space"),
        "price_fen": PRICE_FEN,
        "capacity": 10,
        "taken": 0,
        "offered": 0,
        "books_from_at": NOW - HOUR,
        "books_until_at": NOW + 24 * HOUR,
        "starts_at": min((one.starts_at for one in meetings), default=STARTS_AT),
        "ends_at": max((one.ends_at for one in meetings), default=STARTS_AT + HOUR),
        "place": "一中",
        "state": CourseState.PUBLISHED,
        "cancelled_at": None,
        "meetings": meetings,
    }
    return Run(**facts | changes)


def person(
    *,
    is_direct: bool = True,
    school_id: OrganisationId = SCHOOL,
    engagements: Sequence[Engagement] = (),
    posts: Any = ("subject_teacher",),
) -> PersonState:
    facts = Person(
        id="张三",
        born_on=date(1975, 5, 1),
        sex="female",
        joined_on=date(1998, 9, 1),
        posts=posts,
        school=Affiliation(is_direct=is_direct),
    )
    return PersonState(facts, school_id, tuple(engagements))


def engagement(number: int, meetings: Sequence[Meeting] = (), starts_on: date | None = None) -> Engagement:
    periods = tuple(Period(one.starts_at, one.ends_at) for one in meetings)
    return Engagement(run_id(number), f"已选 {number}", starts_on or date(2014, 4, 5), periods)


def voucher(number: int = 1, **changes: Any) -> VoucherState:
    facts: dict[str, Any] = {
        "id": voucher_id(number),
        "holder_id": person_id(),
        "line": "all_staff",
        "valid_from": date(2014, 1, 1),
        "valid_to": date(2015, 1, 1),
        "is_frozen": False,
        "free_fen": 50_000,
    }
    return VoucherState(**facts | changes)


def state(
    runs: Sequence[Run] = (),
    people: dict[PersonId, PersonState] | None = None,
    vouchers: dict[Any, tuple[VoucherState, ...]] | None = None,
) -> State:
    return State(
        runs={one.id: one for one in runs or (run(),)},
        people={person_id(): person()} if people is None else people,
        vouchers={person_id(): (voucher(),)} if vouchers is None else vouchers,
        earned={PROVIDER: EARNED},
        time_zone="Asia/Shanghai",
    )


def choice(run_number: int = 1, person_number: int = 1) -> BookRun:
    return BookRun(run_id(run_number), person_id(person_number), person_id(person_number))


def nominee(run_number: int = 1, person_number: int = 1) -> BookRun:
    return BookRun(run_id(run_number), person_id(person_number), OFFICER, SCHOOL)


def each(*commands: BookRun) -> Group:
    return Group(GroupKind.EACH, commands)


def together(*commands: BookRun) -> Group:
    return Group(GroupKind.ALL_OR_NOTHING, commands)


def decided(of: State, *groups: Group, by: Pack | None = None) -> Decision:
    return decide(groups, of, by or pack(), NOW, ids())


def outcome(of: State, command: BookRun | None = None, *, by: Pack | None = None) -> Outcome:
    return decided(of, each(command or choice()), by=by).outcomes[0][0]
