"""Teachers who book and give back seats over HTTP without a pause, and remember every answer they got.

A request that was not answered is sent again under its key until it is: only then does its teacher go on. So
what every teacher believes is exact, and can be held against the books.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import httpx

from vouchermarket.kit.ids import RunId, new_id

PAUSE_SECONDS = 0.05
AGAIN_SECONDS = 0.2
# What is told for now: the request is sent again under its key.
NOT_YET = frozenset({"busy", "key_in_flight", "outcome_unknown"})
REST_SECONDS = 60


class Crowd:
    """Everybody's requests, and what came of them."""

    def __init__(self, address: str, tokens: Sequence[str], runs: Sequence[RunId], chance: random.Random):
        self._address, self._tokens, self._runs, self._chance = address, tokens, runs, chance
        self.booked: set[UUID] = set()
        self.given_back: set[UUID] = set()
        self.refused: Counter[str] = Counter()
        self.faults: list[str] = []
        self.unanswered = self.had_happened = 0
        self._going, self._at_rest, self._busy = asyncio.Event(), asyncio.Event(), 0
        self._going.set()
        self._newest = 0.0
        self._answered = asyncio.Condition()

    @property
    def acknowledged(self) -> int:
        return len(self.booked) + len(self.given_back)

    @asynccontextmanager
    async def about(self) -> AsyncIterator[None]:
        """Everybody books and gives back for as long as this is open."""
        limits = httpx.Limits(max_connections=len(self._tokens))
        async with httpx.AsyncClient(
            base_url=f"{self._address}/api/v1", timeout=10, limits=limits, trust_env=False
        ) as client:
            people = [asyncio.create_task(self._one(client, token)) for token in self._tokens]
            try:
                yield
            finally:
                for person in people:
                    person.cancel()
                ended = await asyncio.gather(*people, return_exceptions=True)
        assert [one for one in ended if not isinstance(one, asyncio.CancelledError)] == []

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """Everybody has an answer to everything they asked, and waits."""
        self._going.clear()
        async with asyncio.timeout(REST_SECONDS):
            while self._busy:
                self._at_rest.clear()
                await self._at_rest.wait()
        yield
        self._going.set()

    async def served_after(self, moment: float, within: float = 60) -> float:
        """Seconds from a moment until a request begun after it was booked or refused."""
        async with asyncio.timeout(within), self._answered:
            await self._answered.wait_for(lambda: self._newest > moment)
        return time.monotonic() - moment

    async def _one(self, client: httpx.AsyncClient, token: str) -> None:
        mine: dict[RunId, str] = {}
        headers = {"authorization": f"Bearer {token}"}
        while True:
            await self._going.wait()
            self._busy += 1
            try:
                await self._turn(client, headers, mine)
            finally:
                self._busy -= 1
                self._at_rest.set()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _turn(self, client: httpx.AsyncClient, headers: dict[str, str], mine: dict[RunId, str]) -> None:
        run_id = self._chance.choice(self._runs)
        if run_id in mine:
            path, body = f"/bookings/{mine[run_id]}/cancel", {"reason": "与学校活动冲突"}
        else:
            path, body = "/bookings", {"run_id": str(run_id)}
        answer = await self._answer(client, path, body, headers | {"idempotency-key": new_id().hex})
        if answer.status_code == 201:
            mine[run_id] = answer.json()["booking_id"]
            self.booked.add(UUID(mine[run_id]))
        elif answer.status_code == 200:
            self.given_back.add(UUID(mine.pop(run_id)))
        elif answer.status_code < 500:
            self.refused[answer.json()["code"]] += 1
        else:
            self.faults.append(answer.text)

    async def _answer(
        self, client: httpx.AsyncClient, path: str, body: dict[str, str], headers: dict[str, str]
    ) -> httpx.Response:
        is_first = True
        while True:
            began = time.monotonic()
            answer = await _sent(client, path, body, headers)
            if answer is not None:
                break
            self.unanswered += is_first
            is_first = False
            await asyncio.sleep(AGAIN_SECONDS)
        self.had_happened += not is_first and "idempotent-replayed" in answer.headers
        if answer.status_code < 500:
            async with self._answered:
                self._newest = max(self._newest, began)
                self._answered.notify_all()
        return answer


async def _sent(
    client: httpx.AsyncClient, path: str, body: dict[str, str], headers: dict[str, str]
) -> httpx.Response | None:
    """The answer, or None where it is not known what became of the request."""
    try:
        answer = await client.post(path, json=body, headers=headers)
    except httpx.TransportError:
        return None
    return None if answer.status_code in {409, 503} and answer.json()["code"] in NOT_YET else answer
