"""The database: one place that commits, one way to declare a tenant's table.

A session is a database session. It is opened, bound to one bureau and committed only here; raise to undo,
return to keep.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.schema import SchemaItem

from vouchermarket.kit.undone import Busy, refusal_of

Session = AsyncConnection
Fence = Callable[[Session], Awaitable[None]]

APPLICATION_ROLE = "vouchermarket_app"

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

# Asked by the gateways: money may leave the building only when this is False.
transaction_is_open: ContextVar[bool] = ContextVar("transaction_is_open", default=False)


class Database:
    """One pool of connections of the application role."""

    def __init__(
        self, url: str, *, pool_size: int = 10, pool_timeout: int = 15, lock_timeout_ms: int = 5000
    ) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout,
            # An error that is logged tells its statement and keeps the people in it to itself.
            hide_parameters=True,
            connect_args={"options": f"-c timezone=UTC -c lock_timeout={lock_timeout_ms}"},
        )
        self._fence: Fence | None = None

    def fenced(self, fence: Fence) -> "Database":
        """The same pool, every transaction of which asks `fence` first: what it raises undoes it."""
        behind = copy(self)
        behind._fence = fence
        return behind

    @asynccontextmanager
    async def transaction(self, bureau_id: UUID) -> AsyncGenerator[Session]:
        """One transaction inside one bureau: commits on return, rolls back on any exception.

        Refuses `Busy` when a lock or a connection is not to be had in time, `ChangedMeanwhile` when
        another writer was first, `OutcomeUnknown` when the database is lost while it commits.
        """
        async with self._opened() as session:
            # A bound value is a syntax error here, so the id is typed before it is written into the text.
            await session.exec_driver_sql(f"SET LOCAL app.bureau_id = '{UUID(str(bureau_id))}'")
            yield session

    @asynccontextmanager
    async def registry(self) -> AsyncGenerator[Session]:
        """One transaction on the tables that stand above bureaus: `bureau`, `bureau_host`, `job_slot`."""
        async with self._opened() as session:
            yield session

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[Session]:
        mark = transaction_is_open.set(True)
        commits = False
        try:
            async with self._engine.begin() as session:
                if self._fence is not None:
                    await self._fence(session)
                yield session
                commits = True
        except DBAPIError as error:
            refusal = refusal_of(error, commits=commits)
            if refusal is None:
                raise
            raise refusal from error
        except (PoolTimeout, TimeoutError) as error:
            raise Busy from error
        finally:
            transaction_is_open.reset(mark)

    async def close(self) -> None:
        """Give all connections back to the server."""
        await self._engine.dispose()


# How a statement that is put together once takes its ids: `any_(bindparam("ids", type_=IDS))`.
IDS = ARRAY(Uuid)


def among(ids: Collection[UUID]) -> Any:
    """`column == among(ids)`: one bound array, so that a thousand ids are one statement of one shape."""
    return any_(bindparam("ids", in_order(ids), type_=IDS, unique=True))


def in_order(ids: Collection[UUID]) -> list[UUID]:
    """Each id once, in the order in which rows are locked."""
    # By number: two UUIDs compare by a method in Python, which ten thousand of them feel.
    return sorted(set(ids), key=lambda id_: id_.int)


def leads_to(column: Any, table: Any) -> ColumnElement[bool]:
    """The join along a composite foreign key: `leads_to(booking.c.run_id, run)`. Never without the bureau."""
    return and_(table.c.bureau_id == column.table.c.bureau_id, table.c.id == column)


# --- declaring tables -------------------------------------------------------------------------------------


def tenant_table(name: str, *parts: SchemaItem, append_only: bool = False, deletable: bool = False) -> Table:
    """A table of one bureau's rows: `bureau_id` leads its key, row-level security guards it.

    `append_only` rows can be read and inserted by the application role, never changed or locked.
    """
    grants = ["SELECT", "INSERT"] if append_only else ["SELECT", "INSERT", "UPDATE"]
    return Table(
        name,
        metadata,
        Column("bureau_id", Uuid, ForeignKey("bureau.id"), primary_key=True),
        *parts,
        info={"tenant": True, "grants": [*grants, "DELETE"] if deletable else grants},
    )


def registry_table(name: str, *parts: SchemaItem, deletable: bool = False) -> Table:
    """A table above bureaus. There are three; a test compares the list with the catalog."""
    grants = ["SELECT", "INSERT", "UPDATE"]
    return Table(
        name, metadata, *parts, info={"tenant": False, "grants": [*grants, "DELETE"] if deletable else grants}
    )


def unguarded_table(name: str, *parts: SchemaItem) -> Table:
    """A table of one bureau's rows without row-level security, for an index that would not be used behind it.

    Each statement on it names the bureau and joins a guarded table before it shows anything. There is one;
    a test compares the list with the catalog. Its rows are made from others and may be deleted.
    """
    return Table(
        name,
        metadata,
        Column("bureau_id", Uuid, ForeignKey("bureau.id"), primary_key=True),
        *parts,
        info={"tenant": False, "grants": ["SELECT", "INSERT", "UPDATE", "DELETE"]},
    )


def own_id(name: str = "id") -> Column[Any]:
    """The row's own id: second half of the primary key."""
    return Column(name, Uuid, primary_key=True)


