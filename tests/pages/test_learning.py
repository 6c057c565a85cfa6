"""A teacher after the class: what was reported is confirmed or contested, rated, and counted."""

import pytest

from pages.conftest import Arrive
from web.conftest import HandClock
from web.learning import CONFIRMED, VERIFIED, Learning
from world import OPENS, World

pytestmark = pytest.mark.database


async def test_a_completion_is_confirmed_and_rated_once(learning: Learning, arrive: Arrive) -> None:
    [completion_id] = await learning.report(title="作业设计工作坊")
    teacher = await arrive(learning.city.teacher())
    listed = await teacher.see("/completions")
    assert "待教师确认" in listed.text
    one = await teacher.see(f"/completions/{completion_id}")
    assert "4/4" in one.text
    assert "学分入账" in one.text
    confirmed = await teacher.send("属实,确认完成")
    assert "已确认完成" in confirmed.text
    unrated = await teacher.send("提交评价", 422, comment="还没有给星")
    assert "f-overall-fault" in unrated.faults
    assert "还没有给星" in str(unrated.forms)
    rated = await teacher.send("提交评价", overall="5", comment="很实用")
    assert "评价已提交" in rated.text
    assert "5 星(满分 5 星)" in rated.text
    assert "提交评价" not in str(rated.forms)


async def test_a_report_that_is_wrong_is_contested_with_a_reason(learning: Learning, arrive: Arrive) -> None:
    [completion_id] = await learning.report(present=2)
    teacher = await arrive(learning.city.teacher())
    await teacher.see(f"/completions/{completion_id}")
    empty = await teacher.send("提交异议", 422)
    assert "f-reason-fault" in empty.faults
    contested = await teacher.send("提交异议", reason="我四次都到了")
    assert "异议已提交" in contested.text
    assert "您的异议:我四次都到了" in contested.text


async def test_a_word_said_twice_is_refused_with_what_to_do(learning: Learning, arrive: Arrive) -> None:
    [completion_id] = await learning.report()
    teacher = await arrive(learning.city.teacher())
    form = (await teacher.see(f"/completions/{completion_id}")).form_with("属实")
    await learning.world.confirm(learning.city.teacher(), completion_id, CONFIRMED)
    refused = await teacher.send_form(form, 409)
    assert "怎么办:" in refused.text


async def test_nobody_sees_anothers_completion(learning: Learning, arrive: Arrive) -> None:
    [completion_id] = await learning.report()
    other = await arrive(learning.city.teacher(1))
    await other.see(f"/completions/{completion_id}", 404)
    assert "还没有上报的完成情况" in (await other.see("/completions")).text


async def test_credits_stand_beside_what_is_asked_for(learning: Learning, arrive: Arrive) -> None:
    ids = await learning.verify(type="ed_tech")
    await learning.world.review(ids, VERIFIED)
    teacher = await arrive(learning.city.teacher())
    page = await teacher.see("/credits")
    assert "18 / 80" in page.text
    assert "ZZ-A09" in page.text
    assert "必修项目“教育技术能力培训”" in page.text
    # What is missing leads to runs that mend it.
    assert page.links["查看这类班次"].endswith("/market?type=ed_tech")
    await teacher.see("/credits?as=csv")
    assert teacher.answer is not None
    assert "教育技术能力培训" in teacher.answer.text


async def test_an_officer_who_teaches_nowhere_owes_nothing(world: World, arrive: Arrive) -> None:
    officer = await arrive(world.city.officer("finance_office"))
    assert "还没有登记的学分" in (await officer.see("/credits")).text


async def test_a_voucher_shows_what_is_free_and_used(learning: Learning, arrive: Arrive) -> None:
    await learning.verify()
    voucher = await learning.world.voucher_of(learning.city.teacher())
    teacher = await arrive(learning.city.teacher())
    assert "已使用 ¥180.00" in (await teacher.see("/vouchers")).text
    moved = await teacher.see(f"/vouchers/{voucher.id}")
    for what in ("核发", "选课占用", "审核通过,结算", "高中语文新课堂"):
        assert what in moved.text
    await teacher.see(f"/vouchers/{voucher.id}?as=xlsx")
    await (await arrive(learning.city.teacher(1))).see(f"/vouchers/{voucher.id}", 404)


async def test_a_voucher_shows_what_is_held(world: World, arrive: Arrive, clock: HandClock) -> None:
    clock.now = OPENS
    await world.issue()
    await world.book(world.city.teacher(), await world.open_run())
    teacher = await arrive(world.city.teacher())
    assert "已占用 ¥180.00" in (await teacher.see("/vouchers")).text
