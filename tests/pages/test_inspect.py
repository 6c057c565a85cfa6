"""The inspectorate: anything looked up, one fen followed, the trail read, the promises checked."""

import csv
import io

import pytest

from pages.conftest import Arrive, Reader
from vouchermarket.identity import queries as people
from vouchermarket.settlement import queries as statements
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers.structs import Freeze
from web.learning import PAID, Learning

pytestmark = pytest.mark.database


@pytest.fixture
async def inspector(learning: Learning, arrive: Arrive) -> Reader:
    """An officer of the inspectorate, in a city where one booking is paid for."""
    statement_id = await learning.settle()
    await learning.world.pay(statement_id, "回单2014-0009", PAID)
    learning.at(PAID)
    return await arrive(learning.city.officer("inspectorate"))


def within(reader: Reader, link: str) -> str:
    """The address of a link of the page in sight, within the bureau."""
    return reader.sheet.links[link].removeprefix(f"/{reader.code}")


async def freeze_often(learning: Learning, times: int) -> None:
    """An officer who cannot make up his mind: so many times two events."""
    officer = learning.city.officer("teacher_office")
    voucher = await learning.world.voucher_of(learning.city.teacher())
    async with learning.world.open() as session:
        for _ in range(times):
            command = Freeze(voucher_id=voucher.id, reason="核查")
            await vouchers.freeze(session, officer, command, now=PAID)
            await vouchers.unfreeze(session, officer, command, now=PAID)


async def test_one_fen_is_followed_from_the_budget_to_the_bank(inspector: Reader, learning: Learning) -> None:
    async with learning.world.open() as session:
        [row] = await statements.statements_of(session, learning.city.officer("inspectorate"))
    booking_id = learning.bookings[0]
    await inspector.see(f"/inspect?asked={booking_id}")
    trace = await inspector.see(within(inspector, "高中语文新课堂"))
    stations = ["安排经费", "核发", "占用", "结转为应得", "核定", "批准付款", "付款成功"]
    line = trace.text[trace.text.index("安排经费 ¥") :]
    found = [line.index(f"{name} ¥") for name in stations]
    assert found == sorted(found)
    assert "vouchers.issued" in trace.text
    [document] = [link for said, link in trace.links.items() if str(row.statement.id) in said]
    thing = await inspector.see(document.removeprefix(f"/{inspector.code}"))
    assert "settlement.statement_settled" in thing.text
    assert "¥180.00" in thing.text


async def test_payments_are_found_by_reference_and_people_by_code(
    inspector: Reader, learning: Learning
) -> None:
    await inspector.see("/inspect?asked=回单2014-0009")
    payment = await inspector.see(within(inspector, "¥180.00 回单2014-0009"))
    assert "settlement.payment_paid" in payment.text
    async with learning.world.open() as session:
        teacher = await people.person_on(
            session, learning.world.bureau_id, learning.city.teacher().person_id, PAID.date()
        )
    code = teacher.code
    await inspector.see(f"/inspect?asked={code}")
    person = await inspector.see(within(inspector, code))
    assert "高中语文新课堂" in person.text
    assert "没有找到" in (await inspector.see("/inspect?asked=nobody")).text
    for hostile in ("%00", "'--", "a" * 300, "%F0%9F%80%84", "00000000-0000-7000-8000-000000000000"):
        await inspector.see(f"/inspect?asked={hostile}")
    await inspector.see("/inspect/things/00000000-0000-7000-8000-000000000000", 404)


async def test_the_trail_is_filtered_by_day_and_thing_and_exported(
    inspector: Reader, learning: Learning
) -> None:
    page = await inspector.see("/inspect/trail?from_on=2014-03-01&to_on=2014-03-10")
    assert "vouchers.appropriated" in page.text
    assert "settlement.payment_paid" not in page.text
    await inspector.see(f"/inspect/trail?subject_id={learning.bookings[0]}&as=csv")
    told = inspector.answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told)))
    assert rows[0][:3] == ["时间", "事件", "经办人"]
    assert {row[1] for row in rows[1:]} >= {"booking.booked"}
    assert {row[3] for row in rows[1:]} == {str(learning.bookings[0])}
    await freeze_often(learning, 30)
    page = await inspector.see("/inspect/trail")
    whole = page.links["下一页"]
    assert (await inspector.see(whole.removeprefix(f"/{inspector.code}"))).text != page.text
    await inspector.see("/inspect/trail?from_on=gestern", 400)


async def test_the_twelve_promises_and_the_line_are_in_sight(inspector: Reader) -> None:
    promises = await inspector.see("/inspect/promises")
    assert "十二项承诺全部成立" in promises.text
    assert "I12" in promises.text
    line = await inspector.see("/inspect/line")
    assert "两边相等" in line.text
    assert "¥180.00" in line.text


async def test_nobody_else_reads_the_trail(learning: Learning, arrive: Arrive) -> None:
    for actor in (learning.city.teacher(), learning.city.officer("teacher_office")):
        visitor = await arrive(actor)
        for path in ("/inspect", "/inspect/trail", "/inspect/promises"):
            await visitor.see(path, 403)
