"""A course on its way to the shelf and its runs, on a real database."""

import asyncio
from datetime import date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

import catalogue.rows as given
from catalogue.rows import AccreditationDraft, CourseDraft, RunDraft, meeting
from factories import NOW, City
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries, rules, tables
from vouchermarket.catalogue.structs import CourseState, ReviewCourse
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id
from vouchermarket.kit.money import AmountNotReadable
from vouchermarket.policies.queries import InForce


async def kinds_of_events(session, subject_id) -> list[str]:
    statement = select(events.event.c.kind).where(events.event.c.subject_id == subject_id)
    return list((await session.execute(statement.order_by(events.event.c.id))).scalars())


async def test_a_course_goes_from_its_provider_to_the_shelf(database: Database, city: City, policy: InForce):
    async with database.transaction(city.bureau_id) as session:
        await given.accredit(session, city)
        course_id = await given.publish(session, city, amount="49.5")
        found = await queries.course(session, city.officer("training_centre"), course_id)
        assert (found.state, found.amount, found.price_fen) == (CourseState.PUBLISHED, "49.5", 18000)
        assert found.policy_version_id == policy.version_id
        assert found.provider_id == city.bodies["provider"]
        assert await kinds_of_events(session, course_id) == [
            "catalogue.course_filed",
            "catalogue.course_reviewed",
            "catalogue.course_published",
        ]


async def test_a_returned_course_says_why_and_is_not_published(
    database: Database, city: City, policy: InForce
):
    centre = city.officer("training_centre")
    async with database.transaction(city.bureau_id) as session:
        await given.accredit(session, city)
        course_id = await given.file(session, city)
        back = ReviewCourse(course_id=course_id, approve=False, reason="请写明课次")
        await catalogue.review_course(session, centre, back, now=NOW)
        found = await queries.course(session, city.officer("training_centre"), course_id)
        assert (found.state, found.return_reason) == (CourseState.RETURNED, "请写明课次")
        with pytest.raises(rules.CourseNotInState):
            await catalogue.publish_course(session, centre, course_id, now=NOW)
        assert [one.id for one in await queries.courses(session, centre, state=CourseState.RETURNED)] == [
            course_id
        ]
        assert await queries.courses(session, city.officer("rival")) == []


async def test_only_a_provider_accredited_on_the_day_files_a_course(
    database: Database, city: City, policy: InForce
):
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(rules.ProviderNotAccredited):
            await given.file(session, city)
        draft = AccreditationDraft()
        filed = await catalogue.file_accreditation(session, city.officer("provider"), draft, now=NOW)
        with pytest.raises(rules.ProviderNotAccredited):
            await given.file(session, city)
        await catalogue.decide_accreditation(
            session, city.officer("training_centre"), filed, approve=False, now=NOW
        )
        with pytest.raises(rules.ProviderNotAccredited):
            await given.file(session, city)
        # Approved, but only from tomorrow on: the bureau's day decides, eight hours ahead of UTC.
        tomorrow = date(2014, 3, 4)
        await given.accredit(session, city, from_on=tomorrow)
        late_evening = datetime.fromisoformat("2014-03-03T15:59:00+00:00")
        organised = CourseDraft(organiser_id=city.bodies["training_centre"])
        with pytest.raises(rules.ProviderNotAccredited):
            await catalogue.file_course(session, city.officer("provider"), organised, now=late_evening)
        await catalogue.file_course(
            session, city.officer("provider"), organised, now=late_evening + timedelta(minutes=1)
        )


async def test_an_accreditation_is_decided_once(database: Database, city: City):
    centre, other = city.officers["training_centre"]
    async with database.transaction(city.bureau_id) as session:
        filed = await catalogue.file_accreditation(
            session, city.officer("provider"), AccreditationDraft(), now=NOW
        )
        await catalogue.decide_accreditation(session, centre, filed, approve=True, now=NOW)
        with pytest.raises(rules.AccreditationDecided):
            await catalogue.decide_accreditation(session, other, filed, approve=False, now=NOW)
        with pytest.raises(identity.NotFound):
            await catalogue.decide_accreditation(session, other, new_id(), approve=True, now=NOW)
        with pytest.raises(identity.RoleNotAllowed):
            await catalogue.decide_accreditation(
                session, city.officer("provider"), filed, approve=True, now=NOW
            )
        backwards = AccreditationDraft(from_on=date(2014, 2, 1), to_on=date(2014, 1, 1))
        with pytest.raises(rules.AccreditationPeriodEmpty):
            await catalogue.file_accreditation(session, city.officer("provider"), backwards, now=NOW)


