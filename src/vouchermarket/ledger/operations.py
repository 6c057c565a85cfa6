"""The verbs that move value: lock, decide, write. They never commit.

Every caller writes its event first and hands its id in, so that no transfer stands without a reason.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import AccountId, EventId, PersonId, TransferId, fact_id, new_id
from vouchermarket.kit.loading import insert_rows, update_rows
from vouchermarket.kit.locks import lock_rows
from vouchermarket.ledger import queries, rules, tables
from vouchermarket.ledger.structs import (
    Account,
    AccountKind,
    Adjust,
    Correction,
    Hold,
    Posting,
    Reverse,
    TransferCode,
)


def account_id(bureau_id: UUID, kind: AccountKind, *parts: object) -> AccountId:
    """The id of the account with this code: the same fact, the same id, no look-up."""
    return AccountId(fact_id(bureau_id, f"account:{rules.account_code(kind, *parts)}"))


async def open_account(
    session: Session, bureau_id: UUID, kind: AccountKind, *parts: object, now: datetime
) -> AccountId:
    """Open the account with this code, or find it open already."""
    id_ = account_id(bureau_id, kind, *parts)
    await open_set(session, bureau_id, [Account(id_, kind, rules.account_code(kind, *parts))], now=now)
    return id_


async def open_set(session: Session, bureau_id: UUID, accounts: Iterable[Account], *, now: datetime) -> None:
    """Open accounts as one set, each as it is given; those that stand already are left as they are."""
    rows = [_account_row(bureau_id, account, now=now) for account in accounts]
    if rows:
        await session.execute(upsert(tables.account).on_conflict_do_nothing(), rows)


def _account_row(bureau_id: UUID, account: Account, *, now: datetime) -> dict[str, Any]:
    return {
        "bureau_id": bureau_id,
        "id": account.id,
        "kind": account.kind.value,
        "code": account.code,
        "balance_fen": account.balance_fen,
        "held_fen": account.held_fen,
        "opened_at": now,
    }


async def lock(session: Session, bureau_id: UUID, ids: Collection[UUID]) -> dict[AccountId, Account]:
    """Lock the accounts that keep a balance, in id order; read the open ones beside them without a lock."""
    open_ones = await queries.open_accounts(session, bureau_id, ids)
    rows = await lock_rows(session, tables.account, bureau_id, set(ids) - set(open_ones))
    return open_ones | {row.id: queries.account_of(row) for row in rows}


async def post(
    session: Session, bureau_id: UUID, postings: Sequence[Posting], *, event_id: EventId, now: datetime
) -> None:
    """Lock the accounts of these postings, decide, write. Refuses as `rules.apply`."""
    sides = {side for posting in postings for side in (posting.source_id, posting.target_id)}
    accounts = await lock(session, bureau_id, sides)
    # Read after the lock: a hold is settled under the lock of its source account.
    resolved = {posting.resolves_id for posting in postings if posting.resolves_id}
    holds = await queries.holds(session, bureau_id, resolved) if resolved else {}
    await write(session, bureau_id, accounts, holds, {event_id: postings}, now=now)


async def write(
    session: Session,
    bureau_id: UUID,
    accounts: Mapping[AccountId, Account],
    holds: Mapping[TransferId, Hold],
    postings: Mapping[EventId, Sequence[Posting]],
    *,
    opening: Sequence[Account] = (),
    now: datetime,
) -> None:
    """Decide on accounts the caller has locked and write the set: one insert, one update.

    `postings` come by the event that stands for them. Accounts in `opening` have not stood before: each is
    written once, with what these postings leave on it.
    """
    in_order = [posting for group in postings.values() for posting in group]
    opened = {account.id: account for account in opening}
    changed = rules.apply({**accounts, **opened}, holds, in_order)
    fresh = [_account_row(bureau_id, changed.pop(id_, account), now=now) for id_, account in opened.items()]
    await insert_rows(session, tables.account, fresh)
    rows = [
        {
            "bureau_id": bureau_id,
            "id": posting.id,
            "code": posting.code.value,
            "source_id": posting.source_id,
            "target_id": posting.target_id,
            "amount_fen": posting.amount_fen,
            "key": posting.key,
            "document_id": posting.document_id,
            "resolves_id": posting.resolves_id,
            "reverses_id": posting.reverses_id,
            "event_id": event_id,
            "at": now,
        }
        for event_id, group in postings.items()
        for posting in group
    ]
    await insert_rows(session, tables.transfer, rows)
    await _write_balances(session, bureau_id, [changed[id_] for id_ in sorted(changed)])


async def _write_balances(session: Session, bureau_id: UUID, accounts: Sequence[Account]) -> None:
    rows = [
        {"id": account.id, "balance_fen": account.balance_fen, "held_fen": account.held_fen}
        for account in accounts
    ]
    await update_rows(session, tables.account, bureau_id, rows)


# --- corrections: one person proposes, another approves ----------------------------------------------------


async def propose_adjust(
    session: Session, bureau_id: UUID, adjust: Adjust, *, by: PersonId, now: datetime
) -> UUID:
    """Propose to move value between two named accounts; nothing moves yet. Refuses as `rules.adjustable`."""
    rules.adjustable(adjust, await queries.accounts(session, bureau_id, [adjust.source_id, adjust.target_id]))
    draft = Correction(
        new_id(),
        TransferCode.ADJUST,
        adjust.source_id,
        adjust.target_id,
        adjust.amount_fen,
        None,
        adjust.reason,
        adjust.text,
        by,
        None,
        None,
    )
    return await _propose(session, bureau_id, draft, now=now)


async def propose_reverse(
    session: Session, bureau_id: UUID, reverse: Reverse, *, by: PersonId, now: datetime
) -> UUID:
    """Propose to mirror one transfer; nothing moves yet.

    Refuses `TransferUnknown`, `TransferNotReversible`.
    """
    found = rules.reversible(await queries.transfer_by_id(session, bureau_id, reverse.transfer_id))
    draft = Correction(
        new_id(),
        TransferCode.REVERSE,
        found.target_id,
        found.source_id,
        found.amount_fen,
        found.id,
        reverse.reason,
        reverse.text,
        by,
        None,
        None,
    )
    return await _propose(session, bureau_id, draft, now=now)


async def _propose(session: Session, bureau_id: UUID, draft: Correction, *, now: datetime) -> UUID:
    row = msgspec.to_builtins(draft, builtin_types=(UUID,))
    await session.execute(insert(tables.correction).values(bureau_id=bureau_id, proposed_at=now, **row))
    facts = {"code": draft.code.value, "amount_fen": draft.amount_fen, "reason": draft.reason.value}
    await events.record(
        session,
        bureau_id,
        "ledger.correction_proposed",
        draft.id,
        now=now,
        actor_id=draft.proposed_by,
        facts=facts,
    )
    return draft.id


async def decide_correction(
    session: Session, bureau_id: UUID, correction_id: UUID, *, approve: bool, by: PersonId, now: datetime
) -> TransferId | None:
    """Approve (the value moves now) or reject a correction, as a second person.

    Refuses as `rules.decidable` and, on approval, as `rules.apply`.
    """
    rows = await lock_rows(session, tables.correction, bureau_id, [correction_id])
    found = rules.decidable(queries.correction_of(rows[0]) if rows else None, by)
    verb = "ledger.correction_approved" if approve else "ledger.correction_rejected"
    facts = events.changed(found, approved=approve, decided_by=by)
    event_id = await events.record(session, bureau_id, verb, found.id, now=now, actor_id=by, facts=facts)
    await session.execute(
        update(tables.correction)
        .where(tables.correction.c.bureau_id == bureau_id, tables.correction.c.id == found.id)
        .values(decided_by=by, decided_at=now, approved=approve)
    )
    if not approve:
        return None
    if found.reverses_id is not None:
        rules.reversible(await queries.transfer_by_id(session, bureau_id, found.reverses_id))
    posting = Posting(
        id=TransferId(new_id()),
        code=found.code,
        source_id=found.source_id,
        target_id=found.target_id,
        amount_fen=found.amount_fen,
        # The key of a mirror is the transfer it mirrors: two corrections at once cannot both mirror it.
        key=f"{found.code.value}:{found.reverses_id or found.id}",
        document_id=found.id,
        reverses_id=found.reverses_id,
    )
    await post(session, bureau_id, [posting], event_id=event_id, now=now)
    return posting.id
