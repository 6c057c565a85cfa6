"""The shelf: providers are accredited, their courses filed, reviewed, published, and runs of them opened."""

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import msgspec

from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue.structs import FileAccreditation, FileCourse, MeetingTime, OpenRun, ReviewCourse
from vouchermarket.cli.demo.city import City, at, rows
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import CourseId, RunId
from vouchermarket.policies.structs import Level, Mode, Unit

MEETING = timedelta(hours=3)


class Offer(msgspec.Struct, frozen=True):
    """A run on the shelf, as the demo's teachers look at it."""

    run_id: RunId
    course_id: CourseId
    provider: Actor
    type: str
    fund_line: str
    price_fen: int
    starts_at: datetime
    ends_at: datetime


class Shelf(msgspec.Struct):
    """What was put on the shelf in a year: courses with their row of catalogue.csv, and their runs."""

    courses: dict[CourseId, Mapping[str, str]]
    offers: list[Offer]


async def accredit(database: Database, city: City, year: int) -> None:
    """Every provider files for this year and the next; the centre decides."""
    now = at(date(year, 3, 1))
    asked = FileAccreditation(
        from_on=date(year, 1, 1), to_on=date(year + 2, 1, 1), document=f"演示认定〔{year}〕1号"
    )
    for provider in providers(city).values():
        async with database.transaction(city.bureau.id) as session:
            filed = await catalogue.file_accreditation(session, provider, asked, now=now)
            centre = city.officers["centre01"]
            await catalogue.decide_accreditation(session, centre, filed, approve=True, now=now)


def providers(city: City) -> dict[str, Actor]:
    """The officer of each provider, by the provider's code."""
    bodies = {id_: code for code, id_ in city.bodies.items()}
    seated = {bodies.get(actor.seats[0].organisation_id, ""): actor for actor in city.officers.values()}
    return {code: actor for code, actor in seated.items() if actor.seats[0].desk == "provider"}


async def file_courses(database: Database, city: City, seeds: Path, year: int) -> Shelf:
    """File what catalogue.csv lists; the centre reviews and publishes it."""
    now = at(date(year, 3, 4))
    by_code = providers(city)
    shelf = Shelf({}, [])
    for row in rows(seeds, "catalogue.csv"):
        course = _course(city, row)
        async with database.transaction(city.bureau.id) as session:
            course_id = await catalogue.file_course(session, by_code[row["provider"]], course, now=now)
            review = ReviewCourse(course_id=course_id, approve=True)
            await catalogue.review_course(session, city.officers["centre02"], review, now=now)
            await catalogue.publish_course(session, city.officers["centre01"], course_id, now=now)
        shelf.courses[course_id] = row
    return shelf


def _course(city: City, row: Mapping[str, str]) -> FileCourse:
    return FileCourse(
        organiser_id=city.bodies[row["organiser"]],
        title=row["title"],
        summary=f"{row['title']}。演示课程。",
        type=row["type"],
        level=Level(row["level"]),
        mode=Mode(row["mode"]),
        fund_lines=tuple(row["fund_lines"].split("|")),
        price_fen=int(row["price_fen"]),
        amount=row["amount"],
        unit=Unit(row["unit"]),
        subject=row["subject"] or None,
        stage=row["stage"] or None,
    )


async def open_runs(
    database: Database, city: City, shelf: Shelf, first_on: date, books_from: datetime
) -> None:
    """Open runs of every course from a day on: as many as its share of the teachers asks for."""
    by_code = providers(city)
    teachers = len(city.teachers)
    for place, (course_id, row) in enumerate(shelf.courses.items()):
        wanted = math.ceil(teachers * Fraction(row["share"]) / int(row["seats"]))
        for number in range(max(1, wanted)):
            begins = first_on + timedelta(days=7 * (number % 6) + place % 6)
            await _open(database, city, shelf, by_code[row["provider"]], course_id, begins, books_from)


async def _open(
    database: Database,
    city: City,
    shelf: Shelf,
    provider: Actor,
    course_id: CourseId,
    begins: date,
    books_from: datetime,
) -> None:
    row = shelf.courses[course_id]
    # A morning or an afternoon, one class a week.
    hour = city.chance.choice((9, 14))
    starts = [at(begins + timedelta(days=7 * week), hour) for week in range(int(row["meetings"]))]
    command = OpenRun(
        course_id=course_id,
        capacity=int(row["seats"]),
        books_from_at=books_from,
        books_until_at=starts[0] - timedelta(days=1),
        place=row["place"],
        meetings=tuple(MeetingTime(starts_at=start, ends_at=start + MEETING) for start in starts),
    )
    async with database.transaction(city.bureau.id) as session:
        run_id = await catalogue.open_run(session, provider, command, now=books_from - timedelta(days=2))
    shelf.offers.append(
        Offer(
            run_id,
            course_id,
            provider,
            row["type"],
            row["fund_lines"],
            int(row["price_fen"]),
            starts[0],
            starts[-1] + MEETING,
        )
    )