async def test_the_database_too_wants_two_persons_and_seats_within_capacity(
    database: Database, city: City, policy: InForce
):
    async with database.transaction(city.bureau_id) as session:
        await given.accredit(session, city)
        run_id = await given.open_run(session, city, await given.publish(session, city), capacity=2)
    course, run = tables.course, tables.run
    for statement in (
        update(course).values(reviewed_by=course.c.filed_by),
        update(run).where(run.c.id == run_id).values(taken=2, offered=1),
    ):
        with pytest.raises(IntegrityError):
            async with database.transaction(city.bureau_id) as session:
                await session.execute(statement)


async def test_who_sits_at_two_providers_names_one_and_nobody_files_for_another(
    database: Database, city: City, policy: InForce
):
    one, other = city.officer("provider"), city.officer("rival")
    both = Actor(city.bureau_id, one.person_id, (*one.seats, *other.seats))
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(rules.ProviderNotNamed):
            await catalogue.file_accreditation(session, both, AccreditationDraft(), now=NOW)
        named = AccreditationDraft(provider_id=city.bodies["rival"])
        filed = await catalogue.file_accreditation(session, both, named, now=NOW)
        assert [
            row.id for row in await queries.accreditations(session, city.bureau_id, city.bodies["rival"])
        ] == [filed]
        with pytest.raises(identity.NotFound):
            await catalogue.file_accreditation(session, one, named, now=NOW)
        with pytest.raises(identity.RoleNotAllowed):
            await catalogue.file_accreditation(session, city.teacher(), named, now=NOW)


async def test_refuses_an_amount_that_is_no_number_and_an_organiser_from_nowhere(
    database: Database, city: City, policy: InForce
):
    async with database.transaction(city.bureau_id) as session:
        await given.accredit(session, city)
        with pytest.raises(AmountNotReadable):
            await given.file(session, city, amount="12.345")
        with pytest.raises(identity.NotFound):
            await given.file(session, city, organiser_id=new_id())
        with pytest.raises(rules.OrganiserNotOfLevel):
            await given.file(session, city, organiser_id=city.bodies["county_body"])


async def test_a_provider_opens_runs_of_its_own_published_course(
    database: Database, city: City, policy: InForce
):
    async with database.transaction(city.bureau_id) as session:
        await given.accredit(session, city)
        course_id = await given.publish(session, city)
        elsewhere = msgspec.structs.replace(meeting(7), place="附属中学")
        run_id = await given.open_run(session, city, course_id, meetings=(meeting(), elsewhere))
        dearer = await given.open_run(session, city, course_id, price_fen=20000)
        page = await queries.run(session, city.bureau_id, run_id)
        assert [(one.number, one.place) for one in page.meetings] == [
            (1, "第一师范学院 3 号楼"),
            (2, "附属中学"),
        ]
        assert (page.starts_at, page.ends_at) == (meeting().starts_at, meeting(7).ends_at)
        assert (page.price_fen, page.seats_left, page.is_offered) == (18000, 40, True)
        assert (await queries.run(session, city.bureau_id, dearer)).price_fen == 20000
        with pytest.raises(identity.NotFound):
            await queries.run(session, city.bureau_id, course_id)


async def test_refuses_a_run_of_a_course_that_is_not_on_the_shelf_or_not_ones_own(
    database: Database, city: City, policy: InForce
):
    rival = city.officer("rival")
    async with database.transaction(city.bureau_id) as session:
        await given.accredit(session, city)
        with pytest.raises(rules.CourseNotInState):
            await given.open_run(session, city, await given.file(session, city))
        course_id = await given.publish(session, city)
        with pytest.raises(identity.NotFound):
            await catalogue.open_run(session, rival, RunDraft(course_id=course_id), now=NOW)
        with pytest.raises(identity.NotFound):
            await given.open_run(session, city, new_id())
        with pytest.raises(rules.PriceAboveCeiling):
            await given.open_run(session, city, course_id, price_fen=300_001)
        with pytest.raises(rules.CapacityOutOfRange):
            await given.open_run(session, city, course_id, capacity=10_001)
        with pytest.raises(rules.ProviderNotAccredited):
            await given.open_run(session, city, course_id, meetings=(meeting(), meeting(300)))


