"""The line in figures: the equation of the house after every kind of transfer, and one booking's way."""

from itertools import count

import msgspec
import pytest
from sqlalchemy import text

from ledger.rows import open_line, post, posting
from reporting import rows
from settlement import rows as settlement_rows
from settlement.rows import open_market
from vouchermarket.kit.ids import new_id
from vouchermarket.ledger.structs import AccountKind, TransferCode
from vouchermarket.reporting.queries import line, trace
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement.structs import RecordPayment

K, C = AccountKind, TransferCode

# Code, source, target, fen; a number names the posting of this list that is resolved or mirrored.
YEAR = [
    (C.APPROPRIATE, K.TREASURY, K.FUND, 10_000),
    (C.APPROPRIATE, K.TREASURY, K.FUND, 700),
    (C.REVERSE, K.FUND, K.TREASURY, 700, "reverses", 1),
    (C.ISSUE, K.FUND, K.VOUCHER, 6_000),
    (C.COPAY, K.OUTSIDE, K.COPAY, 900),
    (C.HOLD, K.VOUCHER, K.EARNED, 3_000),
    (C.CAPTURE, K.VOUCHER, K.EARNED, 2_700, "resolves", 5),
    (C.HOLD, K.COPAY, K.EARNED, 500),
    (C.CAPTURE, K.COPAY, K.EARNED, 500, "resolves", 7),
    (C.HOLD, K.VOUCHER, K.EARNED, 400),
    (C.RELEASE, K.VOUCHER, K.EARNED, 400, "resolves", 9),
    (C.USE, K.VOUCHER, K.EARNED, 60),
    (C.HOLD, K.VOUCHER, K.EARNED, 100),
    (C.CAPTURE, K.VOUCHER, K.EARNED, 100, "resolves", 12),
    (C.REVERSE, K.EARNED, K.VOUCHER, 100, "reverses", 13),
    (C.SETTLE, K.EARNED, K.PAYABLE, 3_200),
    (C.PAY_OUT, K.PAYABLE, K.OUTSIDE, 1_000),
    (C.PAY_OUT_FAILED, K.PAYABLE, K.OUTSIDE, 1_000, "resolves", 16),
    (C.PAY_OUT, K.PAYABLE, K.OUTSIDE, 3_200),
    (C.PAID, K.PAYABLE, K.OUTSIDE, 3_200, "resolves", 18),
    (C.CLAW_BACK, K.PAYABLE, K.FUND, 250),
    (C.CLAW_BACK, K.PAYABLE, K.COPAY, 50),
    (C.REFUND, K.COPAY, K.OUTSIDE, 450),
    (C.REFUND_FAILED, K.COPAY, K.OUTSIDE, 450, "resolves", 22),
    (C.REFUND, K.COPAY, K.OUTSIDE, 440),
    (C.REFUNDED, K.COPAY, K.OUTSIDE, 440, "resolves", 24),
    (C.EXPIRE, K.VOUCHER, K.FUND, 3_000),
    (C.ADJUST, K.FUND, K.PAYABLE, 35),
    (C.LAPSE, K.FUND, K.TREASURY, 7_000),
    (C.HOLD, K.VOUCHER, K.EARNED, 20),
]


async def test_the_equation_holds_after_a_transfer_of_every_code(database, city):
    posted = []
    async with database.transaction(city.bureau_id) as session:
        accounts = await open_line(session, city.bureau_id)
        for code, source, target, amount, *link in YEAR:
            named = {link[0]: posted[link[1]].id} if link else {}
            posted.append(posting(accounts, code, source, target, amount, **named))
            await post(session, city.bureau_id, posted[-1])
            money = await line.money_line(session, city.bureau_id)
            assert money.balanced, (code, money)
    assert {code for code, *_ in YEAR} == set(C)
    assert money == line.MoneyLine(
        funds_fen=10_000 - 6_000 + 250 + 3_000 - 35 - 7_000,
        vouchers_fen=6_000 - 2_700 - 60 - 3_000,
        held_fen=20,
        copay_open_fen=900 - 500 + 50 - 440,
        earned_fen=2_700 + 500 + 60 - 3_200,
        payable_fen=-250 - 50 + 35,
        appropriated_fen=10_000,
        issued_fen=6_000,
        expired_fen=3_000,
        lapsed_fen=7_000,
        copaid_fen=900,
        refunded_fen=440,
        paid_fen=3_200,
    )


SIDES = [
    "funds_fen",
    "vouchers_fen",
    "copay_open_fen",
    "earned_fen",
    "payable_fen",
    "appropriated_fen",
    "copaid_fen",
    "paid_fen",
    "refunded_fen",
    "lapsed_fen",
]


@pytest.mark.parametrize("side", SIDES)
def test_the_equation_sees_a_single_fen_at_each_station(side):
    number = count(1)
    even = line.MoneyLine(**{name: next(number) for name in line.MoneyLine.__struct_fields__})
    there = even.funds_fen + even.vouchers_fen + even.copay_open_fen + even.earned_fen + even.payable_fen
    gone = even.paid_fen + even.refunded_fen + even.lapsed_fen
    even = msgspec.structs.replace(even, appropriated_fen=there + gone - even.copaid_fen)
    assert even.balanced
    assert not msgspec.structs.replace(even, **{side: getattr(even, side) + 1}).balanced


