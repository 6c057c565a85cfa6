"""The one way in which seats are taken: lock, decide, write. One command or three hundred, the same code."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert

from vouchermarket.booking import queries, rules, tables
from vouchermarket.booking.structs import (
    BookRun,
    Group,
    NewBooking,
    Outcome,
    PersonState,
    State,
    VoucherState,
)
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue.structs import Run
from vouchermarket.credits.rules import facts_of
from vouchermarket.identity import queries as identity
from vouchermarket.identity import tables as identity_tables
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import AccountId, EventId, OrganisationId, PersonId, PolicyVersionId, RunId, new_id
from vouchermarket.kit.locks import lock_rows
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import rules as ledger_rules
from vouchermarket.ledger.structs import Account, AccountKind, Posting
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.policies import queries as policies
from vouchermarket.vouchers import queries as vouchers

# Limits look at the year or term in which a run starts, so nothing that ended longer ago can matter.
_LOOK_BACK = timedelta(days=366)


async def carry_out(
    session: Session, bureau_id: UUID, groups: Sequence[Group], *, now: datetime
) -> tuple[tuple[Outcome, ...], ...]:
    """Decide these groups on locked rows and write what stands; outcomes group by group, line by line.

    The price is the run's under lock, the policy the one in force on the bureau's day. Nothing is refused by
    raising but `NoPolicyInForce`: refusals are outcomes.
    """
    zone = (await identity.bureau(session, bureau_id)).time_zone
    policy = await policies.in_force(session, bureau_id, civil_day(now, zone))
    state, accounts = await _lock(session, bureau_id, groups, zone, now=now)
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
    """What `carry_out` would answer now; nothing is written, and it may be otherwise a moment later."""
    zone = (await identity.bureau(session, bureau_id)).time_zone
    policy = await policies.in_force(session, bureau_id, civil_day(now, zone))
    state, _ = await _lock(session, bureau_id, groups, zone, now=now)
    return rules.decide(groups, state, policy.pack, now, iter(new_id, None)).outcomes


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


async def _lock(
    session: Session, bureau_id: UUID, groups: Sequence[Group], zone: str, *, now: datetime
) -> tuple[State, dict[AccountId, Account]]:
    commands = [command for group in groups for command in group.commands]
    people = {command.person_id for command in commands}
    runs = await catalogue.lock_runs(session, bureau_id, {command.run_id for command in commands})
    # Two batches that book one person into different runs share no run and perhaps no voucher; clashes and
    # limits are the person's, so they are decided under the person's lock.
    await lock_rows(session, identity_tables.person, bureau_id, people)
    teachers = await _teachers(session, bureau_id, people, runs, zone, now=now)
    held, accounts = await _vouchers(session, bureau_id, commands, runs, civil_day(now, zone), now=now)
    earned = {run.provider_id: _earned(bureau_id, run.provider_id) for run in runs.values()}
    # Read under the lock that a departure takes as well: who is gone books nothing from that moment on.
    gone = await identity.gone_from(session, bureau_id, people)
    return State(runs, teachers, held, earned, zone, gone), accounts


async def _teachers(
    session: Session,
    bureau_id: UUID,
    person_ids: Collection[PersonId],
    runs: dict[RunId, Run],
    zone: str,
    *,
    now: datetime,
) -> dict[PersonId, PersonState]:
    since = min((run.starts_at for run in runs.values()), default=now) - _LOOK_BACK
    found = await identity.people(session, bureau_id, person_ids, civil_day(now, zone))
    engaged = await queries.engagements(session, bureau_id, person_ids, since, zone)
    return {
        id_: PersonState(facts_of(person, person.school), person.school.id, engaged.get(id_, ()))
        for id_, person in found.items()
        if person.school is not None
    }


async def _vouchers(
    session: Session,
    bureau_id: UUID,
    commands: Sequence[BookRun],
    runs: dict[RunId, Run],
    today: date,
    *,
    now: datetime,
) -> tuple[dict[UUID, tuple[VoucherState, ...]], dict[AccountId, Account]]:
    """The vouchers that could pay in this batch by holder, their accounts and the providers', under lock."""
    priced = [run for run in runs.values() if run.price_fen]
    if not priced:
        return {}, {}
    lines = {line for run in priced for line in run.fund_lines}
    people = {command.person_id for command in commands if command.sent_by is None}
    schools = {command.sent_by for command in commands if command.sent_by is not None}
    found = await vouchers.usable(session, bureau_id, people, schools, today)
    earned = {_earned(bureau_id, run.provider_id): run.provider_id for run in priced}
    wanted = {AccountId(one.id) for one in found if one.line in lines}
    accounts = await ledger.lock(session, bureau_id, wanted | set(earned))
    # Read again after the lock: a voucher may have been frozen while this batch waited for it.
    held: dict[UUID, tuple[VoucherState, ...]] = {}
    for one in await vouchers.usable(session, bureau_id, people, schools, today):
        if (account := accounts.get(AccountId(one.id))) is not None:
            voucher = VoucherState(**msgspec.structs.asdict(one), free_fen=account.free_fen)
            held[one.holder_id] = (*held.get(one.holder_id, ()), voucher)
    missing = [
        Account(id_, AccountKind.EARNED, ledger_rules.account_code(AccountKind.EARNED, provider_id))
        for id_, provider_id in earned.items()
        if id_ not in accounts
    ]
    await ledger.open_set(session, bureau_id, missing, now=now)
    return held, accounts | {account.id: account for account in missing}


def _earned(bureau_id: UUID, provider_id: OrganisationId) -> AccountId:
    return ledger.account_id(bureau_id, AccountKind.EARNED, provider_id)


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
