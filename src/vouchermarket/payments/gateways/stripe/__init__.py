"""The gateway `stripe`: transfers from the bureau's balance into a provider's connected account, and back.

What breaks on the way is told apart by whether the request can have arrived. It cannot have, or Stripe says
that it did nothing: the same key again, here for a while and then by the next sweep. It may have: UNKNOWN,
and only `find` tells. Neither the secret key nor a text of Stripe's own goes into an answer.
"""

import asyncio
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote, urlencode

import httpx
import msgspec

from vouchermarket.payments.gateways import GatewaySilent, insist_on_no_transaction
from vouchermarket.payments.gateways.stripe import objects
from vouchermarket.payments.gateways.stripe.wire import BROKEN, LIMITS, NOT_SENT, Patience, Wire
from vouchermarket.payments.structs import Answer, Instruction, Outcome, Remote, Retries
from vouchermarket.settings import Secret

__all__ = ["LIMITS", "Patience", "StripeGateway"]

TRANSFERS = "/v1/transfers"
PAGE = 100

Told = TypeVar("Told")


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
        self._wire = Wire(base, key, limits, self._patience)

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._wire.close()

    async def submit(self, instruction: Instruction, key: str) -> Answer:
        """Make the transfer or its reversal. Repeats itself, same key and same bytes, only while nothing was
        done.
        """
        insist_on_no_transaction()
        place, body = _place_of(instruction), _body_of(instruction)
        headers = {"Idempotency-Key": key, "Content-Type": "application/x-www-form-urlencoded"}
        tried = 0
        while True:
            tried += 1
            try:
                response = await self._wire.call("POST", place, content=body, headers=headers)
                answer = objects.read(response, instruction)
            except NOT_SENT as error:
                answer = Answer(Outcome.LATER, fault=type(error).__name__)
            except BROKEN as error:
                answer = objects.doubt(type(error).__name__)
            if answer.outcome is not Outcome.LATER or tried == self._patience.tries:
                return answer
            await asyncio.sleep(self._patience.pause(tried).total_seconds())

    async def find(self, instruction: Instruction) -> Answer | None:
        """Look for the transfer or its reversal by our own id. None only where Stripe says there is none."""
        insist_on_no_transaction()
        asked = {"limit": str(PAGE)}
        if instruction.reversal_id is None:
            asked["transfer_group"] = str(instruction.payment_id)
        try:
            response = await self._wire.call("GET", _place_of(instruction), params=asked)
        except BROKEN as error:
            return objects.doubt(type(error).__name__)
        return objects.found(response, instruction)

    async def fetch(self, reference: str) -> Remote | None:
        """One transfer by Stripe's id; None where there is none. Raises `GatewaySilent`."""
        insist_on_no_transaction()
        response = await self._asked(f"{TRANSFERS}/{quote(reference, safe='')}", {})
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        return _decoded(response, objects.Transfer).remote

    async def listed(self, since: datetime) -> list[Remote]:
        """All transfers made since then, newest first, page by page. Raises `GatewaySilent`."""
        insist_on_no_transaction()
        asked = {"created[gte]": str(int(since.timestamp())), "limit": str(PAGE)}
        listed: list[Remote] = []
        while True:
            page = _decoded(await self._asked(TRANSFERS, asked), objects.Page[objects.Transfer])
            listed += [transfer.remote for transfer in page.rows]
            if not page.has_more or not page.rows:
                return listed
            asked["starting_after"] = page.rows[-1].id

    async def _asked(self, place: str, asked: dict[str, str]) -> httpx.Response:
        try:
            return await self._wire.call("GET", place, params=asked)
        except BROKEN as error:
            raise GatewaySilent(type(error).__name__) from None


def _decoded(response: httpx.Response, wanted: type[Told]) -> Told:
    if response.status_code != HTTPStatus.OK:
        raise GatewaySilent(objects.fault_of(response))
    try:
        return msgspec.json.decode(response.content, type=wanted)
    except msgspec.MsgspecError:
        raise GatewaySilent("unreadable") from None


def _place_of(instruction: Instruction) -> str:
    if instruction.reversal_id is None:
        return TRANSFERS
    return f"{TRANSFERS}/{quote(instruction.reverses or '', safe='')}/reversals"


def _body_of(instruction: Instruction) -> bytes:
    if instruction.reversal_id is None:
        told = {
            "amount": instruction.amount_fen,
            "currency": objects.CURRENCY,
            "destination": instruction.destination or "",
            "transfer_group": instruction.payment_id,
            "metadata[statement]": instruction.statement_id,
            "metadata[provider]": instruction.provider_id,
        }
    else:
        told = {
            "amount": instruction.amount_fen,
            "metadata[reversal]": instruction.reversal_id,
            "metadata[payment]": instruction.payment_id,
        }
    return urlencode(told).encode()
