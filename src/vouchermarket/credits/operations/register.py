"""Putting entries into the register, by hand or for slices above, and putting right what was returned."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from vouchermarket.credits import queries, rules
from vouchermarket.credits.structs import (
    CorrectEntry,
    NewEntry,
    Past,
    Registered,
    RegisterEntry,
    Registrar,
)
from vouchermarket.credits.tables import credit_entry
from vouchermarket.identity import operations as roster
from vouchermarket.identity import queries as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor, Person
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import EntryId, PersonId, new_id
from vouchermarket.kit.loading import insert_rows
from vouchermarket.kit.money import hundredths
from vouchermarket.kit.refusal import Refusal
from vouchermarket.policies import queries as policies
from vouchermarket.policies import rules as policy_rules


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
    await insert_rows(session, credit_entry, rows)
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
    past = await _past(session, registrar, actor.bureau_id, [one for one in commands if _key(one) in people])
    drafts: dict[int, NewEntry] = {}
    refused: dict[int, Refusal] = {}
    for line, command in enumerate(commands):
        known = past.setdefault((command.person_id, command.type), Past())
        person = people.get(_key(command))
        try:
            drafts[line] = rules.draft_by_hand(registrar, command, person, known)
        except Refusal as refusal:
            refused[line] = refusal
        else:
            # A number stands once, and a window is used, within the list too.
            known.documents.update([command.document] if command.document is not None else [])
            known.days.append(command.earned_on)
    ids = await register(session, actor.bureau_id, list(drafts.values()), now=now)
    entry_ids = dict(zip(drafts, ids, strict=True))
    return [
        Registered(command.person_id, entry_ids.get(line), refused.get(line))
        for line, command in enumerate(commands)
    ]


async def _today(session: Session, bureau_id: UUID, now: datetime) -> date:
    return civil_day(now, (await identity.bureau(session, bureau_id)).time_zone)


def _key(command: RegisterEntry) -> tuple[PersonId, date]:
    return command.person_id, command.earned_on


async def _past(
    session: Session, registrar: Registrar, bureau_id: UUID, commands: Sequence[RegisterEntry]
) -> dict[tuple[PersonId, str], Past]:
    counted = [one for one in commands if policy_rules.has_window(registrar.pack, one.type)]
    # A diploma has a unique key below; two applications of one window have only this lock between them.
    await roster.lock_people(session, bureau_id, [one.person_id for one in counted])
    asked = [*counted, *(one for one in commands if one.document is not None)]
    ids, types = {one.person_id for one in asked}, {one.type for one in asked}
    return await queries.past_of(session, bureau_id, ids, types) if asked else {}


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
    `DocumentRegistered`, `WindowUsed`, `TermNeeded`.
    """
    offices = [seat.organisation_id for seat in identity_rules.seats_for(actor, "register_credit")]
    bureau_id, amount_hundredths = actor.bureau_id, hundredths(command.amount)
    found = (await queries.entries(session, bureau_id, [entry_id])).get(EntryId(entry_id))
    returned = rules.refuse_correction(found, offices)
    rules.refuse_after(command.earned_on, await _today(session, bureau_id, now))
    pack = (await policies.by_version(session, bureau_id, returned.policy_version_id)).pack
    whose = returned.person_id, returned.type
    await roster.lock_people(session, bureau_id, [returned.person_id])
    past = await queries.past_of(session, bureau_id, [whose[0]], [whose[1]], but=returned.id)
    past[whose].documents.discard(returned.document or "")
    draft = rules.corrected(returned, command, amount_hundredths, actor.person_id)
    rules.refuse_correction_unfit(pack, draft, past[whose])
    return (await register(session, bureau_id, [rules.with_term(pack, draft)], now=now))[0]
