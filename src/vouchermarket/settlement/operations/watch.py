"""What finance is told of the gateways: payments that stay in doubt, and books that differ."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from vouchermarket.identity import queries as identity
from vouchermarket.identity.structs import OrganisationKind
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.payments import operations as payments
from vouchermarket.payments.structs import Reconciliation


async def raise_alarms(session: Session, bureau_id: UUID, *, now: datetime) -> list[UUID]:
    """Tell finance, once, of each payment that has been in doubt for a day: it needs a person."""
    doubtful = await payments.mark_in_doubt(session, bureau_id, now=now)
    for payment_id, gateway, amount_fen in doubtful:
        facts = {"amount_fen": amount_fen, "gateway": gateway.value}
        alarmed = facts | events.changed({"alarmed_at": None}, alarmed_at=now)
        await events.record(
            session, bureau_id, "settlement.payment_needs_human", payment_id, now=now, facts=alarmed
        )
        told = facts | {"payment_id": payment_id}
        await _tell_finance(session, bureau_id, notice_rules.PaymentInDoubt, told, now=now)
    return [payment_id for payment_id, _, _ in doubtful]


async def record_reconciliation(
    session: Session, bureau_id: UUID, made: Reconciliation, *, now: datetime
) -> bool:
    """Keep a day's comparison, and tell finance where anything differs. False where the day has one."""
    if not await payments.keep_reconciliation(session, bureau_id, made):
        return False
    facts = {
        "gateway": made.gateway.value,
        "lines": made.differs,
        "difference_fen": made.difference_fen,
    }
    await events.record(session, bureau_id, "settlement.books_compared", made.id, now=now, facts=facts)
    if made.differs:
        await _tell_finance(session, bureau_id, notice_rules.BooksDiffer, facts, now=now)
    return True


async def _tell_finance(
    session: Session,
    bureau_id: UUID,
    kind: type[notice_rules.NoticeKind],
    facts: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    finance = await identity.office_for(session, bureau_id, OrganisationKind.FINANCE_OFFICE)
    if finance is not None:
        await notices.tell_officers(session, bureau_id, finance.id, kind, facts, now=now)
