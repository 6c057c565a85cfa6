"""What the demo's desks find on their first day: something of each kind that waits for somebody."""

from collections.abc import Sequence
from datetime import date, timedelta

from vouchermarket.booking import operations as booking
from vouchermarket.booking.structs import Choice
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries as shelves
from vouchermarket.catalogue.structs import FileAccreditation, FileCourse, MeetingTime, OpenRun
from vouchermarket.cli.demo import learning
from vouchermarket.cli.demo.city import City, Teacher, at
from vouchermarket.cli.demo.market import MEETING, Shelf, providers
from vouchermarket.completion import operations as completion
from vouchermarket.completion.structs import Report
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import BookingId, CompletionId, CourseId, RunId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.policies.structs import Level, Mode, Unit

PROVIDER = "university1"
# The first ones of the roster are for whoever tries the demo.
PASSED_OVER, TAUGHT, CONFIRMING = 10, 6, 4


async def leave_waiting(database: Database, city: City, shelf: Shelf, year: int) -> None:
    """In March: a provider and a course filed, a run over and reported, and credits registered.

    Of the run's teachers most have confirmed, one contests, and one says nothing yet.
    """
    provider = providers(city)[PROVIDER]
    await _file(database, city, provider, year)
    run_id = await _open(database, city, shelf, provider, date(year, 3, 7))
    direct = [teacher for teacher in city.teachers if teacher.school.county is None]
    taught = await _book(database, city, direct[PASSED_OVER:][:TAUGHT], run_id, year)
    reported = await _hold(database, city, provider, run_id, list(taught))
    await _answer(database, city, [(taught[seat], reported[seat]) for seat in taught], year)
    await _register(database, city, year)


async def _file(database: Database, city: City, provider: Actor, year: int) -> None:
    asked = FileAccreditation(
        from_on=date(year + 1, 1, 1), to_on=date(year + 3, 1, 1), document=f"演示认定〔{year}〕2号"
    )
    course = FileCourse(
        organiser_id=city.bodies["centre"],
        title="课堂观察的方法与工具",
        summary="带着问题听课,用证据评课。演示课程。",
        type="in_post",
        level=Level.CITY,
        mode=Mode.FACE_TO_FACE,
        fund_lines=("all_staff",),
        price_fen=15_000,
        amount="15",
        unit=Unit.CREDIT,
    )
    async with database.transaction(city.bureau.id) as session:
        await catalogue.file_accreditation(session, provider, asked, now=at(date(year, 3, 9)))
        await catalogue.file_course(session, provider, course, now=at(date(year, 3, 10)))


async def _open(database: Database, city: City, shelf: Shelf, provider: Actor, first_on: date) -> RunId:
    starts = [at(first_on), at(first_on + timedelta(days=4))]
    command = OpenRun(
        course_id=_course_of(shelf),
        capacity=20,
        books_from_at=starts[0] - timedelta(days=3),
        books_until_at=starts[0] - timedelta(days=1),
        place="第一师范学院 3 号楼",
        meetings=tuple(MeetingTime(starts_at=start, ends_at=start + MEETING) for start in starts),
    )
    async with database.transaction(city.bureau.id) as session:
        return await catalogue.open_run(session, provider, command, now=starts[0] - timedelta(days=4))


def _course_of(shelf: Shelf) -> CourseId:
    """The provider's first course that costs something."""
    own = (id_ for id_, row in shelf.courses.items() if row["provider"] == PROVIDER and int(row["price_fen"]))
    return next(own)


async def _book(
    database: Database, city: City, teachers: Sequence[Teacher], run_id: RunId, year: int
) -> dict[BookingId, Actor]:
    taught: dict[BookingId, Actor] = {}
    for teacher in teachers:
        try:
            async with database.transaction(city.bureau.id) as session:
                booked = await booking.book(session, teacher.actor, Choice(run_id), now=at(date(year, 3, 5)))
        except Refusal:
            # Who did this course last year stays at home.
            continue
        taught[booked.booking_id] = teacher.actor
    return taught


async def _hold(
    database: Database, city: City, provider: Actor, run_id: RunId, seats: Sequence[BookingId]
) -> dict[BookingId, CompletionId]:
    async with database.transaction(city.bureau.id) as session:
        run = (await shelves.runs(session, city.bureau.id, [run_id]))[run_id]
        for meeting in run.meetings:
            there = dict.fromkeys(seats, True)
            await completion.take_attendance(session, provider, meeting.id, there, now=meeting.ends_at)
        reports = [Report(seat, f"签到表 {run.ends_at:%Y-%m-%d}") for seat in seats]
        now = run.ends_at + timedelta(hours=2)
        reported = await completion.report(session, provider, run_id, reports, now=now)
    return {one.booking_id: one.completion_id for one in reported}


async def _answer(
    database: Database, city: City, reported: Sequence[tuple[Actor, CompletionId]], year: int
) -> None:
    now = at(date(year, 3, 12))
    async with database.transaction(city.bureau.id) as session:
        for teacher, completion_id in reported[:CONFIRMING]:
            await completion.confirm(session, teacher, completion_id, now=now)
        for teacher, completion_id in reported[CONFIRMING : CONFIRMING + 1]:
            await completion.contest(session, teacher, completion_id, "第二次课是同事代签的", now=now)


async def _register(database: Database, city: City, year: int) -> None:
    """The research office of the first school has registered its first training of the term."""
    school = city.schools[0]
    taught = [teacher for teacher in city.teachers if teacher.school.id == school.id]
    now = at(date(year, 3, 13))
    await learning.register_for(database, city, school, taught, now.date(), f"{year}-1", now)
