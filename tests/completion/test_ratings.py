"""Ratings: by who has completed, once; shown without a name while the completion stands verified."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from completion.rows import CONFIRMED_AT, REPORTED_AT, VERIFIED_AT, Course, finished
from factories import City
from vouchermarket.catalogue import queries as catalogue
from vouchermarket.completion import operations, queries, rules
from vouchermarket.completion.structs import OwnRating, Rate, Rating, RatingList, Stand
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.jobs import sweeps
from vouchermarket.kit import events
from vouchermarket.kit.ids import CompletionId, new_id
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement.structs import ProposeRevocation

DAY = timedelta(days=1)
GOOD = Rate(overall=5, content=4, teaching=5, comment="讲得清楚，\n课上就能用")


async def rate(course: Course, teacher: Actor, completion_id: CompletionId, overall: int = 4) -> None:
    async with course.transaction() as session:
        command = msgspec.structs.replace(GOOD, overall=overall)
        await operations.rate(session, teacher, completion_id, command, now=CONFIRMED_AT)


async def course_id_of(course: Course):
    async with course.transaction() as session:
        return (await queries.run(session, course.bureau_id, course.run_id)).course_id


async def shown(course: Course, reader: Actor | None = None, **part: int) -> RatingList:
    """What is said of the course; to a teacher who has nothing to do with it unless another is named."""
    course_id = await course_id_of(course)
    async with course.transaction() as session:
        stranger = reader or course.city.teacher(0, "school_b")
        return await queries.course_ratings(session, stranger, course_id, **part)


async def figures(course: Course) -> tuple[int, int, str | None]:
    """Completions, ratings and their average as the market shows them, on the card and with the course."""
    async with course.transaction() as session:
        run = await catalogue.run(session, course.bureau_id, course.run_id)
        of = await catalogue.course(session, course.city.teacher(), run.course_id)
    assert (run.completions, run.ratings, run.rating) == (of.completions, of.ratings, of.rating)
    return run.completions, run.ratings, run.rating


async def relay(course: Course) -> None:
    async with course.transaction() as session:
        held = await events.claim_deliveries(session, course.bureau_id, VERIFIED_AT + DAY)
    # The last first: in whatever order they come, the figures end up the same.
    for delivery in reversed(held):
        async with course.transaction() as session:
            await sweeps.deliver(session, course.bureau_id, delivery, VERIFIED_AT + DAY)


async def revoke(course: Course, completion_id: CompletionId) -> None:
    draft = ProposeRevocation(completion_id=completion_id, reason="代签到", document="督查1号")
    async with course.transaction() as session:
        at = VERIFIED_AT + timedelta(hours=1)
        proposed = await settlement.propose_revocation(session, course.centre, draft, now=at)
        await settlement.decide_revocation(session, course.centre_too, proposed, approve=True, now=at)


# --- who may, and when --------------------------------------------------------------------------------------


async def test_a_rating_is_hidden_until_the_completion_is_verified(course: Course, city: City) -> None:
    teacher = city.teacher()
    [completion_id] = await finished(course, teacher)
    await rate(course, teacher, completion_id, overall=5)
    assert await shown(course) == await shown(course, course.provider) == RatingList((), 0)
    async with course.transaction() as session:
        [own] = await queries.own_ratings(session, teacher)
        assert (await queries.run_ratings(session, course.provider, course.run_id)).total == 0
    await course.verify(completion_id)
    expected = Rating(
        overall=5,
        content=4,
        teaching=5,
        usefulness=None,
        comment=GOOD.comment,
        rated_on=CONFIRMED_AT.date(),
    )
    assert own == OwnRating(completion_id, course.run_id, expected)
    assert await shown(course) == RatingList((expected,), 1)
    async with course.transaction() as session:
        by_provider = await queries.run_ratings(session, course.provider, course.run_id)
        by_office = await queries.run_ratings(session, course.centre, course.run_id)
    assert by_provider == by_office == RatingList((expected,), 1)
    await course.balanced()


async def test_what_is_verified_already_may_be_rated_still(course: Course, city: City) -> None:
    [completion_id] = await finished(course, city.teacher())
    await course.verify(completion_id)
    await rate(course, city.teacher(), completion_id)
    assert (await shown(course)).total == 1


async def test_refuses_before_the_completion_is_confirmed(course: Course, city: City) -> None:
    teacher = city.teacher()
    [booking_id] = await course.seat(teacher)
    await course.attend_times(booking_id, 4)
    [completion_id] = await course.report(booking_id, at=REPORTED_AT)
    with pytest.raises(rules.RatingTooEarly):
        await rate(course, teacher, completion_id)
    await course.contest(teacher, completion_id)
    with pytest.raises(rules.RatingTooEarly):
        await rate(course, teacher, completion_id)


async def test_refuses_whoever_has_not_taken_part(course: Course, city: City) -> None:
    [completion_id] = await finished(course, city.teacher())
    for stranger, named in ((city.teacher(1), completion_id), (city.teacher(), CompletionId(new_id()))):
        with pytest.raises(identity.NotFound):
            await rate(course, stranger, named)
        async with course.transaction() as session:
            assert await queries.own_ratings(session, stranger) == []
    for desk in (course.provider, course.centre):
        with pytest.raises(identity.RoleNotAllowed):
            await rate(course, desk, completion_id)


async def test_refuses_a_second_rating_and_keeps_the_first(course: Course, city: City) -> None:
    [completion_id] = await finished(course, city.teacher())
    await course.verify(completion_id)
    await rate(course, city.teacher(), completion_id, overall=2)
    with pytest.raises(rules.AlreadyRated):
        await rate(course, city.teacher(), completion_id, overall=5)
    assert [one.overall for one in (await shown(course)).ratings] == [2]


async def test_of_many_ratings_sent_at_once_one_stands(course: Course, city: City) -> None:
    [completion_id] = await finished(course, city.teacher())
    await course.verify(completion_id)
    sent = [rate(course, city.teacher(), completion_id) for _ in range(6)]
    outcomes = await asyncio.gather(*sent, return_exceptions=True)
    assert sorted(str(one) for one in outcomes if one is not None) == sorted([str(rules.AlreadyRated())] * 5)
    assert (await shown(course)).total == 1


async def test_a_revoked_completion_can_neither_be_rated_nor_is_its_rating_shown(
    course: Course, city: City
) -> None:
    first, second = await finished(course, city.teacher(), city.teacher(1))
    await course.verify(first, second)
    await rate(course, city.teacher(), first)
    await revoke(course, first)
    assert (await shown(course)).total == 0
    await revoke(course, second)
    with pytest.raises(rules.CompletionRevoked):
        await rate(course, city.teacher(1), second)


async def test_a_rival_reads_no_ratings_of_ones_run(course: Course, city: City) -> None:
    async with course.transaction() as session:
        with pytest.raises(identity.NotFound):
            await queries.run_ratings(session, course.rival, course.run_id)
        with pytest.raises(identity.RoleNotAllowed):
            await queries.run_ratings(session, city.teacher(), course.run_id)


async def test_ratings_are_shown_newest_first_in_pages(course: Course, city: City) -> None:
    teachers = [city.teacher(which) for which in range(3)]
    completion_ids = await finished(course, *teachers)
    await course.verify(*completion_ids)
    for stars, (teacher, completion_id) in enumerate(zip(teachers, completion_ids, strict=True), start=1):
        async with course.transaction() as session:
            at = VERIFIED_AT + stars * DAY
            await operations.rate(session, teacher, completion_id, Rate(overall=stars), now=at)
    pages = [await shown(course, limit=2, offset=at) for at in (0, 2, 4)]
    assert [[one.overall for one in page.ratings] for page in pages] == [[3, 2], [1], []]
    assert {page.total for page in pages} == {3}


# --- the figures of the course ------------------------------------------------------------------------------


async def test_the_market_shows_number_and_average_of_what_is_shown(course: Course, city: City) -> None:
    teachers = [city.teacher(which) for which in range(4)]
    completion_ids = await finished(course, *teachers)
    await relay(course)
    assert await figures(course) == (0, 0, None)
    # Two before they are verified, one after, one not at all.
    await rate(course, teachers[0], completion_ids[0], overall=5)
    await rate(course, teachers[1], completion_ids[1], overall=4)
    await relay(course)
    assert await figures(course) == (0, 0, None)
    await course.verify(*completion_ids)
    await rate(course, teachers[2], completion_ids[2], overall=5)
    await relay(course)
    assert await figures(course) == (4, 3, "4.67")
    await revoke(course, completion_ids[0])
    await relay(course)
    assert await figures(course) == (3, 2, "4.5")
    for completion_id in completion_ids[1:3]:
        await revoke(course, completion_id)
    await relay(course)
    # What nobody has rated any more has no average, and not one of 0.
    assert await figures(course) == (1, 0, None)


async def test_the_same_delivery_twice_changes_nothing(course: Course, city: City) -> None:
    [completion_id] = await finished(course, city.teacher())
    await course.verify(completion_id)
    await rate(course, city.teacher(), completion_id)
    async with course.transaction() as session:
        held = await events.claim_deliveries(session, course.bureau_id, VERIFIED_AT)
    at_once = [asyncio.create_task(_deliver(course, delivery)) for delivery in held * 3]
    await asyncio.gather(*at_once)
    assert await figures(course) == (1, 1, "4")


async def _deliver(course: Course, delivery) -> None:
    async with course.transaction() as session:
        await sweeps.deliver(session, course.bureau_id, delivery, VERIFIED_AT)


@pytest.mark.parametrize(
    ("ratings", "stars", "hundredths"),
    [(0, 0, None), (1, 1, 100), (3, 14, 467), (3, 13, 433), (8, 33, 413), (200, 999, 500), (1, 5, 500)],
)
def test_the_average_is_in_hundredths_with_a_half_rounded_up(ratings, stars, hundredths):
    assert rules.stand(ratings, stars) == Stand(ratings, hundredths)
