"""A teacher on a phone: from the shelf to a booked run and back, without a script."""

import pytest

from pages.conftest import Arrive
from vouchermarket.booking.structs import CART_MAX
from web.conftest import HandClock
from world import OPENS, World

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _in_the_window(clock: HandClock) -> None:
    clock.now = OPENS


async def test_a_run_is_found_put_in_the_cart_booked_and_given_back(world: World, arrive: Arrive) -> None:
    await world.issue()
    run_id = await world.open_run(capacity=10, title="作业设计工作坊")
    teacher = await arrive(world.city.teacher())

    shelf = await teacher.see("/market?words=zysj")
    assert "作业设计工作坊" in shelf.text
    await teacher.send("加入选课车")
    assert "已加入选课车" in teacher.sheet.text
    cart = await teacher.see("/cart")
    assert "¥180.00" in cart.text
    booked = await teacher.send("确认选课")
    assert "名额和培训券已为您保留" in booked.text
    assert "选课车是空的" in (await teacher.see("/cart")).text

    one = await teacher.see(booked.links["作业设计工作坊"].removeprefix(f"/{teacher.code}"))
    assert "已选" in one.text
    await teacher.see(one.links["退选…"].removeprefix(f"/{teacher.code}"))
    assert "将释放 1 个名额" in teacher.sheet.text
    await teacher.send("确认退选", 422)
    assert "f-reason-fault" in teacher.sheet.faults
    await teacher.send("确认退选", reason="与学校活动冲突")
    assert "已退选" in teacher.sheet.text
    assert (await world.figures()).held_fen == 0
    assert "余 10 位" in (await teacher.see(f"/market/runs/{run_id}")).text


async def test_a_button_pressed_twice_books_once(world: World, arrive: Arrive) -> None:
    await world.issue()
    run_id = await world.open_run()
    teacher = await arrive(world.city.teacher())
    await teacher.see(f"/market/runs/{run_id}")
    await teacher.send("加入选课车")
    form = (await teacher.see("/cart")).form_with("确认选课")
    first = await teacher.send_form(form)
    again = await teacher.send_form(form)
    assert first.text == again.text
    assert (await world.figures()).held_fen == 18_000


async def test_a_cart_that_cannot_stand_says_why_beside_its_line(world: World, arrive: Arrive) -> None:
    run_id = await world.open_run()
    teacher = await arrive(world.city.teacher())
    await teacher.see(f"/market/runs/{run_id}")
    await teacher.send("加入选课车")
    refused = await teacher.send("确认选课", 409)
    assert "没有办理:1 个班次不能选" in refused.text
    assert "ZZ-A" in refused.text
    assert "怎么办:" in refused.text


async def test_a_full_cart_takes_no_more(world: World, arrive: Arrive) -> None:
    runs = [await world.open_run(title=f"课程 {number}") for number in range(2)]
    teacher = await arrive(world.city.teacher())
    for _ in range(2):
        # Twice the same: it stays once.
        await teacher.see(f"/market/runs/{runs[0]}")
        await teacher.send("加入选课车")
    assert "确认选课(1 个班次)" in str((await teacher.see("/cart")).forms)
    await world.fill_cart(world.city.teacher(), runs[0], CART_MAX - 1)
    await teacher.see(f"/market/runs/{runs[1]}")
    refused = await teacher.send("加入选课车", 409)
    assert "选课车已满" in refused.text


async def test_a_login_that_ended_in_mid_form_loses_nothing(world: World, arrive: Arrive) -> None:
    await world.issue()
    run_id = await world.open_run()
    booking_id = await world.book(world.city.teacher(), run_id)
    teacher = await arrive(world.city.teacher())
    form = (await teacher.see(f"/bookings/{booking_id}/cancel")).form_with("确认退选")
    teacher.client.cookies.clear()
    door = await teacher.send_form(form, 401, reason="写了很久的理由")
    assert "您刚才填写的内容会保留" in door.text
    resumed = await teacher.send("登录", username="user0", password="春天里的第一场雨")
    assert "写了很久的理由" in resumed.text
    await teacher.send("继续提交")
    assert "已退选" in teacher.sheet.text
