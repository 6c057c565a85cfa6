"""Attendance and reports: by the provider of the run, of those who hold a seat, when it is time."""

import asyncio
from datetime import timedelta

import pytest

from booking.rows import STARTS_AT
from completion.rows import CONFIRMED_AT, ENDS_AT, REPORTED_AT, WEEK, Course
from factories import NOW
from vouchermarket.booking import operations as booking
from vouchermarket.completion import operations, queries, rules
from vouchermarket.completion.structs import Report, State
from vouchermarket.identity import rules as identity
from vouchermarket.kit.ids import BookingId, CompletionId, MeetingId, RunId, new_id

SECOND = timedelta(seconds=1)


async def test_attendance_is_counted_into_the_report(course: Course) -> None:
    first, second, third = await course.seat(*(course.city.teacher(which) for which in range(3)))
    assert await course.attend(1, {first: True, second: True}) == 2
    assert await course.attend(2, {first: True, second: False}) == 1
    # Put right as long as nothing is reported; the last word counts.
    await course.attend(2, {second: True})
    await course.attend(2, {second: False})
    completion_ids = await course.report(first, second, third)
    found = [await course.completion(id_) for id_ in completion_ids]
    # Who was never listed counts as absent.
    assert [(one.attended, one.meetings) for one in found] == [(2, 4), (1, 4), (0, 4)]
    assert {one.state for one in found} == {State.REPORTED}
    assert {one.policy_version_id for one in found} == {course.policy.version_id}
    async with course.transaction() as session:
        rows = await queries.attendance_of(session, course.bureau_id, [second])
        listed = await queries.completions_of_run(session, course.bureau_id, course.run_id)
        own = await queries.completions_of_person(session, course.bureau_id, course.city.teacher(1).person_id)
    assert sorted(row.present for row in rows) == [False, True]
    assert listed == found
    assert own == [found[1]]
    await course.balanced()


async def test_refuses_attendance_before_the_meeting_begins(course: Course) -> None:
    (booking_id,) = await course.seat(course.city.teacher())
    with pytest.raises(rules.MeetingNotBegun) as refused:
        await course.attend(2, {booking_id: True}, at=STARTS_AT + WEEK - SECOND)
    assert refused.value.facts == {"number": 2}
    assert await course.attend(2, {booking_id: True}, at=STARTS_AT + WEEK) == 1


async def test_refuses_attendance_of_strangers(course: Course) -> None:
    (booking_id,) = await course.seat(course.city.teacher())
    other = await course.another()
    (elsewhere,) = await other.seat(course.city.teacher(1))
    (given_back,) = await course.seat(course.city.teacher(2))
    async with course.transaction() as session:
        await booking.cancel(session, course.city.teacher(2), given_back, "有事", now=NOW)
    with pytest.raises(rules.AttendanceOfStranger) as refused:
        await course.attend(
            1, {booking_id: True, elsewhere: True, given_back: True, BookingId(new_id()): True}
        )
    assert refused.value.facts == {"strangers": 3}


async def test_refuses_attendance_once_it_is_reported(course: Course) -> None:
    (booking_id,) = await course.seat(course.city.teacher())
    await course.report(booking_id)
    with pytest.raises(rules.AttendanceClosed):
        await course.attend(1, {booking_id: True})


async def test_refuses_another_provider_and_what_is_not_there(course: Course) -> None:
    (booking_id,) = await course.seat(course.city.teacher())
    with pytest.raises(identity.NotFound):
        await course.attend(1, {booking_id: True}, by=course.rival)
    with pytest.raises(identity.NotFound):
        await course.report(booking_id, by=course.rival)
    with pytest.raises(identity.RoleNotAllowed):
        await course.report(booking_id, by=course.centre)
    async with course.transaction() as session:
        with pytest.raises(identity.NotFound):
            await operations.take_attendance(
                session, course.provider, MeetingId(new_id()), {booking_id: True}, now=ENDS_AT
            )
        with pytest.raises(identity.NotFound):
            await operations.report(
                session, course.provider, RunId(new_id()), [Report(booking_id, "册")], now=REPORTED_AT
            )


@pytest.mark.parametrize("at", [NOW, STARTS_AT - SECOND, ENDS_AT - SECOND])
async def test_refuses_a_report_before_the_run_has_ended(course: Course, at) -> None:
    (booking_id,) = await course.seat(course.city.teacher())
    with pytest.raises(rules.RunNotEnded) as refused:
        await course.report(booking_id, at=at)
    assert refused.value.clause == "ZZ-B04"


