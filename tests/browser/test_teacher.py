"""A teacher in a real browser: booked in five clicks, on a phone, without scripts."""

import pytest

from browser.conftest import Visitor


async def test_a_run_is_booked_in_five_clicks(phone: Visitor) -> None:
    await phone.see("/")
    clicks = 0
    for button in ("以此身份进入", "加入选课车", "选课车", "确认选课"):
        await phone.press(button)
        clicks += 1
    assert "名额和培训券已为您保留" in await phone.page.inner_text("main")
    assert clicks <= 5


async def test_booking_needs_no_script(plain: Visitor) -> None:
    await plain.enter("teacher00002")
    await plain.press("加入选课车", 1)
    await plain.see("/cart")
    await plain.press("确认选课")
    assert "名额和培训券已为您保留" in await plain.page.inner_text("main")


async def test_words_find_courses_while_they_are_typed(visitor: Visitor) -> None:
    await visitor.enter("teacher00001")
    await visitor.page.fill("#words", "xljk")
    await visitor.page.wait_for_url("**/market?words=xljk")
    assert "心理健康" in await visitor.page.inner_text("#found")
    assert await visitor.page.input_value("#words") == "xljk"


@pytest.mark.parametrize("path", ["/market", "/cart", "/bookings"])
async def test_a_teachers_pages_are_for_everybody(visitor: Visitor, path: str) -> None:
    await visitor.enter("teacher00001")
    await visitor.see(path)
    await visitor.accessible()
    await visitor.kept(f"teacher{path.replace('/', '-')}")
