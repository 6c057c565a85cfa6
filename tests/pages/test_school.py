"""A school's clerk: how the teachers stand, sending them with the consequence first, giving seats back."""

import re

import pytest

from pages.conftest import Arrive, Reader
from vouchermarket.kit.ids import RunId
from vouchermarket.kit.tabular import read as read_table
from web.conftest import HandClock
from world import OPENS, World

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _in_the_window(clock: HandClock) -> None:
    clock.now = OPENS


async def at_school(world: World, arrive: Arrive) -> tuple[Reader, RunId]:
    """A clerk of a school with vouchers, and a run its backbones may be sent to."""
    await world.name_backbone(world.city.teacher())
    await world.issue("backbone")
    run_id = await world.open_run(capacity=10, title="骨干教师研修", fund_lines=["backbone"])
    return await arrive(world.city.officer("school_a")), run_id


def path_of(reader: Reader, link: str) -> str:
    return link.removeprefix(f"/{reader.code}")


async def test_teachers_stand_red_first_with_the_clause(world: World, arrive: Arrive) -> None:
    clerk = await arrive(world.city.officer("school_a"))
    home = await clerk.see("/school")
    assert "有 4 / 4 位教师尚未达到年度要求(100%),处置比例为 20%" in home.text
    assert "ZZ-A20" in home.links
    assert "不得评为县级以上" in home.text
    await clerk.see("/school?as=csv")
    assert clerk.answer is not None
    assert len(read_table(clerk.answer.content).rows) == 5
    await clerk.see("/school")
    one = await clerk.see(path_of(clerk, clerk.sheet.links["张三"]))
    assert "还没有达到的要求" in one.text
    assert any(link.startswith("ZZ-") for link in one.links)


async def test_another_schools_teacher_is_like_none(world: World, arrive: Arrive) -> None:
    clerk = await arrive(world.city.officer("school_a"))
    stranger = world.city.teacher(0, "school_b").person_id
    await clerk.see(f"/school/teachers/{stranger}", 404)


async def test_teachers_are_ticked_looked_at_and_sent(world: World, arrive: Arrive) -> None:
    clerk, run_id = await at_school(world, arrive)
    found = await clerk.see("/school/nominate?words=ggjs")
    await clerk.see(path_of(clerk, found.links["骨干教师研修"]))
    assert run_id.hex in clerk.sheet.form_with("查看选送结果").action.replace("-", "")
    ids = [str(world.city.teacher(number).person_id) for number in range(2)]
    looked = await clerk.send("查看选送结果", person_id=ids)
    assert "将占用 2 个名额(余 10 位),占用学校培训券" in looked.text
    assert "¥360.00" in looked.text
    assert (await world.figures()).held_fen == 0
    form = looked.form_with("确认选送(2 位)")
    sent = await clerk.send_form(form)
    assert "已选送 2 位,未能选送 0 位" in sent.text
    assert (await clerk.send_form(form)).text == sent.text
    assert (await world.figures()).held_fen == 36_000
    # A colleague may not read what came of somebody else's form.
    other = await arrive(world.city.officer("school_a", 1))
    await other.see(f"/school/nominations/{form.fields['key']}", 404)


async def test_who_cannot_be_sent_is_told_why_and_what_would_help(world: World, arrive: Arrive) -> None:
    clerk, run_id = await at_school(world, arrive)
    teachers = [world.city.teacher(number) for number in range(2)]
    await world.send("school_a", teachers[0], run_id)
    await clerk.see(f"/school/runs/{run_id}/nominate")
    ids = [str(one.person_id) for one in teachers]
    looked = await clerk.send("查看选送结果", person_id=ids)
    assert "不能选送" in looked.text
    assert "怎么办:" in looked.text
    sent = await clerk.send("确认选送(1 位)")
    assert "已选送 1 位,未能选送 1 位" in sent.text
    assert "怎么办:" in sent.text


async def test_nobody_ticked_is_told_at_the_list(world: World, arrive: Arrive) -> None:
    clerk, run_id = await at_school(world, arrive)
    await clerk.see(f"/school/runs/{run_id}/nominate")
    await clerk.send("查看选送结果", 422)
    assert clerk.sheet.faults == ["f-person_id-fault"]
    await clerk.send("查看选送结果", 422, person_id=["x"])


async def upload(reader: Reader, button: str, name: str, content: bytes, status: int = 200, **more: str):
    """Send a form that brings a file."""
    form = reader.sheet.form_with(button)
    fields = {name_: text for name_, text in form.fields.items() if name_ != "file"} | more
    answer = await reader.client.post(form.action, data=fields, files={"file": (name, content)})
    return await reader._shown(answer, status)


async def test_a_list_is_looked_at_with_its_faults_and_then_sent(world: World, arrive: Arrive) -> None:
    clerk, run_id = await at_school(world, arrive)
    home = await clerk.see("/school")
    codes = re.findall(r"teacher\d{5}", home.text)
    await clerk.see(f"/school/runs/{run_id}/nominate")
    listed = f"工号,姓名\n{codes[0]},张三\nnobody9,李四\n{codes[0]},张三\n"
    looked = await upload(clerk, "上传并查看", "list.csv", listed.encode(), 422)
    assert "文件有 2 处错误" in looked.text
    assert "本校在岗教师的工号" in looked.text
    await clerk.see(f"/school/runs/{run_id}/nominate")
    looked = await upload(clerk, "上传并查看", "list.csv", f"工号\n{codes[0]}\n{codes[1]}\n".encode())
    assert "已选送 2 位" in (await clerk.send("确认选送(2 位)")).text


async def test_a_list_that_is_none_comes_back_to_its_form(world: World, arrive: Arrive) -> None:
    clerk, run_id = await at_school(world, arrive)
    await clerk.see(f"/school/runs/{run_id}/nominate")
    await upload(clerk, "上传并查看", "list.csv", b"", 422)
    assert clerk.sheet.faults == ["f-file-fault"]
    await upload(clerk, "上传并查看", "photo.png", b"\x89PNG\r\n\x1a\n\x00\x01\xff", 422)
    assert "怎么办:" in clerk.sheet.text


async def test_a_seat_is_given_back_with_its_consequence_first(world: World, arrive: Arrive) -> None:
    clerk, run_id = await at_school(world, arrive)
    await world.send("school_a", world.city.teacher(), run_id)
    sent = await clerk.see("/school/bookings")
    await clerk.see(path_of(clerk, sent.links["骨干教师研修"]))
    assert "将释放 1 个名额,退回学校培训券" in clerk.sheet.text
    await clerk.send("确认退选", 422)
    assert clerk.sheet.faults == ["f-reason-fault"]
    await clerk.send("确认退选", reason="另有任务")
    assert "已退选" in clerk.sheet.text
    assert (await world.figures()).held_fen == 0
    await clerk.see("/school/bookings?as=xlsx")


async def test_vouchers_stand_to_the_fen_with_what_moved(world: World, arrive: Arrive) -> None:
    clerk, run_id = await at_school(world, arrive)
    await world.send("school_a", world.city.teacher(), run_id)
    held = await clerk.see("/school/vouchers")
    assert "已占用 ¥180.00" in held.text
    moved = await clerk.see(path_of(clerk, held.links["骨干培训经费"]))
    assert "占用" in moved.text
    assert "核发" in moved.text
    other = await arrive(world.city.officer("school_b"))
    assert clerk.answer is not None
    await other.see(path_of(clerk, clerk.answer.url.path), 404)
    assert "核发由教师工作科办理" not in held.text
