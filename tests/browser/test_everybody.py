"""What everybody has, and a teacher after the class, in a real browser."""

import re

import pytest

from browser.conftest import Visitor

PAGES = (
    "/market?when=any",
    "/market/saved?words=a",
    "/timetable",
    "/completions",
    "/credits",
    "/vouchers",
    "/notices",
    "/notices/mail",
    "/logins",
    "/logins/password",
    "/logins/tokens",
    "/second-factor",
    "/help/teacher",
)


@pytest.mark.parametrize("path", PAGES)
async def test_what_everybody_has_is_for_everybody(visitor: Visitor, path: str) -> None:
    await visitor.enter("teacher00001")
    for scheme in ("light", "dark"):
        await visitor.page.emulate_media(color_scheme=scheme)
        await visitor.see(path)
        await visitor.accessible()
    await visitor.kept(f"everybody-{re.sub(r'[^a-z]+', '-', path).strip('-')}")


async def test_a_completion_is_rated_without_a_script(plain: Visitor) -> None:
    await plain.enter("teacher00002")
    await plain.see("/completions")
    await plain.page.locator("tr:has-text('已审核') a").first.click()
    await plain.page.select_option("#f-overall", "4")
    await plain.page.fill("#f-comment", "案例贴近课堂")
    await plain.press("提交评价")
    shown = await plain.page.inner_text("main")
    assert "评价已提交" in shown
    assert "4 星(满分 5 星)" in shown


async def test_a_rating_that_is_not_whole_says_so_at_its_field(visitor: Visitor) -> None:
    await visitor.enter("teacher00001")
    await visitor.see("/completions")
    await visitor.press("完成确认")
    await visitor.page.locator("tr:has-text('已审核') a").first.click()
    await visitor.press("提交评价")
    assert await visitor.page.get_attribute("#f-overall", "aria-invalid") == "true"
    # The summary is read first, and leads to the field.
    assert await visitor.page.evaluate("document.activeElement.id") == "faults"
    await visitor.accessible()
    await visitor.kept("everybody-completion")


async def test_the_language_is_switched_and_stays(visitor: Visitor) -> None:
    await visitor.enter("teacher00001")
    await visitor.see("/credits")
    await visitor.page.locator("details.person summary").click()
    await visitor.press("English")
    assert "My credits" in await visitor.page.inner_text("h1")
    await visitor.see("/timetable")
    assert await visitor.page.get_attribute("html", "lang") == "en"
    assert "My timetable" in await visitor.page.inner_text("h1")


async def test_a_login_on_another_device_is_ended(visitor: Visitor, phone: Visitor) -> None:
    await visitor.enter("budget01")
    await phone.enter("budget01")
    await phone.see("/notices")
    await visitor.see("/logins")
    assert "将结束其他 1 个登录" in await visitor.page.inner_text("main")
    await visitor.press("结束其他所有登录")
    assert "没有其他登录" in await visitor.page.inner_text("main")
    await phone.page.wait_for_timeout(1100)
    await phone.see("/notices")
    assert "/login" in phone.page.url


async def test_runs_are_ticked_and_compared_and_a_search_is_kept(visitor: Visitor) -> None:
    await visitor.enter("teacher00001")
    boxes = visitor.page.get_by_label("对比", exact=False)
    for which in range(3):
        await boxes.nth(which).check()
    await visitor.press("对比所选")
    assert await visitor.page.locator("table.compare thead th").count() == 3
    await visitor.accessible()
    await visitor.kept("everybody-compare")
    await visitor.see("/market?type=ed_tech")
    await visitor.press("保存这个搜索")
    await visitor.page.fill("#f-name", "教育技术")
    await visitor.press("保存")
    await visitor.press("教育技术")
    assert "type=ed_tech" in visitor.page.url
