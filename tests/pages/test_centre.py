"""The centre at its pages: providers accredited, courses put on the shelf, statements settled, completions
taken back, seats of the gone given back."""

from datetime import date

import pytest

from factories import NOW, City
from pages.conftest import Arrive, Reader
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue.structs import FileAccreditation, FileCourse
from vouchermarket.identity import operations as identity
from vouchermarket.identity.structs import Leave
from vouchermarket.kit.ids import StatementId
from vouchermarket.policies.structs import Level, Mode, Unit
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries as statements
from vouchermarket.settlement.structs import Respond, Response
from web.conftest import HandClock
from web.learning import DRAWN_UP, Learning
from world import OPENS, World

pytestmark = pytest.mark.database


def within(reader: Reader, address: str) -> str:
    return address.removeprefix(f"/{reader.code}")


async def file_course(world: World, title: str) -> None:
    provider = world.city.officer("provider")
    filed = FileCourse(
        organiser_id=world.city.bodies["training_centre"],
        title=title,
        summary="文本细读",
        type="in_post",
        level=Level.CITY,
        mode=Mode.FACE_TO_FACE,
        fund_lines=("all_staff",),
        price_fen=18_000,
        amount="18",
        unit=Unit.CREDIT,
    )
    async with world.open() as session:
        await catalogue.file_course(session, provider, filed, now=NOW)


async def accredit(world: World, *, decided: bool) -> None:
    asked = FileAccreditation(from_on=date(2014, 1, 1), to_on=date(2016, 1, 1), document="认定7号")
    async with world.open() as session:
        filed = await catalogue.file_accreditation(session, world.city.officer("provider"), asked, now=NOW)
        if decided:
            centre = world.city.officer("training_centre")
            await catalogue.decide_accreditation(session, centre, filed, approve=True, now=NOW)


async def test_the_first_screen_counts_what_waits(world: World, arrive: Arrive) -> None:
    await accredit(world, decided=False)
    centre = await arrive(world.city.officer("training_centre"))
    home = await centre.see("/centre")
    assert "共 1 项等待办理" in home.text
    assert "待认定承担单位 1" in home.text
    assert "已等 0 天" in home.text


async def test_a_provider_is_accredited_and_another_turned_down(world: World, arrive: Arrive) -> None:
    await accredit(world, decided=False)
    await accredit(world, decided=False)
    centre = await arrive(world.city.officer("training_centre"))
    await centre.see("/centre/accreditations/next")
    assert "认定7号" in centre.sheet.text
    form = centre.sheet.form_with("予以认定")
    following = await centre.send_form(form)
    assert "已办理" in following.text
    assert "该单位的其他认定" in following.text
    assert "没有待办事项" in (await centre.send("不予认定")).text
    again = await centre.see("/centre/accreditations")
    assert "已认定" in again.text
    assert "不予认定" in again.text
    # Somebody else's button, pressed after the decision, says so.
    late = form.fields | {"key": "0" * 32}
    form.fields = late
    assert "怎么办:" in (await centre.send_form(form, 409)).text


async def test_a_course_is_returned_approved_and_published(world: World, arrive: Arrive) -> None:
    await accredit(world, decided=True)
    for title in ("课程一", "课程二"):
        await file_course(world, title)
    centre = await arrive(world.city.officer("training_centre"))
    await centre.see("/centre/courses/next")
    assert "课程一" in centre.sheet.title
    refused = await centre.send("退回给承担单位", 422)
    assert "怎么办:" in refused.text
    following = await centre.send("退回给承担单位", reason="简介太短")
    assert "课程二" in following.title
    assert "没有待办事项" in (await centre.send("通过评审")).text
    queue = await centre.see("/centre/courses/to-publish")
    await centre.see(within(centre, queue.links["课程二"]))
    shelf = await centre.send("上架")
    assert "已上架" in shelf.text
    assert "不再开放选课" in shelf.text
    assert "已下架" in (await centre.send("下架")).text
    await centre.see("/centre/courses?as=csv")
    assert centre.answer is not None
    assert "课程一" in centre.answer.text


async def test_a_statement_is_drawn_up_and_settled_by_the_second_key(
    learning: Learning, arrive: Arrive
) -> None:
    await learning.verify(teachers=2)
    learning.at(DRAWN_UP)
    first = await arrive(learning.city.officer("training_centre"))
    await first.see("/centre/statements/new")
    provider = str(learning.city.bodies["provider"])
    period = {"from_on": "2014-01-01", "to_on": "2014-12-31"}
    assert "f-provider_id-fault" in (await first.send("编制", 422, **period)).faults
    made = await first.send("编制", provider_id=provider, **period)
    assert "¥360.00" in made.text
    assert "2 行还没有答复" in made.text
    statement_id = StatementId(await the_statement(learning))
    await learning.world.accept(statement_id, DRAWN_UP)
    refused = await first.see(f"/centre/statements/{statement_id}")
    assert "签批" in str(refused.forms)
    assert "怎么办:" in (await first.send("签批", 403)).text, "who drew it up turns no key"

    async with learning.world.open() as session:
        office = learning.city.officer("teacher_office")
        await settlement.turn_key(session, office, statement_id, now=DRAWN_UP)
    second = await arrive(learning.city.officer("training_centre", 1))
    queue = await second.see("/centre/statements/awaiting")
    [path] = [link for link in queue.links.values() if str(statement_id) in link]
    page = await second.see(within(second, path))
    assert "签批后结算单即核定:¥360.00 转为应付款" in page.text
    assert "已核定" in (await second.send("签批")).text
    assert (await learning.world.figures()).payable_fen == 36_000


