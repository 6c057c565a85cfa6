"""A voucher is frozen and let go again by an officer; past its day it gives back what is free."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor, DepartureKind
from vouchermarket.kit import events
from vouchermarket.kit.db import Session, among
from vouchermarket.kit.ids import AccountId, TransferId, new_id
from vouchermarket.kit.locks import lock_rows
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger.structs import Posting, TransferCode
from vouchermarket.notices import rules as notice_rules
from vouchermarket.vouchers import queries, rules, tables
from vouchermarket.vouchers.operations.tell import tell_holder
from vouchermarket.vouchers.structs import Freeze, Returned


async def freeze(session: Session, actor: Actor, command: Freeze, *, now: datetime) -> None:
    """Stop a voucher from paying for new bookings; what is held stays held.

    Refuses `RoleNotAllowed`, `NotFound`, `VoucherAlreadyFrozen`.
    """
    found = await _lock(session, actor, command.voucher_id)
    if found.frozen_at is not None:
        raise rules.VoucherAlreadyFrozen(reason=found.frozen_reason)
    fresh = {"frozen_at": now, "frozen_reason": command.reason}
    await _set(session, actor, command, "vouchers.frozen", now, found, **fresh)
    facts = {"voucher_id": found.id, "reason": command.reason}
    await tell_holder(session, actor.bureau_id, found, notice_rules.VoucherFrozen, facts, now=now)


async def freeze_of_the_gone(
    session: Session, bureau_id: UUID, today: date, now: datetime, at_most: int = 1000
) -> int:
    """Freeze the vouchers of people who left or died, at most so many at once; returns how many.

    An officer lets one go again once the departure is taken back.
    """
    candidates = await queries.unfrozen_of_the_gone(session, bureau_id, today, at_most)
    kinds = {row.id: DepartureKind(row.kind) for row in candidates}
    rows = await lock_rows(session, tables.voucher, bureau_id, kinds)
    # Judged again under the lock: an officer may have frozen one meanwhile, for a reason that stays.
    due = [row.id for row in rows if row.frozen_at is None]
    await ledger.lock(session, bureau_id, due)
    told: list[dict[str, Any]] = []
    voucher = tables.voucher
    for kind, reason in rules.GONE.items():
        ids = [id_ for id_ in due if kinds[id_] is kind]
        if ids:
            await session.execute(
                update(voucher)
                .where(voucher.c.bureau_id == bureau_id, voucher.c.id == among(ids))
                .values(frozen_at=now, frozen_reason=reason)
            )
        fresh = {"frozen_at": now, "frozen_reason": reason}
        facts = {"reason": reason, **events.changed(dict.fromkeys(fresh), **fresh)}
        told += [events.event_row(bureau_id, "vouchers.frozen", id_, now=now, facts=facts) for id_ in ids]
    await events.write(session, told)
    return len(due)


async def unfreeze(session: Session, actor: Actor, command: Freeze, *, now: datetime) -> None:
    """Let a frozen voucher pay again. Refuses `RoleNotAllowed`, `NotFound`, `VoucherNotFrozen`."""
    found = await _lock(session, actor, command.voucher_id)
    if found.frozen_at is None:
        raise rules.VoucherNotFrozen
    fresh = {"frozen_at": None, "frozen_reason": None}
    await _set(session, actor, command, "vouchers.unfrozen", now, found, **fresh)
    facts = {"voucher_id": found.id}
    await tell_holder(session, actor.bureau_id, found, notice_rules.VoucherUnfrozen, facts, now=now)


async def _lock(session: Session, actor: Actor, voucher_id: UUID) -> Any:
    identity.seats_for(actor, "freeze_voucher")
    rows = await lock_rows(session, tables.voucher, actor.bureau_id, [voucher_id])
    if not rows:
        raise identity.NotFound
    # Who spends a voucher holds its account: the freeze waits for a booking under way and stops the next.
    await ledger.lock(session, actor.bureau_id, [voucher_id])
    return rows[0]


async def _set(
    session: Session, actor: Actor, command: Freeze, kind: str, now: datetime, found: Any, **columns: Any
) -> None:
    voucher = tables.voucher
    await session.execute(
        update(voucher)
        .where(voucher.c.bureau_id == actor.bureau_id, voucher.c.id == command.voucher_id)
        .values(**columns)
    )
    await events.record(
        session,
        actor.bureau_id,
        kind,
        command.voucher_id,
        now=now,
        actor_id=actor.person_id,
        facts={"reason": command.reason, **events.changed(found, **columns)},
    )


async def expire(
    session: Session, bureau_id: UUID, today: date, now: datetime, at_most: int = 1000
) -> Returned:
    """Give back to its fund what vouchers past their validity have free, at most so many of them at once.

    What is held stays; once released it goes the same way at the next sweep. Nothing left, nothing written.
    """
    candidates = await queries.past_validity(session, bureau_id, today, at_most)
    sides = {row.id for row in candidates} | {row.fund_id for row in candidates}
    accounts = await ledger.lock(session, bureau_id, sides)
    # Judged again under the lock: another sweep may have been here, or a booking's release.
    due = [(row, accounts[row.id].free_fen) for row in candidates if accounts[row.id].free_fen > 0]
    if not due:
        return Returned(accounts=0, amount_fen=0)
    total_fen = sum(free_fen for _, free_fen in due)
    facts = {"vouchers": len(due), "amount_fen": total_fen, "on": today}
    event_id = await events.record(session, bureau_id, "vouchers.expired", bureau_id, now=now, facts=facts)
    postings = [
        Posting(
            id=TransferId(new_id()),
            code=TransferCode.EXPIRE,
            source_id=AccountId(row.id),
            target_id=AccountId(row.fund_id),
            amount_fen=free_fen,
            key=f"expire:{row.id}:{event_id}",
            document_id=row.issuance_id,
        )
        for row, free_fen in due
    ]
    await ledger.post(session, bureau_id, postings, event_id=event_id, now=now)
    return Returned(accounts=len(due), amount_fen=total_fen)
