"""The attempts: what is tried at a gateway, written down and committed before the first byte leaves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, insert, or_, select, update

from vouchermarket.kit import events
from vouchermarket.kit.db import Session, among
from vouchermarket.kit.ids import PaymentId
from vouchermarket.kit.locks import claim_rows
from vouchermarket.payments import queries, rules, tables
from vouchermarket.payments.gateways import Gateways
from vouchermarket.payments.operations.payments import lock
from vouchermarket.payments.structs import (
    Attempt,
    AttemptState,
    Errand,
    Payment,
    PaymentState,
    Reversal,
    ReversalState,
    Step,
)


async def begin_attempts(
    session: Session, bureau_id: UUID, gateways: Gateways, *, now: datetime, at_most: int = 50
) -> list[Errand]:
    """The first beat: choose payments and reversals nobody else is sending and write down what will be tried.

    What goes through a gateway that is not at hand here is left alone. The caller commits before it carries
    the errands out.
    """
    through = [
        tables.payment.c.bureau_id == bureau_id,
        tables.payment.c.gateway.in_([gateway.value for gateway in gateways]),
    ]
    # Claimed apart, so that payments in doubt never keep fresh ones from being sent.
    approved = [*through, tables.payment.c.state == PaymentState.APPROVED.value]
    fresh = await claim_rows(session, tables.payment, approved, at_most)
    asked_back = [*through, tables.payment.c.id.in_(_reversals(bureau_id, ReversalState.APPROVED))]
    returning = await claim_rows(session, tables.payment, asked_back, at_most)
    in_doubt = [*through, *_open_attempts(bureau_id, gateways, now)]
    doubtful = await claim_rows(session, tables.payment, in_doubt, at_most)
    ids = [row.id for row in [*fresh, *returning, *doubtful]]
    last = await queries.last_attempts(session, bureau_id, ids)
    # Read under the locks: another worker may have begun a reversal a moment ago.
    back = await queries.reversals_under_way(session, bureau_id, ids)
    begun = [_begun(queries.payment_of(row), last.get(row.id), None, now) for row in fresh]
    for row in returning:
        reversal = back.get(row.id)
        if reversal is not None and reversal.state is ReversalState.APPROVED:
            begun.append(_begun(queries.payment_of(row), last.get(row.id), reversal, now))
    await _write_begun(session, bureau_id, [attempt for _, attempt in begun], now)
    errands = [_errand(payment, attempt, back, Step.SUBMIT) for payment, attempt in begun]
    for row in doubtful:
        payment, attempt = queries.payment_of(row), last[row.id]
        step = rules.next_step(attempt, gateways[payment.gateway].retries, now)
        if step is not Step.WAIT:
            errands.append(_errand(payment, attempt, back, step))
    return errands


async def errand_in_doubt(session: Session, bureau_id: UUID, payment_id: UUID) -> Errand | None:
    """The look-up that would tell how a payment or its reversal went; None where nothing of it is open."""
    payment = await lock(session, bureau_id, payment_id)
    if payment is None:
        return None
    attempt = (await queries.last_attempts(session, bureau_id, [payment.id])).get(payment.id)
    if attempt is None or not attempt.is_open:
        return None
    back = await queries.reversals_under_way(session, bureau_id, [payment.id])
    return _errand(payment, attempt, back, Step.FIND)


def _reversals(bureau_id: UUID, state: ReversalState) -> Any:
    reversal = tables.payment_reversal.c
    return select(reversal.payment_id).where(reversal.bureau_id == bureau_id, reversal.state == state.value)


def _open_attempts(bureau_id: UUID, gateways: Gateways, now: datetime) -> list[Any]:
    # What waits for a person stays out: there may be hundreds of them, for weeks.
    asked = [gateway.value for gateway, way in gateways.items() if way.retries is not None]
    payment, attempt = tables.payment.c, tables.payment_attempt.c
    cut_off = and_(attempt.state == AttemptState.SENDING.value, attempt.started_at <= now - rules.CALL_LEASE)
    in_doubt = and_(attempt.state == AttemptState.UNKNOWN.value, payment.gateway.in_(asked))
    return [
        or_(
            payment.state == PaymentState.SENDING.value,
            payment.id.in_(_reversals(bureau_id, ReversalState.SENDING)),
        ),
        exists().where(
            attempt.bureau_id == payment.bureau_id,
            attempt.payment_id == payment.id,
            or_(cut_off, in_doubt),
        ),
    ]


def _begun(
    payment: Payment, last: Attempt | None, reversal: Reversal | None, now: datetime
) -> tuple[Payment, Attempt]:
    number = last.number + 1 if last else 1
    key = rules.attempt_key(payment, number)
    of = reversal.id if reversal else None
    return payment, Attempt(payment.id, number, key, AttemptState.SENDING, now, reversal_id=of)


def _errand(payment: Payment, attempt: Attempt, back: Mapping[PaymentId, Reversal], step: Step) -> Errand:
    told = back[payment.id].instruction(payment) if attempt.reversal_id else payment.instruction
    return Errand(told, payment.gateway, attempt.number, attempt.key, step)


async def _write_begun(session: Session, bureau_id: UUID, attempts: Sequence[Attempt], now: datetime) -> None:
    if not attempts:
        return
    rows = [
        {
            "bureau_id": bureau_id,
            "payment_id": attempt.payment_id,
            "number": attempt.number,
            "key": attempt.key,
            "state": attempt.state.value,
            "started_at": attempt.started_at,
            "reversal_id": attempt.reversal_id,
        }
        for attempt in attempts
    ]
    await session.execute(insert(tables.payment_attempt), rows)
    paying = [attempt.payment_id for attempt in attempts if attempt.reversal_id is None]
    returning = [attempt.reversal_id for attempt in attempts if attempt.reversal_id is not None]
    for table, ids in ((tables.payment, paying), (tables.payment_reversal, returning)):
        await session.execute(
            update(table)
            .where(table.c.bureau_id == bureau_id, table.c.id == among(ids))
            .values(state=PaymentState.SENDING.value)
        )
    facts = [
        events.event_row(
            bureau_id,
            "payments.attempt_begun",
            attempt.payment_id,
            now=now,
            facts={
                "number": attempt.number,
                "key": attempt.key,
                "reversal_id": attempt.reversal_id,
                # The payment's, or its reversal's: only what is approved is begun.
                **events.changed({"state": PaymentState.APPROVED}, state=PaymentState.SENDING),
            },
        )
        for attempt in attempts
    ]
    await events.write(session, facts)


async def end_attempt(
    session: Session,
    bureau_id: UUID,
    attempt: Attempt,
    state: AttemptState,
    *,
    now: datetime,
    fault: str | None = None,
) -> None:
    """Write down how an attempt went. One in doubt keeps the instant of its first doubt, and one that is to
    be sent again has not ended.
    """
    ended_at = attempt.ended_at or now if state is AttemptState.UNKNOWN else now
    if state is AttemptState.SENDING:
        ended_at = None
    await session.execute(
        update(tables.payment_attempt)
        .where(
            tables.payment_attempt.c.bureau_id == bureau_id,
            tables.payment_attempt.c.payment_id == attempt.payment_id,
            tables.payment_attempt.c.number == attempt.number,
        )
        .values(state=state.value, ended_at=ended_at, fault=fault)
    )
