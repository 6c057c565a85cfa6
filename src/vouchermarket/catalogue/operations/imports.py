"""A provider's sheets of courses and runs, in and out: filed and opened by the verbs of the desk."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from vouchermarket.catalogue.operations.accreditations import provider_of
from vouchermarket.catalogue.operations.courses import file_course
from vouchermarket.catalogue.operations.runs import open_run
from vouchermarket.catalogue.queries import imports as queries
from vouchermarket.catalogue.rules import accredited
from vouchermarket.catalogue.rules import imports as rules
from vouchermarket.catalogue.structs import FileCourse, OpenRun
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events, tabular
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import OrganisationId
from vouchermarket.kit.locks import try_lock_word
from vouchermarket.kit.tabular import Compared, OnFault, Sheet, Value

Step = Callable[[int, int], Awaitable[None]]
VERBS = {rules.COURSES.name: "file_course", rules.RUNS.name: "open_run"}
_PART = 50


async def look(
    session: Session, actor: Actor, table: str, sheet: Sheet, *, now: datetime
) -> Compared[rules.Offer]:
    """What a sheet of `courses` or `runs` of the actor's provider would add. Writes nothing.

    Refuses `RoleNotAllowed`, `ProviderNotNamed`, `NoPolicyInForce`, for courses `ProviderNotAccredited`.
    """
    return await _compared(session, actor, provider_of(actor, VERBS[table], None), table, sheet, now)


async def bring(
    session: Session,
    actor: Actor,
    table: str,
    sheet: Sheet,
    *,
    on_fault: OnFault = OnFault.NONE,
    now: datetime,
    step: Step | None = None,
) -> Compared[rules.Offer]:
    """File the courses or open the runs of a sheet that do not stand yet; again it changes nothing.

    Every row or, where `on_fault` is `others`, every row without fault; nothing where
    `tabular.stopping` faults keep the file out: who calls it tells of them. `step` as in
    `identity.operations.imports.bring`. Refuses as `look`, and `ImportInFlight`.
    """
    provider_id = provider_of(actor, VERBS[table], None)
    # Two sheets of one provider would each be judged by what stood before the other.
    if not await try_lock_word(session, actor.bureau_id, "catalogue import", provider_id):
        raise tabular.ImportInFlight
    found = await _compared(session, actor, provider_id, table, sheet, now)
    if tabular.stopping(found, on_fault):
        return found
    for number, offer in enumerate(found.changes):
        if step is not None and number % _PART == 0:
            await step(number, len(found.changes))
        if isinstance(offer.command, FileCourse):
            await file_course(session, actor, offer.command, now=now)
        if isinstance(offer.command, OpenRun):
            await open_run(session, actor, offer.command, now=now)
    if step is not None:
        await step(len(found.changes), len(found.changes))
    facts = {"table": table, "added": len(found.changes), "unchanged": found.unchanged}
    await events.record(
        session,
        actor.bureau_id,
        "catalogue.sheet_imported",
        provider_id,
        now=now,
        actor_id=actor.person_id,
        facts=facts,
    )
    return found


async def rows(session: Session, actor: Actor, table: str, *, now: datetime) -> list[list[Value]]:  # noqa: ARG001 - the signature of every export
    """The courses or runs of the actor's provider as the import reads them back.

    Refuses `RoleNotAllowed`, `ProviderNotNamed`.
    """
    return await queries.rows(session, actor.bureau_id, provider_of(actor, VERBS[table], None), table)


async def _compared(
    session: Session, actor: Actor, provider_id: OrganisationId, table: str, sheet: Sheet, now: datetime
) -> Compared[rules.Offer]:
    shelf = await queries.shelf(session, actor.bureau_id, provider_id, now)
    # Beside the event loop: a long sheet takes seconds, in which others want to be served.
    records = await asyncio.to_thread(tabular.read_records, rules.TABLES[table], sheet)
    if table == rules.COURSES.name:
        accredited(shelf.accreditations, shelf.today, shelf.today)
    judge = rules.courses if table == rules.COURSES.name else rules.runs
    return await asyncio.to_thread(judge, records, shelf)
