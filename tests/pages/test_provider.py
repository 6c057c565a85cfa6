"""A provider's desk: from a filed course to a run, its people, the report, and the money."""

from datetime import UTC, datetime, timedelta

import pytest

from factories import City
from pages.conftest import Arrive, Reader
from pages.reading import Form, Sheet
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries as shelf
from vouchermarket.catalogue.structs import CourseState, ReviewCourse
from vouchermarket.completion import operations as completion
from vouchermarket.completion import queries as completions
from vouchermarket.kit.ids import BookingId, CompletionId, RunId, StatementId
from vouchermarket.settlement import queries as settlement
from web.conftest import HandClock
from world import OPENS, STARTS, WEEK, World

pytestmark = pytest.mark.database

AFTER = STARTS + timedelta(days=30)


def _path(reader: Reader, words: str) -> str:
    """The address of a link in sight, within the bureau."""
    return reader.sheet.links[words].removeprefix(f"/{reader.code}")


async def _run_with(world: World, *teachers: int) -> tuple[RunId, list[BookingId]]:
    await world.issue()
    run_id = await world.open_run(meetings=2)
    return run_id, [await world.book(world.city.teacher(which), run_id) for which in teachers]


async def test_an_accreditation_is_asked_for_and_listed(
    world: World, arrive: Arrive, clock: HandClock
) -> None:
    clock.now = OPENS
    provider = await arrive(world.city.officer("provider"))
    assert "当前没有有效资质" in (await provider.see("/provider")).text
    assert "还没有申请过资质" in (await provider.see("/provider/accreditations")).text
    typed = {"from_on": "2014-03-01", "document": "认定2号"}
    refused = await provider.send("提交申请", 422, to_on="2014-02-01", **typed)
    assert "资质有效期止于" in refused.text
    listed = await provider.send("提交申请", to_on="2015-03-01", **typed)
    assert "待培训中心核准" in listed.text
    assert "当前没有有效资质" not in (await provider.see("/provider")).text
    assert "认定2号" in (await _text_of(provider, "/provider/accreditations?as=csv"))


async def _text_of(reader: Reader, path: str) -> str:
    await reader.see(path)
    assert reader.answer is not None
    return reader.answer.text


async def test_a_course_is_filed_returned_and_filed_anew(
    world: World, arrive: Arrive, clock: HandClock, city: City
) -> None:
    clock.now = OPENS
    # Accredited, with another course on the shelf.
    await world.open_run()
    provider = await arrive(city.officer("provider"))
    await provider.see("/provider/courses")
    await provider.see(_path(provider, "申报课程"))
    wrong = await provider.send("提交申报", 422, title="", amount="很多")
    assert "f-title-fault" in wrong.faults
    filed = await provider.send(
        "提交申报",
        organiser_id=str(city.bodies["training_centre"]),
        title="作业设计",
        summary="少而精",
        type="in_post",
        level="city",
        mode="face_to_face",
        fund_lines=["all_staff"],
        price_fen="180",
        amount="18",
        unit="credit",
    )
    assert "待评审" in filed.text
    async with world.open() as session:
        [course] = await shelf.courses(session, city.officer("provider"), state=CourseState.FILED)
        command = ReviewCourse(course_id=course.id, approve=False, reason="请补充课时安排")
        await catalogue.review_course(session, city.officer("training_centre"), command, now=OPENS)
    assert "课程被退回:请补充课时安排" in (await provider.see("/provider")).text
    await provider.see(f"/provider/courses/{course.id}")
    assert "请补充课时安排" in provider.sheet.text
    form = (await provider.see(_path(provider, "修改后重新申报"))).form_with("提交申报")
    assert (form.fields["title"], form.fields["price_fen"]) == ("作业设计", "180")
    anew = await provider.send("提交申报", summary="少而精,共四次课")
    assert "少而精,共四次课" in anew.text
    withdrawn = await provider.send("撤下课程")
    assert "已下架" in withdrawn.text


async def test_a_run_is_opened_with_its_meetings(
    world: World, arrive: Arrive, clock: HandClock, city: City
) -> None:
    clock.now = OPENS
    run_id = await world.open_run(title="班级管理")
    async with world.open() as session:
        course_id = (await shelf.run(session, world.bureau_id, run_id)).course_id
    provider = await arrive(city.officer("provider"))
    await provider.see(f"/provider/courses/{course_id}")
    await provider.see(_path(provider, "开设班次"))
    typed = {
        "capacity": "25",
        "books_from_at": "2014-03-10T08:00",
        "books_until_at": "2014-04-01T18:00",
        "place": "二中",
        "meetings.0.starts_at": "2014-04-12T09:00",
        "meetings.0.ends_at": "2014-04-12T11:00",
    }
    more = await provider.send("再加几次课", more="yes", **typed)
    assert "meetings.7.starts_at" in more.form_with("再加几次课").fields
    assert more.form_with("再加几次课").fields["place"] == "二中"
    refused = await provider.send("开设班次", 422, **{"meetings.1.starts_at": "2014-04-19T09:00"})
    assert "f-meetings.1.ends_at-fault" in refused.faults
    listed = await provider.send("开设班次", **{"meetings.1.ends_at": "2014-04-19T11:00"})
    assert "二中" in listed.text
    assert "25" in await _text_of(provider, "/provider/runs?as=csv")


