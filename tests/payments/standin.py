"""A bank of our own that keeps what the port promises, and breaks as real ones do.

A key is remembered for a day and its first answer repeated; a payment is found by our id, at the latest when
the bank's own time for showing it has passed. Faults are named by the test.
"""

import enum
from datetime import datetime, timedelta

from vouchermarket.payments.gateways import insist_on_no_transaction
from vouchermarket.payments.structs import Answer, Instruction, Outcome, Retries

RETRIES = Retries(key_life=timedelta(hours=23), absence_after=timedelta(minutes=10))
KEYS_FORGOTTEN_AFTER = timedelta(hours=24)


class Fault(enum.Enum):
    """Where the line breaks."""

    NONE = "none"
    LOST_BEFORE = "lost_before"  # the bank never hears of it
    LOST_AFTER = "lost_after"  # the bank has paid, and its answer is lost
    DELAYED = "delayed"  # the bank hears of it minutes later, long after the caller has given up
    REFUSED = "refused"


DELAY = timedelta(minutes=8)


class Bank:
    """The other side: what it has paid, and which keys it remembers."""

    retries: Retries | None = RETRIES

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.fault = Fault.NONE
        self.paid: list[Instruction] = []
        self._keys: dict[str, tuple[datetime, Answer]] = {}
        self.oldest_key_sent = timedelta(0)
        self._first_sent: dict[str, datetime] = {}
        self._on_the_way: list[tuple[datetime, Instruction, str]] = []

    def wait(self, time: timedelta) -> None:
        """Let time pass; what was on the way arrives when it is due."""
        until = self.now + time
        for due_at, instruction, key in sorted(self._on_the_way, key=lambda one: one[0]):
            if due_at <= until:
                self.now = due_at
                self._on_the_way.remove((due_at, instruction, key))
                self._answered(instruction, key)
        self.now = until

    def answer_to(self, instruction: Instruction, key: str) -> Answer:
        """What the caller gets to hear of a submission under the present fault."""
        first = self._first_sent.setdefault(key, self.now)
        self.oldest_key_sent = max(self.oldest_key_sent, self.now - first)
        if self.fault is Fault.LOST_BEFORE:
            return Answer(Outcome.UNKNOWN, fault="ReadTimeout")
        if self.fault is Fault.DELAYED:
            self._on_the_way.append((self.now + DELAY, instruction, key))
            return Answer(Outcome.UNKNOWN, fault="ReadTimeout")
        answer = self._answered(instruction, key)
        return Answer(Outcome.UNKNOWN, fault="ReadError") if self.fault is Fault.LOST_AFTER else answer

    def _answered(self, instruction: Instruction, key: str) -> Answer:
        kept = self._keys.get(key)
        if kept is not None and self.now - kept[0] < KEYS_FORGOTTEN_AFTER:
            return kept[1]
        if self.fault is Fault.REFUSED:
            answer = Answer(Outcome.REJECTED, fault="account_closed")
        else:
            self.paid.append(instruction)
            answer = Answer(Outcome.ACCEPTED, reference=f"bank-{len(self.paid)}")
        self._keys[key] = (self.now, answer)
        return answer

    def shown(self, instruction: Instruction) -> Answer | None:
        """What a look-up by our id shows."""
        if instruction in self.paid:
            return Answer(Outcome.ACCEPTED, reference=f"bank-{self.paid.index(instruction) + 1}")
        return None


class BankGateway:
    """The port before this bank."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    @property
    def retries(self) -> Retries | None:
        return self.bank.retries

    async def submit(self, instruction: Instruction, key: str) -> Answer:
        insist_on_no_transaction()
        return self.bank.answer_to(instruction, key)

    async def find(self, instruction: Instruction) -> Answer | None:
        insist_on_no_transaction()
        return self.bank.shown(instruction)
