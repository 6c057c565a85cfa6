"""The one way in which seats are taken: lock, decide, write. One command or three hundred, the same code."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from vouchermarket.booking import rules, tables
from vouchermarket.booking.operations import states
from vouchermarket.booking.structs import (
    BookRun,
    Group,
    NewBooking,
    Outcome,
)
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue.structs import Run
from vouchermarket.identity import queries as identity
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import EventId, PolicyVersionId, RunId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger.structs import Posting
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.policies import queries as policies


async def carry_out(
    session: Session, bureau_id: UUID, groups: Sequence[Group], *, now: datetime
) -> tuple[tuple[Outcome, ...], ...]:
    """Decide these groups on locked rows and write what stands; outcomes group by group, line by line.

    The price is the run's under lock, the policy the one in force on the bureau's day. Nothing is refused by
    raising but `NoPolicyInForce`: refusals are outcomes.
    """
    zone = (await identity.bureau(session, bureau_id)).time_zone
    policy = await policies.in_force(session, bureau_id, civil_day(now, zone))
    state, accounts = await states.lock(session, bureau_id, _commands(groups), zone, now=now)
    decision = rules.decide(groups, state, policy.pack, now, iter(new_id, None))
    if decision.bookings:
        postings = await _write_bookings(session, bureau_id, decision.bookings, policy.version_id, now=now)
        await ledger.write(session, bureau_id, accounts, {}, postings, now=now)
        await catalogue.set_taken(session, bureau_id, decision.taken)
        await _tell_nominees(session, bureau_id, decision.bookings, state.runs, zone, now=now)
    return decision.outcomes


async def foresee(
    session: Session, bureau_id: UUID, groups: Sequence[Group], *, now: datetime
) -> tuple[tuple[Outcome, ...], ...]:
    """What `carry_out` would answer now: nothing is locked or written, and a moment later it may differ."""
    zone = (await identity.bureau(session, bureau_id)).time_zone
    policy = await policies.in_force(session, bureau_id, civil_day(now, zone))
    state = await states.look(session, bureau_id, _commands(groups), zone, now=now)
    return rules.decide(groups, state, policy.pack, now, iter(new_id, None)).outcomes


def _commands(groups: Sequence[Group]) -> list[BookRun]:
    return [command for group in groups for command in group.commands]


async def _tell_nominees(
    session: Session,
    bureau_id: UUID,
    bookings: Sequence[NewBooking],
    runs: Mapping[RunId, Run],
    zone: str,
    *,
    now: datetime,
) -> None:
    """Tell those who did not choose for themselves where they are expected."""
    told = [
        (
            booking.command.person_id,
            {
                "booking_id": booking.booked.booking_id,
                "title": run.title,
                "starts_on": civil_day(run.starts_at, zone),
                "place": run.place,
            },
        )
        for booking in bookings
        if booking.command.sent_by is not None and (run := runs[booking.command.run_id])
    ]
    await notices.tell_each(session, bureau_id, told, notice_rules.BookedBySchool, now=now)


async def _write_bookings(
    session: Session,
    bureau_id: UUID,
    bookings: Sequence[NewBooking],
    version_id: PolicyVersionId,
    *,
    now: datetime,
) -> dict[EventId, tuple[Posting, ...]]:
    """One event a booking, the bookings, and the holds each event stands for."""
    told = [_event_of(bureau_id, booking, now=now) for booking in bookings]
    await events.write(session, told)
    rows = [
        {
            "bureau_id": bureau_id,
            "id": booking.booked.booking_id,
            "run_id": booking.command.run_id,
            "person_id": booking.command.person_id,
            "price_fen": booking.booked.price_fen,
            "booked_by": booking.command.booked_by,
            "sent_by": booking.command.sent_by,
            "group_id": booking.group_id,
            "policy_version_id": version_id,
            "booked_at": now,
            "event_id": event["id"],
        }
        for booking, event in zip(bookings, told, strict=True)
    ]
    await session.execute(insert(tables.booking), rows)
    return {EventId(event["id"]): booking.holds for booking, event in zip(bookings, told, strict=True)}


def _event_of(bureau_id: UUID, booking: NewBooking, *, now: datetime) -> dict[str, Any]:
    command, booked = booking.command, booking.booked
    return events.event_row(
        bureau_id,
        "booking.booked",
        booked.booking_id,
        now=now,
        actor_id=command.booked_by,
        facts={
            "run_id": command.run_id,
            "person_id": command.person_id,
            "sent_by": command.sent_by,
            "price_fen": booked.price_fen,
            "payments": booked.payments,
        },
    )
