"""The administrator: bodies and people, what ends with them told first, rosters from files."""

import asyncio
from datetime import timedelta

import pytest

from factories import NOW
from pages.conftest import Arrive, Reader
from vouchermarket.jobs.imports import KINDS
from vouchermarket.jobs.tasks import Hands
from vouchermarket.tasks import operations as tasks
from world import World

pytestmark = pytest.mark.database


@pytest.fixture
async def admin(world: World, arrive: Arrive) -> Reader:
    return await arrive(world.city.officer("administrator"))


def path_of(reader: Reader, link: str) -> str:
    return link.removeprefix(f"/{reader.code}")


async def upload(reader: Reader, button: str, name: str, content: bytes, status: int = 200) -> None:
    form = reader.sheet.form_with(button)
    fields = {name_: text for name_, text in form.fields.items() if name_ != "file"}
    answer = await reader.client.post(form.action, data=fields, files={"file": (name, content)})
    await reader._shown(answer, status)


async def test_a_person_is_added_found_appointed_and_the_seat_ended(world: World, admin: Reader) -> None:
    await admin.see("/admin/people/new")
    await admin.send("保存", 422, code="t9", name="李四", sex="male", born_on="1980-02-30")
    assert admin.sheet.faults == ["f-born_on-fault", "f-joined_on-fault"]
    await admin.send("保存", code="t9", name="李四", sex="male", born_on="1980-02-28", joined_on="2003-09-01")
    assert "李四" in admin.sheet.title
    found = await admin.see("/admin/people?words=李四")
    one = path_of(admin, found.links["t9"])
    await admin.see(f"{one}/appoint")
    seat = {
        "organisation_id": str(world.city.bodies["school_a"]),
        "role": "teacher",
        "from_on": "2014-01-01",
    }
    await admin.send("确认任职", **seat)
    assert "在任" in admin.sheet.text
    await admin.see(f"{one}/appoint")
    again = await admin.send("确认任职", 409, **seat)
    assert "怎么办:" in again.text
    await admin.see(one)
    await admin.see(path_of(admin, admin.sheet.links["结束…"]))
    await admin.send("确认结束任职", to_on="2014-02-01")
    assert "已结束" in admin.sheet.text


async def test_a_body_is_added_and_found(admin: Reader) -> None:
    await admin.see("/admin/bodies/new")
    await admin.send(
        "保存", kind="school", code="school99", name="第九十九中学", stage="junior", is_direct="yes"
    )
    found = await admin.see("/admin/bodies?words=九十九")
    assert "school99" in found.text
    assert "org0" not in found.text
    await admin.see("/admin/bodies?as=csv")
    nothing = await admin.see("/admin/bodies?words=没有这个")
    assert "没有符合的单位" in nothing.text
    await admin.see("/admin/bodies/new")
    await admin.send("保存", 409, kind="school", code="school99", name="又一所", stage="junior")
    assert "怎么办:" in admin.sheet.text


async def test_what_ends_with_a_person_stands_before_the_button(world: World, admin: Reader) -> None:
    await world.issue()
    teacher = world.city.teacher()
    await world.book(teacher, await world.open_run())
    one = f"/admin/people/{teacher.person_id}"
    page = await admin.see(f"{one}/leave")
    assert "现有任职 1 项" in page.text
    assert "未上完的选课 1 项" in page.text
    assert "¥" in page.text
    await admin.send("确认离岗", gone_on="2014-03-03", reason="调出本市")
    assert "起不在岗" in admin.sheet.text
    await admin.see("/admin/departures")
    await admin.send("撤回")
    assert "已保存" in admin.sheet.text
    assert "起不在岗" not in (await admin.see(one)).text


@pytest.mark.parametrize(
    ("deed", "button", "typed"),
    [
        ("post", "确认授予", {"post": "homeroom", "from_on": "2014-03-01"}),
        ("tier", "确认列入", {"tier": "backbone", "from_on": "2014-03-01"}),
        ("move", "确认调动", {"organisation_id": "school_b", "on": "2014-04-01"}),
        ("death", "确认登记", {"died_on": "2014-03-01"}),
        ("end-logins", "确认结束", {"disable": "yes"}),
    ],
)
async def test_each_deed_is_done_on_a_page_of_its_own(
    world: World, admin: Reader, deed: str, button: str, typed: dict[str, str]
) -> None:
    if "organisation_id" in typed:
        typed = typed | {"organisation_id": str(world.city.bodies[typed["organisation_id"]])}
    await admin.see(f"/admin/people/{world.city.teacher().person_id}/{deed}")
    await admin.send(button, **typed)
    assert "已保存" in admin.sheet.text


async def test_a_deed_nobody_knows_and_a_stranger_are_not_there(world: World, admin: Reader) -> None:
    await admin.see(f"/admin/people/{world.city.teacher().person_id}/promote", 404)
    await admin.see(f"/admin/people/{world.bureau_id}", 404)
    await admin.see(f"/admin/people/{world.city.teacher().person_id}/second-factor")
    await admin.send("确认解除", 404)


async def test_a_first_password_is_given_and_opens_the_door(world: World, admin: Reader) -> None:
    await admin.see(f"/admin/people/{world.city.teacher(1).person_id}/password")
    await admin.send("设置", 422, username="lisi", password="short")
    assert "怎么办:" in admin.sheet.text
    await admin.send("设置", username="lisi", password="秋天里的第二场雨")
    admin.client.cookies.clear()
    await admin.see("/login")
    await admin.send("登录", username="lisi", password="秋天里的第二场雨")
    assert "培训超市" in admin.sheet.text


