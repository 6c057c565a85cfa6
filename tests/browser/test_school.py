"""A clerk and the administrator in a real browser: nominated by clicking, a roster mended, a task seen."""

import pytest

from browser.conftest import Visitor

HEADING = "工号,姓名,性别,出生日期,入职日期,在编在册\n"
GOOD = "new0001,李四,男,1985-03-02,2010-09-01,是\n"
BAD = "new0002,王五,女,昨天,2010-09-01,是\n"


async def upload(visitor: Visitor, content: str) -> None:
    """Choose a file and send it in as the roster of people."""
    await visitor.see("/admin/imports")
    form = visitor.page.locator("form[action$='/admin/imports/people']")
    sent = {"name": "people.csv", "mimeType": "text/csv", "buffer": content.encode()}
    await form.locator("input[type=file]").set_input_files(sent)
    async with visitor.page.expect_navigation():
        await form.get_by_role("button", name="上传人员名册").click()


async def test_teachers_are_sent_by_clicking(visitor: Visitor) -> None:
    await visitor.enter("clerk001")
    await visitor.press("选送教师")
    # Free of charge, so that no voucher an earlier test has spent decides.
    await visitor.press("乙县教师岗位培训:乡村小规模学校教学")
    await visitor.accessible()
    await visitor.kept("school-teachers")
    for place in (-1, -2):
        await visitor.page.locator("input[name=person_id]").nth(place).check()
    await visitor.press("查看选送结果")
    assert "将占用 2 个名额" in await visitor.page.inner_text("main")
    await visitor.accessible()
    await visitor.kept("school-foreseen")
    await visitor.press("确认选送(2 位)")
    assert "已选送 2 位,未能选送 0 位" in await visitor.page.inner_text("main")
    await visitor.accessible()
    await visitor.kept("school-outcome")


async def test_a_roster_with_faults_is_mended_and_imported_in_the_background(visitor: Visitor) -> None:
    await visitor.enter("admin01")
    await upload(visitor, HEADING + GOOD + BAD)
    assert "文件有 1 处错误" in await visitor.page.inner_text("main")
    await visitor.accessible()
    await visitor.kept("admin-faults")
    await upload(visitor, HEADING + GOOD + BAD.replace("昨天", "1986-05-04"))
    assert "将新增 2 行" in await visitor.page.inner_text("main")
    await visitor.press("交后台导入")
    await visitor.accessible()
    # The bar asks by itself; at the end it brings the whole page.
    await visitor.page.get_by_role("link", name="下载结果文件").wait_for(timeout=60_000)
    assert "新增行" in await visitor.page.inner_text("main")
    await visitor.kept("task")
    await visitor.see("/admin/people?words=new0002")
    assert "王五" in await visitor.page.inner_text("main")


@pytest.mark.parametrize(
    "path", ["/school", "/school/nominate", "/school/bookings", "/school/vouchers", "/help/school"]
)
async def test_a_schools_pages_are_for_everybody(visitor: Visitor, path: str) -> None:
    await visitor.enter("clerk001")
    await visitor.see(path)
    await visitor.accessible()
    await visitor.kept(f"school{path.replace('/', '-')}")


@pytest.mark.parametrize(
    "path",
    [
        "/admin/people",
        "/admin/people/new",
        "/admin/people/export",
        "/admin/bodies",
        "/admin/bodies/new",
        "/admin/imports",
        "/admin/departures",
        "/admin/substitutions",
        "/admin/substitutions/new",
        "/tasks",
        "/help/administrator",
    ],
)
async def test_the_administrators_pages_are_for_everybody(visitor: Visitor, path: str) -> None:
    await visitor.enter("admin01")
    await visitor.see(path)
    await visitor.accessible()
    await visitor.kept(f"admin{path.replace('/', '-')}")


async def test_a_person_and_what_ends_with_one_are_for_everybody(visitor: Visitor) -> None:
    await visitor.enter("admin01")
    await visitor.see("/admin/people?words=teacher00007")
    await visitor.press("teacher00007")
    await visitor.accessible()
    await visitor.kept("admin-person")
    await visitor.press("登记离岗…")
    await visitor.accessible()
    await visitor.kept("admin-leave")
