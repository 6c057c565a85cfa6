"""Rules that do not bind a person for a time, by name and with the reason (S22)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select, update

from vouchermarket.identity import queries, rules, tables
from vouchermarket.identity.operations.roster import lock_people
from vouchermarket.identity.structs import Actor, Exempt, Exemption
from vouchermarket.kit import events
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import new_id


async def exempt(session: Session, actor: Actor, command: Exempt, *, now: datetime) -> UUID:
    """Exempt a person from a rule in [from_on, to_on), or until it is ended; returns the exemption.

    What that does to a verdict is the pack's affair. Refuses `RoleNotAllowed`, `OwnExemption`, `NotFound`,
    `PeriodEmpty`, `PeriodOverlaps` (exempt from it already).
    """
    rules.seats_for(actor, "exempt")
    rules.exempting(actor, command.person_id)
    await lock_people(session, actor.bureau_id, [command.person_id])
    standing = await queries.exemptions_of(session, actor.bureau_id, command.person_id)
    fresh = rules.Held(None, command.person_id, command.rule, command.from_on, command.to_on)
    rules.apart([_held(one) for one in standing], [fresh])
    id_ = new_id()
    row = {
        "person_id": command.person_id,
        "rule": command.rule,
        "from_on": command.from_on,
        "to_on": command.to_on,
    }
    more = {"reason": command.reason, "granted_by": actor.person_id, "granted_at": now}
    await session.execute(insert(tables.exemption).values(bureau_id=actor.bureau_id, id=id_, **row, **more))
    # The reason may tell of an illness: it stays in its row, and out of the trail.
    await events.record(
        session, actor.bureau_id, "identity.exempted", id_, actor_id=actor.person_id, now=now, facts=row
    )
    return id_


async def end_exemption(
    session: Session, actor: Actor, exemption_id: UUID, to_on: date, *, now: datetime
) -> None:
    """End an exemption: it holds up to the day before `to_on`. An end may be moved, too.

    Refuses `RoleNotAllowed`, `NotFound`, `OwnExemption`, `PeriodEmpty`, `PeriodOverlaps`.
    """
    rules.seats_for(actor, "exempt")
    table = tables.exemption
    mine = (table.c.bureau_id == actor.bureau_id, table.c.id == exemption_id)
    found = (await session.execute(select(table.c.person_id, table.c.to_on).where(*mine))).one_or_none()
    if found is None:
        raise rules.NotFound
    rules.exempting(actor, found.person_id)
    await lock_people(session, actor.bureau_id, [found.person_id])
    standing = await queries.exemptions_of(session, actor.bureau_id, found.person_id)
    rules.ending([_held(one) for one in standing], exemption_id, to_on)
    await session.execute(update(table).where(*mine).values(to_on=to_on))
    await events.record(
        session,
        actor.bureau_id,
        "identity.exemption_ended",
        exemption_id,
        actor_id=actor.person_id,
        now=now,
        facts={"person_id": found.person_id, **events.changed(found, to_on=to_on)},
    )


def _held(one: Exemption) -> rules.Held:
    return rules.Held(one.id, one.person_id, one.rule, one.from_on, one.to_on)
