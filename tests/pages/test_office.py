"""The teacher affairs office: policies with their clauses, money in, issuances by two officers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from factories import TODAY
from pages.conftest import Arrive
from vouchermarket.identity import queries as people
from vouchermarket.ledger import queries as ledger
from vouchermarket.policies.queries import InForce
from vouchermarket.reporting.queries import trail
from vouchermarket.vouchers import queries as wallet
from web.conftest import PASSWORD, HandClock
from web.learning import DRAWN_UP, Learning
from world import World

pytestmark = pytest.mark.database

PACK = (Path(__file__).parents[2] / "seeds" / "zhuzhou-2014" / "pack.toml").read_text(encoding="utf-8")
STRICTER = PACK.replace('at_least = "72"', 'at_least = "90"', 1)


async def test_everybody_reads_a_clause_where_a_refusal_points_to(world: World, arrive: Arrive) -> None:
    teacher = await arrive(world.city.teacher())
    clause = await teacher.see("/policy/clauses/ZZ-A19")
    assert "累计少于72学分者" in clause.text
    assert "株教函〔2014〕29号" in clause.text
    assert "at_least" in clause.text
    await teacher.see("/policy/clauses/ZZ-X99", 404)


async def test_a_version_is_proposed_compared_and_approved_by_a_second_officer(
    world: World, arrive: Arrive, policy: InForce
) -> None:
    first, second = [await arrive(officer) for officer in world.city.officers["teacher_office"]]
    await first.see("/policies/propose")
    refused = await first.send("提出", 422, content="[pack]")
    assert "怎么办" in refused.text
    assert refused.form_with("提出").fields["content"] == "[pack]"
    await first.send("提出", content=STRICTER)
    assert "待核准" in first.sheet.text
    version = first.answer.url.path.split("/")[-1]
    refused = await first.send("核准", 403)
    assert "不能自己核准" in refused.text
    changes = await second.see(f"/policies/{version}/against/{policy.version_id}")
    assert "at_least 72 90" in changes.text
    await second.see(f"/policies/{version}")
    await second.send("核准")
    assert "已核准" in second.sheet.text
    assert "zhuzhou-2014" in (await second.see("/policies")).text


async def test_a_draft_is_not_shown_to_a_teacher(world: World, arrive: Arrive, policy: InForce) -> None:
    first = await arrive(world.city.officer("teacher_office"))
    await first.see("/policies/propose")
    await first.send("提出", content=STRICTER)
    teacher = await arrive(world.city.teacher())
    await teacher.see(first.answer.url.path.removeprefix(f"/{first.code}"), 404)
    assert "提出新版本" not in (await teacher.see("/policies")).text


async def test_money_is_set_aside_after_its_figures_were_shown(world: World, arrive: Arrive) -> None:
    officer = await arrive(world.city.officer("teacher_office"))
    await officer.see("/office/funds")
    assert "还没有安排经费" in officer.sheet.text
    await officer.see("/office/funds/appropriate")
    await officer.send("下一步:核对", 422, line="all_staff", year="2014", amount_fen="一万", document="")
    assert officer.sheet.faults == ["f-amount_fen-fault", "f-document-fault"]
    checked = await officer.send("下一步:核对", amount_fen="12,000.50", document="财教〔2014〕1号")
    assert "¥0.00 → ¥12,000.50" in checked.text
    assert (await world.figures()).appropriated_fen == 0
    await officer.send("确认安排")
    assert "全员培训经费" in officer.sheet.text
    assert (await world.figures()).appropriated_fen == 1_200_050
    assert "¥12,000.50" in (await officer.see("/office")).text
    assert "两边相等" in officer.sheet.text


async def test_an_issuance_goes_through_two_officers_in_steps(world: World, arrive: Arrive) -> None:
    first, second = [await arrive(officer) for officer in world.city.officers["teacher_office"]]
    await first.see("/office/funds/appropriate")
    await first.send("下一步:核对", line="all_staff", year="2014", amount_fen="10000", document="1号")
    await first.send("确认安排")
    await first.see("/office/issuances/propose")
    dates = {"counted_on": "2014-03-01", "valid_from": "2014-03-03", "valid_to": "2015-01-01"}
    refused = await first.send("下一步:计算名单", 404, line="backbone", year="2014", **dates)
    assert "尚未安排经费" in refused.text
    assert refused.form_with("下一步").fields["counted_on"] == "2014-03-01"
    preview = await first.send("下一步:计算名单", line="all_staff")
    total = (await world.figures()).issued_fen
    assert total == 0
    assert "待核准" in preview.text
    path = first.answer.url.path.removeprefix(f"/{first.code}")
    refused = await first.send("核准", 403)
    assert "不能是同一人" in refused.text
    await second.see(path)
    await second.send("核准")
    assert (await world.figures()).issued_fen == 0
    form = second.sheet.form_with("确认核发")
    await second.send_form(form)
    await second.send_form(form)
    assert "已核发" in second.sheet.text
    figures = await world.figures()
    assert figures.issued_fen == figures.vouchers_fen > 0
    assert (await second.see(f"{path}?as=csv")).text == ""
    assert "编号" in second.answer.content.decode("utf-8-sig")


async def test_a_fund_is_given_back_once_its_year_is_over(
    world: World, arrive: Arrive, clock: HandClock
) -> None:
    await world.issue()
    async with world.open() as session:
        [fund] = await wallet.funds(session, world.bureau_id, 2014)
    officer = await arrive(world.city.officer("teacher_office"))
    assert "确认收回" not in str((await officer.see(f"/office/funds/{fund.id}")).forms)
    clock.now = datetime(2015, 1, 5, 1, tzinfo=UTC)
    await officer.see("/login")
    await officer.send("登录", username="user0", password=PASSWORD)
    before = await officer.see(f"/office/funds/{fund.id}")
    assert "将把这项经费中未占用的部分退回财政" in before.text
    await officer.send("确认收回")
    assert (await world.figures()).lapsed_fen == fund.free_fen > 0


async def test_a_voucher_is_frozen_with_a_reason_and_let_go_again(world: World, arrive: Arrive) -> None:
    await world.issue()
    officer = await arrive(world.city.officer("teacher_office"))
    async with world.open() as session:
        person = await people.person_on(session, world.bureau_id, world.city.teacher().person_id, TODAY)
    assert "没有这个编号的教师" in (await officer.see("/office/teachers?code=nobody")).text
    page = await officer.see(f"/office/teachers?code={person.code}")
    await officer.see(page.links["冻结…"].removeprefix(f"/{officer.code}"))
    assert "冻结后不能再用于选课" in officer.sheet.text
    await officer.send("冻结", 422)
    assert officer.sheet.faults == ["f-reason-fault"]
    await officer.send("冻结", reason="名单核查")
    assert "已冻结 名单核查" in officer.sheet.text
    assert (await world.voucher_of(world.city.teacher())).is_frozen
    await officer.see(officer.sheet.links["解冻…"].removeprefix(f"/{officer.code}"))
    await officer.send("解冻", reason="核查完毕")
    assert not (await world.voucher_of(world.city.teacher())).is_frozen


async def test_a_teacher_is_exempted_for_a_time(world: World, arrive: Arrive) -> None:
    officer = await arrive(world.city.officer("teacher_office"))
    path = f"/office/teachers/{world.city.teacher().person_id}"
    await officer.see(path)
    await officer.send("登记豁免", 422, rule="不是条款", from_on="2014-03-01", reason="病假")
    assert officer.sheet.faults == ["f-rule-fault"]
    await officer.send("登记豁免", rule="ZZ-A19", from_on="2014-03-01", reason="病假")
    refused = await officer.send("登记豁免", 409, rule="ZZ-A19", from_on="2014-03-01", reason="病假")
    assert "怎么办" in refused.text
    await officer.see(path)
    await officer.send("终止", to_on="2014-06-01")
    assert "2014年6月1日" in officer.sheet.text


async def test_an_appropriation_is_mirrored_by_two_officers(world: World, arrive: Arrive) -> None:
    first, second = [await arrive(officer) for officer in world.city.officers["teacher_office"]]
    await first.see("/office/funds/appropriate")
    await first.send("下一步:核对", line="all_staff", year="2014", amount_fen="10000", document="1号")
    await first.send("确认安排")
    async with world.open() as session:
        events = await trail.trail(session, world.bureau_id, trail.Wanted(), at_most=500)
        event = next(one for one in events if one.kind == "vouchers.appropriated")
        [moved] = await ledger.transfers_page(session, world.bureau_id, event.subject_id)
    await first.see("/corrections/reverse")
    told = {"transfer_id": str(moved.id), "correction_reason": "keyed_wrong", "text": "多录一个零"}
    await first.send("提出", 422, **{**told, "transfer_id": "1"})
    await first.send("提出", **told)
    assert "¥10,000.00" in first.sheet.text
    path = first.answer.url.path.removeprefix(f"/{first.code}")
    assert "不能是同一人" in (await first.send("核准", 403)).text
    assert "多录一个零" in (await second.see("/corrections")).text
    await second.see(path)
    await second.send("核准")
    assert "没有等待核准的更正" in second.sheet.text
    assert (await world.figures()).appropriated_fen == 0


async def test_value_is_moved_between_two_accounts_by_their_codes(world: World, arrive: Arrive) -> None:
    first, second = [await arrive(officer) for officer in world.city.officers["teacher_office"]]
    for line in ("all_staff", "backbone"):
        await first.see("/office/funds/appropriate")
        await first.send("下一步:核对", line=line, year="2014", amount_fen="10000", document="1号")
        await first.send("确认安排")
    await first.see("/corrections/adjust")
    told = {"amount_fen": "12.50", "correction_reason": "audit_finding", "text": "审计意见第3条"}
    await first.send("提出", 404, source="fund:all_staff:2014", target="fund:nothing:2014", **told)
    await first.send("提出", target="fund:backbone:2014")
    path = first.answer.url.path.removeprefix(f"/{first.code}")
    before = await world.balance("fund:backbone:2014")
    await second.see(path)
    await second.send("核准")
    assert await world.balance("fund:backbone:2014") == before + 1_250


async def test_the_office_turns_the_first_key(learning: Learning, arrive: Arrive) -> None:
    statement_id = await learning.draw_up()
    await learning.world.accept(statement_id, DRAWN_UP)
    officer = await arrive(learning.city.officer("teacher_office"))
    queue = await officer.see("/office/statements")
    [path] = [link for link in queue.links.values() if str(statement_id) in link]
    shown = await officer.see(path.removeprefix(f"/{officer.code}"))
    assert "¥180.00" in shown.text
    await officer.send("签批")
    assert "没有等待本科室签批的结算单" in (await officer.see("/office/statements")).text
