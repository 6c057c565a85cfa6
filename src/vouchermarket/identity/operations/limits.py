"""Failed attempts, counted in the database: all processes share the count and a restart keeps it."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vouchermarket.identity import rules
from vouchermarket.identity.rules import Failures
from vouchermarket.identity.tables import login_limit as table
from vouchermarket.kit import events
from vouchermarket.kit.db import Session, among
from vouchermarket.kit.locks import claim_rows, lock_rows

SWEPT_AT_ONCE = 10


def places(bureau_id: UUID, username: str) -> dict[UUID, str]:
    """Id → kind of the two counts of an attempt. The ids are hashes: what was typed is kept nowhere."""
    words = {"username": username}
    address = events.origin.get().address
    if address:
        words["address"] = rules.network(address)
    return {_id(bureau_id, kind, word): kind for kind, word in words.items()}


def _id(bureau_id: UUID, kind: str, word: str) -> UUID:
    return UUID(bytes=hashlib.sha256(f"{bureau_id}:{kind}:{word}".encode(errors="replace")).digest()[:16])


async def look(session: Session, bureau_id: UUID, username: str, *, now: datetime) -> None:
    """Refuses `TooManyAttempts` before any work is done for an attempt."""
    counts = select(table.c.kind, table.c.failures, table.c.failed_at).where(
        table.c.bureau_id == bureau_id, table.c.id == among(places(bureau_id, username))
    )
    rules.unhindered([Failures(*row) for row in await session.execute(counts)], now)


async def hold(session: Session, bureau_id: UUID, username: str, *, now: datetime) -> None:
    """Lock the counts and look once more, before it is told whether an attempt was right.

    A thousand guesses sent at once pass the first look together; here they stand in a row, and behind the
    fifth that is counted nobody learns anything. Refuses `TooManyAttempts`.
    """
    rows = await lock_rows(session, table, bureau_id, places(bureau_id, username))
    rules.unhindered([Failures(row.kind, row.failures, row.failed_at) for row in rows], now)


async def count(
    session: Session, bureau_id: UUID, username: str, person_id: UUID | None, *, now: datetime
) -> None:
    """Count a failure and write it down, of an unknown user name too. Refuses `TooManyAttempts` as `hold`."""
    kinds = places(bureau_id, username)
    fresh = [
        {"bureau_id": bureau_id, "id": id_, "kind": kinds[id_], "failures": 0, "failed_at": now}
        # In one order for everybody, as the locks below.
        for id_ in sorted(kinds)
    ]
    await session.execute(upsert(table).on_conflict_do_nothing(), fresh)
    rows = await lock_rows(session, table, bureau_id, kinds)
    standing = {row.id: Failures(row.kind, row.failures, row.failed_at) for row in rows}
    rules.unhindered(standing.values(), now)
    for id_, failures in standing.items():
        mine = (table.c.bureau_id == bureau_id, table.c.id == id_)
        number = rules.one_more(failures, now)
        await session.execute(update(table).where(*mine).values(failures=number, failed_at=now))
    subject_id = person_id or _id(bureau_id, "username", username)
    facts = {"known": person_id is not None}
    await events.record(session, bureau_id, "identity.login_failed", subject_id, now=now, facts=facts)
    await _sweep(session, bureau_id, now)


async def clear(session: Session, bureau_id: UUID, username: str) -> None:
    """Forget the failures of a user name whose person has come in. An address could be cleared by anybody
    who has a user name of his or her own, so it is not.
    """
    mine = (table.c.bureau_id == bureau_id, table.c.id == _id(bureau_id, "username", username))
    await session.execute(update(table).where(*mine).values(failures=0))


async def _sweep(session: Session, bureau_id: UUID, now: datetime) -> None:
    # Each failure makes at most two rows and takes away more, so that guessing names cannot fill the table.
    past = [table.c.bureau_id == bureau_id, table.c.failed_at <= now - rules.FORGOTTEN_AFTER]
    old = await claim_rows(session, table, past, SWEPT_AT_ONCE)
    gone = among([row.id for row in old])
    await session.execute(delete(table).where(table.c.bureau_id == bureau_id, table.c.id == gone))
