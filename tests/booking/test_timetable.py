"""What somebody has a seat for, and the address a calendar program reads it by."""

from datetime import timedelta

import pytest

from vouchermarket.booking import operations, queries
from vouchermarket.identity.rules import NotFound
from world import OPENS, STARTS, WEEK, World

pytestmark = pytest.mark.database


async def test_the_timetable_has_the_meetings_of_live_bookings(world: World) -> None:
    await world.issue()
    teacher = world.city.teacher()
    booking_id = await world.book(teacher, await world.open_run(meetings=3))
    async with world.open() as session:
        lessons = await queries.lessons_of(session, world.bureau_id, teacher.person_id, STARTS + WEEK)
        # The first is over; the second has just begun.
        assert [lesson.starts_at for lesson in lessons] == [STARTS + WEEK, STARTS + 2 * WEEK]
        assert {lesson.booking_id for lesson in lessons} == {booking_id}
    await world.cancel(teacher, booking_id, OPENS + timedelta(days=1))
    async with world.open() as session:
        assert await queries.lessons_of(session, world.bureau_id, teacher.person_id, OPENS) == []


async def test_a_feed_opens_for_its_newest_secret_until_it_is_ended(world: World) -> None:
    teacher = world.city.teacher()
    async with world.open() as session:
        first = await operations.make_feed(session, teacher, now=OPENS)
        second = await operations.make_feed(session, teacher, now=OPENS)
        assert await queries.person_by_feed(session, world.bureau_id, first, OPENS) is None
        assert await queries.person_by_feed(session, world.bureau_id, second, OPENS) == teacher.person_id
        assert await queries.feed_made_at(session, world.bureau_id, teacher.person_id) == OPENS
        await operations.end_feed(session, teacher, now=OPENS)
        assert await queries.person_by_feed(session, world.bureau_id, second, OPENS) is None
        with pytest.raises(NotFound):
            await operations.end_feed(session, teacher, now=OPENS)
