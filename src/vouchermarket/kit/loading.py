"""Large sets of rows in: copied into a temporary table, then one INSERT … SELECT under row security.

COPY straight into a tenant's table is refused, for it would pass its policies by.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import Column, MetaData, Table, insert, select
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


async def _load(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
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
    await session.execute(insert(table).from_select(names, select(waiting)))
    # Dropped at once: the next set of the same table in this transaction has a table of the same name.
    await session.execute(DropTable(waiting))


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
