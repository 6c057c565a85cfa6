"""Reads of funds, each with what the ledger says is in it."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from vouchermarket.identity import rules as identity
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import AccountId, FundId
from vouchermarket.ledger import queries as ledger
from vouchermarket.ledger.structs import Account
from vouchermarket.vouchers.structs import Fund
from vouchermarket.vouchers.tables import fund as fund_table


async def fund(session: Session, bureau_id: UUID, fund_id: UUID) -> Fund:
    """One fund as it stands. Refuses `NotFound`."""
    found = await _funds(session, bureau_id, fund_table.c.id == fund_id)
    if not found:
        raise identity.NotFound
    return found[0]


async def fund_of(session: Session, bureau_id: UUID, line: str, year: int) -> Fund | None:
    """The fund of a line and a year; None where nothing was ever appropriated to it."""
    found = await _funds(session, bureau_id, fund_table.c.line == line, fund_table.c.year == year)
    return found[0] if found else None


async def funds(session: Session, bureau_id: UUID, year: int | None = None) -> list[Fund]:
    """All funds by year and line, or those of one year."""
    return await _funds(session, bureau_id, *([] if year is None else [fund_table.c.year == year]))


async def funds_to_lapse(session: Session, bureau_id: UUID, today: date) -> list[Fund]:
    """Funds of years that are over with something free, by year and line.

    Those that lapsed before are among them again once a claw-back or a late expiry has put value back.
    """
    found = await _funds(session, bureau_id, fund_table.c.year < today.year)
    return [one for one in found if one.free_fen > 0]


async def _funds(session: Session, bureau_id: UUID, *conditions: Any) -> list[Fund]:
    statement = (
        select(fund_table)
        .where(fund_table.c.bureau_id == bureau_id, *conditions)
        .order_by(fund_table.c.year, fund_table.c.line)
    )
    rows = (await session.execute(statement)).all()
    accounts = await ledger.accounts(session, bureau_id, [row.id for row in rows])
    return [_fund_of(row, accounts[AccountId(row.id)]) for row in rows]


def _fund_of(row: Any, account: Account) -> Fund:
    return Fund(
        id=FundId(row.id),
        line=row.line,
        year=row.year,
        balance_fen=account.balance_fen,
        held_fen=account.held_fen,
        free_fen=account.free_fen,
        lapsed_at=row.lapsed_at,
    )
