"""The cart: what is put aside stays once, reserves nothing, and has an end."""

import pytest

from vouchermarket.booking import operations as booking
from vouchermarket.booking import queries, rules
from vouchermarket.booking.structs import CART_MAX, Booked, Choice, Payment, Refused
from vouchermarket.identity import rules as identity
from vouchermarket.kit.ids import RunId, new_id
from world import OPENS, World

pytestmark = pytest.mark.database


async def size(world: World) -> int:
    async with world.open() as session:
        return await queries.cart_size(session, world.bureau_id, world.city.teacher().person_id)


async def test_a_run_is_in_the_cart_once_and_holds_no_seat(world: World) -> None:
    run_id, teacher = await world.open_run(), world.city.teacher()
    for _ in range(2):
        async with world.open() as session:
            await booking.put_in(session, teacher, run_id, now=OPENS)
    async with world.open() as session:
        (line,) = await queries.cart(session, world.bureau_id, teacher.person_id)
    assert (line.id, line.taken) == (run_id, 0)


async def test_what_is_booked_leaves_the_cart_and_the_rest_stays(world: World) -> None:
    run_id, teacher = await world.open_run(price_fen=0), world.city.teacher()
    await world.fill_cart(teacher, run_id, 1)
    async with world.open() as session:
        await booking.put_in(session, teacher, run_id, now=OPENS)
        await booking.check_out(session, teacher, [Choice(run_id)], now=OPENS)
    assert await size(world) == 1


async def test_taking_out_what_is_not_there_changes_nothing(world: World) -> None:
    await world.fill_cart(world.city.teacher(), await world.open_run(), 1)
    async with world.open() as session:
        await booking.take_out(session, world.city.teacher(), [new_id()], now=OPENS)
    assert await size(world) == 1


async def test_refuses_more_than_a_cart_holds_and_what_does_not_exist(world: World) -> None:
    run_id, teacher = await world.open_run(), world.city.teacher()
    await world.fill_cart(teacher, run_id, CART_MAX)
    with pytest.raises(rules.CartFull):
        async with world.open() as session:
            await booking.put_in(session, teacher, run_id, now=OPENS)
    with pytest.raises(identity.NotFound):
        async with world.open() as session:
            await booking.put_in(session, world.city.teacher(1), RunId(new_id()), now=OPENS)
    with pytest.raises(identity.RoleNotAllowed):
        async with world.open() as session:
            await booking.put_in(session, world.city.officer("provider"), run_id, now=OPENS)


async def test_it_is_seen_beforehand_what_each_voucher_would_pay_and_nothing_is_written(world: World) -> None:
    await world.issue()
    run_id, teacher = await world.open_run(), world.city.teacher()
    voucher = await world.voucher_of(teacher)
    before = await world.figures()
    async with world.open() as session:
        (outcome,) = await booking.preview_check_out(session, teacher, [Choice(run_id)], now=OPENS)
    assert isinstance(outcome, Booked)
    assert outcome.payments == (Payment(voucher.id, 18_000),)
    async with world.open() as session:
        free, refused = await booking.preview_check_out(
            session, world.city.teacher(1), [Choice(run_id), Choice(run_id)], now=OPENS
        )
    assert isinstance(free, Booked)
    assert isinstance(refused, Refused)
    assert isinstance(refused.refusal, rules.AlreadyBooked)
    assert await world.figures() == before


async def test_looking_waits_for_no_lock(world: World) -> None:
    await world.issue()
    run_id = await world.open_run()
    async with world.open() as busy:
        await booking.check_out(busy, world.city.teacher(), [Choice(run_id)], now=OPENS)
        async with world.open() as session:
            (outcome,) = await booking.preview_check_out(
                session, world.city.teacher(1), [Choice(run_id)], now=OPENS
            )
    assert isinstance(outcome, Booked)
