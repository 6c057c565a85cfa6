"""Whoever registers and whoever reviews, at their pages: verified by ticks, registered by hand, reviewed."""

import pytest

from pages.conftest import Arrive, Reader
from vouchermarket.credits import operations as register
from vouchermarket.credits import queries
from vouchermarket.credits.structs import DecideEntry, Decision
from vouchermarket.identity.structs import Actor
from vouchermarket.identity.tables import person
from web.learning import VERIFIED, Learning
from world import World

pytestmark = pytest.mark.database

FORM = {"amount": "12", "unit": "credit", "earned_on": "2014-02-28", "evidence": "校本研训记录"}
SCHOOL_BASED = {"type": "school_based", "mode": "school_based", "level": "school", "term": "2014-1", **FORM}


async def code_of(world: World, teacher: Actor) -> str:
    async with world.open() as session:
        found = await session.execute(
            person.select().where(person.c.bureau_id == world.bureau_id, person.c.id == teacher.person_id)
        )
    return found.one().code


async def waiting_run(reader: Reader) -> str:
    queue = await reader.see("/registrar/completions")
    return queue.links["高中语文新课堂"].removeprefix(f"/{reader.code}")


async def test_completions_are_verified_by_ticks_with_the_figures_first(
    learning: Learning, arrive: Arrive
) -> None:
    ids = await learning.confirm(teachers=3)
    centre = await arrive(learning.city.officer("training_centre"))
    assert "3 人待审核" in (await centre.see("/registrar/completions")).text

    run = await centre.see(await waiting_run(centre))
    assert "4 / 4" in run.text
    assert "签到表" in run.text
    assert "教师已确认" in run.text
    before = await learning.world.figures()
    preview = await centre.send("查看审核结果预览", completion_ids=[str(ids[0]), str(ids[1])])
    assert "将审核通过 2 人" in preview.text
    assert "¥360.00" in preview.text
    assert "36 学分" in preview.text
    assert await learning.world.figures() == before, "looking at it moves nothing"

    done = await centre.send("审核通过(2 人)")
    assert "学分已登记" in done.text
    assert "1 人待审核" in (await centre.see("/registrar/completions")).text
    assert (await learning.world.figures()).earned_fen == 36_000


async def test_nobody_ticked_is_told_on_the_list(learning: Learning, arrive: Arrive) -> None:
    await learning.confirm()
    centre = await arrive(learning.city.officer("training_centre"))
    await centre.see(await waiting_run(centre))
    again = await centre.send("查看审核结果预览", 422, completion_ids=[])
    assert "请至少勾选一人" in again.text


async def test_a_line_that_cannot_be_verified_says_why_beside_it(learning: Learning, arrive: Arrive) -> None:
    ids = await learning.confirm(teachers=2)
    centre = await arrive(learning.city.officer("training_centre"))
    form = (await centre.see(await waiting_run(centre))).form_with("查看审核结果预览")
    await learning.world.verify(ids[:1], VERIFIED)
    # Somebody else was quicker: the line has left the queue, and the other stands.
    preview = await centre.send_form(form)
    assert "将审核通过 1 人" in preview.text


async def test_another_offices_queue_is_empty(learning: Learning, arrive: Arrive) -> None:
    await learning.confirm()
    for body in ("county_body", "office_a"):
        reader = await arrive(learning.city.officer(body))
        assert "没有待办事项" in (await reader.see("/registrar/completions")).text
        assert "没有待审核的人" in (await reader.see(f"/registrar/completions/runs/{learning.run_id}")).text


async def test_a_credit_is_opened_and_approved_and_the_next_one_opens(
    learning: Learning, arrive: Arrive
) -> None:
    await learning.verify(teachers=2)
    reviewer = await arrive(learning.city.officer("training_centre", 1))
    await reviewer.see("/registrar/credits/next")
    assert "复核" in reviewer.sheet.text
    await reviewer.send("提交复核意见", 422, reason="")
    assert "f-reason-fault" in reviewer.sheet.faults
    following = await reviewer.send("提交复核意见", decision="approve", reason="材料齐全")
    assert "已办理" in following.text
    assert "提交复核意见" in str(following.forms)
    last = await reviewer.send("提交复核意见", decision="reject", reason="材料不符")
    assert "没有待办事项" in last.text
    statuses = [await learning.world.statuses(learning.city.teacher(which)) for which in range(2)]
    assert sorted(statuses) == [["approved"], ["rejected"]]