async def test_refuses_a_whole_report_for_one_bad_line_and_names_it(course: Course) -> None:
    good, given_back = await course.seat(course.city.teacher(), course.city.teacher(1))
    async with course.transaction() as session:
        await booking.cancel(session, course.city.teacher(1), given_back, "有事", now=NOW)
    other = await course.another()
    (elsewhere,) = await other.seat(course.city.teacher(2))
    for bad, refusal in (
        (elsewhere, rules.BookingNotOfRun),
        (BookingId(new_id()), rules.BookingNotOfRun),
        (given_back, rules.BookingCancelled),
        (good, rules.AlreadyReported),
    ):
        with pytest.raises(refusal) as refused:
            await course.report(good, bad)
        assert refused.value.facts == {"line": 2}
    async with course.transaction() as session:
        assert await queries.completions_of_run(session, course.bureau_id, course.run_id) == []


async def test_refuses_a_report_on_somebody_who_never_booked(course: Course) -> None:
    with pytest.raises(rules.BookingNotOfRun) as refused:
        await course.report(BookingId(new_id()))
    assert (refused.value.code, refused.value.clause) == ("booking_not_of_run", "ZZ-B04")


async def test_refuses_a_second_report(course: Course) -> None:
    (booking_id,) = await course.seat(course.city.teacher())
    await course.report(booking_id)
    with pytest.raises(rules.AlreadyReported):
        await course.report(booking_id)


async def test_refuses_a_report_on_a_run_that_was_called_off(course: Course) -> None:
    (booking_id,) = await course.seat(course.city.teacher())
    await course.market.call_off(course.run_id)
    with pytest.raises(rules.RunCalledOff):
        await course.report(booking_id)


async def test_a_contested_report_is_put_right_and_made_again(course: Course) -> None:
    teacher = course.city.teacher()
    (booking_id,) = await course.seat(teacher)
    await course.attend_times(booking_id, 3)
    (completion_id,) = await course.report(booking_id)
    await course.contest(teacher, completion_id)
    assert (await course.completion(completion_id)).contest_reason == "我四次都到了"
    await course.attend(4, {booking_id: True})
    async with course.transaction() as session:
        again = await operations.report_again(
            session, course.provider, completion_id, "签到册第 8 页", now=CONFIRMED_AT
        )
    assert (again.attended, again.meetings) == (4, 4)
    found = await course.completion(completion_id)
    assert (found.state, found.attended, found.evidence) == (State.REPORTED, 4, "签到册第 8 页")
    assert (found.reported_at, found.contest_reason) == (CONFIRMED_AT, None)
    await course.confirm(teacher, completion_id)
    (outcome,) = await course.verify(completion_id)
    assert outcome.captured_fen == 30_000
    await course.balanced()


async def test_refuses_to_report_again_what_nobody_contested(course: Course) -> None:
    (booking_id,) = await course.seat(course.city.teacher())
    (completion_id,) = await course.report(booking_id)
    async with course.transaction() as session:
        with pytest.raises(rules.NotContested):
            await operations.report_again(session, course.provider, completion_id, "册", now=CONFIRMED_AT)
        with pytest.raises(identity.NotFound):
            await operations.report_again(session, course.rival, completion_id, "册", now=CONFIRMED_AT)
        with pytest.raises(identity.NotFound):
            await operations.report_again(
                session, course.provider, CompletionId(new_id()), "册", now=CONFIRMED_AT
            )


async def test_attendance_put_right_while_it_is_reported_is_counted_or_refused(course: Course) -> None:
    """The two lock the same bookings: what the report says is what the attendance says."""
    (booking_id,) = await course.seat(course.city.teacher())
    await course.attend_times(booking_id, 1)
    answers = await asyncio.gather(
        course.attend(2, {booking_id: True}), course.report(booking_id), return_exceptions=True
    )
    async with course.transaction() as session:
        counted = await queries.attended(session, course.bureau_id, [booking_id])
        (found,) = await queries.completions_of_run(session, course.bureau_id, course.run_id)
    assert found.attended == counted[booking_id]
    assert (found.attended == 1) == isinstance(answers[0], rules.AttendanceClosed)


async def test_two_reports_at_once_leave_one(course: Course) -> None:
    (booking_id,) = await course.seat(course.city.teacher())
    answers = await asyncio.gather(
        course.report(booking_id), course.report(booking_id), return_exceptions=True
    )
    assert sum(isinstance(answer, rules.AlreadyReported) for answer in answers) == 1
    async with course.transaction() as session:
        assert len(await queries.completions_of_run(session, course.bureau_id, course.run_id)) == 1
