"""What a verification is judged on, and whose desk it waits at."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select, tuple_

from vouchermarket.catalogue import queries as catalogue
from vouchermarket.completion import rules
from vouchermarket.completion.queries.completions import completion_of, completions, participants_of
from vouchermarket.completion.structs import (
    Case,
    Completion,
    Participant,
)
from vouchermarket.completion.tables import completion
from vouchermarket.credits import queries as credit_queries
from vouchermarket.credits.structs import Desks
from vouchermarket.identity import queries as identity
from vouchermarket.identity.structs import Person
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import BookingId, CompletionId, OrganisationId, PersonId, RunId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.ledger import queries as ledger
from vouchermarket.ledger.structs import Hold
from vouchermarket.policies import queries as policies

# How many are judged at once while a queue is put together.
BATCH = 200


async def cases(
    session: Session,
    bureau_id: UUID,
    found: Collection[Completion],
    participants: Mapping[BookingId, Participant],
) -> tuple[dict[CompletionId, Case], Desks]:
    """The facts of these completions, and the desks their entries may belong to: a fixed number of reads,
    one more for each day on which runs ended and for each version of the pack."""
    runs = await catalogue.runs(session, bureau_id, {one.run_id for one in participants.values()})
    zone = (await identity.bureau(session, bureau_id)).time_zone
    ends_on = {run_id: civil_day(found_run.ends_at, zone) for run_id, found_run in runs.items()}
    people = await _people(session, bureau_id, participants.values(), ends_on)
    versions = {one.policy_version_id for one in found}
    packs = {id_: (await policies.by_version(session, bureau_id, id_)).pack for id_ in versions}
    holds: dict[UUID, list[Hold]] = {}
    for hold in await ledger.holds_of(session, bureau_id, set(participants)):
        holds.setdefault(hold.document_id, []).append(hold)
    listed: dict[CompletionId, Case] = {}
    for one in found:
        participant = participants[one.booking_id]
        listed[one.id] = Case(
            completion=one,
            participant=participant,
            run=runs[participant.run_id],
            ends_on=ends_on[participant.run_id],
            person=people.get((participant.person_id, ends_on[participant.run_id])),
            pack=packs[one.policy_version_id],
            holds=tuple(holds.get(one.booking_id, ())),
        )
    bodies = {found_run.organiser_id for found_run in runs.values()}
    bodies |= {person.school.id for person in people.values() if person.school is not None}
    return listed, await credit_queries.desks(session, bureau_id, bodies)


async def _people(
    session: Session, bureau_id: UUID, participants: Collection[Participant], ends_on: Mapping[RunId, date]
) -> dict[tuple[PersonId, date], Person]:
    by_day: dict[date, set[PersonId]] = {}
    for one in participants:
        by_day.setdefault(ends_on[one.run_id], set()).add(one.person_id)
    return {
        (person_id, on): person
        for on, ids in sorted(by_day.items())
        for person_id, person in (await identity.people(session, bureau_id, ids, on)).items()
    }


async def awaiting(
    session: Session,
    bureau_id: UUID,
    *office_ids: OrganisationId,
    after: CompletionId | None = None,
    at_most: int = 100,
) -> list[Completion]:
    """Confirmed completions that one of these bodies is the registrar of, oldest report first.

    By the same judge as verifying itself; beginning after one of them.
    """
    waiting: list[Completion] = []
    last = None if after is None else (await completions(session, bureau_id, [after])).get(after)
    # Whose desk it is stands in the pack and not in a column, so the bureau's queue is gone through in parts.
    while len(waiting) < at_most and (part := await _confirmed(session, bureau_id, last)):
        participants = await participants_of(session, bureau_id, [one.booking_id for one in part])
        listed, desks = await cases(session, bureau_id, part, participants)
        waiting += [one for one in part if _registrar(listed[one.id], desks) in office_ids]
        last = part[-1]
    return waiting[:at_most]


async def _confirmed(session: Session, bureau_id: UUID, after: Completion | None) -> list[Completion]:
    statement = (
        select(completion)
        .where(
            completion.c.bureau_id == bureau_id,
            completion.c.confirmed_at.is_not(None),
            completion.c.verified_at.is_(None),
        )
        .order_by(completion.c.reported_at, completion.c.id)
        .limit(BATCH)
    )
    if after is not None:
        seen = tuple_(completion.c.reported_at, completion.c.id)
        statement = statement.where(seen > tuple_(after.reported_at, after.id))
    return [completion_of(row) for row in await session.execute(statement)]


def _registrar(case: Case, desks: Desks) -> OrganisationId | None:
    try:
        return rules.offices_of(case, desks)[1].registrar_id
    except Refusal:
        # Nobody's queue: whoever tries to verify it is told why.
        return None
