"""The port through which money leaves: what every gateway keeps to, and the call between two beats.

A gateway writes no row. It knows a payment by our own id and key, answers UNKNOWN whenever money may have
moved, and refuses to be called while a database transaction is open in the same task.
"""

from collections.abc import Mapping
from typing import Protocol

from vouchermarket.kit.db import transaction_is_open
from vouchermarket.payments.structs import Answer, Errand, Gateway, Instruction, Outcome, Retries, Step


class TransactionStillOpen(RuntimeError):
    """A bug of the caller: it would hold locks while the network answers, and undo what cannot be undone."""


class PaymentGateway(Protocol):
    """A way out: a bank file, Stripe, or a person at the bank's counter."""

    @property
    def retries(self) -> Retries | None:
        """What it promises about repeated keys; None where a person carries payments out."""
        ...

    async def submit(self, instruction: Instruction, key: str) -> Answer:
        """Pay. The same key twice moves money once. Never raises for what the other side did."""
        ...

    async def find(self, instruction: Instruction) -> Answer | None:
        """Look for the payment by our id; None where nothing is there (yet)."""
        ...


Gateways = Mapping[Gateway, PaymentGateway]


def insist_on_no_transaction() -> None:
    """The first line of every gateway's methods. Raises `TransactionStillOpen`."""
    if transaction_is_open.get():
        raise TransactionStillOpen


async def carry_out(gateways: Gateways, errand: Errand) -> Answer | None:
    """The second beat: one call, outside any transaction. None only where a look-up found nothing.

    Whatever breaks in a gateway after this point may have moved money, so it is UNKNOWN and never failed.
    """
    insist_on_no_transaction()
    gateway = gateways[errand.gateway]
    try:
        if errand.step is Step.FIND:
            return await gateway.find(errand.instruction)
        return await gateway.submit(errand.instruction, errand.key)
    except Exception as error:
        return Answer(Outcome.UNKNOWN, fault=type(error).__name__)
