"""Revoking a verified completion: its money, its credit and its line go back in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update

from vouchermarket.completion import operations as completions
from vouchermarket.completion import queries as completion_queries
from vouchermarket.completion import rules as completion_rules
from vouchermarket.completion.structs import Completion
from vouchermarket.completion.tables import completion
from vouchermarket.credits import operations as credit_operations
from vouchermarket.credits import queries as credit_queries
from vouchermarket.identity import operations as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CompletionId, EventId, OrganisationId, TransferId, new_id
from vouchermarket.kit.locks import lock_rows
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger.structs import AccountKind, Posting, TransferCode
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.settlement import queries, rules, tables
from vouchermarket.settlement.operations import statements
from vouchermarket.settlement.structs import ProposeRevocation, Revocation, RevocationEffect


async def propose_revocation(
    session: Session, actor: Actor, command: ProposeRevocation, *, now: datetime
) -> UUID:
    """Propose to take a verified completion back; nothing moves until a second person approves.

    Refuses `RoleNotAllowed`, `NotFound`, `CompletionRevoked`, `NotVerified`, `RevocationPending`,
    `ReasonMissing`.
    """
    identity_rules.seats_for(actor, "propose_revocation")
    found = await _lock_revocable(session, actor.bureau_id, command.completion_id)
    rules.none_pending(await queries.revocations_pending(session, actor.bureau_id, found.id))
    reason, document = rules.reasoned(command.reason), rules.reasoned(command.document)
    id_ = new_id()
    await session.execute(
        insert(tables.revocation).values(
            bureau_id=actor.bureau_id,
            id=id_,
            completion_id=found.id,
            reason=reason,
            document=document,
            proposed_by=actor.person_id,
            proposed_at=now,
        )
    )
    await events.record(
        session,
        actor.bureau_id,
        "settlement.revocation_proposed",
        found.id,
        now=now,
        actor_id=actor.person_id,
        facts={"revocation_id": id_, "reason": reason, "document": document},
    )
    return id_


async def preview_revocation(session: Session, actor: Actor, completion_id: CompletionId) -> RevocationEffect:
    """What taking a completion back would move now; nothing is locked or written.

    Refuses `RoleNotAllowed`, `NotFound`, `CompletionRevoked`, `NotVerified`.
    """
    identity_rules.seats_for(actor, "propose_revocation")
    bureau_id = actor.bureau_id
    found = (await completion_queries.completions(session, bureau_id, [completion_id])).get(completion_id)
    if found is None:
        raise identity_rules.NotFound
    completion_rules.refuse_revocation(found)
    line = await queries.live_line_of(session, bureau_id, found.id)
    statement = await queries.statement_by_id(session, bureau_id, line.statement_id) if line else None
    is_settled = statement is not None and statement.settled_at is not None
    ways = await _ways_back(session, bureau_id, found, is_settled=is_settled)
    return RevocationEffect(sum(way.capture.amount_fen for way in ways), is_settled)


async def decide_revocation(
    session: Session, actor: Actor, revocation_id: UUID, *, approve: bool, now: datetime
) -> None:
    """Approve or reject a revocation, as a second person.

    Approved, the captured value goes back at once: before the statement is settled to the voucher or the
    co-pay it came from, after that out of the provider's payable, even below zero, to the voucher's fund or
    the co-pay. The credit entry is reversed and the completion marked revoked. Refuses `RoleNotAllowed`,
    `NotFound`, `RevocationDecided`, `RevokedByProposer`, `ActsForMaker`, and as `credits.operations.reverse`.
    """
    seats = identity_rules.seats_for(actor, "decide_revocation")
    rows = await lock_rows(session, tables.revocation, actor.bureau_id, [revocation_id])
    if not rows:
        raise identity_rules.NotFound
    revocation = queries.revocation_of(rows[0])
    rules.decidable(revocation, actor.person_id)
    await identity.of_other_hands(session, actor, (revocation.proposed_by, revocation.proposed_at))
    table = tables.revocation
    await session.execute(
        update(table)
        .where(table.c.bureau_id == actor.bureau_id, table.c.id == revocation.id)
        .values(decided_by=actor.person_id, decided_at=now, approved=approve)
    )
    if approve:
        await _revoke(session, actor, revocation, seats[0].organisation_id, now=now)
        return
    await events.record(
        session,
        actor.bureau_id,
        "settlement.revocation_rejected",
        revocation.completion_id,
        now=now,
        actor_id=actor.person_id,
        facts={
            "revocation_id": revocation.id,
            **events.changed(revocation, decided_by=actor.person_id, approved=False),
        },
    )


async def _revoke(
    session: Session, actor: Actor, revocation: Revocation, office_id: OrganisationId, *, now: datetime
) -> None:
    bureau_id = actor.bureau_id
    found = await _lock_revocable(session, bureau_id, revocation.completion_id)
    is_settled = await _leave_statement(session, bureau_id, found, now=now)
    ways = await _ways_back(session, bureau_id, found, is_settled=is_settled)
    event_id = await events.record(
        session,
        bureau_id,
        "settlement.completion_revoked",
        found.id,
        now=now,
        actor_id=actor.person_id,
        facts={
            "revocation_id": revocation.id,
            "amount_fen": sum(way.capture.amount_fen for way in ways),
            "settled": is_settled,
            **events.changed(found, revoked_at=now),
        },
    )
    await _post_back(session, bureau_id, ways, event_id, now=now)
    await _take_credit_back(session, actor, revocation, found, office_id, now=now)
    await completions.mark_revoked(session, bureau_id, found.id, now=now)
    await _tell(session, bureau_id, found, revocation.reason, now=now)


async def _tell(session: Session, bureau_id: UUID, found: Completion, reason: str, *, now: datetime) -> None:
    seats = await completion_queries.participants_of(session, bureau_id, [found.booking_id])
    seat = seats[found.booking_id]
    run = await completion_queries.run(session, bureau_id, seat.run_id)
    told = {"completion_id": found.id, "title": run.title, "reason": reason}
    kind = notice_rules.CompletionRevoked
    await notices.tell(session, bureau_id, seat.person_id, kind, told, now=now)
    await notices.tell_officers(session, bureau_id, found.provider_id, kind, told, now=now)


async def _lock_revocable(session: Session, bureau_id: UUID, id_: CompletionId) -> Completion:
    rows = await lock_rows(session, completion, bureau_id, [id_])
    if not rows:
        raise identity_rules.NotFound
    found = completion_queries.completion_of(rows[0])
    completion_rules.refuse_revocation(found)
    return found


async def _leave_statement(session: Session, bureau_id: UUID, found: Completion, *, now: datetime) -> bool:
    """Whether the completion's statement is settled; where it is not, its line is taken off."""
    named = await queries.live_line_of(session, bureau_id, found.id)
    if named is None:
        return False
    statement = await statements.lock_one(session, bureau_id, named.statement_id)
    # Read again under the statement's lock: the centre may have dropped it a moment ago. It cannot have
    # come onto another statement, since drawing up locks the completion, which is ours.
    line = await queries.live_line_of(session, bureau_id, found.id)
    if line is None:
        return False
    if statement.settled_at is None:
        await statements.take_off(session, statement, line, bureau_id=bureau_id, now=now)
    return statement.settled_at is not None


