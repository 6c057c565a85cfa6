"""Who is asking: a bureau first, then a person, found in a short transaction of its own.

What was found is kept in the process for at most a second, so that an ended login is worth nothing a second
later everywhere, and a page of ten requests asks once.
"""

import base64
import hashlib
import hmac
import time
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from vouchermarket.identity import operations, queries, rules
from vouchermarket.identity.structs import Actor, Bureau
from vouchermarket.kit.clock import Clock
from vouchermarket.kit.db import Database, Session

KEPT = timedelta(seconds=1)
KEPT_MAX = 10_000
_NANOSECONDS = 1_000_000_000


class Visitor(msgspec.Struct, frozen=True):
    """A person at the door. By login there is its id and CSRF token, by bearer neither."""

    actor: Actor
    login_id: UUID | None = None
    csrf: str | None = None


class _Kept(msgspec.Struct, frozen=True):
    visitor: Visitor
    at: datetime
    tick: int


def csrf_token(secret: str) -> str:
    """The token of one login: whoever knows it knows the login, and no other login's token fits."""
    digest = hmac.digest(secret.encode(), b"csrf", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Visitors:
    """Looks up bureaus and visitors for one process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._bureaus: dict[tuple[str, str | None, str | None], tuple[Bureau, int]] = {}
        self._kept: dict[tuple[UUID, str, bytes], _Kept] = {}

    async def bureau(self, host: str, code: str | None, bearer_code: str | None) -> Bureau | None:
        """The bureau of a request: by host, by the first segment of the path, by its token, or the only one.

        None where host and path name different ones.
        """
        asked, tick = (host, code, bearer_code), time.monotonic_ns()
        kept = self._bureaus.get(asked)
        if kept and tick < kept[1] + _NANOSECONDS:
            return kept[0]
        async with self._database.registry() as session:
            found = await _bureau(session, host, code, bearer_code)
        if found is not None:
            if len(self._bureaus) >= KEPT_MAX:
                self._bureaus.clear()
            self._bureaus[asked] = (found, tick)
        return found

    async def by_token(self, bureau: Bureau, secret: str) -> Visitor | None:
        """Whose bearer token it is."""
        return await self._visitor(bureau, "token", secret)

    async def by_login(self, bureau: Bureau, secret: str) -> Visitor | None:
        """Whose login it is; that it was used is written down about once a minute."""
        return await self._visitor(bureau, "login", secret)

    async def _visitor(self, bureau: Bureau, by: str, secret: str) -> Visitor | None:
        place = (bureau.id, by, operations.secret_hash(secret))
        now, tick = self._clock(), time.monotonic_ns()
        kept = self._kept.get(place)
        if kept and now < kept.at + KEPT and tick < kept.tick + _NANOSECONDS:
            return kept.visitor
        async with self._database.transaction(bureau.id) as session:
            found = await (_by_token if by == "token" else _by_login)(session, bureau, secret, now)
        if found is None:
            self._kept.pop(place, None)
        else:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            self._kept[place] = _Kept(found, now, tick)
        return found

    def forget(self) -> None:
        """Drop what is kept, so that who logged out is out at once in this process."""
        self._kept.clear()


async def _bureau(session: Session, host: str, code: str | None, bearer_code: str | None) -> Bureau | None:
    by_host = await queries.bureau_by_host(session, host)
    by_code = await queries.bureau_by_code(session, code) if code else None
    if code and (by_code is None or by_host not in {None, by_code}):
        return None
    by_token = await queries.bureau_by_code(session, bearer_code) if bearer_code else None
    return by_host or by_code or by_token or await queries.only_bureau(session)


async def _by_token(session: Session, bureau: Bureau, secret: str, now: datetime) -> Visitor | None:
    actor = await queries.actor_by_token(session, bureau.id, operations.secret_hash(secret), now)
    return Visitor(actor) if actor else None


async def _by_login(session: Session, bureau: Bureau, secret: str, now: datetime) -> Visitor | None:
    known = await queries.actor_by_login(session, bureau.id, operations.secret_hash(secret), now)
    if known is None:
        return None
    if known.seen_at + rules.SEEN_EVERY <= now:
        await operations.see_login(session, bureau.id, known.id, now=now)
    return Visitor(known.actor, known.id, csrf_token(secret))
