"""The rows of payments and attempts: written here, together with the ledger by `settlement.operations`.

Money leaves in three beats. First `begin_attempts` writes what will be tried, and is committed; then
`gateways.carry_out` calls outside any transaction; then `settlement.operations.record_outcome` writes what
came of it. A crash between two beats is healed by the next sweep, which repeats the call with the same key.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, insert, or_, update

from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.locks import claim_rows, lock_rows
from vouchermarket.payments import queries, rules, tables
from vouchermarket.payments.gateways import Gateways
from vouchermarket.payments.structs import Attempt, AttemptState, Errand, Payee, Payment, PaymentState, Step


async def instruct(session: Session, bureau_id: UUID, payment: Payment) -> None:
    """Write an approved payment down. Its hold stands in the ledger already."""
    await session.execute(
        insert(tables.payment).values(
            bureau_id=bureau_id,
            id=payment.id,
            statement_id=payment.statement_id,
            provider_id=payment.provider_id,
            amount_fen=payment.amount_fen,
            gateway=payment.gateway.value,
            state=payment.state.value,
            hold_id=payment.hold_id,
            approved_by=payment.approved_by,
            approved_at=payment.approved_at,
            destination=payment.destination,
        )
    )


async def lock(session: Session, bureau_id: UUID, payment_id: UUID) -> Payment | None:
    """Lock a payment: after its statement where both are locked, before any ledger account."""
    rows = await lock_rows(session, tables.payment, bureau_id, [payment_id])
    return queries.payment_of(rows[0]) if rows else None


async def begin_attempts(
    session: Session, bureau_id: UUID, gateways: Gateways, *, now: datetime, at_most: int = 50
) -> list[Errand]:
    """The first beat: choose payments nobody else is sending and write down what will be tried.

    Payments through a gateway that is not at hand here are left alone. The caller commits before it carries
    the errands out.
    """
    approved = [
        tables.payment.c.bureau_id == bureau_id,
        tables.payment.c.state == PaymentState.APPROVED.value,
        tables.payment.c.gateway.in_([gateway.value for gateway in gateways]),
    ]
    # Claimed apart, so that payments in doubt never keep fresh ones from being sent.
    fresh = await claim_rows(session, tables.payment, approved, at_most)
    doubtful = await claim_rows(session, tables.payment, _open_attempts(bureau_id, gateways, now), at_most)
    last = await queries.last_attempts(session, bureau_id, [row.id for row in [*fresh, *doubtful]])
    begun = [_begun(queries.payment_of(row), last.get(row.id), now) for row in fresh]
    await _write_begun(session, bureau_id, [attempt for _, attempt in begun], now)
    errands = [_errand(payment, attempt, Step.SUBMIT) for payment, attempt in begun]
    for row in doubtful:
        payment, attempt = queries.payment_of(row), last[row.id]
        step = rules.next_step(attempt, gateways[payment.gateway].retries, now)
        if step is not Step.WAIT:
            errands.append(_errand(payment, attempt, step))
    return errands


def _open_attempts(bureau_id: UUID, gateways: Gateways, now: datetime) -> list[Any]:
    # What waits for a person stays out: there may be hundreds of them, for weeks.
    asked = [gateway.value for gateway, way in gateways.items() if way.retries is not None]
    payment, attempt = tables.payment.c, tables.payment_attempt.c
    cut_off = and_(attempt.state == AttemptState.SENDING.value, attempt.started_at <= now - rules.CALL_LEASE)
    in_doubt = and_(attempt.state == AttemptState.UNKNOWN.value, payment.gateway.in_(asked))
    return [
        payment.bureau_id == bureau_id,
        payment.state == PaymentState.SENDING.value,
        payment.gateway.in_([gateway.value for gateway in gateways]),
        exists().where(
            attempt.bureau_id == payment.bureau_id,
            attempt.payment_id == payment.id,
            or_(cut_off, in_doubt),
        ),
    ]


def _begun(payment: Payment, last: Attempt | None, now: datetime) -> tuple[Payment, Attempt]:
    number = last.number + 1 if last else 1
    key = rules.attempt_key(payment, number)
    return payment, Attempt(payment.id, number, key, AttemptState.SENDING, now)


def _errand(payment: Payment, attempt: Attempt, step: Step) -> Errand:
    return Errand(payment.instruction, payment.gateway, attempt.number, attempt.key, step)


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
        }
        for attempt in attempts
    ]
    await session.execute(insert(tables.payment_attempt), rows)
    await session.execute(
        update(tables.payment)
        .where(
            tables.payment.c.bureau_id == bureau_id,
            tables.payment.c.id.in_([attempt.payment_id for attempt in attempts]),
        )
        .values(state=PaymentState.SENDING.value)
    )
    facts = [
        events.event_row(
            bureau_id,
            "payments.attempt_begun",
            attempt.payment_id,
            now=now,
            facts={"number": attempt.number, "key": attempt.key},
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


async def move(
    session: Session,
    bureau_id: UUID,
    payment: Payment,
    state: PaymentState,
    *,
    now: datetime,
    reference: str | None = None,
    recorded_by: PersonId | None = None,
) -> None:
    """Write a payment's new state, with the reference and the person where there are any."""
    await session.execute(
        update(tables.payment)
        .where(tables.payment.c.bureau_id == bureau_id, tables.payment.c.id == payment.id)
        .values(
            state=state.value,
            reference=reference,
            recorded_by=recorded_by,
            ended_at=now if state in rules.FINAL else None,
        )
    )


async def enter_payee(session: Session, bureau_id: UUID, payee: Payee) -> None:
    """Write a payee's account down; nothing is paid into it before a second person has approved it."""
    await session.execute(
        insert(tables.payee).values(
            bureau_id=bureau_id,
            id=payee.id,
            provider_id=payee.provider_id,
            gateway=payee.gateway.value,
            account=payee.account,
            proposed_by=payee.proposed_by,
            proposed_at=payee.proposed_at,
        )
    )


async def lock_payee(session: Session, bureau_id: UUID, payee_id: UUID) -> Payee | None:
    """Lock a payee's account: alone, before nothing else."""
    rows = await lock_rows(session, tables.payee, bureau_id, [payee_id])
    return queries.payee_of(rows[0]) if rows else None


async def close_payee(
    session: Session, bureau_id: UUID, payee: Payee, by: PersonId, *, approve: bool, now: datetime
) -> None:
    """Write down what was decided on a locked one."""
    await session.execute(
        update(tables.payee)
        .where(tables.payee.c.bureau_id == bureau_id, tables.payee.c.id == payee.id)
        .values(decided_by=by, decided_at=now, approved=approve)
    )
