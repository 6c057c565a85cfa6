"""The way of a statement: drawn up, answered, settled by two keys, approved, paid."""

import msgspec
import pytest

from settlement import rows
from settlement.rows import LATER
from vouchermarket.identity.rules import NotFound, RoleNotAllowed
from vouchermarket.payments.structs import PaymentState
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries
from vouchermarket.settlement.structs import RecordPayment


async def test_a_year_of_completions_is_paid_to_the_fen(market):
    await rows.earn(market, 30_000, 20_001)
    statement_id = await rows.settled(market)
    assert await rows.earned_fen(market) == 0
    assert await rows.balances(market, rows.payable_of(market)) == [(50_001, 0)]
    payment = await rows.approved(market, statement_id)
    assert payment.amount_fen == 50_001
    assert await rows.balances(market, rows.payable_of(market)) == [(50_001, 50_001)]
    async with market.transaction() as session:
        recorded = await settlement.record_payment(
            session,
            market.finance_too,
            RecordPayment(payment_id=payment.id, reference="ICBC-2014-0001"),
            now=LATER,
        )
        money = await queries.provider_money(session, market.provider, market.provider_id)
    assert recorded.state is PaymentState.PAID
    assert (money.earned_fen, money.payable_fen, money.held_fen, money.paid_fen) == (0, 0, 0, 50_001)
