"""The centre and the registrars in a real browser: verified, reviewed, registered, by mouse and keyboard."""

import pytest

from browser.conftest import Visitor

DESKS = {
    "home": ("centre01", "/centre"),
    "accreditations": ("centre01", "/centre/accreditations"),
    "to-decide": ("centre01", "/centre/accreditations/to-decide"),
    "courses": ("centre01", "/centre/courses"),
    "to-review": ("centre01", "/centre/courses/to-review"),
    "statements": ("centre01", "/centre/statements"),
    "draw-up": ("centre01", "/centre/statements/new"),
    "revocations": ("centre01", "/centre/revocations"),
    "revoke": ("centre01", "/centre/revocations/new?code=teacher00001"),
    "gone": ("centre01", "/centre/gone"),
    "completions": ("centre01", "/registrar/completions"),
    "credits": ("centre02", "/registrar/credits"),
    "entries": ("centre01", "/registrar/entries"),
    "office": ("research001", "/registrar"),
    "returned": ("research001", "/registrar/entries/returned"),
    "county": ("county101", "/county"),
    "help": ("centre01", "/help/training_centre"),
    "help-office": ("research001", "/help/school_research_office"),
    "help-county": ("county101", "/help/county_bureau"),
    "help-body": ("county101", "/help/county_training_body"),
}


async def follow(visitor: Visitor, selector: str) -> None:
    async with visitor.page.expect_navigation():
        await visitor.page.locator(selector).first.click()


async def looked_at(visitor: Visitor, name: str) -> None:
    await visitor.accessible()
    await visitor.kept(f"centre-{name}")
    await visitor.page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("name", DESKS)
async def test_a_desks_pages_are_for_everybody(visitor: Visitor, name: str) -> None:
    who, path = DESKS[name]
    await visitor.enter(who)
    await visitor.see(path)
    await looked_at(visitor, name)


async def test_a_queue_is_walked_by_keyboard(visitor: Visitor) -> None:
    await visitor.enter("centre01")
    await visitor.see("/centre")
    links = visitor.page.locator("[data-queue-row] a")
    focused = "document.activeElement.textContent"
    await visitor.page.keyboard.press("j")
    assert await visitor.page.evaluate(focused) == await links.nth(0).inner_text()
    await visitor.page.keyboard.press("j")
    assert await visitor.page.evaluate(focused) == await links.nth(1).inner_text()
    await visitor.page.keyboard.press("k")
    wanted = await links.nth(0).get_attribute("href")
    async with visitor.page.expect_navigation():
        await visitor.page.keyboard.press("o")
    assert visitor.page.url.endswith(wanted or "nowhere")


async def test_completions_are_verified_and_their_credits_reviewed(visitor: Visitor) -> None:
    await visitor.enter("centre01")
    await visitor.see("/registrar/completions")
    await follow(visitor, "[data-queue-row] a")
    await looked_at(visitor, "run")
    await visitor.page.locator("[name=completion_ids]").last.uncheck()
    await visitor.press("查看审核结果预览")
    assert "将审核通过 3 人:向承担单位结转 ¥540.00" in await visitor.page.inner_text("main")
    await looked_at(visitor, "preview")
    await visitor.press("审核通过(3 人)")
    assert "学分已登记" in await visitor.page.inner_text("main")

    await visitor.enter("centre02")
    await visitor.see("/registrar/credits")
    before = await visitor.page.locator("[data-queue-row]").count()
    await follow(visitor, "[data-queue-row] a")
    first = visitor.page.url
    await looked_at(visitor, "entry")
    await visitor.press("提交复核意见")
    assert "/registrar/credits/" in visitor.page.url, "the next one opens by itself"
    assert not visitor.page.url.startswith(first)
    await visitor.see("/registrar/credits")
    for place in range(2):
        await visitor.page.locator("[name=entry_ids]").nth(place).check()
    await visitor.press("办理勾选的")
    assert await visitor.page.locator("[data-queue-row]").count() == before - 3


async def test_a_provider_is_accredited_and_a_course_published(visitor: Visitor) -> None:
    await visitor.enter("centre01")
    await visitor.see("/centre/accreditations/to-decide")
    await follow(visitor, "[data-queue-row] a")
    await looked_at(visitor, "accreditation")
    await visitor.press("予以认定")
    assert "没有待办事项" in await visitor.page.inner_text("main")
    await visitor.see("/centre/courses/to-review")
    await follow(visitor, "[data-queue-row] a:has-text('课堂观察的方法与工具')")
    await looked_at(visitor, "course")
    await visitor.press("通过评审")
    await visitor.see("/centre/courses/to-publish")
    await follow(visitor, "[data-queue-row] a:has-text('课堂观察的方法与工具')")
    await visitor.press("上架")
    assert "已上架" in await visitor.page.inner_text("main")


async def test_a_list_is_registered_without_a_script(plain: Visitor) -> None:
    await plain.enter("research001")
    await plain.see("/registrar/entries")
    await follow(plain, "main li a")
    await plain.page.fill("[name=term]", "2015-1")
    await plain.page.fill("[name=evidence]", "校本研训记录")
    amounts = plain.page.locator("[name^='amount.']")
    await amounts.nth(0).fill("十二")
    await amounts.nth(1).fill("2")
    await plain.press("登记填写了数量的教师")
    assert "有 1 处需要更正" in await plain.page.inner_text("main")
    await plain.page.locator("[name^='amount.']").nth(0).fill("2")
    await plain.press("登记填写了数量的教师")
    assert "已保存" in await plain.page.inner_text("main")


async def test_the_lists_form_is_for_everybody(visitor: Visitor) -> None:
    await visitor.enter("research001")
    await visitor.see("/registrar/entries")
    await follow(visitor, "main li a")
    await looked_at(visitor, "list")


async def test_a_revocation_is_proposed_and_decided_by_another(visitor: Visitor) -> None:
    await visitor.enter("centre01")
    await visitor.see("/centre/revocations/new?code=teacher00001")
    await follow(visitor, "main td a")
    await visitor.page.fill("[name=reason]", "代签到")
    await visitor.page.fill("[name=document]", "督查记录 1 号")
    await looked_at(visitor, "propose")
    await visitor.press("提出撤销")
    await visitor.enter("centre02")
    await visitor.see("/centre/revocations")
    await follow(visitor, "[data-queue-row] a")
    await looked_at(visitor, "revocation")
    await visitor.press("不予撤销")
    assert "已办理" in await visitor.page.inner_text("main")


async def test_a_statement_and_a_countys_school_are_for_everybody(visitor: Visitor) -> None:
    await visitor.enter("centre01")
    await visitor.see("/centre/statements")
    await follow(visitor, "main td a")
    await looked_at(visitor, "statement")
    await visitor.enter("county101")
    await visitor.see("/county")
    await follow(visitor, "main td a")
    await looked_at(visitor, "county-school")
