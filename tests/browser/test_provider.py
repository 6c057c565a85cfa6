"""A provider in a real browser: a course filed, a run opened, booked, attended and reported."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from browser.conftest import Visitor

PROVIDER = "university101"
ZONE = ZoneInfo("Asia/Shanghai")
# Long enough to be booked, short enough to be waited for.
UNTIL_IT_BEGINS, IT_LASTS = timedelta(seconds=45), timedelta(seconds=3)
PAGES = {
    "home": "/provider",
    "runs": "/provider/runs",
    "open-run": "/provider/runs/new",
    "courses": "/provider/courses",
    "file-course": "/provider/courses/new",
    "statements": "/provider/statements",
    "draw-up": "/provider/statements/new",
    "accreditations": "/provider/accreditations",
    "help": "/help/provider",
}


@pytest.mark.parametrize("name", PAGES)
async def test_a_providers_pages_are_for_everybody(visitor: Visitor, name: str) -> None:
    await visitor.enter(PROVIDER)
    await visitor.see(PAGES[name])
    await visitor.accessible()
    await visitor.kept(f"provider-{name}")


async def test_a_statement_and_its_lines_are_for_everybody(visitor: Visitor) -> None:
    await visitor.enter(PROVIDER)
    await visitor.see("/provider/statements")
    await _follow(visitor, "main td a")
    assert "付款进度" in await visitor.page.inner_text("main")
    await visitor.accessible()
    await visitor.kept("provider-statement")


async def test_a_course_becomes_a_run_that_is_booked_attended_and_reported(visitor: Visitor) -> None:
    title = "板书的设计与取舍"
    await visitor.enter(PROVIDER)
    await _file_course(visitor, title)
    course_id = visitor.page.url.split("?")[0].rsplit("/", 1)[1]
    await visitor.accessible()
    await visitor.enter("centre01")
    for button in ("通过评审", "上架"):
        await visitor.see(f"/centre/courses/{course_id}")
        await visitor.press(button)
    await visitor.enter(PROVIDER)
    ahead = await _ahead(visitor)
    await visitor.see(f"/provider/courses/{course_id}")
    await visitor.press("开设班次")
    begins = datetime.now(UTC) + ahead + UNTIL_IT_BEGINS
    await _open_run(visitor, begins)
    await _follow(visitor, f"main td a:has-text('{title}')")
    run = visitor.page.url.split("/provider/runs/")[1]
    await visitor.enter("teacher00002")
    await visitor.see(f"/market/runs/{run}")
    await visitor.press("加入选课车")
    await visitor.see("/cart")
    await visitor.press("确认选课")
    await visitor.enter(PROVIDER)
    over = begins + IT_LASTS - ahead
    await asyncio.sleep(max(0.0, (over - datetime.now(UTC)).total_seconds()) + 1)
    await _attend_and_report(visitor, run)


async def _file_course(visitor: Visitor, title: str) -> None:
    """File anew what stands in the first course, under another title and free of charge."""
    await visitor.see("/provider/courses")
    first = await visitor.page.locator("main td a").first.get_attribute("href")
    await visitor.see(f"/provider/courses/new?from={(first or '').rsplit('/', 1)[1]}")
    await visitor.page.fill("[name=title]", title)
    await visitor.page.fill("[name=price_fen]", "0")
    await visitor.press("提交申报")
    assert "待评审" in await visitor.page.inner_text("main")


async def _open_run(visitor: Visitor, begins: datetime) -> None:
    typed = {
        "capacity": "20",
        "place": "第一师范学院 6 号楼",
        "books_from_at": _typed(begins - timedelta(hours=1)),
        "books_until_at": _typed(begins),
        "meetings.0.starts_at": _typed(begins),
        "meetings.0.ends_at": _typed(begins + IT_LASTS),
    }
    for name, text in typed.items():
        await visitor.page.fill(f"[name='{name}']", text)
    await visitor.press("开设班次")


async def _attend_and_report(visitor: Visitor, run: str) -> None:
    await visitor.see("/provider")
    assert "1/20 人" in await visitor.page.inner_text("main")
    await visitor.kept("provider-today")
    await visitor.see(f"/provider/runs/{run}")
    await visitor.press("考勤")
    await visitor.accessible()
    await visitor.kept("provider-attendance")
    await visitor.page.check("[name=booking_ids]")
    await visitor.press("保存考勤")
    assert "到场 1 人" in await visitor.page.inner_text("main")
    await visitor.press("打印签到表")
    await visitor.accessible()
    await visitor.kept("provider-sign-in")
    await visitor.see(f"/provider/runs/{run}")
    await visitor.press("上报完成")
    await visitor.accessible()
    await visitor.kept("provider-report")
    await visitor.page.fill("[name=evidence]", "签到表")
    await visitor.press("上报勾选的人")
    assert "待教师确认" in await visitor.page.inner_text("main")
    await visitor.accessible()
    await visitor.kept("provider-run")


async def _ahead(visitor: Visitor) -> timedelta:
    """How far the city's clock is from ours, by the hour at which one has just come in."""
    answer = await visitor.page.request.get(f"{visitor.address}/api/v1/logins")
    opened = [one["opened_at"] for one in await answer.json() if one["is_this"]]
    return datetime.fromisoformat(opened[0]) - datetime.now(UTC)


async def _follow(visitor: Visitor, selector: str) -> None:
    async with visitor.page.expect_navigation():
        await visitor.page.locator(selector).first.click()


def _typed(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")
