"""Booking on the database: what a choice, a cart and a school's list leave behind."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.rows import PRICE_FEN, STARTS_AT, Market
from factories import NOW
from vouchermarket.booking import operations, queries, rules
from vouchermarket.booking.structs import Booked, Choice, Nominee, Payment, Refused
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.events import event
from vouchermarket.kit.ids import PersonId, RunId, new_id
from vouchermarket.kit.refusal import Refusal
from vouchermarket.policies import rules as policies


async def book(market: Market, actor: Actor, run_id: RunId, now=NOW) -> Booked:
    async with market.database.transaction(market.bureau_id) as session:
        return await operations.book(session, actor, Choice(run_id), now=now)


async def check_out(market: Market, actor: Actor, *run_ids: RunId) -> tuple[Booked, ...]:
    async with market.database.transaction(market.bureau_id) as session:
        return await operations.check_out(session, actor, [Choice(id_) for id_ in run_ids], now=NOW)


async def nominate(market: Market, actor: Actor, *lines: tuple[RunId, PersonId], school: str = "school_a"):
    async with market.database.transaction(market.bureau_id) as session:
        nominees = [Nominee(*line) for line in lines]
        return await operations.nominate(session, actor, market.city.bodies[school], nominees, now=NOW)


async def test_a_booking_takes_a_seat_and_holds_its_price(market: Market):
    teacher = market.city.teacher()
    (voucher_id,) = await market.vouchers([teacher.person_id])
    run_id = await market.run()
    booked = await book(market, teacher, run_id)
    assert booked.price_fen == PRICE_FEN
    assert booked.payments == (Payment(voucher_id, PRICE_FEN),)
    assert await market.seats(run_id) == (1, 1)
    account = await market.account(voucher_id)
    assert (account.balance_fen, account.held_fen) == (50_000, PRICE_FEN)
    assert await market.held_by_postings([voucher_id], [booked.booking_id]) == PRICE_FEN


async def test_a_booking_is_told_with_its_payments(market: Market):
    teacher = market.city.teacher()
    (voucher_id,) = await market.vouchers([teacher.person_id])
    booked = await book(market, teacher, await market.run())
    async with market.database.transaction(market.bureau_id) as session:
        statement = select(event).where(event.c.subject_id == booked.booking_id)
        (row,) = (await session.execute(statement)).all()
    assert (row.kind, row.actor_id, row.at) == ("booking.booked", teacher.person_id, NOW)
    assert row.facts["payments"] == [{"voucher_id": str(voucher_id), "amount_fen": PRICE_FEN}]


async def test_a_booking_stores_the_version_it_was_judged_under(market: Market):
    teacher = market.city.teacher()
    await market.vouchers([teacher.person_id])
    booked = await book(market, teacher, await market.run())
    async with market.database.transaction(market.bureau_id) as session:
        found = await queries.booking(session, teacher, booked.booking_id)
    assert found.policy_version_id == market.version_id
    assert found.is_live


async def test_pays_with_several_vouchers_by_expiry(market: Market):
    teacher = market.city.teacher()
    (later,) = await market.vouchers([teacher.person_id], 20_000, valid_to=date(2016, 1, 1))
    (sooner,) = await market.vouchers([teacher.person_id], 20_000)
    booked = await book(market, teacher, await market.run())
    assert booked.payments == (Payment(sooner, 20_000), Payment(later, 10_000))


async def test_a_run_without_a_price_needs_no_voucher(market: Market):
    run_id = await market.run(price_fen=0)
    booked = await book(market, market.city.teacher(0, "school_c"), run_id)
    assert booked.payments == ()
    assert await market.seats(run_id) == (1, 1)


async def test_the_same_teacher_is_refused_the_second_time_and_nothing_is_written(market: Market):
    teacher = market.city.teacher()
    (voucher_id,) = await market.vouchers([teacher.person_id])
    run_id = await market.run()
    await book(market, teacher, run_id)
    with pytest.raises(rules.AlreadyBooked):
        await book(market, teacher, run_id)
    assert await market.seats(run_id) == (1, 1)
    assert (await market.account(voucher_id)).held_fen == PRICE_FEN


async def refused_run(market: Market, **changes) -> type[Refusal]:
    teacher = (await market.teachers(1))[0]
    await market.vouchers([teacher.person_id])
    run_id = await market.run(**changes)
    with pytest.raises(Refusal) as caught:
        await book(market, teacher, run_id)
    return caught.type


async def test_refuses_runs_that_cannot_be_booked(market: Market):
    assert await refused_run(market, cancelled_at=NOW) is rules.RunCancelled
    assert await refused_run(market, course={"state": "withdrawn"}) is rules.RunClosed
    assert await refused_run(market, books_from_at=NOW + timedelta(hours=1)) is rules.WindowNotOpen
    assert await refused_run(market, books_until_at=NOW) is rules.WindowClosed
    assert await refused_run(market, capacity=1, taken=1) is rules.RunFull
    assert await refused_run(market, offered=1) is rules.RunHasWaitingList
    assert await refused_run(market, price_fen=50_001) is rules.VoucherShort
    assert await refused_run(market, course={"fund_lines": ["space"]}) is rules.VoucherMissing
    assert (
        await refused_run(market, course={"type": "homeroom", "unit": "hour"}) is policies.AudienceNotAllowed
    )


async def test_refuses_a_run_nobody_knows(market: Market):
    with pytest.raises(rules.RunNotFound):
        await book(market, market.city.teacher(), RunId(new_id()))


async def test_refuses_a_frozen_voucher(market: Market):
    teacher = market.city.teacher()
    await market.vouchers([teacher.person_id], frozen_at=NOW, frozen_reason="核查")
    with pytest.raises(rules.VouchersFrozen) as caught:
        await book(market, teacher, await market.run())
    assert caught.value.clause == "ZZ-A24"


async def test_refuses_a_voucher_on_the_day_it_expires(market: Market):
    teacher = market.city.teacher()
    await market.vouchers([teacher.person_id], valid_to=NOW.date())
    with pytest.raises(rules.VoucherMissing):
        await book(market, teacher, await market.run())


async def test_refuses_a_county_teacher_a_run_with_a_price(market: Market):
    with pytest.raises(policies.HolderNotEntitled) as caught:
        await book(market, market.city.teacher(0, "school_c"), await market.run())
    assert caught.value.clause == "ZZ-A22"


async def test_refuses_a_meeting_at_the_same_time_and_names_it(market: Market):
    teacher = market.city.teacher()
    first = await market.run(price_fen=0, starts_at=STARTS_AT, course={"title": "高中数学"})
    await book(market, teacher, first)
    second = await market.run(price_fen=0, starts_at=STARTS_AT + timedelta(hours=2))
    with pytest.raises(rules.MeetingsClash) as caught:
        await book(market, teacher, second)
    assert caught.value.facts["other"] == "高中数学"


async def test_refuses_more_runs_a_year_than_the_pack_allows(market: Market):
    teacher = market.city.teacher()
    runs = [await market.run(price_fen=0) for _ in range(13)]
    await check_out(market, teacher, *runs[:12])
    with pytest.raises(rules.YearLimitReached) as caught:
        await book(market, teacher, runs[12])
    assert caught.value.facts == {"year": 2014, "booked": 12, "at_most": 12}
    next_year = await market.run(price_fen=0, starts_at=STARTS_AT + timedelta(days=365))
    await book(market, teacher, next_year)


async def test_a_run_that_was_called_off_keeps_nobody_busy(market: Market):
    teacher = market.city.teacher()
    first = await market.run(price_fen=0, starts_at=STARTS_AT)
    await book(market, teacher, first)
    await market.call_off(first)
    await book(market, teacher, await market.run(price_fen=0, starts_at=STARTS_AT))


async def test_an_officer_cannot_book(market: Market):
    with pytest.raises(identity.RoleNotAllowed):
        await book(market, market.city.officer("school_a"), await market.run())


# --- carts -------------------------------------------------------------------------------------------------


async def test_a_cart_books_every_line(market: Market):
    teacher = market.city.teacher()
    await market.vouchers([teacher.person_id], 60_000)
    runs = [await market.run(), await market.run()]
    booked = await check_out(market, teacher, *runs)
    assert [one.run_id for one in booked] == runs


async def test_a_cart_with_one_bad_line_books_nothing_and_tells_every_line(market: Market):
    teacher = market.city.teacher()
    (voucher_id,) = await market.vouchers([teacher.person_id], 60_000)
    good, full, gone = await market.run(), await market.run(capacity=1, taken=1), RunId(new_id())
    with pytest.raises(rules.CartRefused) as caught:
        await check_out(market, teacher, good, full, gone)
    told = [(run_id, type(refusal)) for run_id, refusal in caught.value.lines]
    assert told == [(full, rules.RunFull), (gone, rules.RunNotFound)]
    assert await market.seats(good) == (0, 0)
    assert (await market.account(voucher_id)).held_fen == 0


# --- a school's list ---------------------------------------------------------------------------------------


async def test_a_school_sends_named_teachers_with_its_own_vouchers(market: Market):
    school_id = market.city.bodies["school_a"]
    (voucher_id,) = await market.vouchers([school_id], 70_000, school=True, line="backbone")
    own, other, third = (market.city.teacher(n).person_id for n in range(3))
    stranger, elsewhere = PersonId(new_id()), market.city.teacher(0, "school_b").person_id
    run_id = await market.run()
    lines = [(run_id, id_) for id_ in (own, stranger, elsewhere, other, third)]
    outcomes = await nominate(market, market.city.officer("school_a"), *lines)
    told = [type(one.refusal) if isinstance(one, Refused) else type(one) for one in outcomes]
    assert told == [Booked, rules.NomineeNotOfSchool, rules.NomineeNotOfSchool, Booked, rules.VoucherShort]
    assert await market.seats(run_id) == (2, 2)
    assert (await market.account(voucher_id)).held_fen == 2 * PRICE_FEN


async def test_a_look_at_a_nomination_tells_each_line_and_takes_no_seat(market: Market):
    school_id = market.city.bodies["school_a"]
    await market.vouchers([school_id], PRICE_FEN, school=True, line="backbone")
    run_id, clerk = await market.run(), market.city.officer("school_a")
    lines = [Nominee(run_id, market.city.teacher(n).person_id) for n in range(2)]
    async with market.database.transaction(market.bureau_id) as session:
        outcomes = await operations.preview_nomination(session, clerk, school_id, lines, now=NOW)
        with pytest.raises(identity.NotFound):
            stranger = market.city.officer("school_b")
            await operations.preview_nomination(session, stranger, school_id, lines, now=NOW)
    told = [type(one.refusal) if isinstance(one, Refused) else type(one) for one in outcomes]
    assert told == [Booked, rules.VoucherShort]
    assert await market.seats(run_id) == (0, 0)


async def test_a_school_cannot_nominate_for_another(market: Market):
    line = (await market.run(), market.city.teacher().person_id)
    with pytest.raises(identity.NotFound):
        await nominate(market, market.city.officer("school_b"), line)
    with pytest.raises(identity.RoleNotAllowed):
        await nominate(market, market.city.teacher(), line)


async def test_a_county_school_cannot_pay_for_a_run_with_a_price(market: Market):
    line = (await market.run(), market.city.teacher(0, "school_c").person_id)
    (outcome,) = await nominate(market, market.city.officer("school_c"), line, school="school_c")
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.refusal, policies.HolderNotEntitled)


async def test_three_hundred_lines_go_through_in_one_transaction(market: Market):
    school_id = market.city.bodies["school_a"]
    (voucher_id,) = await market.vouchers([school_id], 300 * PRICE_FEN, school=True, line="backbone")
    teachers = await market.teachers(300)
    runs = [await market.run(capacity=100) for _ in range(3)]
    lines = [(runs[number % 3], one.person_id) for number, one in enumerate(teachers)]
    outcomes = await nominate(market, market.city.officer("school_a"), *lines)
    assert {type(one) for one in outcomes} == {Booked}
    assert [await market.seats(run_id) for run_id in runs] == [(100, 100)] * 3
    account = await market.account(voucher_id)
    assert account.free_fen == 0
