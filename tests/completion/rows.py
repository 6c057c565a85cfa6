"""Given for completion: a run of four meetings that people have booked and paid with their vouchers.

Course, run and meetings are inert rows; vouchers carry real money and every booking is made by booking.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from booking.rows import STARTS_AT, CourseRow, Market, RunRow
from factories import NOW, City, add
from vouchermarket.booking import operations as booking
from vouchermarket.booking.structs import Choice
from vouchermarket.catalogue import tables as catalogue
from vouchermarket.completion import operations, queries
from vouchermarket.completion.structs import Completion, Report, Verified
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import BookingId, CompletionId, MeetingId, RunId, new_id
from vouchermarket.policies.queries import InForce
from vouchermarket.reporting.queries import invariants

WEEK = timedelta(days=7)
ENDS_AT = STARTS_AT + 3 * WEEK + timedelta(hours=3)
REPORTED_AT = ENDS_AT + timedelta(days=1)
CONFIRMED_AT = REPORTED_AT + timedelta(days=1)
VERIFIED_AT = CONFIRMED_AT + timedelta(days=1)


class Course:
    """One run of a course, with those who booked it."""

    def __init__(self, database: Database, city: City, policy: InForce, market: Market | None = None) -> None:
        self.market, self.policy = market or Market(database, city, policy), policy
        self.database, self.city, self.bureau_id = database, city, city.bureau_id
        self.provider, self.rival = city.officer("provider"), city.officer("rival")
        self.centre, self.centre_too = city.officers["training_centre"]
        self.run_id = RunId(new_id())
        self.meeting_ids = [MeetingId(new_id()) for _ in range(4)]
        self.teachers: list[Actor] = []
        self.booking_ids: list[BookingId] = []

    async def open(self, price_fen: int = 30_000, **course: Any) -> None:
        """The course on the shelf and its run, one meeting a week for four weeks."""
        bodies = self.city.bodies
        shelf = CourseRow(
            **{
                "provider_id": bodies["provider"],
                "organiser_id": bodies["training_centre"],
                "policy_version_id": self.market.version_id,
                "filed_by": self.city.officer("provider", 1).person_id,
                "price_fen": price_fen,
                **course,
            }
        )
        run = RunRow(
            id=self.run_id, course_id=shelf["id"], price_fen=price_fen, starts_at=STARTS_AT, ends_at=ENDS_AT
        )
        meetings = [
            {
                "id": id_,
                "run_id": self.run_id,
                "number": number + 1,
                "place": "一中",
                "starts_at": STARTS_AT + number * WEEK,
                "ends_at": STARTS_AT + number * WEEK + timedelta(hours=3),
            }
            for number, id_ in enumerate(self.meeting_ids)
        ]
        async with self.transaction() as session:
            await add(session, self.bureau_id, catalogue.course, shelf)
            await add(session, self.bureau_id, catalogue.run, run)
            await add(session, self.bureau_id, catalogue.meeting, *meetings)

    def transaction(self):
        """One transaction of this bureau."""
        return self.database.transaction(self.bureau_id)

    async def seat(self, *teachers: Actor, vouchers_fen: Sequence[int] = (50_000,)) -> list[BookingId]:
        """Give each a voucher of these amounts, one fund line after the other, and let them book."""
        for line, amount_fen in zip(("all_staff", "backbone"), vouchers_fen, strict=False):
            holders = [teacher.person_id for teacher in teachers]
            await self.market.vouchers(holders, amount_fen, line=line)
        made: list[BookingId] = []
        for teacher in teachers:
            async with self.transaction() as session:
                booked = await booking.book(session, teacher, Choice(self.run_id), now=NOW)
            made.append(booked.booking_id)
        self.teachers += teachers
        self.booking_ids += made
        return made

    async def another(self, **course: Any) -> "Course":
        """A second run of a second course in the same market."""
        opened = Course(self.database, self.city, self.policy, self.market)
        await opened.open(**course)
        return opened

    # --- the verbs, each in its own transaction -----------------------------------------------------------

    async def attend(
        self,
        number: int,
        present: Mapping[BookingId, bool],
        by: Actor | None = None,
        at: datetime = ENDS_AT,
    ) -> int:
        """Attendance at a meeting, counted from 1."""
        async with self.transaction() as session:
            return await operations.take_attendance(
                session, by or self.provider, self.meeting_ids[number - 1], present, now=at
            )

    async def attend_times(self, booking_id: BookingId, times: int) -> None:
        """Present at the first so many meetings, absent at the others."""
        for number in range(1, 5):
            await self.attend(number, {booking_id: number <= times})

    async def report(
        self, *booking_ids: BookingId, by: Actor | None = None, at: datetime = REPORTED_AT
    ) -> list[CompletionId]:
        """A provider's report."""
        async with self.transaction() as session:
            reported = await operations.report(
                session,
                by or self.provider,
                self.run_id,
                [Report(booking_id, "签到册第 7 页") for booking_id in booking_ids],
                now=at,
            )
        return [one.completion_id for one in reported]

    async def confirm(self, teacher: Actor, completion_id: CompletionId, at: datetime = CONFIRMED_AT) -> None:
        """The teacher's word."""
        async with self.transaction() as session:
            await operations.confirm(session, teacher, completion_id, now=at)

    async def contest(self, teacher: Actor, completion_id: CompletionId) -> None:
        """The teacher's word against it."""
        async with self.transaction() as session:
            await operations.contest(session, teacher, completion_id, "我四次都到了", now=CONFIRMED_AT)

    async def silence(self, at: datetime) -> int:
        """The sweep."""
        async with self.transaction() as session:
            return await operations.confirm_by_silence(session, self.bureau_id, now=at, at_most=100)

    async def verify(self, *completion_ids: CompletionId, by: Actor | None = None) -> list[Verified]:
        """The registrar's verification."""
        async with self.transaction() as session:
            return await operations.verify(session, by or self.centre, completion_ids, now=VERIFIED_AT)

    # --- what came out ------------------------------------------------------------------------------------

    async def completion(self, completion_id: CompletionId) -> Completion:
        """One completion as it stands."""
        async with self.transaction() as session:
            return (await queries.completions(session, self.bureau_id, [completion_id]))[completion_id]

    async def balanced(self) -> None:
        """After each story: every invariant of the house holds, and I1, I4 and I7 had something to check."""
        async with self.transaction() as session:
            found = await invariants.check(session, self.bureau_id)
        assert [finding for finding in found if finding.broken] == []
        assert all(finding.checked for finding in found if finding.code in {"I1", "I4"})


async def open_course(database: Database, city: City, policy: InForce, **course: Any) -> Course:
    """A run, nobody in it yet."""
    opened = Course(database, city, policy)
    await opened.open(**course)
    return opened


async def finished(course: Course, *teachers: Actor, times: int = 4, **money: Any) -> list[CompletionId]:
    """Booked, attended so many times, reported and confirmed by each teacher."""
    booking_ids = await course.seat(*teachers, **money)
    for number in range(1, 5):
        await course.attend(number, dict.fromkeys(booking_ids, number <= times))
    completion_ids = await course.report(*booking_ids)
    for teacher, completion_id in zip(teachers, completion_ids, strict=True):
        await course.confirm(teacher, completion_id)
    return completion_ids