async def test_a_course_is_withdrawn_by_its_provider_or_by_the_centre(
    database: Database, city: City, policy: InForce
):
    async with database.transaction(city.bureau_id) as session:
        await given.accredit(session, city)
        course_id = await given.publish(session, city)
        run_id = await given.open_run(session, city, course_id)
        with pytest.raises(identity.NotFound):
            await catalogue.withdraw_course(session, city.officer("rival"), course_id, now=NOW)
        await catalogue.withdraw_course(session, city.officer("provider"), course_id, now=NOW)
        assert not (await queries.run(session, city.bureau_id, run_id)).is_offered
        [run] = (await catalogue.lock_runs(session, city.bureau_id, [run_id])).values()
        assert not run.is_offered
        with pytest.raises(rules.CourseNotInState):
            await given.open_run(session, city, course_id)
        with pytest.raises(rules.CourseNotInState):
            await catalogue.withdraw_course(session, city.officer("training_centre"), course_id, now=NOW)
        other = await given.file(session, city)
        await catalogue.withdraw_course(session, city.officer("training_centre"), other, now=NOW)


async def test_who_opens_a_run_waits_for_a_withdrawal_under_way_and_is_then_refused(
    database: Database, city: City, policy: InForce
):
    async with database.transaction(city.bureau_id) as session:
        await given.accredit(session, city)
        course_id = await given.publish(session, city)

    async def open_one() -> None:
        async with database.transaction(city.bureau_id) as session:
            await given.open_run(session, city, course_id)

    async with database.transaction(city.bureau_id) as session:
        await catalogue.withdraw_course(session, city.officer("provider"), course_id, now=NOW)
        opening = asyncio.create_task(open_one())
        done, _ = await asyncio.wait([opening], timeout=0.3)
        assert not done
    with pytest.raises(rules.CourseNotInState):
        await opening


async def test_seats_are_written_as_a_set_and_read_again_after_the_lock(
    database: Database, city: City, policy: InForce
):
    async with database.transaction(city.bureau_id) as session:
        await given.accredit(session, city)
        course_id = await given.publish(session, city, amount="49.5")
        ids = [await given.open_run(session, city, course_id, capacity=30) for _ in range(3)]

    async def take_one() -> None:
        async with database.transaction(city.bureau_id) as session:
            locked = await catalogue.lock_runs(session, city.bureau_id, ids[::-1])
            await catalogue.set_taken(
                session, city.bureau_id, {id_: run.taken + 1 for id_, run in locked.items()}
            )

    await asyncio.gather(*(take_one() for _ in range(12)))
    async with database.transaction(city.bureau_id) as session:
        await catalogue.set_taken(session, city.bureau_id, {})
        found = await catalogue.lock_runs(session, city.bureau_id, ids)
        assert [found[id_].taken for id_ in ids] == [12, 12, 12]
        run = found[ids[0]]
        assert (run.amount_hundredths, run.fund_lines, len(run.meetings)) == (4950, ("all_staff",), 3)
        assert (run.organiser_id, run.provider_id) == (
            city.bodies["training_centre"],
            city.bodies["provider"],
        )
        assert await catalogue.lock_runs(session, city.bureau_id, [new_id()]) == {}


async def test_verified_completions_add_up_on_the_course(database: Database, city: City, policy: InForce):
    async with database.transaction(city.bureau_id) as session:
        await given.accredit(session, city)
        course_id = await given.publish(session, city)

    async def count() -> None:
        async with database.transaction(city.bureau_id) as session:
            await catalogue.count_completion(session, city.bureau_id, course_id)

    await asyncio.gather(*(count() for _ in range(10)))
    async with database.transaction(city.bureau_id) as session:
        assert (await queries.course(session, city.officer("training_centre"), course_id)).completions == 10
        with pytest.raises(identity.NotFound):
            await queries.course(session, city.officer("training_centre"), new_id())
