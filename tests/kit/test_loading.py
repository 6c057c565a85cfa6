"""Sets of rows: below and above the size from which they are copied, the same rows come out."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from vouchermarket.kit.db import Database
from vouchermarket.kit.events import event
from vouchermarket.kit.ids import AccountId, BureauId, new_id
from vouchermarket.kit.loading import COPIED_FROM, insert_rows, update_rows
from vouchermarket.kit.undone import ChangedMeanwhile
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import tables
from vouchermarket.ledger.structs import Account, AccountKind

AT = datetime(2014, 3, 1, 8, tzinfo=UTC)
FACTS = {"tab\t": "line\nback\\slash", "fen": 12, "nothing": None, "列": ["甲", "\\N"]}


def rows_of(bureau_id, number):
    return [
        {
            "bureau_id": bureau_id,
            "id": new_id(),
            "kind": "kit.tried",
            "subject_id": bureau_id,
            "actor_id": None if each % 2 else new_id(),
            "at": AT,
            "facts": FACTS,
            "request_id": "\\N" if each % 3 else None,
            "address": "a\tb",
        }
        for each in range(number)
    ]


async def found(database, bureau_id):
    async with database.transaction(bureau_id) as session:
        return [
            dict(row) for row in (await session.execute(select(event).order_by(event.c.id))).mappings().all()
        ]


@pytest.mark.parametrize("number", [0, 1, COPIED_FROM - 1, COPIED_FROM, COPIED_FROM + 1])
async def test_rows_come_out_as_they_went_in(database: Database, bureau: BureauId, number: int) -> None:
    rows = rows_of(bureau, number)
    async with database.transaction(bureau) as session:
        await insert_rows(session, event, rows)
    assert await found(database, bureau) == sorted(rows, key=lambda row: row["id"])


async def test_two_large_sets_of_one_table_go_in_within_one_transaction(
    database: Database, bureau: BureauId
) -> None:
    async with database.transaction(bureau) as session:
        for _ in range(2):
            await insert_rows(session, event, rows_of(bureau, COPIED_FROM))
    assert len(await found(database, bureau)) == 2 * COPIED_FROM


async def test_a_row_of_another_bureau_is_refused_in_a_large_set_too(
    database: Database, bureau: BureauId
) -> None:
    rows = [*rows_of(bureau, COPIED_FROM), *rows_of(new_id(), 1)]
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction(bureau) as session:
            await insert_rows(session, event, rows)
    assert await found(database, bureau) == []


async def test_a_row_that_stands_already_undoes_a_large_set(database: Database, bureau: BureauId) -> None:
    rows = rows_of(bureau, COPIED_FROM)
    with pytest.raises(ChangedMeanwhile):
        async with database.transaction(bureau) as session:
            await insert_rows(session, event, [*rows, rows[0]])
    assert await found(database, bureau) == []


@pytest.mark.parametrize("number", [0, 1, COPIED_FROM - 1, COPIED_FROM])
async def test_changes_the_rows_named_and_no_other(database: Database, bureau: BureauId, number: int) -> None:
    account = tables.account
    opened = [
        Account(AccountId(new_id()), AccountKind.VOUCHER, f"voucher:{each}") for each in range(number + 1)
    ]
    fresh = [
        {"id": one.id, "balance_fen": each + 1, "held_fen": 1} for each, one in enumerate(opened[:number])
    ]
    async with database.transaction(bureau) as session:
        await ledger.open_set(session, bureau, opened, now=AT)
        await update_rows(session, account, bureau, fresh)
    async with database.transaction(bureau) as session:
        rows = await session.execute(select(account.c.id, account.c.balance_fen, account.c.held_fen))
        after = {row.id: (row.balance_fen, row.held_fen) for row in rows}
    assert after == {opened[-1].id: (0, 0)} | {
        row["id"]: (row["balance_fen"], row["held_fen"]) for row in fresh
    }
