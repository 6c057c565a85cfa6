"""Who hears of what: each step of the line is told to those who wait for it, once, and to nobody else."""

from datetime import date, timedelta

import msgspec
import pytest
from sqlalchemy import select

from factories import NOW
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue.structs import FileAccreditation, FileCourse, ReviewCourse
from vouchermarket.completion import operations as completion
from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries as bodies
from vouchermarket.identity.structs import Gate, LogIn, SetPassword
from vouchermarket.jobs import sweeps
from vouchermarket.jobs.telling import remind_of_expiry
from vouchermarket.kit import events
from vouchermarket.kit.cipher import Cipher
from vouchermarket.notices.rules import KINDS, text
from vouchermarket.notices.tables import notice
from vouchermarket.payments.structs import Gateway, ProposePayee
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries as statements
from vouchermarket.settlement.structs import DropLine, RecordFailure, Respond, Response
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers.structs import Freeze
from world import STARTS, WEEK, World

REPORTED = STARTS + 3 * WEEK + timedelta(hours=3, days=1)
# Whose teachers the line for everybody is for, four at each.
DIRECT = ("school_a", "school_b")
VERIFIED, DAY = REPORTED + timedelta(days=1), timedelta(days=1)


class Ears:
    """What has been told in a city since it was last listened to."""

    def __init__(self, world: World) -> None:
        self.world, self.heard = world, set()

    async def listen(self) -> list[tuple[str, str]]:
        """Kind and listener of what is new, sorted; listeners by their place in the city."""
        city = self.world.city
        names = {one.person_id: body for body, people in city.officers.items() for one in people}
        names |= {one.person_id: body for body, people in city.teachers.items() for one in people}
        async with self.world.open() as session:
            found = select(notice).where(notice.c.bureau_id == city.bureau_id)
            rows = [row for row in await session.execute(found) if row.id not in self.heard]
        for row in rows:
            assert text(KINDS[row.kind], row.facts, "zh")
            assert text(KINDS[row.kind], row.facts, "en")
        self.heard |= {row.id for row in rows}
        return sorted({(row.kind, names[row.person_id]) for row in rows})

    async def relay(self) -> None:
        async with self.world.database.registry() as session:
            [bureau] = [one for one in await bodies.bureaus(session) if one.id == self.world.bureau_id]
        await sweeps.relay_deliveries(self.world.database, bureau, NOW + 3650 * DAY)


@pytest.fixture
def ears(world: World) -> Ears:
    return Ears(world)


async def completed(world: World, ears: Ears) -> tuple[list, list]:
    """Two bookings that were attended and reported; everything up to the report has been heard."""
    await world.issue()
    run_id = await world.open_run()
    bookings = [await world.book(world.city.teacher(which), run_id) for which in range(2)]
    found = await world.hold(run_id, dict.fromkeys(bookings, 4))
    await ears.listen()
    return bookings, [found[one] for one in bookings]


async def test_providers_hear_of_their_accreditation_and_courses(world: World, ears: Ears) -> None:
    await world.open_run()
    assert await ears.listen() == [
        ("catalogue.accreditation_approved", "provider"),
        ("catalogue.course_reviewed", "provider"),
    ]
    rival, centre = world.city.officer("rival"), world.city.officer("training_centre")
    asked = FileAccreditation(from_on=date(2014, 1, 1), to_on=date(2016, 1, 1), document="认定2号")
    async with world.open() as session:
        filed = await catalogue.file_accreditation(session, rival, asked, now=NOW)
        await catalogue.decide_accreditation(session, centre, filed, approve=False, now=NOW)
    assert await ears.listen() == [("catalogue.accreditation_rejected", "rival")]
    course = {
        "organiser_id": world.city.bodies["training_centre"],
        "title": "班主任工作",
        "summary": "班级建设",
        "type": "in_post",
        "level": "city",
        "mode": "face_to_face",
        "fund_lines": ["all_staff"],
        "price_fen": 18_000,
        "amount": "18",
        "unit": "credit",
    }
    async with world.open() as session:
        provider = world.city.officer("provider")
        filed = await catalogue.file_course(session, provider, msgspec.convert(course, FileCourse), now=NOW)
        word = ReviewCourse(course_id=filed, approve=False, reason="缺师资说明")
        await catalogue.review_course(session, centre, word, now=NOW)
    assert await ears.listen() == [("catalogue.course_returned", "provider")]


async def test_holders_hear_that_their_vouchers_are_there_once(world: World, ears: Ears) -> None:
    await world.issue()
    assert await ears.listen() == []
    await ears.relay()
    assert await ears.listen() == [("vouchers.issued", "school_a"), ("vouchers.issued", "school_b")]
    await ears.relay()
    assert await ears.listen() == []
    office, voucher = world.city.officer("teacher_office"), await world.voucher_of(world.city.teacher())
    for verb, kind in ((vouchers.freeze, "vouchers.frozen"), (vouchers.unfreeze, "vouchers.unfrozen")):
        async with world.open() as session:
            await verb(session, office, Freeze(voucher_id=voucher.id, reason="核查"), now=NOW)
        assert await ears.listen() == [(kind, "school_a")]


async def test_holders_are_reminded_thirty_and_seven_days_before_the_end_once_each(
    world: World, ears: Ears
) -> None:
    await world.issue()
    async with world.database.registry() as session:
        [bureau] = [one for one in await bodies.bureaus(session) if one.id == world.bureau_id]
    # Good until the last day of 2014, which begins at 16:00 UTC of the day before.
    ends = NOW.replace(month=12, day=31, hour=16)
    reminded = [
        await remind_of_expiry(world.database, bureau, ends - days * DAY)
        for days in (40, 31, 30, 30, 20, 8, 7, 6, 1, 0)
    ]
    teachers = len(DIRECT) * 4
    assert reminded == [0, 0, teachers, 0, 0, 0, teachers, 0, 0, 0]
    assert {kind for kind, _ in await ears.listen()} == {"vouchers.expiring"}


