"""Putting entries into the register, by hand or for slices above, and putting right what was returned."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert

from vouchermarket.credits import queries, rules
from vouchermarket.credits.structs import (
    CorrectEntry,
    NewEntry,
    Registered,
    RegisterEntry,
    Registrar,
)
from vouchermarket.credits.tables import credit_entry
from vouchermarket.identity import queries as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor, Person
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import EntryId, PersonId, new_id
from vouchermarket.kit.money import hundredths
from vouchermarket.kit.refusal import Refusal
from vouchermarket.policies import queries as policies


async def register(
    session: Session, bureau_id: UUID, drafts: Sequence[NewEntry], *, now: datetime
) -> list[EntryId]:
    """Write entries that have been judged, as one set, each with its event; ids in the order given.

    For slices above: who may register, and what, is decided before.
    """
    ids = [EntryId(new_id()) for _ in drafts]
    happened = [
        events.event_row(
            bureau_id,
            "credits.entry_registered",
            entry_id,
            now=now,
            actor_id=draft.registrar_id,
            facts={
                "person_id": draft.person_id,
                "type": draft.type,
                "amount_hundredths": draft.amount_hundredths,
                "unit": draft.unit,
                "source_id": draft.source_id,
                "replaces_id": draft.replaces_id,
            },
        )
        for entry_id, draft in zip(ids, drafts, strict=True)
    ]
    await events.write(session, happened)
    rows: list[dict[str, Any]] = [
        {
            **msgspec.structs.asdict(draft),
            "bureau_id": bureau_id,
            "id": entry_id,
            "event_id": event["id"],
            "at": now,
        }
        for entry_id, event, draft in zip(ids, happened, drafts, strict=True)
    ]
    if rows:
        await session.execute(insert(credit_entry), rows)
    return ids


async def register_by_hand(
    session: Session, actor: Actor, command: RegisterEntry, *, now: datetime
) -> EntryId:
    """Register school-based training, a diploma or an award, at the body the authority row names (A1-A8).

    Refuses `RoleNotAllowed`, and as `rules.draft_by_hand`.
    """
    (outcome,) = await register_list(session, actor, [command], now=now)
    if outcome.entry_id is None:
        raise outcome.refusal or identity_rules.NotFound
    return outcome.entry_id


async def register_list(
    session: Session, actor: Actor, commands: Sequence[RegisterEntry], *, now: datetime
) -> list[Registered]:
    """A school's list of a term, or a county's of a year, as one set: one outcome a line, in the order given.

    Judged by the pack in force today, since entries reach back before there was any. Refuses
    `RoleNotAllowed`, `NoPolicyInForce` as a whole; every other refusal belongs to its line.
    """
    seats = identity_rules.seats_for(actor, "register_credit")
    people = await _people(session, actor.bureau_id, commands)
    today = await _today(session, actor.bureau_id, now)
    version = await policies.in_force(session, actor.bureau_id, today)
    bodies = {person.school.id for person in people.values() if person.school is not None}
    bodies |= {command.organiser_id for command in commands if command.organiser_id is not None}
    registrar = Registrar(
        person_id=actor.person_id,
        offices=frozenset(seat.organisation_id for seat in seats),
        pack=version.pack,
        version_id=version.version_id,
        today=today,
        desks=await queries.desks(session, actor.bureau_id, bodies),
    )
    with_document = {command.person_id for command in commands if command.document is not None}
    documents = await queries.documents_of(session, actor.bureau_id, with_document)
    drafts: dict[int, NewEntry] = {}
    refused: dict[int, Refusal] = {}
    for line, command in enumerate(commands):
        known = documents.setdefault((command.person_id, command.type), set())
        person = people.get((command.person_id, command.earned_on))
        try:
            drafts[line] = rules.draft_by_hand(registrar, command, person, known)
        except Refusal as refusal:
            refused[line] = refusal
        else:
            # A number stands once within the list too.
            known.update([command.document] if command.document is not None else [])
    ids = await register(session, actor.bureau_id, list(drafts.values()), now=now)
    entry_ids = dict(zip(drafts, ids, strict=True))
    return [
        Registered(command.person_id, entry_ids.get(line), refused.get(line))
        for line, command in enumerate(commands)
    ]


async def _today(session: Session, bureau_id: UUID, now: datetime) -> date:
    return civil_day(now, (await identity.bureau(session, bureau_id)).time_zone)


async def _people(
    session: Session, bureau_id: UUID, commands: Sequence[RegisterEntry]
) -> dict[tuple[PersonId, date], Person]:
    by_day: dict[date, set[PersonId]] = {}
    for command in commands:
        by_day.setdefault(command.earned_on, set()).add(command.person_id)
    return {
        (person_id, on): person
        for on, ids in sorted(by_day.items())
        for person_id, person in (await identity.people(session, bureau_id, ids, on)).items()
    }


async def correct(
    session: Session, actor: Actor, entry_id: UUID, command: CorrectEntry, *, now: datetime
) -> EntryId:
    """Put right what a reviewer sent back: a new entry replaces the returned one, before the same offices.

    Judged by the version the returned entry was judged by. Refuses `RoleNotAllowed`, `NotFound`,
    `EntryNotReturned`, `AmountNotReadable`, `DateAfterToday`, `ModeNotAllowed`, `DocumentMissing`,
    `DocumentRegistered`, `TermNeeded`.
    """
    offices = [seat.organisation_id for seat in identity_rules.seats_for(actor, "register_credit")]
    bureau_id, amount_hundredths = actor.bureau_id, hundredths(command.amount)
    found = (await queries.entries(session, bureau_id, [entry_id])).get(EntryId(entry_id))
    returned = rules.refuse_correction(found, offices)
    rules.refuse_after(command.earned_on, await _today(session, bureau_id, now))
    pack = (await policies.by_version(session, bureau_id, returned.policy_version_id)).pack
    documents = await queries.documents_of(session, bureau_id, [returned.person_id])
    known = documents.get((returned.person_id, returned.type), set())
    draft = rules.corrected(returned, command, amount_hundredths, actor.person_id)
    rules.refuse_correction_unfit(pack, draft, known - {returned.document})
    return (await register(session, bureau_id, [rules.with_term(pack, draft)], now=now))[0]
