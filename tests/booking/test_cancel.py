"""Giving a seat back: who may, until when, and what comes back to which voucher."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from booking import states
from booking.rows import PRICE_FEN, STARTS_AT, Market
from factories import NOW
from vouchermarket.booking import operations, queries, rules
from vouchermarket.booking.structs import Booked, Choice, Consequence, Nominee, Payment
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.events import event
from vouchermarket.kit.ids import BookingId, new_id
from vouchermarket.policies.rules.kinds.market import Cancellation

THE_LAST_HOUR = STARTS_AT - timedelta(hours=72)


async def booked_by(market: Market, teacher: Actor, **run) -> Booked:
    run_id = await market.run(**{"starts_at": STARTS_AT, **run})
    async with market.database.transaction(market.bureau_id) as session:
        return await operations.book(session, teacher, Choice(run_id), now=NOW)


async def nominated(market: Market) -> Booked:
    school_id = market.city.bodies["school_a"]
    await market.vouchers([school_id], school=True, line="backbone")
    line = Nominee(await market.run(starts_at=STARTS_AT), market.city.teacher().person_id)
    officer = market.city.officer("school_a")
    async with market.database.transaction(market.bureau_id) as session:
        (outcome,) = await operations.nominate(session, officer, school_id, [line], now=NOW)
    assert isinstance(outcome, Booked)
    return outcome


async def cancel(market: Market, actor: Actor, booking_id: BookingId, now=NOW) -> Consequence:
    async with market.database.transaction(market.bureau_id) as session:
        return await operations.cancel(session, actor, booking_id, "时间冲突", now=now)


async def preview(market: Market, actor: Actor, booking_id: BookingId, now=NOW) -> Consequence:
    async with market.database.transaction(market.bureau_id) as session:
        return await operations.preview_cancel(session, actor, booking_id, now=now)


async def test_cancelling_frees_the_seat_and_every_voucher_that_paid(market: Market):
    teacher = market.city.teacher()
    paying = [(await market.vouchers([teacher.person_id], 20_000))[0] for _ in range(2)]
    booked = await booked_by(market, teacher)
    back = await cancel(market, teacher, booked.booking_id)
    assert (back.released_fen, back.back) == (PRICE_FEN, booked.payments)
    assert await market.seats(booked.run_id) == (0, 0)
    assert [(await market.account(id_)).held_fen for id_ in paying] == [0, 0]
    assert await market.held_by_postings(paying, [booked.booking_id]) == 0


async def test_cancelling_stands_in_the_audit_trail(market: Market):
    teacher = market.city.teacher()
    booked = await booked_by(market, teacher, price_fen=0)
    await cancel(market, teacher, booked.booking_id)
    async with market.database.transaction(market.bureau_id) as session:
        statement = select(event.c.kind, event.c.facts).where(event.c.subject_id == booked.booking_id)
        told = {row.kind: row.facts for row in await session.execute(statement)}
        found = await queries.booking(session, teacher, booked.booking_id)
    assert told["booking.cancelled"]["released_fen"] == 0
    assert found.cancelled_at == NOW
    assert not found.is_live


async def test_a_preview_tells_the_figures_and_writes_nothing(market: Market):
    teacher = market.city.teacher()
    (voucher_id,) = await market.vouchers([teacher.person_id])
    booked = await booked_by(market, teacher)
    seen = await preview(market, teacher, booked.booking_id)
    assert seen == Consequence(booked.booking_id, PRICE_FEN, (Payment(voucher_id, PRICE_FEN),), THE_LAST_HOUR)
    assert await market.seats(booked.run_id) == (1, 1)
    assert await cancel(market, teacher, booked.booking_id) == seen


async def test_the_seat_can_be_booked_again_by_the_same_teacher(market: Market):
    teacher = market.city.teacher()
    await market.vouchers([teacher.person_id])
    booked = await booked_by(market, teacher, capacity=1)
    await cancel(market, teacher, booked.booking_id)
    async with market.database.transaction(market.bureau_id) as session:
        again = await operations.book(session, teacher, Choice(booked.run_id), now=NOW)
    assert again.booking_id != booked.booking_id
    assert await market.seats(booked.run_id) == (1, 1)


async def test_refuses_to_cancel_twice(market: Market):
    teacher = market.city.teacher()
    booked = await booked_by(market, teacher, price_fen=0)
    await cancel(market, teacher, booked.booking_id)
    with pytest.raises(rules.BookingNotLive):
        await cancel(market, teacher, booked.booking_id)
    with pytest.raises(rules.BookingNotLive):
        await preview(market, teacher, booked.booking_id)
    assert await market.seats(booked.run_id) == (0, 0)


async def test_refuses_from_the_hour_the_pack_names_on(market: Market):
    teacher = market.city.teacher()
    booked = await booked_by(market, teacher, price_fen=0)
    with pytest.raises(rules.CancellationClosed) as caught:
        await cancel(market, teacher, booked.booking_id, THE_LAST_HOUR)
    assert caught.value.facts["free_until_at"] == "2014-03-30 09:00"
    await cancel(market, teacher, booked.booking_id, THE_LAST_HOUR - timedelta(seconds=1))


async def test_a_run_that_was_called_off_can_be_given_back_at_any_time(market: Market):
    teacher = market.city.teacher()
    (voucher_id,) = await market.vouchers([teacher.person_id])
    booked = await booked_by(market, teacher)
    await market.call_off(booked.run_id)
    back = await cancel(market, teacher, booked.booking_id, STARTS_AT + timedelta(days=1))
    assert back.released_fen == PRICE_FEN
    assert (await market.account(voucher_id)).held_fen == 0


async def test_the_school_gives_back_the_seat_of_its_nominee(market: Market):
    booked = await nominated(market)
    back = await cancel(market, market.city.officer("school_a", 1), booked.booking_id)
    assert back.back == booked.payments


async def test_only_who_pays_may_cancel(market: Market):
    booked = await nominated(market)
    with pytest.raises(identity.RoleNotAllowed):
        await cancel(market, market.city.teacher(), booked.booking_id)
    for stranger in (market.city.teacher(1), market.city.officer("school_b")):
        with pytest.raises(identity.NotFound):
            await cancel(market, stranger, booked.booking_id)
    own = await booked_by(market, market.city.teacher(2), price_fen=0)
    for stranger in (market.city.teacher(1), market.city.officer("school_a")):
        with pytest.raises(identity.NotFound):
            await cancel(market, stranger, own.booking_id)
    with pytest.raises(identity.RoleNotAllowed):
        await cancel(market, market.city.officer("provider"), own.booking_id)


async def test_a_booking_nobody_made_is_not_found(market: Market):
    with pytest.raises(identity.NotFound):
        await cancel(market, market.city.teacher(), BookingId(new_id()))


# --- the rule by itself ------------------------------------------------------------------------------------


@pytest.fixture
async def booking(market: Market):
    """A booking as read, to judge by other packs than Zhuzhou's."""
    teacher = market.city.teacher()
    booked = await booked_by(market, teacher, price_fen=0)
    async with market.database.transaction(market.bureau_id) as session:
        return await queries.booking(session, teacher, booked.booking_id)


def judged(booking, now, cancellation):
    run = states.run(1, starts_at=states.STARTS_AT)
    pack = states.pack(cancellation=cancellation)
    return rules.consequence(booking, run, [], pack, now, "Asia/Shanghai")


@pytest.mark.parametrize(
    "cancellation",
    [None, Cancellation(free_until_hours=72, late="free", cite=states.cite("ZZ-B02"))],
    ids=["pack_is_silent", "late_is_free"],
)
async def test_cancelling_is_free_until_the_run_begins_and_never_after(booking, cancellation):
    before = judged(booking, states.STARTS_AT - timedelta(seconds=1), cancellation)
    assert before.free_until_at == states.STARTS_AT
    with pytest.raises(rules.CancellationClosed) as caught:
        judged(booking, states.STARTS_AT, cancellation)
    assert caught.value.clause == (cancellation and "ZZ-B02")


async def test_a_cancelled_booking_is_refused_before_its_hour_is_looked_at(booking):
    cancelled = msgspec.structs.replace(booking, cancelled_at=NOW)
    with pytest.raises(rules.BookingNotLive):
        judged(cancelled, states.STARTS_AT, None)
