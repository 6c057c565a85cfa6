"""Requests at a city's desks, each with the events it left behind: found by the number of the request."""

import re
from typing import Any

import httpx
from sqlalchemy import select

from factories import City
from vouchermarket.kit.db import Database
from vouchermarket.kit.events import event
from web.learning import Learning
from web.market import Desks, keyed
from world import World

IDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Walk:
    """A fresh city, and what each unsafe request in it has left in the audit trail, by route."""

    def __init__(self, database: Database, city: City, visit: Any, clock: Any) -> None:
        self.database, self.city, self.visit = database, city, visit
        self.desks, self.world = Desks(visit, city, database), World(database, city)
        self.learning = Learning(self.world, clock)
        self.left: dict[str, list[Any]] = {}

    async def __call__(
        self, client: httpx.AsyncClient, method: str, place: str, body: Any = None, **more: Any
    ) -> Any:
        """Send one request that has to succeed, under a key of its own, and note its events."""
        headers = keyed() | dict(more.pop("headers", {}))
        answer = await client.request(method, place, json=body, headers=headers, **more)
        assert 200 <= answer.status_code < 300, (method, place, answer.status_code, answer.text[:500])
        async with self.database.transaction(self.city.bureau_id) as session:
            number = answer.headers["x-request-id"]
            ours = event.c.bureau_id == self.city.bureau_id
            found = select(event).where(ours, event.c.request_id == number).order_by(event.c.id)
            rows = list(await session.execute(found))
        self.left.setdefault(f"{method} {IDS.sub('{}', place)}", rows)
        is_file = "content-disposition" in answer.headers
        return answer if is_file else answer.json() if answer.content else None
