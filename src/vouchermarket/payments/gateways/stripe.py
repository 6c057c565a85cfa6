"""The gateway `stripe`: transfers from the bureau's balance into a provider's connected account.

What breaks on the way is told apart by whether the request can have arrived. It cannot have, or Stripe says
that it did nothing: the same key again, here for a while and then by the next sweep. It may have: UNKNOWN,
and only `find` tells. Neither the secret key nor a text of Stripe's own goes into an answer.
"""

import asyncio
import random
import re
from collections.abc import Generator, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from vouchermarket.payments.gateways import insist_on_no_transaction
from vouchermarket.payments.structs import Answer, Instruction, Outcome, Retries
from vouchermarket.settings import Secret

VERSION = "2024-04-10"
CURRENCY = "cny"
TRANSFERS = "/v1/transfers"
CALLS_A_SECOND = 20
LIMITS = httpx.Timeout(connect=3, read=20, write=20, pool=2)

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
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


class Patience(msgspec.Struct, frozen=True):
    """How one call repeats itself: how often, after which pauses, and when it must have ended.

    Six tries that all hang stay below `rules.CALL_LEASE`, after which another sweep takes the call over.
    """

    tries: int = 6
    first: timedelta = timedelta(milliseconds=500)
    longest: timedelta = timedelta(seconds=8)
    whole_try: timedelta = timedelta(seconds=30)

    def pause(self, tried: int) -> timedelta:
        """The wait before the next try: anything up to a bound that doubles, so that callers spread out."""
        bound = min(self.first * 2 ** (tried - 1), self.longest)
        return bound * random.random()  # noqa: S311 - it spreads calls and guards nothing


class Transfer(msgspec.Struct, frozen=True):
    """What we read of Stripe's transfer object. `amount` is in fen."""

    id: str
    amount: int
    currency: str
    destination: str
    transfer_group: str
    reversed: bool

    def answers(self, instruction: Instruction) -> bool:
        """Whether it is the payment we asked for, to the fen, and still stands."""
        return not self.reversed and (self.amount, self.currency, self.destination, self.transfer_group) == (
            instruction.amount_fen,
            CURRENCY,
            instruction.destination,
            str(instruction.payment_id),
        )


class Page(msgspec.Struct, frozen=True):
    """Stripe's list of transfers."""

    transfers: list[Transfer] = msgspec.field(name="data")


class Fault(msgspec.Struct, frozen=True):
    """The closed words of Stripe's error object; its sentences are left behind, for they may quote keys."""

    type: str
    code: str | None = None


class Refused(msgspec.Struct, frozen=True):
    """The body of an error."""

    error: Fault


class Bearer(httpx.Auth):
    """Puts the secret key into the request at the last moment, and into nothing else."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        yield request


class Pace:
    """Lets at most so many calls begin in a second."""

    def __init__(self, calls_a_second: int) -> None:
        self._gap = 1 / calls_a_second
        self._free_at = 0

    async def wait(self) -> None:
        """Take the next free place in the row."""
        now = asyncio.get_running_loop().time()
        begins_at = max(now, self._free_at)
        self._free_at = begins_at + self._gap
        await asyncio.sleep(begins_at - now)


class StripeGateway:
    """Stripe's transfers over HTTP. Close it after use: it keeps connections."""

    # Stripe keeps a key for 24 hours at the least, and shows a transfer as soon as it has made it.
    retries: Retries | None = Retries(key_life=timedelta(hours=23), absence_after=timedelta(minutes=10))

    def __init__(
        self,
        base: str,
        key: Secret,
        *,
        limits: httpx.Timeout = LIMITS,
        patience: Patience | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._pace = Pace(CALLS_A_SECOND)
        self._http = httpx.AsyncClient(
            base_url=base,
            auth=Bearer(key),
            timeout=limits,
            headers={"Stripe-Version": VERSION},
            # Neither a proxy nor a .netrc of the machine comes between us and the gateway.
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def submit(self, instruction: Instruction, key: str) -> Answer:
        """Make the transfer. Repeats itself, same key and same bytes, only while nothing was done."""
        insist_on_no_transaction()
        body = urlencode(
            {
                "amount": instruction.amount_fen,
                "currency": CURRENCY,
                "destination": instruction.destination or "",
                "transfer_group": instruction.payment_id,
                "metadata[statement]": instruction.statement_id,
                "metadata[provider]": instruction.provider_id,
            }
        ).encode()
        headers = {"Idempotency-Key": key, "Content-Type": "application/x-www-form-urlencoded"}
        tried = 0
        while True:
            tried += 1
            answer = await self._try("POST", instruction, content=body, headers=headers)
            if answer.outcome is not Outcome.LATER or tried == self._patience.tries:
                return answer
            await asyncio.sleep(self._patience.pause(tried).total_seconds())

    async def find(self, instruction: Instruction) -> Answer | None:
        """Look for the transfer by our payment's id. None only where Stripe says that there is none."""
        insist_on_no_transaction()
        asked = {"transfer_group": str(instruction.payment_id), "limit": "100"}
        try:
            response = await self._call("GET", params=asked)
        except (httpx.HTTPError, TimeoutError) as error:
            return _doubt(type(error).__name__)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            return Answer(Outcome.BARRED, fault=_fault_of(response))
        if response.status_code != HTTPStatus.OK:
            return _doubt(_fault_of(response))
        try:
            found = msgspec.json.decode(response.content, type=Page).transfers
        except msgspec.MsgspecError:
            return _doubt("unreadable")
        if not found:
            return None
        return _doubt("found_twice") if len(found) > 1 else _told(found[0], instruction)

    async def _try(self, method: str, instruction: Instruction, **sent: Any) -> Answer:
        try:
            response = await self._call(method, **sent)
        except _NOT_SENT as error:
            return Answer(Outcome.LATER, fault=type(error).__name__)
        except (httpx.HTTPError, TimeoutError) as error:
            return _doubt(type(error).__name__)
        return _read(response, instruction)

    async def _call(self, method: str, **sent: Any) -> httpx.Response:
        await self._pace.wait()
        # The limits of httpx count between two bytes: an answer that drips would keep them for ever.
        async with asyncio.timeout(self._patience.whole_try.total_seconds()):
            return await self._http.request(method, TRANSFERS, **sent)


def _read(response: httpx.Response, instruction: Instruction) -> Answer:
    status, fault = response.status_code, _fault_of(response)
    if status == HTTPStatus.OK:
        try:
            return _told(msgspec.json.decode(response.content, type=Transfer), instruction)
        except msgspec.MsgspecError:
            return _doubt("unreadable")
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
    return _doubt(fault)


def _told(transfer: Transfer, instruction: Instruction) -> Answer:
    if not transfer.answers(instruction):
        return _doubt("answer_differs")
    return Answer(Outcome.ACCEPTED, reference=transfer.id)


def _doubt(fault: str) -> Answer:
    return Answer(Outcome.UNKNOWN, fault=fault)


def _should_retry(headers: Mapping[str, str]) -> bool:
    return headers.get("Stripe-Should-Retry") == "true"


def _error_of(response: httpx.Response) -> Fault | None:
    try:
        return msgspec.json.decode(response.content, type=Refused).error
    except msgspec.MsgspecError:
        return None


def _fault_of(response: httpx.Response) -> str:
    """`402 balance_insufficient`: the status and Stripe's closed word, never its sentence."""
    error = _error_of(response)
    word = (error.code or error.type) if error else ""
    return f"{response.status_code} {word}" if _WORD.fullmatch(word) else str(response.status_code)
