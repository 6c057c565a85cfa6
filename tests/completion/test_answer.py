"""The teacher's word: his own, once; or silence for the days the pack names."""

import asyncio
from datetime import timedelta

import pytest

from completion.rows import REPORTED_AT, VERIFIED_AT, Course, finished
from factories import City
from vouchermarket.completion import operations, queries, rules
from vouchermarket.completion.structs import Confirmed, State
from vouchermarket.identity import rules as identity
from vouchermarket.kit.ids import CompletionId, new_id

SILENCE = timedelta(days=7)
SECOND = timedelta(seconds=1)


async def reported(course: Course, which: int = 0) -> CompletionId:
    (booking_id,) = await course.seat(course.city.teacher(which))
    await course.attend_times(booking_id, 4)
    (completion_id,) = await course.report(booking_id)
    return completion_id


async def test_a_teacher_confirms_once(course: Course) -> None:
    completion_id = await reported(course)
    await course.confirm(course.city.teacher(), completion_id)
    found = await course.completion(completion_id)
    assert (found.state, found.confirmed_how) == (State.CONFIRMED, Confirmed.TEACHER)
    for answer in (course.confirm, course.contest):
        with pytest.raises(rules.AlreadyConfirmed):
            await answer(course.city.teacher(), completion_id)


async def test_refuses_anybody_elses_answer(course: Course, city: City) -> None:
    completion_id = await reported(course)
    for answer in (course.confirm, course.contest):
        with pytest.raises(identity.NotFound):
            await answer(city.teacher(1), completion_id)
        with pytest.raises(identity.NotFound):
            await answer(city.teacher(), CompletionId(new_id()))
        with pytest.raises(identity.RoleNotAllowed):
            await answer(course.provider, completion_id)


async def test_contesting_stops_the_clock(course: Course) -> None:
    completion_id = await reported(course)
    await course.contest(course.city.teacher(), completion_id)
    assert (await course.completion(completion_id)).state is State.CONTESTED
    assert await course.silence(REPORTED_AT + 10 * SILENCE) == 0
    for answer in (course.confirm, course.contest):
        with pytest.raises(rules.CompletionContested):
            await answer(course.city.teacher(), completion_id)


async def test_silence_confirms_after_the_days_the_pack_names_and_not_before(course: Course) -> None:
    completion_id = await reported(course)
    assert await course.silence(REPORTED_AT + SILENCE - SECOND) == 0
    assert await course.silence(REPORTED_AT + SILENCE) == 1
    assert await course.silence(REPORTED_AT + SILENCE) == 0
    found = await course.completion(completion_id)
    assert (found.state, found.confirmed_how) == (State.CONFIRMED, Confirmed.SILENCE)
    (outcome,) = await course.verify(completion_id)
    assert outcome.captured_fen == 30_000
    await course.balanced()


async def test_the_sweep_takes_so_many_at_a_time(course: Course) -> None:
    await reported(course), await reported(course, 1)
    async with course.transaction() as session:
        first = await operations.confirm_by_silence(
            session, course.bureau_id, now=REPORTED_AT + SILENCE, at_most=1
        )
    assert (first, await course.silence(REPORTED_AT + SILENCE)) == (1, 1)


async def test_of_a_teachers_word_and_silence_at_once_one_stands(course: Course) -> None:
    completion_id = await reported(course)
    swept, said = await asyncio.gather(
        course.silence(REPORTED_AT + SILENCE),
        course.confirm(course.city.teacher(), completion_id, REPORTED_AT + SILENCE),
        return_exceptions=True,
    )
    found = await course.completion(completion_id)
    if swept == 1:
        assert isinstance(said, rules.AlreadyConfirmed)
        assert found.confirmed_how is Confirmed.SILENCE
    else:
        assert (swept, said) == (0, None)
        assert found.confirmed_how is Confirmed.TEACHER


async def test_a_confirmed_completion_waits_at_its_registrars_desk(course: Course, city: City) -> None:
    waiting, unanswered, later = [await reported(course, which) for which in range(3)]
    await course.confirm(city.teacher(), waiting)
    await course.confirm(city.teacher(2), later)
    centre, county = city.bodies["training_centre"], city.bodies["county_body"]
    async with course.transaction() as session:
        both = await queries.awaiting(session, city.bureau_id, county, centre)
        first = await queries.awaiting(session, city.bureau_id, centre, at_most=1)
        rest = await queries.awaiting(session, city.bureau_id, centre, after=waiting)
        assert await queries.awaiting(session, city.bureau_id, county) == []
    assert [one.id for one in both] == [waiting, later]
    assert [one.id for one in first + rest] == [waiting, later]
    await course.verify(waiting, later)
    async with course.transaction() as session:
        assert await queries.awaiting(session, city.bureau_id, centre) == []
    assert (await course.completion(unanswered)).state is State.REPORTED


async def test_only_what_was_verified_is_marked_revoked_and_only_once(course: Course) -> None:
    verified, confirmed = await finished(course, course.city.teacher(), course.city.teacher(1))
    await course.verify(verified)
    async with course.transaction() as session:
        with pytest.raises(rules.NotVerified):
            await operations.mark_revoked(session, course.bureau_id, confirmed, now=VERIFIED_AT)
        with pytest.raises(identity.NotFound):
            await operations.mark_revoked(session, course.bureau_id, CompletionId(new_id()), now=VERIFIED_AT)
        await operations.mark_revoked(session, course.bureau_id, verified, now=VERIFIED_AT)
        with pytest.raises(rules.CompletionRevoked):
            await operations.mark_revoked(session, course.bureau_id, verified, now=VERIFIED_AT)
    assert (await course.completion(verified)).state is State.REVOKED
    (outcome,) = await course.verify(verified)
    assert isinstance(outcome.refusal, rules.CompletionRevoked)
