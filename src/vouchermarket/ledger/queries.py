"""Reads of the ledger."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import any_, bindparam, exists, func, or_, select

from vouchermarket.kit.db import IDS, Session, among, in_order, leads_to
from vouchermarket.kit.ids import AccountId, PersonId, TransferId
from vouchermarket.ledger.rules import LOCKED
from vouchermarket.ledger.structs import (
    Account,
    AccountKind,
    Correction,
    Hold,
    Movement,
    Reason,
    Transfer,
    TransferCode,
)
from vouchermarket.ledger.tables import account, correction, transfer

_resolution = transfer.alias("resolution")
_mirror = transfer.alias("mirror")

_is_open = ~exists().where(leads_to(_resolution.c.resolves_id, transfer))
_is_reversed = exists().where(leads_to(_mirror.c.reverses_id, transfer))


def account_of(row: Any) -> Account:
    """A row of `account` as a struct."""
    return Account(AccountId(row.id), AccountKind(row.kind), row.code, row.balance_fen, row.held_fen)


# For the slices above to join: what each account has free, without reaching for the table.
free_values = select(
    account.c.bureau_id, account.c.id, (account.c.balance_fen - account.c.held_fen).label("free_fen")
).subquery("free_values")


# Put together once: nothing is posted without asking it.
_OPEN = select(account).where(
    account.c.bureau_id == bindparam("bureau_id"),
    account.c.id == any_(bindparam("ids", type_=IDS)),
    account.c.kind.not_in([kind.value for kind in LOCKED]),
)


async def open_accounts(session: Session, bureau_id: UUID, ids: Collection[UUID]) -> dict[AccountId, Account]:
    """Accounts of the open kinds among these ids: they need no lock, their figures are not used."""
    given = {"bureau_id": bureau_id, "ids": in_order(ids)}
    return {row.id: account_of(row) for row in await session.execute(_OPEN, given)}


async def accounts(session: Session, bureau_id: UUID, ids: Collection[UUID]) -> dict[AccountId, Account]:
    """Accounts by id, unlocked: for showing, never for deciding."""
    statement = select(account).where(account.c.bureau_id == bureau_id, account.c.id == among(ids))
    return {row.id: account_of(row) for row in await session.execute(statement)}


async def account_by_code(session: Session, bureau_id: UUID, code: str) -> Account | None:
    """One account by its code, e.g. `fund:all_staff:2014`."""
    statement = select(account).where(account.c.bureau_id == bureau_id, account.c.code == code)
    row = (await session.execute(statement)).one_or_none()
    return account_of(row) if row else None


async def holds(session: Session, bureau_id: UUID, ids: Collection[UUID]) -> dict[TransferId, Hold]:
    """Holds by id, each with whether it is still open."""
    statement = select(transfer, _is_open.label("is_open")).where(
        transfer.c.bureau_id == bureau_id, transfer.c.id == among(ids)
    )
    return {row.id: _hold_of(row) for row in await session.execute(statement)}


async def holds_of(
    session: Session, bureau_id: UUID, document_ids: Collection[UUID], code: TransferCode = TransferCode.HOLD
) -> list[Hold]:
    """The open holds of these documents, in the order in which they were taken."""
    statement = (
        select(transfer, _is_open.label("is_open"))
        .where(
            transfer.c.bureau_id == bureau_id,
            transfer.c.document_id == among(document_ids),
            transfer.c.code == code.value,
            _is_open,
        )
        .order_by(transfer.c.at, transfer.c.id)
    )
    return [_hold_of(row) for row in await session.execute(statement)]


def _hold_of(row: Any) -> Hold:
    return Hold(
        TransferId(row.id),
        TransferCode(row.code),
        AccountId(row.source_id),
        AccountId(row.target_id),
        row.amount_fen,
        row.document_id,
        row.is_open,
    )


async def transfers_of(
    session: Session, bureau_id: UUID, document_ids: Collection[UUID], *codes: TransferCode
) -> list[Transfer]:
    """The transfers of these documents, oldest first; of these codes where any are given."""
    statement = (
        select(transfer, _is_reversed.label("is_reversed"))
        .where(transfer.c.bureau_id == bureau_id, transfer.c.document_id == among(document_ids))
        .order_by(transfer.c.at, transfer.c.id)
    )
    if codes:
        statement = statement.where(transfer.c.code.in_([code.value for code in codes]))
    return [_transfer_of(row) for row in await session.execute(statement)]


async def transfers_page(
    session: Session,
    bureau_id: UUID,
    document_id: UUID,
    *,
    after: TransferId | None = None,
    at_most: int = 50,
) -> list[Transfer]:
    """The transfers of one document in the order of their ids, paged by the last one seen."""
    statement = (
        select(transfer, _is_reversed.label("is_reversed"))
        .where(transfer.c.bureau_id == bureau_id, transfer.c.document_id == document_id)
        .order_by(transfer.c.id)
        .limit(at_most)
    )
    if after is not None:
        statement = statement.where(transfer.c.id > after)
    return [_transfer_of(row) for row in await session.execute(statement)]


async def movements_of(
    session: Session, bureau_id: UUID, account_id: UUID, *, limit: int = 50, offset: int = 0
) -> list[Movement]:
    """The transfers that touch one account, the latest first."""
    own = or_(transfer.c.source_id == account_id, transfer.c.target_id == account_id)
    statement = (
        select(transfer)
        .where(transfer.c.bureau_id == bureau_id, own)
        .order_by(transfer.c.at.desc(), transfer.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        Movement(
            TransferId(row.id),
            row.at,
            TransferCode(row.code),
            row.amount_fen,
            row.document_id,
            row.target_id == account_id,
        )
        for row in await session.execute(statement)
    ]


async def transfer_by_id(session: Session, bureau_id: UUID, id_: UUID) -> Transfer | None:
    """One transfer, with whether it has been mirrored."""
    statement = select(transfer, _is_reversed.label("is_reversed")).where(
        transfer.c.bureau_id == bureau_id, transfer.c.id == id_
    )
    row = (await session.execute(statement)).one_or_none()
    return _transfer_of(row) if row else None


def _transfer_of(row: Any) -> Transfer:
    return Transfer(
        TransferId(row.id),
        TransferCode(row.code),
        AccountId(row.source_id),
        AccountId(row.target_id),
        row.amount_fen,
        row.document_id,
        row.is_reversed,
    )


def correction_of(row: Any) -> Correction:
    """A row of `correction` as a struct."""
    return Correction(
        row.id,
        TransferCode(row.code),
        row.source_id,
        row.target_id,
        row.amount_fen,
        row.reverses_id,
        Reason(row.reason),
        row.text,
        row.proposed_by,
        row.decided_by,
        row.approved,
    )


async def proposer_of(
    session: Session, bureau_id: UUID, correction_id: UUID
) -> tuple[PersonId, datetime] | None:
    """Who proposed a correction, and when."""
    statement = select(correction.c.proposed_by, correction.c.proposed_at).where(
        correction.c.bureau_id == bureau_id, correction.c.id == correction_id
    )
    row = (await session.execute(statement)).one_or_none()
    return (PersonId(row.proposed_by), row.proposed_at) if row else None


async def corrections_pending(session: Session, bureau_id: UUID, at_most: int = 200) -> list[Correction]:
    """The corrections that wait for a second person, oldest first."""
    statement = (
        select(correction)
        .where(correction.c.bureau_id == bureau_id, correction.c.approved.is_(None))
        .order_by(correction.c.proposed_at, correction.c.id)
        .limit(at_most)
    )
    return [correction_of(row) for row in await session.execute(statement)]


async def open_balance(session: Session, bureau_id: UUID, account_id: UUID) -> int:
    """Balance of an open account in fen: what came in less what went out, read from transfers."""
    moved = transfer.c.code.not_in(_NOT_MOVING)
    into = select(func.coalesce(func.sum(transfer.c.amount_fen), 0)).where(
        transfer.c.bureau_id == bureau_id, transfer.c.target_id == account_id, moved
    )
    out_of = select(func.coalesce(func.sum(transfer.c.amount_fen), 0)).where(
        transfer.c.bureau_id == bureau_id, transfer.c.source_id == account_id, moved
    )
    row = (await session.execute(select(into.scalar_subquery(), out_of.scalar_subquery()))).one()
    return int(row[0] - row[1])


_NOT_MOVING = [
    code.value
    for code in (
        TransferCode.HOLD,
        TransferCode.RELEASE,
        TransferCode.PAY_OUT,
        TransferCode.PAY_OUT_FAILED,
        TransferCode.REFUND,
        TransferCode.REFUND_FAILED,
    )
]
