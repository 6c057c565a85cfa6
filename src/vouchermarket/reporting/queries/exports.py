"""What is exported: rows as people open them in a table, page by page."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import and_, func, select

from vouchermarket.kit.clock import start_of_day
from vouchermarket.kit.db import Session
from vouchermarket.ledger.tables import account, transfer

TRANSFERS = "export_transfers"


class ExportTransfers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The transfers of the half-open period `[from_on, to_on)`, in civil days of the bureau."""

    from_on: date
    to_on: date


class ExportedTransfer(msgspec.Struct, frozen=True):
    """One transfer with the codes of its two accounts."""

    id: UUID
    at: datetime
    code: str
    source: str
    target: str
    amount_fen: int
    document_id: UUID


def _within(bureau_id: UUID, asked: ExportTransfers, time_zone: str) -> list[Any]:
    return [
        transfer.c.bureau_id == bureau_id,
        transfer.c.at >= start_of_day(asked.from_on, time_zone),
        transfer.c.at < start_of_day(asked.to_on, time_zone),
    ]


async def count_transfers(session: Session, bureau_id: UUID, asked: ExportTransfers, time_zone: str) -> int:
    """How many rows the period has."""
    counted = select(func.count()).where(*_within(bureau_id, asked, time_zone))
    return (await session.execute(counted)).scalar_one()


async def transfers(
    session: Session,
    bureau_id: UUID,
    asked: ExportTransfers,
    time_zone: str,
    *,
    after: UUID | None,
    at_most: int,
) -> list[ExportedTransfer]:
    """A page of the period's transfers by id, beginning after the last one seen."""
    source, target = account.alias("source"), account.alias("target")
    of_source = and_(source.c.bureau_id == transfer.c.bureau_id, source.c.id == transfer.c.source_id)
    of_target = and_(target.c.bureau_id == transfer.c.bureau_id, target.c.id == transfer.c.target_id)
    found = (
        select(
            transfer.c.id,
            transfer.c.at,
            transfer.c.code,
            source.c.code.label("source"),
            target.c.code.label("target"),
            transfer.c.amount_fen,
            transfer.c.document_id,
        )
        .join(source, of_source)
        .join(target, of_target)
        .where(*_within(bureau_id, asked, time_zone))
        .order_by(transfer.c.id)
        .limit(at_most)
    )
    if after is not None:
        found = found.where(transfer.c.id > after)
    return [ExportedTransfer(*row) for row in await session.execute(found)]
