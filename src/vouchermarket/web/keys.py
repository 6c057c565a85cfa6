"""`Idempotency-Key` on every POST that moves money or seats: the same request has its effect once."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response

from vouchermarket.identity.structs import Actor
from vouchermarket.kit import keys
from vouchermarket.kit.db import Session

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"


def readable(key: str | None) -> str:
    """The key of a request: 1 to 200 visible ASCII characters. Refuses `KeyMissing`."""
    if not key or len(key) > 200 or not all("!" <= character <= "~" for character in key):
        raise keys.KeyMissing
    return key


class Once:
    """Carries a verb out once for a key, in the request's own transaction.

    A success is stored with its effects and told again word for word; a refusal undoes both. Keys are a
    person's own: nobody learns or takes another's.

    Key and body are read when it is called: a dependency that refused after the transaction was opened would
    leave it open, for the framework closes what came before only from the handler on.
    """

    def __init__(
        self, request: Request[Any, Any, Any], session: Session, actor: Actor, now: datetime, key: str | None
    ) -> None:
        self._request = request
        self._session = session
        self._actor = actor
        self._now = now
        self._key = key

    async def __call__(
        self, verb: Callable[..., Awaitable[Any]], *told: Any, status: int = 201, **more: Any
    ) -> Response[Any]:
        """`verb(session, actor, *told, now=now)`.

        Refuses `KeyMissing`, `KeyInFlight`, `KeyReused`, and as the verb.
        """
        key = f"{self._actor.person_id}:{readable(self._key)}"
        request = self._request
        asked = keys.body_hash(request.method, request.scope["path"], await request.body())
        kept = await keys.claim(self._session, self._actor.bureau_id, key, asked)
        if kept is not None:
            return _answer(kept, {REPLAYED: "true"})
        result = await verb(self._session, self._actor, *told, now=self._now, **more)
        fresh = keys.Answer(status, msgspec.json.encode(result))
        await keys.store(self._session, self._actor.bureau_id, key, asked, fresh, self._now)
        return _answer(fresh, {})


def _answer(stored: keys.Answer, headers: dict[str, str]) -> Response[bytes]:
    return Response(stored.body, status_code=stored.status, media_type="application/json", headers=headers)