async def test_classes_are_held_reported_and_a_contest_answered(
    world: World, arrive: Arrive, clock: HandClock, city: City
) -> None:
    run_id, bookings = await _run_with(world, 0, 1)
    clock.now = STARTS + timedelta(minutes=5)
    provider = await arrive(city.officer("provider"))
    today = await provider.see("/provider")
    assert "第 1 次课 · 2/10 人" in today.text
    for week in range(2):
        clock.now = STARTS + week * WEEK + timedelta(minutes=30)
        provider = await _again(provider, arrive, city, week)
        await provider.see("/provider")
        await provider.see(_path(provider, "考勤"))
        await provider.send("保存考勤", booking_ids=[str(bookings[0])])
        assert "到场 1 人" in provider.sheet.text
    clock.now = AFTER
    provider = await arrive(city.officer("provider"))
    assert "2 人尚未上报" in (await provider.see("/provider")).text
    await provider.see(f"/provider/runs/{run_id}")
    await provider.see(_path(provider, "上报完成(2 人未上报)"))
    assert "¥360.00" in provider.sheet.text
    refused = await provider.send("上报勾选的人", 422, booking_ids=[str(bookings[0])], evidence="")
    assert "f-evidence-fault" in refused.faults
    run = await provider.send("上报勾选的人", booking_ids=[str(bookings[0])], evidence="签到表")
    assert "待教师确认" in run.text
    assert "上报完成(1 人未上报)" in run.links
    await _contest(world, run_id)
    assert "少算了一次" in (await provider.see("/provider")).text
    title = "高中语文新课堂"
    await provider.see(_path(provider, title))
    answered = await provider.send("重新上报", evidence="签到表和作业")
    assert "待教师确认" in answered.text
    assert "签到表和作业" in answered.text
    rival = await arrive(city.officer("rival"))
    assert title not in (await rival.see("/provider")).text
    assert title not in (await rival.see("/provider/runs")).text
    [reported] = await _reports(world, run_id)
    await rival.see(f"/provider/completions/{reported}", 404)
    await rival.see(f"/provider/runs/{run_id}/meetings/{reported}", 404)


async def _again(reader: Reader, arrive: Arrive, city: City, week: int) -> Reader:
    """A week later one signs in anew."""
    return reader if week == 0 else await arrive(city.officer("provider"))


async def _reports(world: World, run_id: RunId) -> list[CompletionId]:
    async with world.open() as session:
        return [one.id for one in await completions.completions_of_run(session, world.bureau_id, run_id)]


async def _contest(world: World, run_id: RunId) -> None:
    [reported] = await _reports(world, run_id)
    async with world.open() as session:
        await completion.contest(session, world.city.teacher(0), reported, "少算了一次", now=AFTER)


async def test_the_sheet_to_sign_and_the_ratings_are_the_own_ones_only(
    world: World, arrive: Arrive, clock: HandClock, city: City
) -> None:
    run_id, _ = await _run_with(world, 0)
    clock.now = OPENS
    provider = await arrive(city.officer("provider"))
    sheet = await provider.see(f"/provider/runs/{run_id}/sign-in")
    assert "签到表 · 高中语文新课堂" in sheet.text
    assert "还没有评价" in (await provider.see(f"/provider/runs/{run_id}/ratings")).text
    rival = await arrive(city.officer("rival"))
    for page in ("", "/sign-in", "/ratings", "/report"):
        await rival.see(f"/provider/runs/{run_id}{page}", 404)


async def test_lines_are_answered_and_tell_when_they_will_be_paid(
    world: World, arrive: Arrive, clock: HandClock, city: City
) -> None:
    run_id, bookings = await _run_with(world, 0, 1)
    done = await world.hold(run_id, dict.fromkeys(bookings, 2))
    for which, booking_id in enumerate(bookings):
        await world.confirm(city.teacher(which), done[booking_id], AFTER)
    await world.verify(list(done.values()), AFTER)
    clock.now = AFTER + timedelta(days=1)
    provider = await arrive(city.officer("provider"))
    assert "¥360.00" in (await provider.see("/provider/statements")).text
    await provider.see("/provider/statements/new?from_on=2014-01-01&to_on=2014-01-01", 422)
    days = "from_on=2014-01-01&to_on=2014-12-31"
    looked = await provider.see(f"/provider/statements/new?{days}")
    assert "将列入 2 行,合计 ¥360.00" in looked.text
    drawn = await provider.send("编制这张结算单")
    assert "2 行未答复" in drawn.text
    assert "待您答复" in drawn.text
    first = drawn.form_with("接受所选")
    refused = await provider.send_form(first, 422, response="disputed", reason="金额不符")
    assert "请填写" in refused.text
    accepted = await provider.send("全部接受")
    assert "待两方核定" in accepted.text
    [statement] = await _statements(world)
    await world.turn_keys(statement, clock.now)
    assert "已核定,待财务付款" in (await provider.see(f"/provider/statements/{statement}")).text
    await world.pay(statement, "工行1号", clock.now)
    assert "已付" in (await provider.see(f"/provider/statements/{statement}")).text
    exported = await _text_of(provider, f"/provider/statements/{statement}?as=csv")
    assert exported.count("180") == 2


