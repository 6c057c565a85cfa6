"""The port through which money leaves: what every gateway keeps to, and the call between two beats.

A gateway writes no row. It knows a payment by our own id and key, answers UNKNOWN whenever money may have
moved, and refuses to be called while a database transaction is open in the same task.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

from vouchermarket.kit.db import transaction_is_open
from vouchermarket.payments.structs import (
    Answer,
    Errand,
    Gateway,
    Instruction,
    Outcome,
    Remote,
    Retries,
    Step,
)


class TransactionStillOpen(RuntimeError):
    """A bug of the caller: it would hold locks while the network answers, and undo what cannot be undone."""


class GatewaySilent(Exception):
    """The gateway did not answer, or not in a way that can be read: what was asked stays unknown."""


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


@runtime_checkable
class PaymentRegister(Protocol):
    """A gateway that shows its own books, so that they can be laid beside ours."""

    async def fetch(self, reference: str) -> Remote | None:
        """One payment by the gateway's own number; None where there is none. Raises `GatewaySilent`."""
        ...

    async def listed(self, since: datetime) -> list[Remote]:
        """All payments made since then. Raises `GatewaySilent`."""
        ...


Gateways = Mapping[Gateway, PaymentGateway]


def registers(ways: Gateways) -> Mapping[Gateway, PaymentRegister]:
    """Those of these gateways that show their own books."""
    return {gateway: way for gateway, way in ways.items() if isinstance(way, PaymentRegister)}


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
