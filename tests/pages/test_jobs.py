"""Tasks as pages: asked for, watched, left and come back to, cancelled, their files taken home."""

import asyncio

import pytest

from factories import NOW
from pages.conftest import Arrive, Reader
from vouchermarket.jobs.tasks import Hands
from vouchermarket.kit.tabular import read
from vouchermarket.tasks import operations as tasks
from world import World

pytestmark = pytest.mark.database


async def ask(office: Reader) -> str:
    """Ask for the transfers of the year; the address of the task."""
    await office.see("/tasks/new/transfers")
    await office.send("导出为 Excel", from_on="2014-01-01", to_on="2015-01-01")
    action = office.sheet.form_with("取消任务").action
    return action.removeprefix(f"/{office.code}").removesuffix("/cancel")


async def carry_out(world: World) -> None:
    """A worker comes by."""
    async with world.open() as session:
        claimed = await tasks.claim(session, world.bureau_id, now=NOW)
    assert claimed is not None
    await Hands(world.database, lambda: NOW).carry_out(claimed, asyncio.Event())


async def test_nothing_asked_for_says_what_would_stand_there(world: World, arrive: Arrive) -> None:
    reader = await arrive(world.city.teacher())
    assert "还没有任务" in (await reader.see("/tasks")).text


async def test_an_export_is_asked_for_carried_out_and_taken_home(world: World, arrive: Arrive) -> None:
    await world.issue()
    office = await arrive(world.city.officer("training_centre"))
    here = await ask(office)
    assert "排队中" in office.sheet.text
    await office.see(f"{here}/progress")
    assert office.answer is not None
    assert "hx-refresh" not in office.answer.headers

    await carry_out(world)
    await office.see(f"{here}/progress")
    assert office.answer.headers["hx-refresh"] == "true"
    result = await office.see(here)
    assert "已完成" in result.text
    assert "合计金额" in result.text
    await office.see(f"{here}/file")
    assert office.answer.headers["content-disposition"].startswith("attachment;")
    assert "合计" in read(office.answer.content).rows[-1].cells[0]
    assert "导出资金流水" in (await office.see("/tasks")).links


async def test_a_task_that_waits_is_cancelled_and_one_that_ended_is_not(world: World, arrive: Arrive) -> None:
    office = await arrive(world.city.officer("training_centre"))
    await ask(office)
    form = office.sheet.form_with("取消任务")
    await office.send("取消任务")
    assert "已取消" in office.sheet.text
    form.fields["key"] = "another"
    refused = await office.send_form(form, 409)
    assert "此任务已经结束" in refused.text
    assert "怎么办:" in refused.text


async def test_another_persons_task_is_like_none(world: World, arrive: Arrive) -> None:
    office = await arrive(world.city.officer("training_centre"))
    here = await ask(office)
    other = await arrive(world.city.officer("training_centre", 1))
    for path in (here, f"{here}/progress", f"{here}/file"):
        await other.see(path, 404)
    await office.see(f"{here}/file", 404)


async def test_an_export_without_days_says_so_beside_its_fields(world: World, arrive: Arrive) -> None:
    office = await arrive(world.city.officer("training_centre"))
    await office.see("/tasks/new/transfers")
    await office.send("导出为 Excel", 422, from_on="", to_on="soon")
    assert office.sheet.faults == ["f-from_on-fault", "f-to_on-fault"]
