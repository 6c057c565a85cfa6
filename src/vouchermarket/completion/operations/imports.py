"""A provider's sheet on one run, in and out: attendance and reports by the verbs of the desk."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from vouchermarket.catalogue.structs import Run
from vouchermarket.completion import queries
from vouchermarket.completion.operations.attend import take_attendance
from vouchermarket.completion.operations.lock import lock_bookings
from vouchermarket.completion.operations.report import report, report_again
from vouchermarket.completion.queries import imports as standing
from vouchermarket.completion.rules import imports as rules
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events, tabular
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import BookingId, RunId
from vouchermarket.kit.locks import try_lock_word
from vouchermarket.kit.tabular import Compared, Exported, ExportPersonal, OnFault, Sheet


async def look(
    session: Session, actor: Actor, run_id: RunId, sheet: Sheet, *, now: datetime
) -> Compared[rules.Outcome]:
    """What a sheet would put down and report. Writes nothing.

    Refuses `RoleNotAllowed`, `NotFound` for another's run, `RunCalledOff`, `RunNotEnded`.
    """
    return await _compared(session, actor, await own_run(session, actor, run_id), sheet, now)


async def bring(
    session: Session,
    actor: Actor,
    run_id: RunId,
    sheet: Sheet,
    *,
    on_fault: OnFault = OnFault.NONE,
    now: datetime,
) -> Compared[rules.Outcome]:
    """Take attendance and report as the sheet tells; again it changes nothing.

    Every row or, where `on_fault` is `others`, every row without fault; nothing where `tabular.stopping`
    faults keep the file out: who calls it tells of them. A report that was contested is made again.
    Refuses as `look`, `ImportInFlight`, and `NoPolicyInForce` where somebody is reported.
    """
    run = await own_run(session, actor, run_id)
    # Two sheets of one run would each be judged by what stood before the other.
    if not await try_lock_word(session, actor.bureau_id, "completion import", run_id):
        raise tabular.ImportInFlight
    found = await standing.lines(session, actor.bureau_id, run)
    await lock_bookings(session, actor.bureau_id, [one.participant.booking_id for one in found.values()])
    # Read again under the locks: a seat may have been given back meanwhile.
    compared = await _compared(session, actor, run, sheet, now)
    if not tabular.stopping(compared, on_fault):
        await _write(session, actor, run, compared.changes, now)
    return compared


async def export(
    session: Session, actor: Actor, run_id: RunId, command: ExportPersonal, *, now: datetime
) -> Exported:
    """Everybody with a seat of the run, with attendance and evidence, as the import reads it back.

    Refuses `RoleNotAllowed`, `NotFound` for another's run.
    """
    # Names stand in full, for whoever calls the roll has to know people by them: so it is an export of
    # personal data like any other, the provider's own run or not.
    run = await own_run(session, actor, run_id, "export_participants")
    rows = standing.rows_of(await standing.lines(session, actor.bureau_id, run))
    made = await tabular.personal(rows, rules.COMPLETIONS.name, command)
    kind = "completion.sheet_exported"
    await events.record(
        session, actor.bureau_id, kind, run_id, actor_id=actor.person_id, now=now, facts=made.facts
    )
    return made


async def own_run(session: Session, actor: Actor, run_id: RunId, verb: str = "report_completion") -> Run:
    """The run whose sheet the actor may send. Refuses `RoleNotAllowed`, `NotFound` for another's run."""
    identity.seats_for(actor, verb)
    run = await queries.run(session, actor.bureau_id, run_id)
    identity.seat_at(actor, verb, run.provider_id)
    return run


async def _compared(
    session: Session, actor: Actor, run: Run, sheet: Sheet, now: datetime
) -> Compared[rules.Outcome]:
    found = await standing.lines(session, actor.bureau_id, run)
    # Beside the event loop: a long sheet takes seconds, in which others want to be served.
    records = await asyncio.to_thread(tabular.read_records, rules.COMPLETIONS, sheet)
    return rules.completions(records, run, found, now)


async def _write(
    session: Session, actor: Actor, run: Run, changes: Sequence[rules.Outcome], now: datetime
) -> None:
    for meeting in run.meetings:
        present = {
            BookingId(change.id): change.present[meeting.id]
            for change in changes
            if change.id and meeting.id in change.present
        }
        if present:
            await take_attendance(session, actor, meeting.id, present, now=now)
    reports = [change.report for change in changes if change.report and not change.again]
    if reports:
        await report(session, actor, run.id, reports, now=now)
    for change in changes:
        if change.again and change.report:
            await report_again(session, actor, change.again, change.report.evidence, now=now)
