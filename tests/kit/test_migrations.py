"""Each migration on the data of two bureaus, as the owner under FORCE: nothing is lost, the books hold."""

from sqlalchemy import func, select

import factories
from apart import further_database
from ledger.rows import open_line, post, posting
from vouchermarket.cli.migrate import declare_tables
from vouchermarket.identity import tables as identity
from vouchermarket.kit import schema
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import BureauId
from vouchermarket.ledger.structs import AccountKind, TransferCode
from vouchermarket.reporting.queries import invariants


async def _living(database: Database) -> BureauId:
    """A bureau with people in it and money on its way."""
    bureau_id = await factories.make_bureau(database)
    await factories.make_city(database, bureau_id)
    async with database.transaction(bureau_id) as session:
        accounts = await open_line(session, bureau_id)
        treasury, fund = AccountKind.TREASURY, AccountKind.FUND
        await post(session, bureau_id, posting(accounts, TransferCode.APPROPRIATE, treasury, fund, 1000))
    return bureau_id


async def _people(database: Database, bureau_id: BureauId) -> int:
    async with database.transaction(bureau_id) as session:
        return (await session.execute(select(func.count()).select_from(identity.person))).scalar_one()


async def test_a_city_of_the_first_schema_lives_on_in_the_newest():
    declare_tables()
    with further_database(migrated=False) as cluster:
        schema.upgrade(cluster.owner_url, "0001")
        database = Database(cluster.url)
        try:
            bureaus = [await _living(database) for _ in range(2)]
            before = [await _people(database, bureau_id) for bureau_id in bureaus]
            schema.upgrade(cluster.owner_url)
            assert schema.current(cluster.owner_url) == schema.newest()
            assert schema.differences(cluster.owner_url) == []
            assert [await _people(database, bureau_id) for bureau_id in bureaus] == before
            for bureau_id in bureaus:
                async with database.transaction(bureau_id) as session:
                    assert not [one for one in await invariants.check(session, bureau_id) if one.broken]
        finally:
            await database.close()
