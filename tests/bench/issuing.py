"""Issuing 100,000 vouchers in one issuance, beside one plain INSERT … SELECT of the same rows.

`make bench` prints a JSON line. `ratio` is the time of the operation by that of the plain statements, which
put the same rows into the same tables, keys, checks and row-level security on, in one transaction too.
"""

import asyncio
import sys
import time
from typing import LiteralString
from uuid import UUID

from psycopg import sql

import factories
from ground import connected, make_city, own_cluster, tell
from vouchermarket.identity import tables as identity
from vouchermarket.kit.db import Database
from vouchermarket.kit.embedded import Cluster
from vouchermarket.kit.ids import IssuanceId, new_id
from vouchermarket.vouchers import operations as vouchers
from vouchers.rows import HEAD_FEN, appropriate, approve

TEACHERS = 100_000
PART = 10_000
# What giving out writes, in the order in which one refers to the other.
WRITTEN = {"account": "kind = 'voucher'", "voucher": "true", "transfer": "code = 'issue'"}
KEEP = "CREATE TABLE {kept} AS SELECT * FROM {table} WHERE {part}"
SHOW = "GRANT SELECT ON {kept} TO PUBLIC"
TAKE_AWAY = "DELETE FROM {table} WHERE {part}"
# As small as it was before: what was deleted would lead the planner of the foreign keys astray.
SHRINK = "VACUUM (FULL, ANALYZE) {table}"
PUT_BACK = "INSERT INTO {table} SELECT * FROM {kept}"


async def appoint(database: Database, city: factories.City) -> None:
    """The teachers of one large school under the bureau."""
    person, post = factories.PersonRow(), factories.AppointmentRow(role="teacher")
    post["organisation_id"] = city.bodies["school_a"]
    for start in range(0, TEACHERS, PART):
        people = [
            {**person, "id": new_id(), "code": f"t{n}"} for n in range(start, min(start + PART, TEACHERS))
        ]
        posts = [{**post, "id": new_id(), "person_id": one["id"]} for one in people]
        async with database.transaction(city.bureau_id) as session:
            await factories.add(session, city.bureau_id, identity.person, *people)
            await factories.add(session, city.bureau_id, identity.appointment, *posts)


async def issue(database: Database, city: factories.City, issuance_id: IssuanceId) -> float:
    """Seconds that giving out takes, its commit included."""
    began = time.perf_counter()
    async with database.transaction(city.bureau_id) as session:
        officer = city.officer("teacher_office", 1)
        await vouchers.issue(session, officer, issuance_id, now=factories.NOW)
    return time.perf_counter() - began


def insert_select(cluster: Cluster, bureau_id: UUID) -> float:
    """Seconds that the same rows take from tables of the same shape, after the operation's are taken away."""
    with connected(cluster.superuser_url) as above:
        above.execute("SET session_replication_role = replica")
        for statement in (KEEP, SHOW, TAKE_AWAY, SHRINK):
            for table in WRITTEN:
                above.execute(_on(table, statement))
    with connected(cluster.url) as plain:
        began = time.perf_counter()
        with plain.transaction():
            plain.execute(_for(bureau_id))
            for table in WRITTEN:
                plain.execute(_on(table, PUT_BACK))
        return time.perf_counter() - began


def _on(table: str, statement: LiteralString) -> sql.Composed:
    names = {"table": sql.Identifier(table), "kept": sql.Identifier(f"kept_{table}")}
    return sql.SQL(statement).format(part=sql.SQL(WRITTEN[table]), **names)


def _for(bureau_id: UUID) -> sql.Composed:
    return sql.SQL("SET LOCAL app.bureau_id = {}").format(str(bureau_id))


async def main(cluster: Cluster) -> None:
    """Stock the roster, propose, issue, and measure."""
    database = Database(cluster.url)
    city, _ = await make_city(database)
    await appoint(database, city)
    with connected(cluster.superuser_url) as above:
        above.execute("VACUUM ANALYZE")
    began = time.perf_counter()
    async with database.transaction(city.bureau_id) as session:
        await appropriate(session, city, amount_fen=2 * TEACHERS * HEAD_FEN)
        issuance_id = await approve(session, city)
    tell("vouchers proposed", TEACHERS / (time.perf_counter() - began), None)
    took = await issue(database, city, issuance_id)
    await database.close()
    plain = insert_select(cluster, city.bureau_id)
    tell("vouchers issued", TEACHERS / took, took / plain, took_s=round(took, 2), plain_s=round(plain, 2))


if __name__ == "__main__":
    TEACHERS = int(sys.argv[1]) if len(sys.argv) > 1 else TEACHERS
    with own_cluster() as cluster:
        asyncio.run(main(cluster))
