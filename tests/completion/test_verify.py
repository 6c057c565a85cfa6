"""Verification: the hold is captured and the entry registered, at one body, in one transaction."""

import asyncio

from completion.rows import VERIFIED_AT, Course, finished, open_course
from factories import City
from vouchermarket.completion import rules
from vouchermarket.completion.structs import State
from vouchermarket.credits import queries as credit_queries
from vouchermarket.credits import rules as credit_rules
from vouchermarket.credits.structs import EntryStatus
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import CompletionId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger.structs import AccountKind, TransferCode
from vouchermarket.policies.queries import InForce


async def earned_fen(course: Course) -> int:
    account_id = ledger.account_id(course.bureau_id, AccountKind.EARNED, course.city.bodies["provider"])
    async with course.transaction() as session:
        return await ledger_queries.open_balance(session, course.bureau_id, account_id)


async def moves(course: Course, *codes: TransferCode) -> list[tuple[str, int]]:
    """What was written for the first booking, oldest first."""
    async with course.transaction() as session:
        found = await ledger_queries.transfers_of(session, course.bureau_id, course.booking_ids[:1], *codes)
    return [(one.code.value, one.amount_fen) for one in found]


async def test_a_whole_attendance_earns_the_whole_price_and_all_credits(course: Course) -> None:
    teacher = course.city.teacher()
    (completion_id,) = await finished(course, teacher)
    (outcome,) = await course.verify(completion_id)
    assert (outcome.captured_fen, outcome.amount_hundredths, outcome.refusal) == (30_000, 1200, None)
    found = await course.completion(completion_id)
    assert (found.state, found.captured_fen, found.entry_id) == (State.VERIFIED, 30_000, outcome.entry_id)
    assert (found.verified_at, found.verified_by) == (VERIFIED_AT, course.centre.person_id)
    async with course.transaction() as session:
        live = await credit_queries.live_entries(session, course.bureau_id, [completion_id])
    entry = live[completion_id]
    assert (entry.id, entry.person_id, entry.status) == (
        outcome.entry_id,
        teacher.person_id,
        EntryStatus.REGISTERED,
    )
    assert (entry.type, entry.level, entry.mode, entry.unit) == ("in_post", "city", "face_to_face", "credit")
    assert (entry.clause, entry.term, entry.evidence) == ("ZZ-B05", None, "签到册第 7 页")
    assert (entry.registrar_office_id, entry.reviewer_office_id) == (
        course.city.bodies["training_centre"],
    ) * 2
    assert await earned_fen(course) == 30_000
    await course.balanced()


async def test_half_an_attendance_earns_half_hold_by_hold_and_the_rest_goes_back(course: Course) -> None:
    """Price 30,001: 20,000 held on the first voucher, 10,001 on the second; floor(30,001 / 2) = 15,000."""
    course = await course.another(price_fen=30_001)
    (completion_id,) = await finished(course, course.city.teacher(), times=2, vouchers_fen=(20_000, 20_000))
    (outcome,) = await course.verify(completion_id)
    assert (outcome.captured_fen, outcome.amount_hundredths) == (15_000, 600)
    assert await moves(course) == [
        ("hold", 20_000),
        ("hold", 10_001),
        ("capture", 15_000),
        ("release", 10_001),
    ]
    assert await earned_fen(course) == 15_000
    await course.balanced()


async def test_a_no_show_earns_nothing_and_still_has_its_entry(course: Course) -> None:
    (completion_id,) = await finished(course, course.city.teacher(), times=1)
    (outcome,) = await course.verify(completion_id)
    assert (outcome.captured_fen, outcome.amount_hundredths) == (0, 0)
    assert await moves(course) == [("hold", 30_000), ("release", 30_000)]
    await course.balanced()


async def test_training_without_separate_credit_is_paid_and_registered_with_0(
    course: Course, database: Database, city: City, policy: InForce
) -> None:
    """ZZ-A11; by ZZ-T10 the school's research office registers it and nobody reviews it."""
    safety = await open_course(
        database,
        city,
        policy,
        type="safety",
        level="school",
        mode="school_based",
        unit="hour",
        organiser_id=city.bodies["school_a"],
    )
    (completion_id,) = await finished(safety, city.teacher())
    (outcome,) = await safety.verify(completion_id, by=city.officer("office_a"))
    assert (outcome.captured_fen, outcome.amount_hundredths) == (30_000, 0)
    async with course.transaction() as session:
        live = await credit_queries.live_entries(session, city.bureau_id, [completion_id])
    assert (live[completion_id].clause, live[completion_id].reviewer_office_id) == ("ZZ-T10", None)
    await safety.balanced()


