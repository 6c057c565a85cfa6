"""What several verbs do with statements: lock them, take lines off, keep the total equal to its lines."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.db import Session
from vouchermarket.kit.locks import lock_rows
from vouchermarket.settlement import queries, tables
from vouchermarket.settlement.structs import Statement, StatementLine


async def lock(session: Session, bureau_id: UUID, ids: Collection[UUID]) -> dict[UUID, Statement]:
    """Lock statements: after completions, before payments and ledger accounts."""
    rows = await lock_rows(session, tables.statement, bureau_id, ids)
    return {row.id: queries.statement_of(row) for row in rows}


async def lock_one(session: Session, bureau_id: UUID, id_: UUID) -> Statement:
    """Lock one statement. Refuses `NotFound`."""
    found = (await lock(session, bureau_id, [id_])).get(id_)
    if found is None:
        raise NotFound
    return found


async def take_off(
    session: Session, statement: Statement, line: StatementLine, *, bureau_id: UUID, now: datetime
) -> None:
    """Take a line off a locked statement: the total follows (I8), keys turned on the old one go back."""
    await session.execute(
        update(tables.statement_line)
        .where(tables.statement_line.c.bureau_id == bureau_id, tables.statement_line.c.id == line.id)
        .values(dropped_at=now)
    )
    await session.execute(
        update(tables.statement)
        .where(tables.statement.c.bureau_id == bureau_id, tables.statement.c.id == statement.id)
        .values(total_fen=statement.total_fen - line.amount_fen)
    )
    key = tables.statement_key
    await session.execute(
        update(key)
        .where(
            key.c.bureau_id == bureau_id,
            key.c.statement_id == statement.id,
            key.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