async def test_many_credits_are_decided_by_ticks(learning: Learning, arrive: Arrive) -> None:
    await learning.verify(teachers=3)
    reviewer = await arrive(learning.city.officer("training_centre", 1))
    await reviewer.see("/registrar/credits")
    assert "请至少勾选一项" in (await reviewer.send("办理勾选的", 422, entry_ids=[])).text
    async with learning.world.open() as session:
        waiting = await queries.review_queue(session, learning.city.officer("training_centre", 1))
    ticked = [str(one.id) for one in waiting[:2]]
    after = await reviewer.send("办理勾选的", entry_ids=ticked, decision="approve", reason="材料齐全")
    assert "已办理" in after.text
    statuses = [await learning.world.statuses(learning.city.teacher(which)) for which in range(3)]
    assert sorted(statuses) == [["approved"], ["approved"], ["registered"]]


async def test_who_registered_it_cannot_review_it(learning: Learning, arrive: Arrive) -> None:
    await learning.verify()
    registrar = await arrive(learning.city.officer("training_centre"))
    assert "由您登记,须另一人复核" in (await registrar.see("/registrar/credits")).text
    assert "没有" in (await registrar.see("/centre")).text


async def test_a_research_office_registers_for_its_own_teacher_only(world: World, arrive: Arrive) -> None:
    office = await arrive(world.city.officer("office_a"))
    mine, other = world.city.teacher(), world.city.teacher(school="school_c")
    stranger = await code_of(world, other)
    assert stranger in (await office.see(f"/registrar/entries?code={stranger}", 404)).text
    await office.see(f"/registrar/entries/of/{other.person_id}", 404)

    form = await office.see(f"/registrar/entries?code={await code_of(world, mine)}")
    assert "登记学分" in form.title
    await office.send("登记", 422, **SCHOOL_BASED | {"evidence": "", "amount": "12.345"})
    assert "f-evidence-fault" in office.sheet.faults
    refused = await office.send("登记", 422, **SCHOOL_BASED | {"amount": "12.345"})
    assert "怎么办:" in refused.text
    made = await office.send("登记", **SCHOOL_BASED)
    assert "已登记,待审核" in made.text
    assert await world.statuses(mine) == ["registered"]


async def test_a_list_is_registered_whole_or_not_at_all(world: World, arrive: Arrive) -> None:
    office = await arrive(world.city.officer("office_a"))
    school = world.city.bodies["school_a"]
    await office.see(f"/registrar/entries/school/{world.city.bodies['school_c']}", 404)
    await office.see(f"/registrar/entries/school/{school}")
    first, second = (f"amount.{world.city.teacher(which).person_id}" for which in range(2))
    button = "登记填写了数量的教师"
    assert "请至少为一位教师填写数量" in (await office.send(button, 422, **SCHOOL_BASED)).text
    wrong = SCHOOL_BASED | {first: "12", second: "十二"}
    await office.send(button, 422, **wrong)
    assert f"f-{second}-fault" in office.sheet.faults
    assert await world.statuses(world.city.teacher()) == [], "the good line waits for the other"
    assert office.sheet.form_with(button).fields[first] == "12", "what was typed still stands"
    done = await office.send(button, **SCHOOL_BASED | {first: "12", second: "10"})
    assert "已保存" in done.text
    for which in range(2):
        assert await world.statuses(world.city.teacher(which)) == ["registered"]


async def test_what_was_returned_is_put_right(learning: Learning, arrive: Arrive) -> None:
    await learning.verify()
    reviewer = learning.city.officer("training_centre", 1)
    async with learning.world.open() as session:
        [entry] = await queries.review_queue(session, reviewer)
        word = DecideEntry(Decision.RETURN, "缺签到表")
        await register.decide(session, reviewer, entry.id, word, now=VERIFIED)
    registrar = await arrive(learning.city.officer("training_centre"))
    assert "退回补正" in (await registrar.see("/centre")).text
    queue = await registrar.see("/registrar/entries/returned")
    [path] = [link for link in queue.links.values() if link.endswith("/correct")]
    form = await registrar.see(path.removeprefix(f"/{registrar.code}"))
    assert "缺签到表" in form.text
    await registrar.send("提交补正", 422, amount="许多")
    sent = await registrar.send("提交补正", amount="18", evidence="签到表已补")
    assert "没有待办事项" in sent.text
    assert await learning.world.statuses(learning.city.teacher()) == ["returned", "registered"]


async def test_the_desks_begin_with_what_waits(learning: Learning, arrive: Arrive) -> None:
    await learning.confirm()
    for body in ("county_body", "office_a"):
        reader = await arrive(learning.city.officer(body))
        assert "待办" in (await reader.see("/registrar")).title
        await reader.see("/centre", 403)
