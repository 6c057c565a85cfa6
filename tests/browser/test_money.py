"""The money in a real browser: appropriated, issued, paid and followed, by the people of three desks."""

import pytest

from browser.conftest import Visitor

# The demo city has issued everything of the years it has lived through.
YEAR = "2016"


async def _fill(visitor: Visitor, **told: str) -> None:
    for name, text in told.items():
        field = visitor.page.locator(f"#f-{name}")
        if await field.evaluate("one => one.tagName") == "SELECT":
            await field.select_option(text)
        else:
            await field.fill(text)


async def _main(visitor: Visitor) -> str:
    return await visitor.page.inner_text("main")


async def test_money_is_appropriated_and_issued_by_two_officers(visitor: Visitor) -> None:
    await visitor.enter("budget01")
    await visitor.press("经费")
    await visitor.press("安排经费…")
    await _fill(visitor, line="all_staff", year=YEAR, amount_fen="100000", document="财教〔2015〕9号")
    await visitor.press("下一步:核对")
    assert "¥100,000.00" in await _main(visitor)
    await visitor.press("确认安排")
    await visitor.see("/office/issuances/propose")
    await _fill(
        visitor, line="all_staff", year=YEAR, valid_from=f"{YEAR}-01-01", valid_to=f"{int(YEAR) + 1}-01-01"
    )
    await visitor.press("下一步:计算名单")
    assert "待核准" in await _main(visitor)
    proposed = visitor.page.url.removeprefix(visitor.address).partition("?")[0]
    await visitor.enter("budget02")
    await visitor.see(proposed)
    await visitor.press("核准")
    await visitor.press("确认核发")
    assert "已核发" in await _main(visitor)
    await visitor.enter("inspector01")
    await visitor.see("/inspect/line")
    assert "两边相等,分毫不差" in await _main(visitor)
    assert await visitor.page.locator("#flow canvas").count() == 1
    await visitor.see("/inspect/promises")
    assert "十二项承诺全部成立" in await _main(visitor)


async def test_one_fen_is_followed_by_clicking(visitor: Visitor) -> None:
    await visitor.enter("inspector01")
    await visitor.page.fill("#asked", "teacher00001")
    await visitor.press("查找", 1)
    await visitor.press("teacher00001")
    await visitor.page.locator("table a").first.click()
    await visitor.page.wait_for_url("**/inspect/bookings/*")
    line = await _main(visitor)
    assert "占用" in line
    assert "安排经费" in line
    await visitor.accessible()
    await visitor.kept("inspect-trace")
    async with visitor.page.expect_navigation():
        await visitor.page.locator(".timeline a").last.click()
    assert "资金往来" in await _main(visitor)
    await visitor.accessible()


async def test_the_line_is_a_table_without_scripts(plain: Visitor) -> None:
    await plain.enter("budget01")
    await plain.see("/office")
    assert "两边相等,分毫不差" in await _main(plain)
    assert await plain.page.locator("#flow canvas").count() == 0


PAGES = {
    "budget01": [
        "/office",
        "/office/funds",
        "/office/funds/appropriate",
        "/office/issuances",
        "/office/issuances/propose",
        "/office/statements",
        "/office/teachers?code=teacher00001",
        "/corrections",
        "/corrections/reverse",
        "/policies",
        "/policies/propose",
        "/policy/clauses/ZZ-A19",
        "/help/teacher_office",
    ],
    "finance01": [
        "/finance",
        "/finance/to-record",
        "/finance/payments",
        "/finance/payees",
        "/finance/payees/propose",
        "/finance/reversals",
        "/finance/reconciliations",
        "/finance/doubts",
        "/help/finance_office",
    ],
    "inspector01": [
        "/inspect",
        "/inspect?asked=teacher00001",
        "/inspect/line",
        "/inspect/trail",
        "/inspect/promises",
        "/help/inspectorate",
    ],
}


@pytest.mark.parametrize("who", list(PAGES))
async def test_the_desks_of_money_are_for_everybody(visitor: Visitor, who: str) -> None:
    await visitor.enter(who)
    for path in PAGES[who]:
        await visitor.page.set_viewport_size({"width": 1280, "height": 900})
        await visitor.see(path)
        await visitor.accessible()
        await visitor.kept(path.strip("/").replace("/", "-").partition("?")[0])