async def test_an_empty_bureau_has_nothing_and_is_balanced(database, bureau):
    async with database.transaction(bureau) as session:
        money = await line.money_line(session, bureau)
        happened = await line.counts(session, bureau)
    assert set(msgspec.structs.astuple(money)) == {0}
    assert set(msgspec.structs.astuple(happened)) == {0}
    assert money.balanced


async def test_only_entries_approved_last_count_as_credits(market):
    decide = (
        "INSERT INTO credit_decision (bureau_id, entry_id, step, decision) "
        "SELECT bureau_id, id, {step}, '{decision}' FROM credit_entry"
    )
    async with rows.in_copies(
        market.database, market.bureau_id, "credit_decision", "credit_entry"
    ) as session:
        assert await line.counts(session, market.bureau_id) == line.Counts(2, 0, 2, 2, 0, 0, 1, 0)
        await rows.execute(session, decide.format(step=1, decision="approve"))
        assert (await line.counts(session, market.bureau_id)).credits_hundredths == 2_400
        await rows.execute(
            session,
            "UPDATE credit_entry SET unit = 'hour' WHERE id = (SELECT id FROM credit_entry LIMIT 1)",
        )
        found = await line.counts(session, market.bureau_id)
        assert (found.credits_hundredths, found.hours_hundredths) == (1_200, 1_200)
        await rows.execute(session, decide.format(step=2, decision="reverse"))
        found = await line.counts(session, market.bureau_id)
        assert (found.credits_hundredths, found.hours_hundredths) == (0, 0)


# --- one booking's way --------------------------------------------------------------------------------------


async def _way(market, booking_id):
    async with market.transaction() as session:
        assert await trace.is_known(session, market.bureau_id, booking_id)
        return await trace.of_booking(session, market.bureau_id, booking_id)


async def test_a_booking_is_traced_from_the_appropriation_to_the_payout(database, city, policy):
    market = await open_market(database, city, policy)
    await settlement_rows.earn(market, 30_000)
    await settlement_rows.earn(market, 20_001, copay_fen=5_000)
    statement_id = await settlement_rows.settled(market)
    lines = (await settlement_rows.opened(market, statement_id)).lines
    [booking_id] = [line_.booking_id for line_ in lines if line_.amount_fen == 20_001]
    async with market.transaction() as session:
        assert await trace.first_paid_booking(session, market.bureau_id) is None
    payment = await settlement_rows.approved(market, statement_id)
    paid = RecordPayment(payment_id=payment.id, reference="ICBC-1")
    async with market.transaction() as session:
        await settlement.record_payment(session, market.finance_too, paid, now=settlement_rows.LATER)
    steps = await _way(market, booking_id)
    assert [(step.code, step.amount_fen) for step in steps] == [
        ("appropriate", settlement_rows.FUNDED_FEN),
        ("issue", settlement_rows.FUNDED_FEN),
        ("copay", 5_000),
        ("hold", 15_001),
        ("capture", 15_001),
        ("hold", 5_000),
        ("capture", 5_000),
        ("settle", 50_001),
        ("pay_out", 50_001),
        ("paid", 50_001),
    ]
    assert (steps[0].source, steps[0].target) == ("treasury", "fund:all_staff:2014")
    assert (steps[-1].event, steps[-1].document_id) == ("settlement.payment_paid", payment.id)
    # The second key and the two of finance are persons; what the test posted itself has none.
    assert [step.actor is not None for step in steps[-3:]] == [True, True, True]
    async with market.transaction() as session:
        found = await trace.first_paid_booking(session, market.bureau_id)
        assert found in {line_.booking_id for line_ in lines}
        happened = await line.counts(session, market.bureau_id)
    assert (happened.statements, happened.payouts) == (1, 1)


async def test_what_is_clawed_back_belongs_to_the_way(database, city, policy):
    market = await open_market(database, city, policy)
    await settlement_rows.earn(market, 100)
    statement_id = await settlement_rows.settled(market)
    [booked] = (await settlement_rows.opened(market, statement_id)).lines
    accounts = {K.PAYABLE: settlement_rows.payable_of(market), K.FUND: market.fund_id}
    back = posting(accounts, C.CLAW_BACK, K.PAYABLE, K.FUND, 100)
    async with market.transaction() as session:
        await post(session, market.bureau_id, msgspec.structs.replace(back, document_id=booked.booking_id))
    assert "claw_back" in [step.code for step in await _way(market, booked.booking_id)]


async def test_a_booking_nobody_knows_has_no_way(market):
    async with market.transaction() as session:
        steps = await trace.of_booking(session, market.bureau_id, new_id())
        assert steps == []
        assert not await trace.is_known(session, market.bureau_id, new_id())


async def test_a_booking_of_another_bureau_is_unknown(market, database, bureau):
    async with market.transaction() as session:
        booking_id = (await session.execute(text("SELECT id FROM booking LIMIT 1"))).scalar_one()
        assert await trace.is_known(session, market.bureau_id, booking_id)
    async with database.transaction(bureau) as session:
        assert not await trace.is_known(session, bureau, booking_id)
        assert await trace.of_booking(session, bureau, booking_id) == []
