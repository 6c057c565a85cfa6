"""The gateway `manual`: a person at the bank pays, and another enters the bank's reference.

It sends nothing, so its answer is always that a person is awaited; the outcome comes by
`settlement.operations.record_payment`.
"""

from vouchermarket.payments.gateways import insist_on_no_transaction
from vouchermarket.payments.structs import Answer, Instruction, Outcome, Retries

WAITING_FOR_PERSON = "waiting_for_person"


class ManualGateway:
    """Asks a person to pay and knows nothing until that person has recorded it."""

    retries: Retries | None = None

    async def submit(self, instruction: Instruction, key: str) -> Answer:  # noqa: ARG002 - the port's shape
        """Nothing leaves: UNKNOWN, waiting for a person."""
        insist_on_no_transaction()
        return Answer(Outcome.UNKNOWN, fault=WAITING_FOR_PERSON)

    async def find(self, instruction: Instruction) -> Answer | None:  # noqa: ARG002 - the port's shape
        """There is nowhere to look, and an empty answer proves nothing here."""
        insist_on_no_transaction()
        return Answer(Outcome.UNKNOWN, fault=WAITING_FOR_PERSON)