async def test_a_type_capped_by_term_carries_the_term_its_run_ended_in(
    database: Database, city: City, policy: InForce
) -> None:
    school = await open_course(
        database,
        city,
        policy,
        type="school_based",
        level="school",
        mode="school_based",
        organiser_id=city.bodies["school_a"],
    )
    (completion_id,) = await finished(school, city.teacher())
    await school.verify(completion_id, by=city.officer("office_a"))
    async with school.transaction() as session:
        live = await credit_queries.live_entries(session, city.bureau_id, [completion_id])
    assert (live[completion_id].term, live[completion_id].clause) == ("2014-1", "ZZ-B08")


async def test_a_free_course_is_registered_without_any_money(
    database: Database, city: City, policy: InForce
) -> None:
    free = await open_course(database, city, policy, price_fen=0)
    (completion_id,) = await finished(free, city.teacher())
    (outcome,) = await free.verify(completion_id)
    assert (outcome.captured_fen, outcome.amount_hundredths) == (0, 1200)
    assert await moves(free) == []


async def test_the_organising_county_verifies_and_other_bodies_are_refused_with_the_rows_clause(
    database: Database, city: City, policy: InForce
) -> None:
    county = await open_course(database, city, policy, level="county", organiser_id=city.bodies["county"])
    (completion_id,) = await finished(county, city.teacher())
    (refused,) = await county.verify(completion_id)
    assert isinstance(refused.refusal, credit_rules.NotTheRegistrar)
    assert refused.refusal.clause == "ZZ-T02"
    (outcome,) = await county.verify(completion_id, by=city.officer("county_body"))
    assert outcome.captured_fen == 30_000
    await county.balanced()


async def test_each_of_a_set_has_its_own_outcome(course: Course) -> None:
    teachers = [course.city.teacher(which) for which in range(3)]
    first, second, third = await finished(course, *teachers)
    await course.verify(first)
    unknown = CompletionId(new_id())
    outcomes = await course.verify(first, second, unknown, third, second)
    assert [outcome.completion_id for outcome in outcomes] == [first, second, unknown, third]
    assert [outcome.captured_fen for outcome in outcomes] == [None, 30_000, None, 30_000]
    assert isinstance(outcomes[0].refusal, rules.AlreadyVerified)
    assert isinstance(outcomes[2].refusal, identity.NotFound)
    assert await earned_fen(course) == 90_000
    await course.balanced()


async def test_refuses_the_providers_word_alone(course: Course) -> None:
    """Trust 71: without the teacher's word, or his silence, nothing is earned."""
    (booking_id,) = await course.seat(course.city.teacher())
    await course.attend_times(booking_id, 4)
    (completion_id,) = await course.report(booking_id)
    (outcome,) = await course.verify(completion_id)
    assert isinstance(outcome.refusal, rules.NotConfirmed)
    assert await earned_fen(course) == 0


async def test_refuses_what_is_contested(course: Course) -> None:
    (booking_id,) = await course.seat(course.city.teacher())
    (completion_id,) = await course.report(booking_id)
    await course.contest(course.city.teacher(), completion_id)
    (outcome,) = await course.verify(completion_id)
    assert isinstance(outcome.refusal, rules.CompletionContested)


async def test_refuses_the_reporter_and_the_teacher_in_the_registrars_seat(course: Course) -> None:
    (completion_id,) = await finished(course, course.city.teacher())
    for person_id in (course.provider.person_id, course.city.teacher().person_id):
        (outcome,) = await course.verify(
            completion_id, by=Actor(course.bureau_id, person_id, course.centre.seats)
        )
        assert isinstance(outcome.refusal, rules.VerifierNotIndependent)


async def test_two_registrars_at_once_capture_once(course: Course) -> None:
    (completion_id,) = await finished(course, course.city.teacher())
    outcomes = await asyncio.gather(
        course.verify(completion_id, by=course.centre), course.verify(completion_id, by=course.centre_too)
    )
    refusals = [outcome.refusal for (outcome,) in outcomes]
    assert sum(refusal is None for refusal in refusals) == 1
    assert sum(isinstance(refusal, rules.AlreadyVerified) for refusal in refusals) == 1
    assert await earned_fen(course) == 30_000
    await course.balanced()
