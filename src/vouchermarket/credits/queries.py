"""Reads of the register. Status is put together here from the decisions; nowhere is it stored."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, false, null, select, true, tuple_

from vouchermarket.credits import rules
from vouchermarket.credits.structs import (
    CreditEntry,
    Decision,
    DecisionRow,
    Desks,
    EntryCard,
    OpenedEntry,
    Past,
    PersonTranscript,
    TranscriptRow,
)
from vouchermarket.credits.tables import credit_decision, credit_entry
from vouchermarket.identity import queries as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor, OrganisationKind
from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.ids import EntryId, OrganisationId, PersonId
from vouchermarket.kit.money import decimal_text
from vouchermarket.policies import queries as policies
from vouchermarket.policies import rules as policy_rules
from vouchermarket.policies.structs import Evaluation, Level, Mode, Unit

_entry, _decision = credit_entry, credit_decision
_newer = credit_entry.alias("newer")

_last = (
    select(_decision.c.decision, _decision.c.step)
    .where(leads_to(_decision.c.entry_id, _entry))
    .order_by(_decision.c.step.desc())
    .limit(1)
    .lateral("last")
)
_is_replaced = exists().where(leads_to(_newer.c.replaces_id, _entry))
_read = select(
    _entry, _last.c.decision.label("decision"), _last.c.step.label("step"), _is_replaced.label("is_replaced")
).select_from(_entry.outerjoin(_last, true()))


# After these an entry speaks for nothing any more.
_ENDED = {Decision.REJECT.value, Decision.REVERSE.value}


def _entry_of(row: Any) -> CreditEntry:
    return CreditEntry(
        id=row.id,
        at=row.at,
        status=rules.status_of(Decision(row.decision) if row.decision else None),
        steps=row.step or 0,
        is_replaced=row.is_replaced,
        person_id=row.person_id,
        type=row.type,
        amount_hundredths=row.amount_hundredths,
        unit=Unit(row.unit),
        earned_on=row.earned_on,
        term=row.term,
        mode=Mode(row.mode) if row.mode else None,
        level=Level(row.level) if row.level else None,
        document=row.document,
        evidence=row.evidence,
        evidence_complete=row.evidence_complete,
        registrar_id=row.registrar_id,
        registrar_office_id=row.registrar_office_id,
        reviewer_office_id=row.reviewer_office_id,
        clause=row.clause,
        policy_version_id=row.policy_version_id,
        source_id=row.source_id,
        replaces_id=row.replaces_id,
    )


async def entries(
    session: Session, bureau_id: UUID, entry_ids: Collection[UUID]
) -> dict[EntryId, CreditEntry]:
    """Entries by id, each with its status; ids that are not there are left out."""
    statement = _read.where(_entry.c.bureau_id == bureau_id, _entry.c.id == among(entry_ids))
    return {row.id: _entry_of(row) for row in await session.execute(statement)}


async def entries_of(session: Session, bureau_id: UUID, person_id: UUID) -> list[CreditEntry]:
    """Every entry of a person, corrected and reversed ones too: by day earned, then as registered."""
    statement = _read.where(_entry.c.bureau_id == bureau_id, _entry.c.person_id == person_id).order_by(
        _entry.c.earned_on, _entry.c.at, _entry.c.id
    )
    return [_entry_of(row) for row in await session.execute(statement)]


async def entries_of_all(
    session: Session, bureau_id: UUID, person_ids: Collection[UUID]
) -> dict[PersonId, list[CreditEntry]]:
    """`entries_of` for many persons in one statement; who has none is left out."""
    statement = _read.where(
        _entry.c.bureau_id == bureau_id, _entry.c.person_id == among(person_ids)
    ).order_by(_entry.c.earned_on, _entry.c.at, _entry.c.id)
    found: dict[PersonId, list[CreditEntry]] = {}
    for row in await session.execute(statement):
        found.setdefault(PersonId(row.person_id), []).append(_entry_of(row))
    return found


async def live_entries(
    session: Session, bureau_id: UUID, source_ids: Collection[UUID]
) -> dict[UUID, CreditEntry]:
    """The one entry that speaks for each of these completions now (I7); none where it was reversed."""
    statement = _read.where(
        _entry.c.bureau_id == bureau_id, _entry.c.source_id == among(source_ids), ~_is_replaced
    )
    found = [_entry_of(row) for row in await session.execute(statement)]
    return {entry.source_id: entry for entry in found if entry.source_id is not None and entry.is_live}


async def newest(session: Session, bureau_id: UUID, entry_id: UUID) -> CreditEntry | None:
    """The entry this one has become: itself, or the last correction of it."""
    found = (await entries(session, bureau_id, [entry_id])).get(EntryId(entry_id))
    while found is not None and found.is_replaced:
        # A chain is as long as the entry was returned: a handful of steps, each on a unique key.
        statement = _read.where(_entry.c.bureau_id == bureau_id, _entry.c.replaces_id == found.id)
        found = _entry_of((await session.execute(statement)).one())
    return found


async def queue(
    session: Session,
    bureau_id: UUID,
    *offices: UUID,
    after: tuple[datetime, UUID] | None = None,
    at_most: int = 100,
) -> list[CreditEntry]:
    """Entries waiting for these reviewing offices, oldest first; `after` is (at, id) of the last one seen."""
    # What waits has no decision and so no correction: neither is looked up row by row.
    fresh = select(_entry, null().label("decision"), null().label("step"), false().label("is_replaced"))
    decided = exists().where(leads_to(_decision.c.entry_id, _entry))
    statement = (
        fresh.where(_entry.c.bureau_id == bureau_id, _entry.c.reviewer_office_id == among(offices), ~decided)
        .order_by(_entry.c.at, _entry.c.id)
        .limit(at_most)
    )
    if after is not None:
        statement = statement.where(tuple_(_entry.c.at, _entry.c.id) > tuple_(*after))
    return [_entry_of(row) for row in await session.execute(statement)]


async def returned(session: Session, bureau_id: UUID, *offices: UUID) -> list[CreditEntry]:
    """Entries sent back to these registering offices and not corrected yet, oldest first."""
    statement = _read.where(
        _entry.c.bureau_id == bureau_id,
        _entry.c.registrar_office_id == among(offices),
        _last.c.decision == Decision.RETURN.value,
        ~_is_replaced,
    ).order_by(_entry.c.at, _entry.c.id)
    return [_entry_of(row) for row in await session.execute(statement)]


async def decisions_of(session: Session, bureau_id: UUID, entry_id: UUID) -> list[DecisionRow]:
    """What was said of an entry, step by step."""
    statement = (
        select(_decision)
        .where(_decision.c.bureau_id == bureau_id, _decision.c.entry_id == entry_id)
        .order_by(_decision.c.step)
    )
    return [
        DecisionRow(
            row.entry_id,
            row.step,
            Decision(row.decision),
            row.reviewer_id,
            row.office_id,
            row.clause,
            row.reason,
            row.at,
        )
        for row in await session.execute(statement)
    ]


async def past_of(
    session: Session,
    bureau_id: UUID,
    person_ids: Collection[UUID],
    types: Collection[str],
    *,
    but: EntryId | None = None,
) -> dict[tuple[PersonId, str], Past]:
    """What these people have of these types, by person and type.

    A diploma counts whatever became of its entry (S9); a day only while the entry stands, neither corrected
    nor rejected nor reversed, and not that of the entry `but`.
    """
    statement = _read.where(
        _entry.c.bureau_id == bureau_id, _entry.c.person_id == among(person_ids), _entry.c.type.in_(types)
    )
    found: dict[tuple[PersonId, str], Past] = {}
    for row in await session.execute(statement):
        past = found.setdefault((row.person_id, row.type), Past())
        if row.document is not None:
            past.documents.add(row.document)
        if row.id != but and not row.is_replaced and row.decision not in _ENDED:
            past.days.append(row.earned_on)
    return found


async def desks(session: Session, bureau_id: UUID, bodies: Collection[OrganisationId]) -> Desks:
    """The registering and reviewing bodies that matters of these schools, counties or offices belong to."""
    research = await identity.offices_for(session, bureau_id, OrganisationKind.SCHOOL_RESEARCH_OFFICE, bodies)
    county = await identity.offices_for(session, bureau_id, OrganisationKind.COUNTY_TRAINING_BODY, bodies)
    centre = await identity.office_for(session, bureau_id, OrganisationKind.TRAINING_CENTRE)
    return Desks(
        {of: office.id for of, office in research.items()},
        {of: office.id for of, office in county.items()},
        centre.id if centre else None,
    )


# --- what a desk reads ------------------------------------------------------------------------------------


def card_of(entry: CreditEntry) -> EntryCard:
    """An entry as people read it."""
    facts = {name: getattr(entry, name) for name in EntryCard.__struct_fields__ if name != "amount"}
    return EntryCard(amount=decimal_text(entry.amount_hundredths), **facts)


async def open_entry(session: Session, actor: Actor, entry_id: EntryId) -> OpenedEntry:
    """An entry with what was said of it: for its person, its two offices and whoever reads the audit trail.

    Refuses `NotFound`: anybody else's looks like none.
    """
    found = (await entries(session, actor.bureau_id, [entry_id])).get(entry_id)
    if found is None or not rules.may_read(found, actor):
        raise NotFound
    return OpenedEntry(card_of(found), tuple(await decisions_of(session, actor.bureau_id, entry_id)))


async def review_queue(
    session: Session, actor: Actor, *, after: EntryId | None = None, at_most: int = 50
) -> list[EntryCard]:
    """What waits for the actor's offices to review, oldest first, beginning after an entry.

    Refuses `RoleNotAllowed`.
    """
    offices = [seat.organisation_id for seat in identity_rules.seats_for(actor, "decide_credit")]
    last = (await entries(session, actor.bureau_id, [after])).get(after) if after else None
    place = (last.at, last.id) if last else None
    found = await queue(session, actor.bureau_id, *offices, after=place, at_most=at_most)
    return [card_of(entry) for entry in found]


async def returned_to(session: Session, actor: Actor) -> list[EntryCard]:
    """What reviewers sent back to the actor's offices and waits to be corrected, oldest first.

    Refuses `RoleNotAllowed`.
    """
    offices = [seat.organisation_id for seat in identity_rules.seats_for(actor, "register_credit")]
    return [card_of(entry) for entry in await returned(session, actor.bureau_id, *offices)]


# --- judging a person -------------------------------------------------------------------------------------


async def transcript(session: Session, bureau_id: UUID, person_id: UUID, as_of: date) -> PersonTranscript:
    """All entries of a person with what each counts, and the verdict as of a day (S1-S25).

    Judged by the pack in force on that day. Refuses `NotFound`, `NoPolicyInForce`.
    """
    person = await identity.person_on(session, bureau_id, person_id, as_of)
    if person is None or person.school is None:
        raise NotFound
    pack = (await policies.in_force(session, bureau_id, as_of)).pack
    found = await entries_of(session, bureau_id, person_id)
    # A corrected entry is its correction's past: judged beside it, it would fill the same cap twice.
    standing = [entry for entry in found if not entry.is_replaced]
    exemptions = await identity.exemptions_of(session, bureau_id, person_id)
    facts = rules.facts_of(person, person.school, exemptions)
    evaluation = policy_rules.evaluate(pack, facts, [rules.judged(entry) for entry in standing], as_of)
    counted = dict(zip((entry.id for entry in standing), evaluation.entries, strict=True))
    return PersonTranscript(tuple(TranscriptRow(entry, counted.get(entry.id)) for entry in found), evaluation)


async def evaluation_of(session: Session, bureau_id: UUID, person_id: UUID, as_of: date) -> Evaluation:
    """What a person has fulfilled as of a day, by the same judge everywhere. Refuses as `transcript`."""
    return (await transcript(session, bureau_id, person_id, as_of)).evaluation
