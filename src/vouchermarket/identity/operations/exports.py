"""The roster of people going out: for a reason, and never unseen."""

from datetime import datetime

from vouchermarket.identity import rules
from vouchermarket.identity.queries import imports as queries
from vouchermarket.identity.rules import sheets
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events, tabular
from vouchermarket.kit.db import Session
from vouchermarket.kit.tabular import Exported, ExportPersonal


async def export_people(
    session: Session, actor: Actor, command: ExportPersonal, *, now: datetime
) -> Exported:
    """All persons with names in full, as the import reads them back. Refuses `RoleNotAllowed`."""
    rules.seats_for(actor, "export_people")
    rows = await queries.people_rows(session, actor.bureau_id, now)
    made = await tabular.personal(rows, sheets.PEOPLE.name, command)
    await events.record(
        session,
        actor.bureau_id,
        "identity.people_exported",
        actor.bureau_id,
        actor_id=actor.person_id,
        now=now,
        facts=made.facts,
    )
    return made
