"""The registrar's verification: it captures the hold and registers the entry in the same transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from vouchermarket.completion import queries, rules
from vouchermarket.completion.operations.lock import lock
from vouchermarket.completion.operations.tell import tell_verified
from vouchermarket.completion.structs import Case, Judged, Verified
from vouchermarket.completion.tables import completion
from vouchermarket.credits import operations as credit_operations
from vouchermarket.credits.structs import Desks
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor, Seat
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CompletionId, EntryId, EventId, TransferId, new_id
from vouchermarket.kit.loading import update_rows
from vouchermarket.kit.refusal import Refusal
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger.structs import Posting


async def verify(
    session: Session, actor: Actor, completion_ids: Sequence[CompletionId], *, now: datetime
) -> list[Verified]:
    """Verify confirmed completions at the body Table 1 names as registrar: one outcome each, as one set.

    For each: of its price floor(price x tier) is captured, hold by hold in the order taken, and the rest
    goes back; an entry of its credits is registered, perhaps of 0. A line that is refused keeps nothing of
    the others from standing; `Verified.refusal` says why: `NotFound`, and as `rules.judge`.
    Refuses `RoleNotAllowed` as a whole.
    """
    seats = identity.seats_for(actor, "verify_completion")
    asked = list(dict.fromkeys(completion_ids))
    # The holds are read after their bookings are locked: only cancelling would end them otherwise.
    found, participants = await lock(session, actor.bureau_id, asked)
    cases, desks = await queries.cases(session, actor.bureau_id, found.values(), participants)
    judged, refused = _judged(actor, seats, asked, cases, desks)
    entry_ids = await _write(session, actor, cases, judged, now)
    return _outcomes(asked, judged, refused, entry_ids)


async def preview_verify(
    session: Session, actor: Actor, completion_ids: Sequence[CompletionId]
) -> list[Verified]:
    """What `verify` would do to each of these now, by the same judge; nothing is locked or written.

    Refuses `RoleNotAllowed` as a whole.
    """
    seats = identity.seats_for(actor, "verify_completion")
    asked = list(dict.fromkeys(completion_ids))
    found = await queries.completions(session, actor.bureau_id, asked)
    bookings = [one.booking_id for one in found.values()]
    participants = await queries.participants_of(session, actor.bureau_id, bookings)
    cases, desks = await queries.cases(session, actor.bureau_id, found.values(), participants)
    judged, refused = _judged(actor, seats, asked, cases, desks)
    return _outcomes(asked, judged, refused, {})


def _judged(
    actor: Actor,
    seats: Sequence[Seat],
    asked: Sequence[CompletionId],
    cases: Mapping[CompletionId, Case],
    desks: Desks,
) -> tuple[dict[CompletionId, Judged], dict[CompletionId, Refusal]]:
    offices = {seat.organisation_id for seat in seats}
    judged: dict[CompletionId, Judged] = {}
    refused: dict[CompletionId, Refusal] = {}
    for line, completion_id in enumerate(asked, start=1):
        try:
            if completion_id not in cases:
                raise identity.NotFound
            judged[completion_id] = rules.judge(cases[completion_id], desks, actor.person_id, offices, line)
        except Refusal as refusal:
            refused[completion_id] = refusal
    return judged, refused


def _outcomes(
    asked: Sequence[CompletionId],
    judged: Mapping[CompletionId, Judged],
    refused: Mapping[CompletionId, Refusal],
    entry_ids: Mapping[CompletionId, EntryId],
) -> list[Verified]:
    return [
        Verified(completion_id=completion_id, refusal=refused[completion_id])
        if completion_id in refused
        else Verified(
            completion_id=completion_id,
            captured_fen=judged[completion_id].captured_fen,
            entry_id=entry_ids.get(completion_id),
            amount_hundredths=judged[completion_id].entry.amount_hundredths,
        )
        for completion_id in asked
    ]


async def _write(
    session: Session,
    actor: Actor,
    cases: Mapping[CompletionId, Case],
    judged: Mapping[CompletionId, Judged],
    now: datetime,
) -> dict[CompletionId, EntryId]:
    if not judged:
        return {}
    happened = {
        completion_id: _event(actor, cases[completion_id], verdict, now)
        for completion_id, verdict in judged.items()
    }
    await events.write(session, list(happened.values()))
    postings = {
        EventId(happened[completion_id]["id"]): rules.postings(verdict.settled, _transfer_id)
        for completion_id, verdict in judged.items()
    }
    await _capture(session, actor.bureau_id, cases, postings, now)
    drafts = [verdict.entry for verdict in judged.values()]
    entries = await credit_operations.register(session, actor.bureau_id, drafts, now=now)
    entry_ids = dict(zip(judged, entries, strict=True))
    fresh = [(id_, verdict.captured_fen, entry_ids[id_]) for id_, verdict in judged.items()]
    await _mark(session, actor, fresh, now)
    await tell_verified(session, actor.bureau_id, [cases[id_] for id_ in judged], now=now)
    return entry_ids


async def _capture(
    session: Session,
    bureau_id: UUID,
    cases: Mapping[CompletionId, Case],
    postings: Mapping[EventId, Sequence[Posting]],
    now: datetime,
) -> None:
    moving = [posting for group in postings.values() for posting in group]
    sides = {side for posting in moving for side in (posting.source_id, posting.target_id)}
    accounts = await ledger.lock(session, bureau_id, sides)
    holds = {hold.id: hold for case in cases.values() for hold in case.holds}
    await ledger.write(session, bureau_id, accounts, holds, postings, now=now)


async def _mark(
    session: Session, actor: Actor, verified: Sequence[tuple[CompletionId, int, EntryId]], now: datetime
) -> None:
    rows = [
        {
            "id": id_,
            "verified_at": now,
            "verified_by": actor.person_id,
            "captured_fen": captured_fen,
            "entry_id": entry_id,
        }
        for id_, captured_fen, entry_id in verified
    ]
    await update_rows(session, completion, actor.bureau_id, rows)


def _event(actor: Actor, case: Case, verdict: Judged, now: datetime) -> dict[str, Any]:
    facts = {
        "course_id": case.run.course_id,
        "booking_id": case.participant.booking_id,
        "captured_fen": verdict.captured_fen,
        "amount_hundredths": verdict.entry.amount_hundredths,
        "clause": verdict.entry.clause,
        **events.changed(case.completion, verified_at=now, verified_by=actor.person_id),
    }
    return events.event_row(
        actor.bureau_id,
        "completion.verified",
        case.completion.id,
        now=now,
        actor_id=actor.person_id,
        facts=facts,
    )


def _transfer_id() -> TransferId:
    return TransferId(new_id())
