"""Request keys: the same key with the same body gives the first result again, whatever broke in between."""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Column, Integer, LargeBinary, Text, delete, insert, select

from vouchermarket.kit.db import Session, instant, tenant_index, tenant_table
from vouchermarket.kit.locks import try_lock_word
from vouchermarket.kit.refusal import Kind, Refusal

KEPT = timedelta(days=7)

request_key = tenant_table(
    "request_key",
    Column("key", Text, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    instant("at"),
    tenant_index("request_key", "at"),
    deletable=True,
)


class KeyInFlight(Refusal):
    code = "key_in_flight"
    kind = Kind.CONFLICT
    zh = "同一请求正在办理中"
    en = "The same request is being carried out right now"
    remedy_zh = "请稍候用同一编号再试,即可得到结果"
    remedy_en = "Try again with the same key in a moment to get its result"


class KeyReused(Refusal):
    code = "key_reused"
    kind = Kind.INVALID
    zh = "此 Idempotency-Key 已用于另一内容的请求"
    en = "This Idempotency-Key was used for a request with another body"
    remedy_zh = "请为新的请求使用新的编号"
    remedy_en = "Use a new key for a new request"


class KeyMissing(Refusal):
    code = "key_missing"
    kind = Kind.INVALID
    zh = "涉及资金或名额的请求必须带 Idempotency-Key(1–200 个字符)"
    en = "A request that moves money or seats needs an Idempotency-Key of 1 to 200 characters"
    remedy_zh = "请在请求头中加入一个不重复的编号"
    remedy_en = "Add a header with a value of your own that you do not use twice"


class Answer(msgspec.Struct, frozen=True):
    """The stored result of a successful request."""

    status: int
    body: bytes


def body_hash(*parts: Any) -> bytes:
    """SHA-256 of what was asked: route, actor and body."""
    return hashlib.sha256(msgspec.json.encode(parts)).digest()


async def claim(session: Session, bureau_id: UUID, key: str, asked: bytes) -> Answer | None:
    """The first answer to this key, or None when it is new and now ours until the transaction ends.

    Refuses `KeyInFlight` while another transaction holds it, `KeyReused` when the body was another.
    """
    if not await try_lock_word(session, bureau_id, key):
        raise KeyInFlight
    found = (
        await session.execute(
            select(request_key).where(request_key.c.bureau_id == bureau_id, request_key.c.key == key)
        )
    ).one_or_none()
    if found is None:
        return None
    if found.body_hash != asked:
        raise KeyReused
    return Answer(found.status, found.answer)


async def find(session: Session, bureau_id: UUID, key: str) -> Answer | None:
    """The answer that is kept under a key, for who wants to see it again; None where there is none."""
    statement = select(request_key).where(request_key.c.bureau_id == bureau_id, request_key.c.key == key)
    row = (await session.execute(statement)).one_or_none()
    return Answer(row.status, row.answer) if row else None


async def store(
    session: Session, bureau_id: UUID, key: str, asked: bytes, answer: Answer, now: datetime
) -> None:
    """Keep a success beside its effects, in the same transaction. Refusals are never stored."""
    await session.execute(
        insert(request_key).values(
            bureau_id=bureau_id, key=key, body_hash=asked, status=answer.status, answer=answer.body, at=now
        )
    )


async def sweep(session: Session, bureau_id: UUID, now: datetime) -> int:
    """Forget keys older than seven days; returns how many."""
    old = delete(request_key).where(request_key.c.bureau_id == bureau_id, request_key.c.at < now - KEPT)
    return (await session.execute(old)).rowcount
