"""One's meetings by week and in a calendar; searches kept; runs side by side."""

import re
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from pages.conftest import Arrive
from web.conftest import HandClock, Visit
from world import OPENS, STARTS, World

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _in_the_window(clock: HandClock) -> None:
    clock.now = OPENS


async def test_meetings_stand_week_by_week_and_in_a_calendar(
    world: World, arrive: Arrive, visit: Visit
) -> None:
    await world.issue()
    await world.book(world.city.teacher(), await world.open_run(meetings=2, title="作业设计工作坊"))
    teacher = await arrive(world.city.teacher())
    page = await teacher.see("/timetable")
    assert page.text.count("起的一周") == 2
    shown = await teacher.send("生成订阅地址")
    [address] = re.findall(r"http://\S+/timetable\.ics\?key=\S+", shown.text)
    assert address not in (await teacher.see("/timetable")).text

    stranger, parts = visit.stranger(), urlsplit(address)
    feed = await stranger.get(f"http://market.test{parts.path}?{parts.query}")
    assert feed.headers["content-type"].startswith("text/calendar")
    events = Calendar.from_ical(feed.text).walk("VEVENT")
    assert [str(event["summary"]) for event in events] == ["作业设计工作坊"] * 2
    assert events[0].decoded("dtstart") == STARTS
    await teacher.send("停用订阅地址")
    assert (await stranger.get(f"http://market.test{parts.path}?{parts.query}")).status_code == 404


async def test_a_calendar_opens_for_nobody_else(world: World, arrive: Arrive, visit: Visit) -> None:
    stranger = visit.stranger()
    path = f"http://market.test/{visit.code}/timetable.ics"
    assert (await stranger.get(f"{path}?key=guessed")).status_code == 404
    assert (await stranger.get(path)).status_code == 401
    teacher = await arrive(world.city.teacher())
    await teacher.see("/timetable.ics")
    assert teacher.answer is not None
    assert "BEGIN:VCALENDAR" in teacher.answer.text


async def test_a_search_is_kept_asked_again_and_deleted(world: World, arrive: Arrive) -> None:
    await world.open_run(title="作业设计工作坊")
    teacher = await arrive(world.city.teacher())
    found = await teacher.see("/market?words=作业&type=in_post")
    await teacher.see(_within(found.links["保存这个搜索"], teacher.code))
    nameless = await teacher.send("保存", 422, name="")
    assert "f-name-fault" in nameless.faults
    kept = await teacher.send("保存", name="作业这一类")
    assert "已保存" in kept.text
    again = await teacher.see(_within(kept.links["作业这一类"], teacher.code))
    assert "作业设计工作坊" in again.text
    await teacher.see("/market/saved")
    assert "还没有保存的搜索" in (await teacher.send("删除")).text


async def test_four_runs_stand_side_by_side(world: World, arrive: Arrive) -> None:
    runs = [await world.open_run(title=f"课程{number}") for number in range(5)]
    teacher = await arrive(world.city.teacher())
    page = await teacher.see("/market/compare?" + "&".join(f"run={run_id}" for run_id in runs))
    assert "课程3" in page.links
    assert "课程4" not in page.links
    assert "另有 1 个没有列出" in page.text
    fewer = await teacher.see(_within(page.links["移出对比 课程0"], teacher.code))
    assert "课程0" not in fewer.links
    assert "还没有选择" in (await teacher.see("/market/compare")).text
    await teacher.see("/market/compare?run=nonsense", 400)


async def test_the_market_shows_what_opens_later_and_what_is_over(
    world: World, arrive: Arrive, clock: HandClock
) -> None:
    await world.open_run(title="作业设计工作坊")
    clock.now = STARTS
    teacher = await arrive(world.city.teacher())
    assert "没有符合条件的班次" in (await teacher.see("/market")).text
    over = await teacher.see("/market?when=past")
    assert "选课已截止" in over.text
    assert "加入选课车" not in str(over.forms)


def _within(link: str, code: str) -> str:
    return link.removeprefix(f"/{code}")