def refers(
    column: str, table: str, *, nullable: bool = False, in_key: bool = False
) -> tuple[SchemaItem, ...]:
    """A column and its composite foreign key `(bureau_id, column)`: a single one would bypass tenancy."""
    return (
        Column(column, Uuid, nullable=nullable, primary_key=in_key),
        ForeignKeyConstraint(["bureau_id", column], [f"{table}.bureau_id", f"{table}.id"]),
    )


def fen(name: str, *, nullable: bool = False, signed: bool = False) -> tuple[SchemaItem, ...]:
    """Integer fen; not negative unless `signed`."""
    column = Column(name, BigInteger, nullable=nullable)
    return (column,) if signed else (column, CheckConstraint(f"{name} >= 0", name=f"{name}_not_negative"))


def instant(name: str, *, nullable: bool = False) -> Column[Any]:
    """A UTC instant (`_at`)."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


def words(name: str, allowed: Sequence[str], *, nullable: bool = False) -> tuple[SchemaItem, ...]:
    """A closed set of words as text with a CHECK: enum types are not leakproof under row security."""
    listed = ", ".join(f"'{word}'" for word in allowed)
    return (
        Column(name, Text, nullable=nullable),
        CheckConstraint(f"{name} IN ({listed})", name=f"{name}_known"),
    )


def tenant_index(table: str, *columns: str, unique: bool = False, where: Any = None) -> Index:
    """An index that begins with `bureau_id`; unique keys too, so that none tells of another bureau."""
    kind = "key" if unique else "idx"
    name = "_".join([table, *columns, kind])[:63]
    return Index(name, "bureau_id", *columns, unique=unique, postgresql_where=where)


# --- securing them, in migrations -------------------------------------------------------------------------

_POLICY = (
    "CREATE POLICY tenant ON %(fullname)s "
    "USING (bureau_id = NULLIF(current_setting('app.bureau_id', true), '')::uuid) "
    "WITH CHECK (bureau_id = NULLIF(current_setting('app.bureau_id', true), '')::uuid)"
)


def security_of(table: Table) -> list[Any]:
    """The statements that give the application role its rights on a table, and no more."""
    statements: list[str] = []
    if table.info["tenant"]:
        statements += [
            "ALTER TABLE %(fullname)s ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE %(fullname)s FORCE ROW LEVEL SECURITY",
            _POLICY,
        ]
    for grant in table.info["grants"]:
        statements.append("GRANT " + grant + " ON %(fullname)s TO " + APPLICATION_ROLE)
    return [DDL(statement).against(table) for statement in statements]


@contextmanager
def unforced(op: Any, tables: Sequence[str]) -> Generator[None]:
    """Let the owner see the rows while a migration reads or writes them or adds a foreign key.

    Under FORCE an UPDATE by the owner touches 0 rows in silence and ADD FOREIGN KEY accepts orphans.
    """
    named = [metadata.tables[name] for name in tables]
    for table in named:
        op.execute(DDL("ALTER TABLE %(fullname)s NO FORCE ROW LEVEL SECURITY").against(table))
    yield
    for table in named:
        op.execute(DDL("ALTER TABLE %(fullname)s FORCE ROW LEVEL SECURITY").against(table))


def secure(op: Any, names: Sequence[str]) -> None:
    """Give these tables their policies and grants, in the migration that makes them."""
    for name in names:
        for statement in security_of(metadata.tables[name]):
            op.execute(statement)
