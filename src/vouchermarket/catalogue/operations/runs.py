"""A run is opened by its course's provider; its seats are counted by the booking engine under its lock."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert

from vouchermarket.catalogue import queries, rules, tables
from vouchermarket.catalogue.operations.courses import lock_course, refuse_unaccredited
from vouchermarket.catalogue.structs import CourseState, OpenRun, Run
from vouchermarket.identity import queries as bodies
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import RunId, new_id
from vouchermarket.kit.loading import update_rows
from vouchermarket.kit.locks import lock_rows
from vouchermarket.policies import queries as policies


async def open_run(session: Session, actor: Actor, command: OpenRun, *, now: datetime) -> RunId:
    """Open a run of one's own published course, held while the provider is accredited.

    Refuses `RoleNotAllowed`, `NotFound` for another's course, `CourseNotInState`, as `rules.openable`,
    `ProviderNotAccredited` for any day from the first to the last meeting, and as `rules.priced` under the
    pack in force today.
    """
    identity.seats_for(actor, "open_run")
    # Under lock, so that nobody withdraws the course while a run of it is being opened.
    course = await lock_course(session, actor.bureau_id, command.course_id)
    identity.seat_at(actor, "open_run", course.provider_id)
    rules.in_state(CourseState(course.state), CourseState.PUBLISHED)
    rules.openable(command, now)
    zone = (await bodies.bureau(session, actor.bureau_id)).time_zone
    first, last = command.meetings[0], command.meetings[-1]
    days = civil_day(first.starts_at, zone), civil_day(last.ends_at, zone)
    await refuse_unaccredited(session, actor.bureau_id, course.provider_id, *days)
    price_fen = course.price_fen if command.price_fen is None else command.price_fen
    policy = await policies.in_force(session, actor.bureau_id, civil_day(now, zone))
    rules.priced(policy.pack, course.type, course.fund_lines, price_fen)
    run_id = RunId(new_id())
    await _write(session, actor.bureau_id, run_id, command, price_fen, now=now)
    await events.record(
        session,
        actor.bureau_id,
        "catalogue.run_opened",
        run_id,
        now=now,
        actor_id=actor.person_id,
        facts={"course_id": command.course_id, "capacity": command.capacity, "price_fen": price_fen},
    )
    return run_id


async def _write(
    session: Session, bureau_id: UUID, run_id: RunId, command: OpenRun, price_fen: int, *, now: datetime
) -> None:
    await session.execute(
        insert(tables.run).values(
            bureau_id=bureau_id,
            id=run_id,
            course_id=command.course_id,
            capacity=command.capacity,
            price_fen=price_fen,
            books_from_at=command.books_from_at,
            books_until_at=command.books_until_at,
            starts_at=command.meetings[0].starts_at,
            ends_at=command.meetings[-1].ends_at,
            place=command.place,
            opened_at=now,
        )
    )
    meetings = [
        {
            "bureau_id": bureau_id,
            "id": new_id(),
            "run_id": run_id,
            "number": number,
            "starts_at": meeting.starts_at,
            "ends_at": meeting.ends_at,
            "place": meeting.place or command.place,
        }
        for number, meeting in enumerate(command.meetings, start=1)
    ]
    await session.execute(insert(tables.meeting), meetings)


async def lock_runs(session: Session, bureau_id: UUID, ids: Collection[UUID]) -> dict[RunId, Run]:
    """Lock these runs in id order: their seats and prices hold until the transaction ends."""
    await lock_rows(session, tables.run, bureau_id, ids)
    # Read after the lock: whoever held it before may have taken seats.
    return await queries.runs(session, bureau_id, ids)


async def set_taken(session: Session, bureau_id: UUID, taken: Mapping[RunId, int]) -> None:
    """Write the seats taken in each run, for a caller that holds the runs' locks."""
    rows = [{"id": run_id, "taken": seats} for run_id, seats in sorted(taken.items())]
    await update_rows(session, tables.run, bureau_id, rows)
