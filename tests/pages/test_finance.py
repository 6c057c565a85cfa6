"""Finance: a settled statement is approved by one officer, the bank's answer entered by another."""

from datetime import date, timedelta

import pytest

from pages.conftest import Arrive
from vouchermarket.kit.ids import new_id
from vouchermarket.payments import operations as payments
from vouchermarket.payments.structs import ComparedLine, Gateway, Match, Reconciliation
from web.learning import SETTLED, Learning

pytestmark = pytest.mark.database


async def test_a_statement_is_paid_by_two_officers(learning: Learning, arrive: Arrive) -> None:
    await learning.settle()
    world = learning.world
    first, second = [await arrive(officer) for officer in world.city.officers["finance_office"]]
    queue = await first.see("/finance")
    [title] = [text for text in queue.links if "¥180.00" in text]
    shown = await first.see(queue.links[title].removeprefix(f"/{first.code}"))
    assert "将从该单位应付款中占用 ¥180.00" in shown.text
    form = shown.form_with("批准,由银行转账")
    once = await first.send_form(form)
    assert (await first.send_form(form)).text == once.text
    assert "待登记" in once.text
    refused = await first.send("登记已付", 403, reference="回单2014-0001")
    assert "怎么办" in refused.text
    assert refused.form_with("登记已付").fields["reference"] == "回单2014-0001"

    queue = await second.see("/finance/to-record")
    [title] = [text for text in queue.links if "¥180.00" in text]
    await second.see(queue.links[title].removeprefix(f"/{second.code}"))
    await second.send("登记已付", 422)
    assert second.sheet.faults == ["f-reference-fault"]
    await second.send("登记已付", reference="回单2014-0001")
    assert "已付" in second.sheet.text
    figures = await world.figures()
    assert (figures.paid_fen, figures.payable_fen) == (18_000, 0)
    assert "回单2014-0001" in (await second.see("/finance/payments")).text
    assert "没有等待付款的结算单" in (await first.see("/finance")).text


async def test_a_payment_the_bank_did_not_make_goes_back_into_the_queue(
    learning: Learning, arrive: Arrive
) -> None:
    payment_id = await learning.approve()
    world = learning.world
    second = await arrive(world.city.officer("finance_office", 1))
    await second.see(f"/finance/payments/{payment_id}")
    await second.send("登记未付成", 422)
    assert second.sheet.faults == ["f-reason-fault"]
    await second.send("登记未付成", reason="账号有误")
    assert "未付成" in second.sheet.text
    assert (await world.figures()).payable_fen == 18_000
    assert "¥180.00" in (await second.see("/finance")).text


async def test_an_account_of_a_provider_is_decided_by_a_second_officer(
    learning: Learning, arrive: Arrive
) -> None:
    statement_id = await learning.settle()
    world = learning.world
    first, second = [await arrive(officer) for officer in world.city.officers["finance_office"]]
    await first.see("/finance/payees/propose")
    provider = str(world.city.bodies["provider"])
    refused = await first.send("登记", 422, provider_id=provider, gateway="stripe", account="6222")
    assert "不是付款渠道" in refused.text
    await first.send("登记", account="acct_1Invented")
    [path] = [link for link in first.sheet.links.values() if "/finance/payees/0" in link]
    await first.see(path.removeprefix(f"/{first.code}"))
    assert "不能审定该账户" in (await first.send("核准", 403)).text
    await second.see(path.removeprefix(f"/{second.code}"))
    await second.send("核准")
    assert "没有等待审定的收款账户" in second.sheet.text
    await second.see(f"/finance/statements/{statement_id}")
    await second.send("批准,经 Stripe 付到 acct_1Invented")
    assert "acct_1Invented" in second.sheet.text


async def test_days_that_differ_come_first(learning: Learning, arrive: Arrive) -> None:
    world = learning.world
    line = ComparedLine(Match.AMOUNT_DIFFERS, "tr_7", str(new_id()), 18_000, 17_000)
    async with world.open() as session:
        for day, lines in ((1, (line,)), (2, ())):
            made = Reconciliation(
                id=new_id(),
                gateway=Gateway.STRIPE,
                day_on=date(2014, 5, day),
                from_at=SETTLED - timedelta(days=2),
                to_at=SETTLED,
                matched=3,
                missing_here=0,
                missing_there=0,
                amount_differs=len(lines),
                difference_fen=-1_000 * len(lines),
                lines=lines,
            )
            assert await payments.keep_reconciliation(session, world.bureau_id, made)
    officer = await arrive(world.city.officer("finance_office"))
    text = (await officer.see("/finance/reconciliations")).text
    assert text.index("2014年5月1日") < text.index("2014年5月2日")
    await officer.see(officer.sheet.links["2014年5月1日 周四"].removeprefix(f"/{officer.code}"))
    assert "金额不符" in officer.sheet.text
    assert "-¥10.00" in officer.sheet.text


async def test_nothing_is_in_doubt_and_nothing_is_asked_back(learning: Learning, arrive: Arrive) -> None:
    officer = await arrive(learning.world.city.officer("finance_office"))
    assert "没有结果不明的付款" in (await officer.see("/finance/doubts")).text
    assert "没有等待核准的追回" in (await officer.see("/finance/reversals")).text
    teacher = await arrive(learning.world.city.teacher())
    await teacher.see("/finance", 403)
