"""The money path as a tale: a school year in株洲, thin, from the budget to the payout.

Read this first. Every step is a real transaction; after each the books are proved: the twelve invariants and
the equation of the house, to the fen.
"""

from datetime import UTC, date, datetime, timedelta

import pytest

from vouchermarket.kit.refusal import Refusal
from world import PRICE_FEN, STARTS, WEEK, World

ENDED = STARTS + 3 * WEEK + timedelta(hours=3)
REPORTED = ENDED + timedelta(days=1)
VERIFIED = REPORTED + timedelta(days=9)
PER_HEAD_FEN = 60_000


async def test_a_fen_goes_from_the_budget_to_the_provider(world: World):
    # The city appropriates ¥10,000 and issues ¥600 a head to the eight teachers of its two direct schools.
    await world.issue(amount_fen=1_000_000)
    figures = await world.figures()
    assert (figures.appropriated_fen, figures.issued_fen) == (1_000_000, 8 * PER_HEAD_FEN)
    assert (figures.funds_fen, figures.vouchers_fen) == (520_000, 480_000)

    # 张三 chooses a run: a seat is taken and the price is held on the voucher; nothing has moved yet.
    diligent, lazy, absent = (world.city.teacher(number) for number in range(3))
    run_id = await world.open_run(capacity=3)
    seats = [await world.book(teacher, run_id) for teacher in (diligent, lazy, absent)]
    figures = await world.figures()
    assert (figures.held_fen, figures.vouchers_fen, figures.earned_fen) == (3 * PRICE_FEN, 480_000, 0)
    assert (await world.voucher_of(diligent)).free_fen == PER_HEAD_FEN - PRICE_FEN

    # The run is held. One was always there, one half of the time, one never; the provider reports all three.
    reported = await world.hold(run_id, dict(zip(seats, (4, 2, 0), strict=True)))
    completions = [reported[seat] for seat in seats]
    await world.confirm(diligent, completions[0], REPORTED + timedelta(hours=1))
    assert await world.stay_silent(REPORTED + timedelta(days=6, hours=23)) == 0
    assert await world.stay_silent(REPORTED + timedelta(days=7, hours=1)) == 2

    # The registrar verifies: all of the price, half of it, nothing; the rest is free on the vouchers again.
    verified = await world.verify(completions, VERIFIED)
    assert [one.captured_fen for one in verified] == [PRICE_FEN, PRICE_FEN // 2, 0]
    assert [one.amount_hundredths for one in verified] == [1800, 900, 0]
    figures = await world.figures()
    assert (figures.earned_fen, figures.held_fen) == (PRICE_FEN * 3 // 2, 0)
    assert (await world.voucher_of(lazy)).free_fen == PER_HEAD_FEN - PRICE_FEN // 2

    # Another person of the reviewing body approves the credits.
    assert await world.statuses(diligent) == ["registered"]
    await world.review(completions, VERIFIED + timedelta(days=1))
    assert await world.statuses(diligent) == ["approved"]

    # The statement gets its two keys, finance pays, and the bank's reference closes the line.
    statement = await world.draw_up(VERIFIED + timedelta(days=2))
    await world.accept(statement, VERIFIED + timedelta(days=2))
    await world.turn_keys(statement, VERIFIED + timedelta(days=3))
    figures = await world.figures()
    assert (figures.earned_fen, figures.payable_fen) == (0, PRICE_FEN * 3 // 2)
    await world.pay(statement, "回单0001", VERIFIED + timedelta(days=4))
    figures = await world.figures()
    assert (figures.payable_fen, figures.paid_fen) == (0, PRICE_FEN * 3 // 2)


async def test_what_nobody_used_goes_back_when_the_year_ends(world: World):
    """Voucher by voucher into its fund, and from the funds into the treasury; twice changes nothing."""
    await world.issue(amount_fen=1_000_000)
    assert await world.expire(date(2014, 12, 31)) == 0
    assert await world.expire(date(2015, 1, 1)) == 8 * PER_HEAD_FEN
    assert await world.expire(date(2015, 1, 1)) == 0
    assert await world.lapse(datetime(2015, 1, 5, tzinfo=UTC)) == 1_000_000
    assert await world.lapse(datetime(2015, 1, 6, tzinfo=UTC)) == 0
    figures = await world.figures()
    assert (figures.funds_fen, figures.vouchers_fen, figures.lapsed_fen) == (0, 0, 1_000_000)
    assert figures.expired_fen == 8 * PER_HEAD_FEN


async def test_a_cancelled_seat_gives_its_value_and_its_place_back(world: World):
    await world.issue()
    run_id = await world.open_run(capacity=1)
    first, second = world.city.teacher(0), world.city.teacher(1)
    seat = await world.book(first, run_id)
    consequence = await world.cancel(first, seat, STARTS - timedelta(hours=73))
    assert consequence.released_fen == PRICE_FEN
    assert (await world.voucher_of(first)).free_fen == PER_HEAD_FEN
    await world.book(second, run_id, STARTS - timedelta(days=2))
    assert (await world.figures()).held_fen == PRICE_FEN


async def test_what_is_held_when_a_voucher_expires_comes_back_when_it_is_released(world: World):
    await world.issue()
    run_id = await world.open_run()
    teacher = world.city.teacher()
    seat = await world.book(teacher, run_id)
    assert await world.expire(date(2015, 1, 1)) == 8 * PER_HEAD_FEN - PRICE_FEN
    assert (await world.figures()).vouchers_fen == PRICE_FEN

    # A no-show is verified in the new year: the hold is released to a voucher that is past its day.
    completions = list((await world.hold(run_id, {seat: 0})).values())
    await world.stay_silent(REPORTED + timedelta(days=8))
    await world.verify(completions, VERIFIED)
    assert await world.expire(date(2015, 1, 2)) == PRICE_FEN
    assert await world.expire(date(2015, 1, 3)) == 0
    assert (await world.figures()).vouchers_fen == 0


async def _earned(world: World):
    await world.issue()
    run_id = await world.open_run()
    teachers = [world.city.teacher(number) for number in range(2)]
    seats = [await world.book(teacher, run_id) for teacher in teachers]
    reported = await world.hold(run_id, dict.fromkeys(seats, 4))
    completions = [reported[seat] for seat in seats]
    await world.stay_silent(REPORTED + timedelta(days=8))
    await world.verify(completions, VERIFIED)
    await world.review(completions, VERIFIED)
    return teachers, completions


async def test_a_completion_revoked_before_settlement_goes_back_to_the_voucher(world: World):
    teachers, completions = await _earned(world)
    statement = await world.draw_up(VERIFIED + timedelta(days=2))
    await world.accept(statement, VERIFIED + timedelta(days=2))
    await world.revoke(completions[0], VERIFIED + timedelta(days=3))

    assert (await world.voucher_of(teachers[0])).free_fen == PER_HEAD_FEN
    assert await world.statuses(teachers[0]) == ["reversed"]
    assert (await world.figures()).earned_fen == PRICE_FEN

    # The statement goes on with the line that is left, and only that is paid.
    await world.turn_keys(statement, VERIFIED + timedelta(days=4))
    await world.pay(statement, "回单0002", VERIFIED + timedelta(days=5))
    figures = await world.figures()
    assert (figures.paid_fen, figures.payable_fen) == (PRICE_FEN, 0)


async def test_a_completion_revoked_after_settlement_is_clawed_back_from_the_provider(world: World):
    teachers, completions = await _earned(world)
    statement = await world.draw_up(VERIFIED + timedelta(days=2))
    await world.accept(statement, VERIFIED + timedelta(days=2))
    await world.turn_keys(statement, VERIFIED + timedelta(days=3))
    await world.pay(statement, "回单0003", VERIFIED + timedelta(days=4))
    fund_before = await world.balance("fund:all_staff:2014")

    await world.revoke(completions[0], VERIFIED + timedelta(days=5))

    figures = await world.figures()
    assert (figures.paid_fen, figures.payable_fen) == (2 * PRICE_FEN, -PRICE_FEN)
    assert await world.balance("fund:all_staff:2014") == fund_before + PRICE_FEN
    assert await world.statuses(teachers[0]) == ["reversed"]
    assert await world.statuses(teachers[1]) == ["approved"]


async def test_a_school_sends_a_backbone_teacher_with_its_own_voucher(world: World):
    backbone, plain = world.city.teacher(0), world.city.teacher(1)
    stranger = world.city.teacher(0, "school_b")
    for teacher in (backbone, stranger):
        await world.name_backbone(teacher)
    await world.issue("backbone")
    run_id = await world.open_run(type="backbone", fund_lines=["backbone"])

    sent = await world.send("school_a", backbone, run_id)
    assert [payment.amount_fen for payment in sent.payments] == [PRICE_FEN]
    for other in (plain, stranger):
        refused = await world.send("school_a", other, run_id)
        assert refused.refusal.remedy("zh")
    figures = await world.figures()
    # Two schools with one backbone each got a voucher; the teacher's own purse was never touched.
    assert (figures.issued_fen, figures.held_fen) == (2 * 40_000, PRICE_FEN)


async def test_a_county_teacher_earns_credits_and_holds_no_voucher(world: World):
    """ZZ-A22: the pilot's purse is for direct schools; the register is for everybody."""
    await world.issue()
    county = world.city.teacher(0, "school_c")
    run_id = await world.open_run(price_fen=0)
    seat = await world.book(county, run_id)
    completions = list((await world.hold(run_id, {seat: 4})).values())
    await world.stay_silent(REPORTED + timedelta(days=8))
    [verified] = await world.verify(completions, VERIFIED)
    assert (verified.captured_fen, verified.amount_hundredths) == (0, 1800)

    priced = await world.open_run()
    with pytest.raises(Refusal) as refused:
        await world.book(county, priced)
    assert refused.value.clause == "ZZ-A22"
    await world.figures()