async def test_a_substitute_is_named_by_codes(world: World, admin: Reader) -> None:
    first, second = world.city.officers["finance_office"]
    codes = {
        who: (await admin.see(f"/admin/people/{actor.person_id}")).text.split("teacher")[1][:5]
        for who, actor in (("acting_for", first), ("person", second))
    }
    await admin.see("/admin/substitutions/new")
    office = str(world.city.bodies["training_centre"])
    days = {"organisation_id": office, "from_on": "2014-04-01", "to_on": "2014-05-01"}
    named = {who: f"teacher{code}" for who, code in codes.items()}
    refused = await admin.send("确认指定", 409, **named, **days)
    assert "怎么办:" in refused.text
    await admin.see("/admin/substitutions/new")
    await admin.send("确认指定", 404, person="nobody", acting_for="nobody2", **days)
    await admin.see("/admin/substitutions/new")
    days["organisation_id"] = str(world.city.bodies["finance_office"])
    own_desk = await admin.send("确认指定", 409, **named, **days)
    assert "怎么办:" in own_desk.text


PEOPLE = "工号,姓名,性别,出生日期,入职日期,在编在册\n"
GOOD = "t1,王五,女,1980-01-01,2003-09-01,是\n"
BAD = "t2,赵六,男,昨天,2003-09-01,是\n"


async def test_a_roster_with_faults_is_looked_at_mended_and_imported(admin: Reader) -> None:
    await admin.see("/admin/imports")
    await upload(admin, "上传人员名册", "people.csv", (PEOPLE + GOOD + BAD).encode())
    assert "文件有 1 处错误" in admin.sheet.text
    assert "将新增 1 行" in admin.sheet.text
    assert "昨天" in admin.sheet.text
    await admin.see("/admin/imports")
    await upload(
        admin, "上传人员名册", "people.csv", (PEOPLE + GOOD + BAD.replace("昨天", "1981-01-01")).encode()
    )
    assert "将新增 2 行" in admin.sheet.text
    form = admin.sheet.form_with("确认导入")
    await admin.send_form(form)
    assert "已导入" in admin.sheet.text
    assert "赵六" in (await admin.see("/admin/people?words=赵六")).text
    looked = await admin.see(path_of(admin, form.action))
    assert "不需要导入" in looked.text


async def test_only_rows_without_fault_come_in_where_that_is_wanted(admin: Reader) -> None:
    await admin.see("/admin/imports")
    await upload(admin, "上传人员名册", "people.csv", (PEOPLE + GOOD + BAD).encode())
    await admin.send("只导入没有错误的行")
    assert "王五" in (await admin.see("/admin/people?words=王五")).text
    assert "没有符合的人员" in (await admin.see("/admin/people?words=赵六")).text


async def test_an_import_is_left_to_a_worker_and_watched(world: World, admin: Reader) -> None:
    await admin.see("/admin/imports")
    await upload(admin, "上传人员名册", "people.csv", (PEOPLE + GOOD).encode())
    waiting = await admin.send("交后台导入")
    assert "排队中" in waiting.text
    here = path_of(admin, waiting.form_with("取消任务").action).removesuffix("/cancel")
    async with world.open() as session:
        claimed = await tasks.claim(session, world.bureau_id, now=NOW)
    assert claimed is not None
    await Hands(world.database, lambda: NOW + timedelta(seconds=1), KINDS).carry_out(claimed, asyncio.Event())
    result = await admin.see(here)
    assert "新增行 1" in result.text
    await admin.see(path_of(admin, result.links["下载结果文件"]))


@pytest.mark.parametrize(
    ("name", "content"), [("x.pdf", b"%PDF-1.4"), ("x.csv", b"\x00\x01"), ("x.xlsx", b"PK\x03\x04broken")]
)
async def test_a_file_that_is_no_roster_is_refused_and_never_breaks(
    admin: Reader, name: str, content: bytes
) -> None:
    await admin.see("/admin/imports")
    await upload(admin, "上传人员名册", name, content, 422)
    assert "怎么办:" in admin.sheet.text


async def test_no_file_is_told_at_its_field_and_no_table_is_not_there(admin: Reader) -> None:
    await admin.see("/admin/imports")
    await upload(admin, "上传人员名册", "x.csv", b"", 422)
    assert len(admin.sheet.faults) == 1
    form = (await admin.see("/admin/imports")).form_with("上传人员名册")
    form.action = form.action.rsplit("/", 1)[0] + "/secrets"
    await admin.send_form(form, 404)


async def test_names_leave_only_with_a_reason(admin: Reader) -> None:
    await admin.see("/admin/people/export")
    await admin.send("导出", 422, reason="")
    assert "f-reason-fault" in admin.sheet.faults
    await admin.send("导出", reason="年度核对", format="csv")
    assert admin.answer is not None
    assert "attachment" in admin.answer.headers["content-disposition"]


async def test_other_desks_find_no_way_in(world: World, arrive: Arrive) -> None:
    clerk = await arrive(world.city.officer("school_a"))
    for path in ("/admin/people", "/admin/bodies", "/admin/imports", "/admin/departures"):
        await clerk.see(path, 403)
