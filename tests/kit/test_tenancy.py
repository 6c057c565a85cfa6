"""The wall between bureaus, as the database itself sees it (trust lines 8 to 11)."""

import os

import pytest
from sqlalchemy import create_engine, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from factories import City
from vouchermarket.cli.migrate import declare_tables
from vouchermarket.identity import tables as identity
from vouchermarket.kit import schema
from vouchermarket.kit.db import Database, metadata
from vouchermarket.kit.ids import BureauId, new_id

declare_tables()
TENANT = sorted(name for name, table in metadata.tables.items() if table.info["tenant"])
# house: exactly these stand above bureaus.
ABOVE = {"bureau", "bureau_host", "job_slot", "alembic_version"}
# And exactly this one holds a bureau's rows without a policy: `@@` is not leakproof, so behind row-level
# security the index of words would not be used. What it finds is shown only through guarded tables.
UNGUARDED = {"course_words"}


async def test_without_a_bureau_every_tenant_table_is_empty_on_a_reused_connection(
    database: Database, city: City
):
    """Trust 10: after one transaction the setting comes back as '', and an empty bureau is no bureau."""
    one = Database(os.environ["DATABASE_URL"], pool_size=1)
    try:
        async with one.transaction(city.bureau_id) as session:
            seen = (await session.execute(select(func.count()).select_from(identity.person))).scalar()
            assert seen
        async with one.registry() as session:
            setting = (await session.execute(text("SELECT current_setting('app.bureau_id', true)"))).scalar()
            assert setting == ""
            for name in TENANT:
                table = metadata.tables[name]
                assert (await session.execute(select(func.count()).select_from(table))).scalar() == 0, name
    finally:
        await one.close()


async def test_another_bureaus_rows_are_not_there(database: Database, city: City, owner_url: str):
    async with database.registry() as session:
        other = BureauId(new_id())
        await session.execute(
            insert(identity.bureau).values(
                id=other, code=f"o{other.hex[-9:]}", name="别市", opened_at=func.now()
            )
        )
    async with database.transaction(other) as session:
        for name in TENANT:
            count = select(func.count()).select_from(metadata.tables[name])
            assert (await session.execute(count)).scalar() == 0, name
        moved = await session.execute(update(identity.person).values(name="李四"))
        assert moved.rowcount == 0


async def test_a_row_cannot_be_written_into_another_bureau(database: Database, city: City):
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with database.transaction(BureauId(new_id())) as session:
            await session.execute(
                insert(identity.organisation).values(
                    bureau_id=city.bureau_id, id=new_id(), kind="bureau", code="x", name="x"
                )
            )


async def test_a_foreign_key_does_not_reach_into_another_bureau(
    database: Database, city: City, bureau: BureauId
):
    """Trust 11: a foreign-key check bypasses row security, so the key itself carries the bureau."""
    async with database.registry() as session:
        other = BureauId(new_id())
        await session.execute(
            insert(identity.bureau).values(
                id=other, code=f"o{other.hex[-9:]}", name="别市", opened_at=func.now()
            )
        )
    teacher = city.teacher().person_id
    with pytest.raises(IntegrityError, match="person_tier_bureau_id_person_id_fkey"):
        async with database.transaction(other) as session:
            await session.execute(
                insert(identity.person_tier).values(
                    bureau_id=other, person_id=teacher, tier="backbone", from_on=func.current_date()
                )
            )


def _catalog(url: str, sql: str) -> list[tuple]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(sql))]
    engine.dispose()
    return found


def _columns(name: str) -> list[str]:
    table = metadata.tables.get(name)
    return [] if table is None else [column.name for column in table.primary_key] + list(table.c.keys())


def test_every_table_with_a_bureau_is_forced_behind_one_policy(database, owner_url):
    """Trust 8."""
    found = _catalog(
        owner_url,
        """
        SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
               (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polqual IS NOT NULL
                AND p.polwithcheck IS NOT NULL AND p.polcmd = '*')
        FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
        """,
    )
    guarded = {name for name, enabled, forced, policies in found if enabled and forced and policies == 1}
    assert {name for name, *_ in found} - guarded == ABOVE | UNGUARDED
    assert guarded == set(TENANT)
    # Whatever stands without a policy and yet belongs to bureaus is keyed by the bureau first.
    of_bureaus = {name for name in ABOVE | UNGUARDED if "bureau_id" in _columns(name)}
    assert of_bureaus == UNGUARDED | {"bureau_host"}
    assert all(_columns(name)[0] == "bureau_id" for name in UNGUARDED)


def test_the_application_owns_nothing_bypasses_nothing_and_truncates_nothing(database, owner_url):
    """Trust 9."""
    [(is_super, bypasses)] = _catalog(
        owner_url, "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'vouchermarket_app'"
    )
    assert (is_super, bypasses) == (False, False)
    owned = _catalog(
        owner_url,
        "SELECT relname FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles "
        "WHERE rolname = 'vouchermarket_app')",
    )
    assert owned == []
    granted = _catalog(
        owner_url,
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = 'vouchermarket_app' AND privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES')",
    )
    assert granted == []


@pytest.mark.parametrize(
    "table",
    sorted(
        name for name, t in metadata.tables.items() if t.info["tenant"] and "UPDATE" not in t.info["grants"]
    ),
)
def test_what_is_append_only_can_neither_be_updated_nor_deleted(database, owner_url, table):
    """Trust 56, for every append-only table."""
    found = _catalog(
        owner_url,
        f"SELECT privilege_type FROM information_schema.role_table_grants WHERE table_name = '{table}' "  # noqa: S608 - a name of our own
        "AND grantee = 'vouchermarket_app'",
    )
    assert {privilege for (privilege,) in found} == {"SELECT", "INSERT"}


def test_every_unique_and_foreign_key_begins_with_the_bureau(database, owner_url):
    """Trust 11: a unique over all bureaus would tell one of the other's numbers."""
    names = "', '".join(TENANT)
    keys = _catalog(
        owner_url,
        f"""
        SELECT t.relname, i.relname FROM pg_index x
        JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
        WHERE x.indisunique AND t.relname IN ('{names}') AND a.attname <> 'bureau_id'
        """,  # noqa: S608 - names of our own
    )
    assert keys == []
    foreign = _catalog(
        owner_url,
        f"""
        SELECT t.relname, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND t.relname IN ('{names}') AND a.attname <> 'bureau_id'
        """,  # noqa: S608 - names of our own
    )
    assert foreign == []


def test_the_declared_tables_are_the_migrated_ones(database, owner_url):
    assert schema.differences(owner_url) == []
