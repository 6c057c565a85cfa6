"""The only place that locks rows.

Order for everybody: run, person, booking, completion, statement, ledger account; each by id.
FOR NO KEY UPDATE, since plain FOR UPDATE would stop every insert that refers to the row.
"""

import hashlib
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, any_, bindparam, func, select
from sqlalchemy.engine import Row

from vouchermarket.kit.db import IDS, Session, in_order


async def lock_rows(
    session: Session, table: Table, bureau_id: UUID, ids: Collection[UUID]
) -> Sequence[Row[Any]]:
    """Lock the rows with these ids, in id order so that two batches queue and never deadlock."""
    if not ids:
        return []
    return (await session.execute(_locking(table), {"bureau_id": bureau_id, "ids": in_order(ids)})).all()


# Every booking locks four kinds of rows: the statement is put together once for each table, not each time.
@cache
def _locking(table: Table) -> Select[Any]:
    return (
        select(table)
        .where(table.c.bureau_id == bindparam("bureau_id"), table.c.id == any_(bindparam("ids", type_=IDS)))
        .order_by(table.c.id)
        .with_for_update(key_share=True)
    )


async def claim_rows(
    session: Session, table: Table, where: Sequence[Any], at_most: int, *, first: Sequence[Any] = ()
) -> Sequence[Row[Any]]:
    """Lock up to `at_most` rows nobody else holds: how several workers share one queue of rows.

    `first` names the columns that say who has waited longest.
    """
    statement = (
        select(table)
        .where(*where)
        .order_by(*first)
        .limit(at_most)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await session.execute(statement)).all()


def _number(*parts: object) -> int:
    digest = hashlib.sha256(":".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


async def try_lock_word(session: Session, *parts: object) -> bool:
    """Try an advisory lock on a word until the transaction ends; False when somebody else has it."""
    return bool((await session.execute(select(func.pg_try_advisory_xact_lock(_number(*parts))))).scalar())