async def _statements(world: World) -> list[StatementId]:
    async with world.open() as session:
        found = await settlement.statements_of(session, world.city.officer("provider"))
    return [row.statement.id for row in found]


async def test_a_dispute_needs_its_reason_and_keeps_what_was_ticked(
    world: World, arrive: Arrive, clock: HandClock, city: City
) -> None:
    run_id, [booking_id] = await _run_with(world, 0)
    done = await world.hold(run_id, {booking_id: 2})
    await world.confirm(city.teacher(0), done[booking_id], AFTER)
    await world.verify(list(done.values()), AFTER)
    clock.now = AFTER
    statement = await world.draw_up(AFTER)
    provider = await arrive(city.officer("provider"))
    assert "1 行待答复" in (await provider.see("/provider")).text
    async with world.open() as session:
        opened = await settlement.open_statement(session, city.officer("provider"), statement)
    line = str(opened.lines[0].id)
    rival = await arrive(city.officer("rival"))
    await rival.see(f"/provider/statements/{statement}", 404)
    form = (await provider.see(f"/provider/statements/{statement}")).form_with("接受所选")
    refused = await provider.send_form(form, 422, line_ids=[line], response="disputed")
    assert "须写明理由" in refused.text
    assert refused.form_with("接受所选").fields["line_ids"] == line
    disputed = await provider.send("接受所选", line_ids=[line], response="disputed", reason="少算一课")
    assert "有异议,待培训中心处理" in disputed.text


async def test_other_desks_have_no_way_in(world: World, arrive: Arrive, clock: HandClock) -> None:
    clock.now = datetime(2014, 3, 10, 2, tzinfo=UTC)
    centre = await arrive(world.city.officer("training_centre"))
    for page in ("", "/runs", "/courses", "/accreditations"):
        await centre.see(f"/provider{page}", 403)


HOSTILE = [
    "\x00",
    "\u202e改",
    "𠮷" * 300,
    "a" * 10_000,
    "' OR 1=1 --",
    "<script>x</script>",
    "-1",
    "9" * 30,
    "NaN",
    "",
]


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/provider/accreditations", "提交申请"),
        ("/provider/courses/new", "提交申报"),
        ("/provider/runs/new", "开设班次"),
    ],
)
async def test_whatever_is_typed_the_form_comes_back(
    world: World, arrive: Arrive, clock: HandClock, path: str, button: str
) -> None:
    clock.now = OPENS
    await world.open_run()
    provider = await arrive(world.city.officer("provider"))
    form = (await provider.see(path)).form_with(button)
    kept = {name: text for name, text in form.fields.items() if name in {"csrf", "key"}}
    for hostile in HOSTILE:
        typed = dict.fromkeys(set(form.fields) - kept.keys(), hostile)
        again = await provider.send_form(Form(form.action, "post", kept), 422, **typed)
        assert again.form_with(button).fields["key"] != kept["key"]
        assert "<script>x" not in (provider.answer.text if provider.answer else "")


async def test_a_sheet_goes_out_with_a_reason_and_comes_back_looked_at_first(
    world: World, arrive: Arrive, clock: HandClock, city: City
) -> None:
    run_id, _ = await _run_with(world, 0)
    clock.now = AFTER
    provider = await arrive(city.officer("provider"))
    path = f"/provider/runs/{run_id}/sheet"
    await provider.see(path)
    assert "f-reason-fault" in (await provider.send("下载", 422, format="csv")).faults
    await provider.send("下载", format="csv", reason="线下填写考勤")
    assert provider.answer is not None
    sheet = provider.answer.content.decode("utf-8-sig")
    [line] = sheet.splitlines()[1:]
    code, name = line.split(",")[:2]
    await provider.see(path)
    nothing = await _send_file(provider, b"", 422)
    assert "请选择 Excel" in nothing.text
    wrong = await _send_file(provider, f"code,name,attended,evidence\n{code},{name},9,签到表\n".encode())
    assert "文件有 1 处错误" in wrong.text
    await provider.see(path)
    right = await _send_file(provider, f"code,name,attended,evidence\n{code},{name},1|2,签到表\n".encode())
    assert "将更改 1 行,其中上报完成 1 人" in right.text
    applied = await provider.send("写入考勤并上报")
    assert "待教师确认" in applied.text
    assert "2/2" in applied.text
    rival = await arrive(city.officer("rival"))
    await rival.see(path, 404)


async def _send_file(reader: Reader, content: bytes, status: int = 200) -> Sheet:
    form = reader.sheet.form_with("上传并核对")
    fields = {name: text for name, text in form.fields.items() if name != "file"}
    answer = await reader.client.post(form.action, data=fields, files={"file": ("学员表.csv", content)})
    return await reader._shown(answer, status)