async def test_nobody_is_reminded_of_what_is_used_up_or_frozen(world: World, ears: Ears) -> None:
    await world.issue()
    office = world.city.officer("teacher_office")
    voucher = await world.voucher_of(world.city.teacher())
    async with world.open() as session:
        await vouchers.freeze(session, office, Freeze(voucher_id=voucher.id, reason="核查"), now=NOW)
        told = await vouchers.remind_of_expiry(session, world.bureau_id, date(2014, 12, 5), NOW)
    assert told == len(DIRECT) * 4 - 1


async def test_a_report_asks_the_teacher_and_a_doubt_the_provider(world: World, ears: Ears) -> None:
    await world.issue()
    run_id = await world.open_run()
    booking = await world.book(world.city.teacher(), run_id)
    await ears.listen()
    [completion_id] = (await world.hold(run_id, {booking: 4})).values()
    assert await ears.listen() == [("completion.reported", "school_a")]
    async with world.open() as session:
        await completion.contest(session, world.city.teacher(), completion_id, "少记一次", now=REPORTED)
    assert await ears.listen() == [("completion.contested", "provider")]
    async with world.open() as session:
        provider = world.city.officer("provider")
        await completion.report_again(session, provider, completion_id, "签到表", now=REPORTED)
    assert await ears.listen() == [("completion.reported", "school_a")]
    await world.confirm(world.city.teacher(), completion_id, REPORTED)
    assert await ears.listen() == []
    await world.verify([completion_id], VERIFIED)
    assert await ears.listen() == [("completion.verified", "school_a")]
    await world.revoke(completion_id, VERIFIED + DAY)
    assert await ears.listen() == [
        ("credits.reversed", "school_a"),
        ("settlement.completion_revoked", "provider"),
        ("settlement.completion_revoked", "school_a"),
    ]


async def test_both_sides_hear_of_a_statement_and_of_a_payment_that_failed(world: World, ears: Ears) -> None:
    _, ids = await completed(world, ears)
    for which, completion_id in enumerate(ids):
        await world.confirm(world.city.teacher(which), completion_id, REPORTED)
    await world.verify(ids, VERIFIED)
    await ears.listen()
    statement_id = await world.draw_up(VERIFIED)
    assert await ears.listen() == [("settlement.drawn_up", "provider")]
    provider, centre = world.city.officer("provider"), world.city.officer("training_centre")
    async with world.open() as session:
        line = (await statements.open_statement(session, provider, statement_id)).lines[0]
        doubt = Respond(line_ids=(line.id,), response=Response.DISPUTED, reason="金额不符")
        await settlement.respond(session, provider, doubt, now=VERIFIED)
    assert await ears.listen() == [("settlement.lines_disputed", "provider")]
    async with world.open() as session:
        dropped = DropLine(line_id=line.id, reason="下期再结")
        await settlement.drop_line(session, centre, dropped, now=VERIFIED)
    assert await ears.listen() == [("settlement.line_dropped", "provider")]
    await world.accept(statement_id, VERIFIED)
    assert await ears.listen() == []
    await world.turn_keys(statement_id, VERIFIED)
    assert await ears.listen() == [("settlement.settled", "provider")]
    first, second = world.city.officers["finance_office"]
    async with world.open() as session:
        payment = await settlement.approve_payment(session, first, statement_id, now=VERIFIED)
    async with world.open() as session:
        failure = RecordFailure(payment_id=payment.id, reason="账号有误")
        await settlement.record_failure(session, second, failure, now=VERIFIED)
    assert await ears.listen() == [("settlement.failed", "finance_office"), ("settlement.failed", "provider")]


async def test_a_provider_hears_of_every_account_entered_as_its_own(world: World, ears: Ears) -> None:
    first, second = world.city.officers["finance_office"]
    for approve in (True, False):
        command = ProposePayee(
            provider_id=world.city.bodies["provider"], gateway=Gateway.STRIPE, account="acct_1234567890"
        )
        async with world.open() as session:
            payee = await settlement.propose_payee(session, first, command, now=NOW)
        assert await ears.listen() == [("settlement.payee_proposed", "provider")]
        async with world.open() as session:
            await settlement.decide_payee(session, second, payee.id, approve=approve, now=NOW)
        assert await ears.listen() == ([("settlement.payee_approved", "provider")] if approve else [])


async def test_a_login_from_another_network_is_told_to_its_person(world: World, ears: Ears) -> None:
    teacher, admin = world.city.teacher(), world.city.officer("administrator")
    password = "春天里的第一场雨"
    command = SetPassword(person_id=teacher.person_id, username="zhangsan", password=password)
    await identity.set_password(world.database, admin, command, now=NOW)
    gate = Gate(Cipher("x" * 32), asks_second_factor=False)
    heard = []
    for hour, address in enumerate(["203.0.113.7", "203.0.113.7", "198.51.100.1", None, "198.51.100.1"]):
        mark = events.origin.set(events.Origin(f"r{hour}", address))
        at = NOW + timedelta(hours=hour)
        await identity.log_in(
            world.database, world.bureau_id, LogIn(username="zhangsan", password=password), gate=gate, now=at
        )
        events.origin.reset(mark)
        await ears.relay()
        heard.append(await ears.listen())
    assert heard == [[], [], [("identity.login_from_elsewhere", "school_a")], [], []]