async def the_statement(learning: Learning) -> StatementId:
    async with learning.world.open() as session:
        [row] = await statements.statements_of(session, learning.city.officer("training_centre"))
    return row.statement.id


async def test_a_key_is_taken_back(learning: Learning, arrive: Arrive) -> None:
    statement_id = await learning.draw_up()
    await learning.world.accept(statement_id, DRAWN_UP)
    centre = await arrive(learning.city.officer("training_centre"))
    await centre.see(f"/centre/statements/{statement_id}")
    assert "等待另一方" in (await centre.send("签批")).text
    assert "签批后等待另一方" in (await centre.send("撤回本单位的签批")).text


async def test_a_disputed_line_is_dropped_with_the_rest_in_figures(
    learning: Learning, arrive: Arrive
) -> None:
    statement_id = await learning.draw_up(teachers=2)
    provider = learning.city.officer("provider")
    async with learning.world.open() as session:
        opened = await statements.open_statement(session, provider, statement_id)
        answer = Respond(line_ids=(opened.lines[0].id,), response=Response.DISPUTED, reason="多计一人")
        await settlement.respond(session, provider, answer, now=DRAWN_UP)
    centre = await arrive(learning.city.officer("training_centre"))
    page = await centre.see(f"/centre/statements/{statement_id}")
    assert "1 行有异议" in page.text
    before = await centre.see(within(centre, page.links["移出…"]))
    assert "移出后本单合计 ¥180.00" in before.text
    assert "多计一人" in before.text
    await centre.send("确认移出", 422)
    assert "f-reason-fault" in centre.sheet.faults
    assert "已移出的行" in (await centre.send("确认移出", reason="经核对属实")).text


async def test_a_completion_is_taken_back_by_two(learning: Learning, arrive: Arrive) -> None:
    [completion_id] = await learning.verify()
    first = await arrive(learning.city.officer("training_centre"))
    assert "没有人员编号为 nobody" in (await first.see("/centre/revocations/new?code=nobody")).text
    form = await first.see(f"/centre/revocations/of/{completion_id}")
    assert "批准后 ¥180.00 退回原培训券" in form.text
    await first.send("提出撤销", 422, reason="代签到")
    assert "f-document-fault" in first.sheet.faults
    sent = await first.send("提出撤销", reason="代签到", document="督查记录1号")
    [path] = [link for link in sent.links.values() if "/centre/revocations/0" in link]
    assert "须由另一位经办人决定" in (await first.see(within(first, path))).text

    second = await arrive(learning.city.officer("training_centre", 1))
    await second.see(within(second, path))
    assert "已办理" in (await second.send("批准撤销")).text
    assert "已批准撤销" in (await second.see(within(second, path))).text
    figures = await learning.world.figures()
    assert (figures.earned_fen, figures.vouchers_fen + figures.funds_fen > 0) == (0, True)


async def test_what_was_settled_is_clawed_back_and_the_page_says_so(
    learning: Learning, arrive: Arrive
) -> None:
    await learning.settle()
    statement_id = await the_statement(learning)
    async with learning.world.open() as session:
        centre = learning.city.officer("training_centre")
        opened = await statements.open_statement(session, centre, statement_id)
    reader = await arrive(learning.city.officer("training_centre"))
    form = await reader.see(f"/centre/revocations/of/{opened.lines[0].completion_id}")
    assert "从承担单位的应付款中追回 ¥180.00" in form.text


async def test_the_seat_of_who_is_gone_is_given_back(world: World, arrive: Arrive, clock: HandClock) -> None:
    await world.issue()
    run_id = await world.open_run()
    teacher = world.city.teacher()
    await world.book(teacher, run_id)
    async with world.open() as session:
        gone = Leave(person_id=teacher.person_id, gone_on=OPENS.date(), reason="调离")
        await identity.leave(session, world.city.officer("administrator"), gone, now=OPENS)
    clock.now = OPENS
    centre = await arrive(world.city.officer("training_centre"))
    page = await centre.see("/centre/gone")
    [path] = [link for link in page.links.values() if "/centre/gone/" in link]
    assert "退回培训券" in (await centre.see(within(centre, path))).text
    await centre.send("确认退选", 422)
    assert "f-reason-fault" in centre.sheet.faults
    assert "没有未上的课" in (await centre.send("确认退选", reason="已调离")).text
    assert (await world.figures()).held_fen == 0


async def test_a_county_reads_its_schools_teachers(city: City, policy: object, arrive: Arrive) -> None:
    county = await arrive(city.officer("county"))
    page = await county.see("/county")
    [path] = [link for link in page.links.values() if "/county/schools/" in link]
    one = await county.see(within(county, path))
    assert "4 / 4 位教师尚未达到年度要求" in one.text
    await county.see(f"/county/schools/{city.bodies['school_a']}", 404)
    await county.see("/county?as=xlsx")
    await county.see("/centre", 403)
