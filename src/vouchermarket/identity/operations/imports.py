"""Rosters in from files: looked at first, then all rows or none, or all but those with a fault."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, select, update

from vouchermarket.identity import queries, rules, tables
from vouchermarket.identity.operations.roster import lock_people, tell, write
from vouchermarket.identity.queries import imports as standing
from vouchermarket.identity.rules import imports, sheets
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events, tabular
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session, among
from vouchermarket.kit.ids import OrganisationId, new_id
from vouchermarket.kit.locks import try_lock_word
from vouchermarket.kit.tabular import OnFault, Sheet

Compared = imports.Compared
# How many rows are done, of how many.
Step = Callable[[int, int], Awaitable[None]]
PART = 2000
_BODY_FIELDS = ("name", "is_direct", "is_rural", "stage", "provider_kind")
_CHANGED = ("before", "after")
_WORDS = {"posts": (tables.person_post, "post"), "tiers": (tables.person_tier, "tier")}


async def look(session: Session, actor: Actor, table: str, sheet: Sheet, *, now: datetime) -> Compared:
    """A file of `organisations` or `people` against what stands: every change, every fault. Writes nothing.

    Refuses `RoleNotAllowed`.
    """
    rules.seats_for(actor, "change_roster")
    return await _compared(session, actor, table, await _records(table, sheet), now)


async def bring(
    session: Session,
    actor: Actor,
    table: str,
    sheet: Sheet,
    *,
    on_fault: OnFault = OnFault.NONE,
    now: datetime,
    step: Step | None = None,
) -> Compared:
    """Import the file: every row of it or, where `on_fault` is `others`, every row without fault.

    Nothing is written where `tabular.stopping` faults keep the file out: who calls it tells of them. A
    teacher who is told at another school leaves the former one on the row's `from_on`. `step` is told between
    two parts how many rows are done, of how many; what it raises undoes them all.
    Refuses `RoleNotAllowed`, `ImportInFlight`.
    """
    rules.seats_for(actor, "change_roster")
    # One roster at a time: two files would each be judged by what stood before the other.
    if not await try_lock_word(session, actor.bureau_id, "roster import"):
        raise tabular.ImportInFlight
    records = await _records(table, sheet)
    if table == sheets.PEOPLE.name:
        named = await standing.standing_people(session, actor.bureau_id, records.codes)
        await lock_people(session, actor.bureau_id, [one.id for one in named.values()])
    found = await _compared(session, actor, table, records, now)
    if tabular.stopping(found, on_fault):
        return found
    if table == sheets.ORGANISATIONS.name and found.faults:
        bodies = await standing.standing_bodies(session, actor.bureau_id)
        found = imports.under_bodies_that_come_in(found, bodies)
    await _write(session, actor, table, found.changes, now, step)
    result = tabular.preview(table, sheet.encoding, found)
    facts = {"table": table, "added": result.added, "changed": result.changed, "unchanged": result.unchanged}
    await events.record(
        session,
        actor.bureau_id,
        "identity.roster_imported",
        actor.bureau_id,
        actor_id=actor.person_id,
        now=now,
        facts=facts,
    )
    return found


async def _records(table: str, sheet: Sheet) -> tabular.Records:
    # Beside the event loop: a hundred thousand rows take seconds, in which others want to be served.
    return await asyncio.to_thread(tabular.read_records, sheets.TABLES[table], sheet)


async def _compared(
    session: Session, actor: Actor, table: str, records: tabular.Records, now: datetime
) -> Compared:
    bodies = await standing.standing_bodies(session, actor.bureau_id)
    if table == sheets.ORGANISATIONS.name:
        return imports.organisations(records, bodies)
    people = await standing.standing_people(session, actor.bureau_id, records.codes)
    bureau = await queries.bureau(session, actor.bureau_id)
    today = civil_day(now, bureau.time_zone)
    return await asyncio.to_thread(imports.people, records, people, bodies, by=actor.person_id, today=today)


async def _write(
    session: Session,
    actor: Actor,
    table: str,
    changes: Sequence[imports.Change],
    now: datetime,
    step: Step | None,
) -> None:
    is_people = table == sheets.PEOPLE.name
    # Bodies go in as one: they stand under each other.
    size = PART if is_people else max(len(changes), 1)
    for begins in range(0, len(changes), size):
        if step is not None:
            await step(begins, len(changes))
        part = changes[begins : begins + size]
        await (_write_people if is_people else _write_bodies)(session, actor, part, now)
    if step is not None:
        await step(len(changes), len(changes))


async def _write_bodies(
    session: Session, actor: Actor, changes: Sequence[imports.Change], now: datetime
) -> None:
    bodies = await standing.standing_bodies(session, actor.bureau_id)
    ids = {code: body.id for code, body in bodies.items()}
    ids |= {change.code: OrganisationId(new_id()) for change in changes if change.id is None}
    fresh = {change.code: change for change in changes if change.id is None}
    rows: list[dict[str, Any]] = [
        {
            **{name: change.values[name] for name in _BODY_FIELDS},
            "id": ids[change.code],
            "kind": change.values["kind"],
            "code": change.code,
            "parent_id": ids[change.values["parent"]] if change.values["parent"] else None,
        }
        for change in sorted(changes, key=lambda each: _depth(each, fresh))
    ]
    added = [row for row in rows if row["code"] in fresh]
    changed = [row for row in rows if row["code"] not in fresh]
    await write(session, actor.bureau_id, tables.organisation, added)
    await _update(session, actor.bureau_id, tables.organisation, changed)
    moved = [
        {**row, **events.changed(bodies[row["code"]].values, **{name: row[name] for name in _BODY_FIELDS})}
        for row in changed
    ]
    await _tell(session, actor, "organisation_added", added, ("kind", "code"), now)
    await _tell(session, actor, "organisation_changed", moved, ("kind", "code", *_CHANGED), now)


def _depth(change: imports.Change, fresh: Mapping[str, imports.Change]) -> int:
    """How many new bodies stand over this one: they have to be written before it."""
    parent = change.values["parent"]
    return 1 + _depth(fresh[parent], fresh) if parent in fresh else 0


async def _write_people(
    session: Session, actor: Actor, changes: Sequence[imports.Change], now: datetime
) -> None:
    ids: dict[str, UUID] = {change.code: change.id or new_id() for change in changes}
    added: list[dict[str, Any]] = [
        {
            "id": ids[change.code],
            "code": change.code,
            **{name: change.values.get(name) for name in imports.PERSON_FIELDS},
        }
        for change in changes
        if change.id is None
    ]
    await write(session, actor.bureau_id, tables.person, added)
    changed = [change for change in changes if change.id is not None and change.fields]
    for fields in sorted({change.fields for change in changed}):
        alike = [change for change in changed if change.fields == fields]
        same = [{"id": change.id, **{name: change.values[name] for name in fields}} for change in alike]
        await _update(session, actor.bureau_id, tables.person, same)
    # The names of the columns alone: what somebody was called could never be taken out of the trail again.
    named = [{"id": change.id, "code": change.code, "fields": change.fields} for change in changed]
    await _tell(session, actor, "person_added", added, ("code",), now)
    await _tell(session, actor, "person_changed", named, ("code", "fields"), now)
    await _write_seats(session, actor, changes, ids, now)
    for name in imports.WORDS:
        await _write_words(session, actor, name, changes, ids, now)


async def _write_seats(
    session: Session,
    actor: Actor,
    changes: Sequence[imports.Change],
    ids: Mapping[str, UUID],
    now: datetime,
) -> None:
    bodies = await standing.standing_bodies(session, actor.bureau_id)
    seated = [change for change in changes if change.takes_seat]
    ended = [
        {"id": change.leaves, "person_id": ids[change.code], "to_on": change.values["from_on"]}
        for change in seated
        if change.leaves
    ]
    begun: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "person_id": ids[change.code],
            "organisation_id": bodies[change.values["organisation"]].id,
            "role": change.values["role"],
            "from_on": change.values["from_on"],
            "to_on": None,
        }
        for change in seated
    ]
    ends = [{"id": row["id"], "to_on": row["to_on"]} for row in ended]
    table = tables.appointment.c
    standing_ends = select(table.id, table.to_on).where(
        table.bureau_id == actor.bureau_id, table.id == among([row["id"] for row in ended])
    )
    before = {row.id: row for row in await session.execute(standing_ends)}
    await _update(session, actor.bureau_id, tables.appointment, ends)
    await write(session, actor.bureau_id, tables.appointment, begun)
    told = [{**row, **events.changed(before[row["id"]], to_on=row["to_on"])} for row in ended]
    await _tell(session, actor, "appointment_ended", told, ("person_id", "to_on", *_CHANGED), now)
    facts = ("person_id", "organisation_id", "role", "from_on", "to_on")
    await _tell(session, actor, "appointed", begun, facts, now)


async def _write_words(
    session: Session,
    actor: Actor,
    name: str,
    changes: Sequence[imports.Change],
    ids: Mapping[str, UUID],
    now: datetime,
) -> None:
    table, column = _WORDS[name]
    ending = [(change, held) for change in changes for held in change.ended.get(name, ())]
    ended = [
        {
            "person_id": ids[change.code],
            column: held.what,
            "from_on": held.from_on,
            "to_on": change.values["from_on"],
        }
        for change, held in ending
    ]
    begun = [
        {"person_id": ids[change.code], column: word, "from_on": change.values["from_on"], "to_on": None}
        for change in changes
        for word in change.begun.get(name, ())
    ]
    await _update(session, actor.bureau_id, table, ended, key=("person_id", column, "from_on"))
    await write(session, actor.bureau_id, table, begun)
    facts = (column, "from_on", "to_on")
    told = [
        {**row, **events.changed(held, to_on=row["to_on"])}
        for row, (_, held) in zip(ended, ending, strict=True)
    ]
    await _tell(session, actor, f"{column}_ended", told, (*facts, *_CHANGED), now)
    await _tell(session, actor, f"{column}_given", begun, facts, now)


async def _update(
    session: Session,
    bureau_id: UUID,
    table: Table,
    rows: Sequence[dict[str, Any]],
    key: Sequence[str] = ("id",),
) -> None:
    if not rows:
        return
    values = {name: bindparam(f"to_{name}") for name in rows[0] if name not in key}
    found = [table.c[name] == bindparam(f"to_{name}") for name in key]
    statement = update(table).where(table.c.bureau_id == bureau_id, *found).values(values)
    await session.execute(statement, [{f"to_{name}": value for name, value in row.items()} for row in rows])


async def _tell(
    session: Session,
    actor: Actor,
    kind: str,
    rows: Sequence[dict[str, Any]],
    facts: Sequence[str],
    now: datetime,
) -> None:
    by = actor.person_id
    await tell(session, actor.bureau_id, f"identity.{kind}", rows, facts, by=by, now=now)