async def _ways_back(
    session: Session, bureau_id: UUID, found: Completion, *, is_settled: bool
) -> list[rules.Way]:
    captures = await ledger_queries.transfers_of(session, bureau_id, [found.booking_id], TransferCode.CAPTURE)
    funds = await queries.funds_of(session, bureau_id, [capture.source_id for capture in captures])
    payable = ledger.account_id(bureau_id, AccountKind.PAYABLE, found.provider_id)
    return rules.taken_back(captures, funds, payable, is_settled=is_settled)


async def _post_back(
    session: Session, bureau_id: UUID, ways: Sequence[rules.Way], event_id: EventId, *, now: datetime
) -> None:
    postings = [
        Posting(
            id=TransferId(new_id()),
            code=way.code,
            source_id=way.source_id,
            target_id=way.target_id,
            amount_fen=way.capture.amount_fen,
            key=f"{way.code.value}:{way.capture.id}",
            document_id=way.capture.document_id,
            # A claw-back is no mirror: the capture was settled and stays on its statement.
            reverses_id=way.capture.id if way.code is TransferCode.REVERSE else None,
        )
        for way in ways
    ]
    if postings:
        await ledger.post(session, bureau_id, postings, event_id=event_id, now=now)


async def _take_credit_back(
    session: Session,
    actor: Actor,
    revocation: Revocation,
    found: Completion,
    office_id: OrganisationId,
    *,
    now: datetime,
) -> None:
    entry = found.entry_id and await credit_queries.newest(session, actor.bureau_id, found.entry_id)
    if not entry:
        raise identity_rules.NotFound
    await credit_operations.reverse(
        session,
        actor.bureau_id,
        entry.id,
        reviewer_id=actor.person_id,
        office_id=office_id,
        clause=entry.clause,
        reason=revocation.reason,
        now=now,
    )
