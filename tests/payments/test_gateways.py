"""The port: no call inside a transaction, no exception taken for a failure."""

from datetime import UTC, datetime

import pytest

from payments.standin import Bank, BankGateway
from payments.test_rules import PAYMENT
from vouchermarket.payments.gateways import TransactionStillOpen, carry_out
from vouchermarket.payments.gateways.manual import WAITING_FOR_PERSON, ManualGateway
from vouchermarket.payments.structs import Answer, Errand, Gateway, Outcome, Step

NOW = datetime(2014, 6, 30, 2, 0, tzinfo=UTC)
SUBMIT = Errand(PAYMENT.instruction, Gateway.MANUAL, 1, "key", Step.SUBMIT)
FIND = Errand(PAYMENT.instruction, Gateway.MANUAL, 1, "key", Step.FIND)


class BrokenGateway(BankGateway):
    """Pays, then falls over while it reads the answer."""

    async def submit(self, instruction, key):
        await super().submit(instruction, key)
        raise ConnectionResetError


async def test_the_manual_gateway_waits_for_a_person():
    gateways = {Gateway.MANUAL: ManualGateway()}
    waiting = Answer(Outcome.UNKNOWN, fault=WAITING_FOR_PERSON)
    assert await carry_out(gateways, SUBMIT) == waiting
    assert await carry_out(gateways, FIND) == waiting


async def test_a_gateway_that_breaks_is_in_doubt_and_never_failed():
    bank = Bank(NOW)
    answer = await carry_out({Gateway.MANUAL: BrokenGateway(bank)}, SUBMIT)
    assert answer == Answer(Outcome.UNKNOWN, fault="ConnectionResetError")
    assert len(bank.paid) == 1


@pytest.mark.parametrize("step", [SUBMIT, FIND], ids=["submit", "find"])
async def test_nothing_leaves_while_a_transaction_is_open(database, bureau, step):
    bank = Bank(NOW)
    for gateway in (ManualGateway(), BankGateway(bank)):
        async with database.transaction(bureau):
            with pytest.raises(TransactionStillOpen):
                await carry_out({Gateway.MANUAL: gateway}, step)
            with pytest.raises(TransactionStillOpen):
                await gateway.submit(step.instruction, step.key)
            with pytest.raises(TransactionStillOpen):
                await gateway.find(step.instruction)
    assert bank.paid == []
