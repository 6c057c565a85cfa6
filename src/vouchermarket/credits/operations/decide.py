"""Deciding on entries, and taking them back. Nothing in the register is ever changed or locked.

Two who act on the same entry at once meet at `UNIQUE (bureau_id, entry_id, step)`: the second is told that
somebody else was first, and nothing of that second set is written.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import insert

from vouchermarket.credits import queries, rules
from vouchermarket.credits.structs import (
    CreditEntry,
    Decided,
    DecideEntry,
    Decision,
)
from vouchermarket.credits.tables import credit_decision
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import EntryId, OrganisationId, PersonId
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules

_VERBS = {
    Decision.APPROVE: "credits.entry_approved",
    Decision.RETURN: "credits.entry_returned",
    Decision.REJECT: "credits.entry_rejected",
    Decision.REVERSE: "credits.entry_reversed",
}
# What the teacher is told.
_TOLD = {
    Decision.APPROVE: notice_rules.CreditApproved,
    Decision.RETURN: notice_rules.CreditReturned,
    Decision.REJECT: notice_rules.CreditRejected,
    Decision.REVERSE: notice_rules.CreditReversed,
}


async def decide(
    session: Session, actor: Actor, entry_id: UUID, command: DecideEntry, *, now: datetime
) -> Decided:
    """Approve, return or reject an entry at the body that reviews it, as another person than the registrar.

    Refuses `RoleNotAllowed`, `NotFound`, `NothingToReview`, `RegistrarCannotReview`, `EntryDecided`, and
    `ChangedMeanwhile` when another reviewer is first.
    """
    (outcome,) = await decide_all(session, actor, [EntryId(entry_id)], command, now=now)
    if outcome.refusal is not None:
        raise outcome.refusal
    return outcome


async def decide_all(
    session: Session, actor: Actor, entry_ids: Sequence[EntryId], command: DecideEntry, *, now: datetime
) -> list[Decided]:
    """The same word on many entries of a queue, as one set: one outcome each, in the order asked.

    Refuses `RoleNotAllowed`; `ChangedMeanwhile` when somebody decides one of them at the same time.
    """
    offices = {seat.organisation_id for seat in identity_rules.seats_for(actor, "decide_credit")}
    entries = await queries.entries(session, actor.bureau_id, entry_ids)
    outcomes = rules.outcomes(entries, entry_ids, command.decision, actor.person_id, offices)
    decided = {outcome.entry_id: entries[outcome.entry_id] for outcome in outcomes if outcome.refusal is None}
    said = {
        entry_id: _Said(entry, actor.person_id, rules.reviewed_at(entry), entry.clause)
        for entry_id, entry in decided.items()
    }
    await _write(session, actor.bureau_id, said, command.decision, command.reason, now=now)
    return outcomes


async def reverse(
    session: Session,
    bureau_id: UUID,
    entry_id: UUID,
    *,
    reviewer_id: PersonId,
    office_id: OrganisationId,
    clause: str,
    reason: str,
    now: datetime,
) -> EntryId:
    """Take an entry back because its ground is gone, wherever its review stands; for slices above.

    An entry that has been corrected is reversed in its last correction, whose id is returned.
    Refuses `NotFound`, `EntryReversed`, `RegistrarCannotReview`.
    """
    entry = rules.refuse_reversal(await queries.newest(session, bureau_id, entry_id), reviewer_id)
    said = {entry.id: _Said(entry, reviewer_id, office_id, clause)}
    await _write(session, bureau_id, said, Decision.REVERSE, reason, now=now)
    return entry.id


class _Said(msgspec.Struct, frozen=True):
    entry: CreditEntry
    reviewer_id: PersonId
    office_id: OrganisationId
    clause: str


async def _write(
    session: Session,
    bureau_id: UUID,
    said: Mapping[EntryId, _Said],
    decision: Decision,
    reason: str,
    *,
    now: datetime,
) -> None:
    if not said:
        return
    # In id order, so that two sets that meet wait for each other and never both ways round.
    in_order = [said[entry_id] for entry_id in sorted(said)]
    happened = [
        events.event_row(
            bureau_id,
            _VERBS[decision],
            one.entry.id,
            now=now,
            actor_id=one.reviewer_id,
            facts={
                "step": one.entry.steps + 1,
                "reason": reason,
                **events.changed(one.entry, status=rules.status_of(decision)),
            },
        )
        for one in in_order
    ]
    await events.write(session, happened)
    rows = [
        {
            "bureau_id": bureau_id,
            "entry_id": one.entry.id,
            "step": one.entry.steps + 1,
            "decision": decision.value,
            "reviewer_id": one.reviewer_id,
            "registrar_id": one.entry.registrar_id,
            "office_id": one.office_id,
            "clause": one.clause,
            "reason": reason,
            "event_id": event["id"],
            "at": now,
        }
        for one, event in zip(in_order, happened, strict=True)
    ]
    await session.execute(insert(credit_decision), rows)
    told = [(one.entry.person_id, {"entry_id": one.entry.id, "reason": reason}) for one in in_order]
    await notices.tell_each(session, bureau_id, told, _TOLD[decision], now=now)
