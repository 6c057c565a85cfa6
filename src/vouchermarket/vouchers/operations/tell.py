"""Who is told what of a voucher: its teacher, or the officers of its school."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from vouchermarket.kit.db import Session
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as kinds
from vouchermarket.vouchers import queries, rules, tables

DAY = timedelta(days=1)


async def tell_holder(
    session: Session,
    bureau_id: UUID,
    voucher: Any,
    kind: type[kinds.NoticeKind],
    facts: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Tell whoever holds this voucher; of a school's all of its officers."""
    await _tell_holders(session, bureau_id, [(voucher, facts)], kind, now=now)


async def tell_issued(session: Session, bureau_id: UUID, issuance_id: UUID, *, now: datetime) -> None:
    """Tell every holder of an issuance that has been carried out.

    Not within the issuance itself: it holds the fund's lock, and a city has a hundred thousand holders.
    """
    told = [
        (
            row,
            {"voucher_id": row.id, "amount_fen": row.amount_fen, "last_on": row.valid_to - DAY},
        )
        for row in await queries.vouchers_of_issuance(session, bureau_id, issuance_id)
    ]
    await _tell_holders(session, bureau_id, told, kinds.VoucherIssued, now=now)


async def remind_of_expiry(
    session: Session, bureau_id: UUID, today: date, now: datetime, at_most: int = 1000
) -> int:
    """Remind holders of free value thirty and seven days before its last day, once each; returns how many.

    Frozen vouchers are left out: nothing could be done about them.
    """
    due: list[tuple[Any, int]] = []
    for after, days in rules.REMINDERS:
        due += [
            (row, days)
            for row in await queries.unreminded(session, bureau_id, today, after, days, at_most - len(due))
        ]
    if not due:
        return 0
    rows = [
        {"bureau_id": bureau_id, "voucher_id": row.id, "days": days, "reminded_at": now} for row, days in due
    ]
    table = tables.voucher_reminder
    written = await session.execute(
        insert(table).values(rows).on_conflict_do_nothing().returning(table.c.voucher_id, table.c.days)
    )
    # What another sweep has written meanwhile is told by that one.
    ours = {(row.voucher_id, row.days) for row in written}
    told = [
        (row, {"voucher_id": row.id, "free_fen": row.free_fen, "last_on": row.valid_to - DAY})
        for row, days in due
        if (row.id, days) in ours
    ]
    await _tell_holders(session, bureau_id, told, kinds.VoucherExpiring, now=now)
    return len(told)


async def _tell_holders(
    session: Session,
    bureau_id: UUID,
    told: Sequence[tuple[Any, Mapping[str, Any]]],
    kind: type[kinds.NoticeKind],
    *,
    now: datetime,
) -> None:
    people = [(row.person_id, facts) for row, facts in told if row.person_id is not None]
    await notices.tell_each(session, bureau_id, people, kind, now=now)
    for row, facts in told:
        if row.organisation_id is not None:
            await notices.tell_officers(session, bureau_id, row.organisation_id, kind, facts, now=now)
