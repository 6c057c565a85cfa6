"""The wire to Stripe: one pool of connections, explicit limits, a pace, the key put in at the last moment."""

import asyncio
import random
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import httpx
import msgspec

from vouchermarket.settings import Secret

VERSION = "2024-04-10"
CALLS_A_SECOND = 20
LIMITS = httpx.Timeout(connect=3, read=20, write=20, pool=2)
# After these nothing can have arrived; after any other fault of the wire it may have.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
BROKEN = (httpx.HTTPError, TimeoutError)


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


class Wire:
    """Calls in a row, each with limits of its own."""

    def __init__(self, base: str, key: Secret, limits: httpx.Timeout, patience: Patience) -> None:
        self._patience = patience
        self._pace = Pace(CALLS_A_SECOND)
        self._http = httpx.AsyncClient(
            base_url=base,
            auth=Bearer(key),
            timeout=limits,
            headers={"Stripe-Version": VERSION},
            # Neither a proxy nor a .netrc of the machine comes between us and the gateway.
            trust_env=False,
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def call(self, method: str, place: str, **sent: Any) -> httpx.Response:
        """One request and its whole answer. Raises one of `NOT_SENT`, or of `BROKEN`."""
        await self._pace.wait()
        # The limits of httpx count between two bytes: an answer that drips would keep them for ever.
        async with asyncio.timeout(self._patience.whole_try.total_seconds()):
            return await self._http.request(method, place, **sent)
