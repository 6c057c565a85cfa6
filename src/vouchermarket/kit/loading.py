"""Large sets of rows: copied into a temporary table, then one INSERT … SELECT or UPDATE under row security.

COPY straight into a tenant's table is refused, for it would pass its policies by.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import Column, MetaData, Table, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateTable, DropTable

from vouchermarket.kit.db import Session

# Below this a statement a row, sent as a pipeline, is as fast and makes no table.
COPIED_FROM = 1000


async def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, however many there are."""
    if len(rows) >= COPIED_FROM:
        await _load(session, table, rows)
    elif rows:
        await session.execute(insert(table), rows)


async def update_rows(
    session: Session, table: Table, bureau_id: UUID, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Change rows of one bureau by their `id`, all the same columns; the caller holds their locks.

    One text for any number of rows, so that it is compiled once in the life of the process. An UPDATE from
    VALUES is another text for each number, and building it takes longer than the server needs for the rows.
    """
    own = table.c.bureau_id == bindparam("of_bureau")
    if len(rows) >= COPIED_FROM:
        waiting = await _waiting(session, table, rows)
        fresh = {column.name: column for column in waiting.c if column.name != "id"}
        changed = update(table).where(own, table.c.id == waiting.c.id).values(fresh)
        await session.execute(changed, {"of_bureau": bureau_id})
        await session.execute(DropTable(waiting))
    elif rows:
        fresh = {name: bindparam(f"fresh_{name}") for name in rows[0] if name != "id"}
        changed = update(table).where(own, table.c.id == bindparam("of_id")).values(fresh)
        named = [{"of_id": row["id"], **{f"fresh_{name}": row[name] for name in fresh}} for row in rows]
        await session.execute(changed, [{"of_bureau": bureau_id, **row} for row in named])


async def _load(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    waiting = await _waiting(session, table, rows)
    # The server keeps the plans by which it checks foreign keys. One made while a table was small reads the
    # whole of it for each new row; made anew, it sees how much has come in.
    await session.exec_driver_sql("DISCARD PLANS")
    names = [column.name for column in waiting.c]
    await session.execute(insert(table).from_select(names, select(waiting)))
    # Dropped at once: the next set of the same table in this transaction has a table of the same name.
    await session.execute(DropTable(waiting))


async def _waiting(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> Table:
    """A temporary table of these rows."""
    names = list(rows[0])
    columns = [Column(name, table.c[name].type) for name in names]
    waiting = Table(f"loading_{table.name}", MetaData(), *columns, prefixes=["TEMPORARY"])
    packed = {name for name in names if isinstance(table.c[name].type, JSONB)}
    await session.execute(CreateTable(waiting))
    connection = cast("psycopg.AsyncConnection", (await session.get_raw_connection()).driver_connection)
    told = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(waiting.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    async with connection.cursor() as cursor, cursor.copy(told) as copy:
        for row in rows:
            await copy.write_row([_json(row[name]) if name in packed else row[name] for name in names])
    return waiting


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
