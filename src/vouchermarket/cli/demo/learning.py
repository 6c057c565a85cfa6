"""Runs are held: attendance, reports, the teacher's word, the registrar's, the reviewer's."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from vouchermarket.booking import queries as bookings
from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.structs import Run
from vouchermarket.cli.demo.choosing import Tick, parts
from vouchermarket.cli.demo.city import City, School, Teacher
from vouchermarket.cli.demo.market import Offer
from vouchermarket.completion import operations as completion
from vouchermarket.completion import queries as completions
from vouchermarket.completion.structs import Completion, Report
from vouchermarket.credits import operations as credits_
from vouchermarket.credits import queries as entries
from vouchermarket.credits.structs import DecideEntry, Decision, RegisterEntry
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import BookingId, CompletionId, OrganisationId, PersonId
from vouchermarket.policies.structs import Level, Mode, Unit

NO_SHOW_OF_HUNDRED = 3
HALF_OF_HUNDRED = 5
ANSWERING_OF_HUNDRED = 30
CONTESTED_OF_HUNDRED = 20
QUEUE = 1000
# Where one body registers and reviews, two persons do (ZZ-B05).
REGISTRARS = {"centre": "centre03", "body1": "body101", "body2": "body201", "body3": "body301"}
REVIEWERS = {"centre": "centre04", "body1": "body102", "body2": "body202", "body3": "body302"}


async def teach(database: Database, city: City, offers: Sequence[Offer], tick: Tick) -> None:
    """Hold every run: attendance at each meeting, and the provider's report after the last."""
    for offer in offers:
        async with database.transaction(city.bureau.id) as session:
            run = (await catalogue.runs(session, city.bureau.id, [offer.run_id]))[offer.run_id]
            seats = await bookings.bookings_of_run(session, city.bureau.id, run.id)
        if seats:
            await _hold(database, city, offer.provider, run, [seat.booking_id for seat in seats])
        tick(1)


async def _hold(
    database: Database, city: City, provider: Actor, run: Run, seats: Sequence[BookingId]
) -> None:
    diligence = {seat: city.chance.randrange(100) for seat in seats}
    async with database.transaction(city.bureau.id) as session:
        for meeting in run.meetings:
            present = {seat: _is_there(diligence[seat], meeting.number, len(run.meetings)) for seat in seats}
            await completion.take_attendance(session, provider, meeting.id, present, now=meeting.ends_at)
    reports = [Report(seat, f"签到表 {run.ends_at:%Y-%m-%d}") for seat in seats]
    async with database.transaction(city.bureau.id) as session:
        await completion.report(session, provider, run.id, reports, now=run.ends_at + timedelta(hours=2))


def _is_there(diligence: int, number: int, meetings: int) -> bool:
    if diligence < NO_SHOW_OF_HUNDRED:
        return False
    return diligence >= NO_SHOW_OF_HUNDRED + HALF_OF_HUNDRED or number * 2 <= meetings + 1


async def confirm(database: Database, city: City, now: datetime, tick: Tick) -> None:
    """Some teachers confirm, a few contest and are reported again, the rest keep silent."""
    for teacher in city.teachers:
        if city.chance.randrange(100) < ANSWERING_OF_HUNDRED:
            async with database.transaction(city.bureau.id) as session:
                person_id = teacher.actor.person_id
                mine = await completions.completions_of_person(session, city.bureau.id, person_id)
                for one in (one for one in mine if one.confirmed_at is None):
                    await _answer(session, city, teacher.actor, one, now)
        tick(1)


async def _answer(session: Session, city: City, teacher: Actor, one: Completion, now: datetime) -> None:
    if one.attended == one.meetings or city.chance.randrange(100) >= CONTESTED_OF_HUNDRED:
        await completion.confirm(session, teacher, one.id, now=now)
        return
    await completion.contest(session, teacher, one.id, "有一次签到漏记", now=now)
    reporter = city.reporter(one.reported_by)
    await completion.report_again(session, reporter, one.id, "已核对签到表", now=now)


async def verify(database: Database, city: City, now: datetime, tick: Tick) -> None:
    """Each registrar's body verifies what waits for it: holds are captured, credits registered."""
    for code, registrar in REGISTRARS.items():
        while waiting := await _waiting(database, city, city.bodies[code]):
            for part in parts(waiting):
                async with database.transaction(city.bureau.id) as session:
                    await completion.verify(session, city.officers[registrar], part, now=now)
                tick(len(part))


async def _waiting(database: Database, city: City, office: OrganisationId) -> list[CompletionId]:
    async with database.transaction(city.bureau.id) as session:
        return [one.id for one in await completions.awaiting(session, city.bureau.id, office, at_most=QUEUE)]


async def register_school_based(
    database: Database, city: City, on: date, term: str, now: datetime, tick: Tick
) -> None:
    """Every school's research office registers its teachers' school-based training of a term."""
    for school in city.schools:
        taught = [teacher for teacher in city.teachers if teacher.school.id == school.id]
        await register_for(database, city, school, taught, on, term, now)
        tick(1)


async def register_for(
    database: Database,
    city: City,
    school: School,
    taught: Sequence[Teacher],
    on: date,
    term: str,
    now: datetime,
) -> None:
    """One school's list: what its research office registers for these teachers."""
    amounts = [city.chance.choice(("12", "12", "10")) for _ in taught]
    listed = [
        _school_based(teacher.actor.person_id, on, term, amount)
        for teacher, amount in zip(taught, amounts, strict=True)
    ]
    async with database.transaction(city.bureau.id) as session:
        await credits_.register_list(session, city.registrars[school.id], listed, now=now)


def _school_based(person_id: PersonId, on: date, term: str, amount: str) -> RegisterEntry:
    return RegisterEntry(
        person_id=person_id,
        type="school_based",
        amount=amount,
        unit=Unit.CREDIT,
        earned_on=on,
        term=term,
        mode=Mode.SCHOOL_BASED,
        level=Level.SCHOOL,
        evidence="校本研训记录",
    )


async def review(database: Database, city: City, now: datetime, tick: Tick) -> None:
    """Each reviewing body approves what waits for it, by another person than the registrar."""
    word = DecideEntry(Decision.APPROVE, "材料齐全")
    for code, reviewer in REVIEWERS.items():
        while True:
            async with database.transaction(city.bureau.id) as session:
                queue = await entries.queue(session, city.bureau.id, city.bodies[code])
                ids = [entry.id for entry in queue]
                if ids:
                    await credits_.decide_all(session, city.officers[reviewer], ids, word, now=now)
            if not ids:
                break
            tick(len(ids))
