"""What we read of Stripe's answers, and what each makes of an instruction."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Generic, TypeVar

import httpx
import msgspec

from vouchermarket.payments.structs import Answer, Instruction, Outcome, Remote

CURRENCY = "cny"

_REFUSALS = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
    }
)
_WAITS = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.CONFLICT})
_WORD = re.compile(r"[a-z0-9_]{1,60}")

Told = TypeVar("Told")


class Transfer(msgspec.Struct, frozen=True):
    """What we read of Stripe's transfer object. Amounts are in fen."""

    id: str
    amount: int
    currency: str
    destination: str
    reversed: bool
    amount_reversed: int = 0
    created: int = 0
    transfer_group: str | None = None
    metadata: dict[str, str] = {}

    def answers(self, instruction: Instruction) -> bool:
        """Whether it is the payment we asked for, to the fen, and still stands."""
        return not self.reversed and (self.amount, self.currency, self.destination, self.transfer_group) == (
            instruction.amount_fen,
            CURRENCY,
            instruction.destination,
            str(instruction.payment_id),
        )

    @property
    def remote(self) -> Remote:
        """The same without Stripe's words."""
        return Remote(
            reference=self.id,
            payment_id=self.transfer_group or "",
            provider_id=self.metadata.get("provider", ""),
            destination=self.destination,
            amount_fen=self.amount,
            reversed_fen=self.amount_reversed,
            made_at=datetime.fromtimestamp(self.created, UTC),
        )


class Return(msgspec.Struct, frozen=True):
    """What we read of Stripe's transfer reversal. `transfer` names what it takes back."""

    id: str
    amount: int
    currency: str
    transfer: str
    metadata: dict[str, str] = {}

    def is_of(self, instruction: Instruction) -> bool:
        """Whether it carries our own id: others may stand beside it, made by hand at Stripe."""
        return self.metadata.get("reversal") == str(instruction.reversal_id)

    def answers(self, instruction: Instruction) -> bool:
        """Whether it is the reversal we asked for, to the fen."""
        asked = (instruction.amount_fen, CURRENCY, instruction.reverses)
        return self.is_of(instruction) and (self.amount, self.currency, self.transfer) == asked


class Page(msgspec.Struct, Generic[Told], frozen=True):
    """A page of one of Stripe's lists."""

    rows: list[Told] = msgspec.field(name="data")
    has_more: bool = False


class Fault(msgspec.Struct, frozen=True):
    """The closed words of Stripe's error object; its sentences are left behind, for they may quote keys."""

    type: str
    code: str | None = None


class Refused(msgspec.Struct, frozen=True):
    """The body of an error."""

    error: Fault


def kind_of(instruction: Instruction) -> type[Transfer] | type[Return]:
    """What Stripe makes of an instruction."""
    return Return if instruction.reversal_id else Transfer


def read(response: httpx.Response, instruction: Instruction) -> Answer:
    """The answer to a submission."""
    status, fault = response.status_code, fault_of(response)
    if status == HTTPStatus.OK:
        try:
            return told(msgspec.json.decode(response.content, type=kind_of(instruction)), instruction)
        except msgspec.MsgspecError:
            return doubt("unreadable")
    if status == HTTPStatus.UNAUTHORIZED:
        return Answer(Outcome.BARRED, fault=fault)
    repeats = status >= HTTPStatus.INTERNAL_SERVER_ERROR and _should_retry(response.headers)
    if status in _WAITS or repeats:
        return Answer(Outcome.LATER, fault=fault)
    # A refusal that Stripe did not write comes from something in between, which knows nothing of the money.
    # And a key that was used with another body has moved money, or not: only a look-up tells.
    error = _error_of(response)
    if status in _REFUSALS and error is not None and error.type != "idempotency_error":
        return Answer(Outcome.REJECTED, fault=fault)
    return doubt(fault)


def found(response: httpx.Response, instruction: Instruction) -> Answer | None:
    """The answer to a look-up. None only where Stripe says that there is none."""
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        return Answer(Outcome.BARRED, fault=fault_of(response))
    if response.status_code != HTTPStatus.OK:
        return doubt(fault_of(response))
    try:
        if instruction.reversal_id is None:
            page = msgspec.json.decode(response.content, type=Page[Transfer])
            ours = page.rows
        else:
            page = msgspec.json.decode(response.content, type=Page[Return])
            ours = [one for one in page.rows if one.is_of(instruction)]
    except msgspec.MsgspecError:
        return doubt("unreadable")
    if len(ours) > 1:
        return doubt("found_twice")
    if ours:
        return told(ours[0], instruction)
    return doubt("too_many") if page.has_more else None


def told(made: Transfer | Return, instruction: Instruction) -> Answer:
    """Accepted, where it is what we asked for."""
    return Answer(Outcome.ACCEPTED, made.id) if made.answers(instruction) else doubt("answer_differs")


def doubt(fault: str) -> Answer:
    """Money may have moved."""
    return Answer(Outcome.UNKNOWN, fault=fault)


def _should_retry(headers: Mapping[str, str]) -> bool:
    return headers.get("Stripe-Should-Retry") == "true"


def _error_of(response: httpx.Response) -> Fault | None:
    try:
        return msgspec.json.decode(response.content, type=Refused).error
    except msgspec.MsgspecError:
        return None


def fault_of(response: httpx.Response) -> str:
    """`402 balance_insufficient`: the status and Stripe's closed word, never its sentence."""
    error = _error_of(response)
    word = (error.code or error.type) if error else ""
    return f"{response.status_code} {word}" if _WORD.fullmatch(word) else str(response.status_code)
