"""The state a batch is decided on: read under lock to carry out, and without one to foresee."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from vouchermarket.booking import queries
from vouchermarket.booking.structs import BookRun, PersonState, State, VoucherState
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries as shelf
from vouchermarket.catalogue.structs import Run
from vouchermarket.credits.rules import facts_of
from vouchermarket.identity import queries as identity
from vouchermarket.identity import tables as identity_tables
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import AccountId, OrganisationId, PersonId, RunId
from vouchermarket.kit.locks import lock_rows
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger import rules as ledger_rules
from vouchermarket.ledger.structs import Account, AccountKind
from vouchermarket.vouchers import queries as vouchers
from vouchermarket.vouchers.structs import VoucherFacts

# Limits look at the year or term in which a run starts, so nothing that ended longer ago can matter.
_LOOK_BACK = timedelta(days=366)


async def lock(
    session: Session, bureau_id: UUID, commands: Sequence[BookRun], zone: str, *, now: datetime
) -> tuple[State, dict[AccountId, Account]]:
    """The state with runs, people, vouchers and accounts under lock, and the accounts to write to."""
    people = {command.person_id for command in commands}
    runs = await catalogue.lock_runs(session, bureau_id, {command.run_id for command in commands})
    # Two batches that book one person into different runs share no run and perhaps no voucher; clashes and
    # limits are the person's, so they are decided under the person's lock.
    await lock_rows(session, identity_tables.person, bureau_id, people)
    today = civil_day(now, zone)
    accounts: dict[AccountId, Account] = {}
    found: Sequence[VoucherFacts] = ()
    if earning := _earning(bureau_id, runs):
        found = await _usable(session, bureau_id, commands, runs, today)
        accounts = await ledger.lock(session, bureau_id, {AccountId(one.id) for one in found} | set(earning))
        accounts |= await _opened(session, bureau_id, earning, accounts, now=now)
        # Read again after the lock: a voucher may have been frozen while this batch waited for it.
        found = await _usable(session, bureau_id, commands, runs, today)
    return await _state(session, bureau_id, commands, runs, found, accounts, zone, now=now), accounts


async def look(
    session: Session, bureau_id: UUID, commands: Sequence[BookRun], zone: str, *, now: datetime
) -> State:
    """The state as it stands now, without a lock: good for showing what would come of it, and no more."""
    runs = await shelf.runs(session, bureau_id, {command.run_id for command in commands})
    accounts: dict[AccountId, Account] = {}
    found: Sequence[VoucherFacts] = ()
    if _earning(bureau_id, runs):
        found = await _usable(session, bureau_id, commands, runs, civil_day(now, zone))
        accounts = await ledger_queries.accounts(session, bureau_id, [one.id for one in found])
    return await _state(session, bureau_id, commands, runs, found, accounts, zone, now=now)


async def _state(
    session: Session,
    bureau_id: UUID,
    commands: Sequence[BookRun],
    runs: dict[RunId, Run],
    found: Sequence[VoucherFacts],
    accounts: Mapping[AccountId, Account],
    zone: str,
    *,
    now: datetime,
) -> State:
    people = {command.person_id for command in commands}
    teachers = await _teachers(session, bureau_id, people, runs, zone, now=now)
    earned = {run.provider_id: _earned(bureau_id, run.provider_id) for run in runs.values()}
    held: dict[UUID, tuple[VoucherState, ...]] = {}
    for one in found:
        if (account := accounts.get(AccountId(one.id))) is not None:
            voucher = VoucherState(**msgspec.structs.asdict(one), free_fen=account.free_fen)
            held[one.holder_id] = (*held.get(one.holder_id, ()), voucher)
    # Under the lock that a departure takes as well: who is gone books nothing from that moment on.
    gone = await identity.gone_from(session, bureau_id, people)
    return State(runs, teachers, held, earned, zone, gone)


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


async def _usable(
    session: Session, bureau_id: UUID, commands: Sequence[BookRun], runs: dict[RunId, Run], today: date
) -> list[VoucherFacts]:
    """The vouchers that could pay in this batch: of its payers, of a line that one of its runs takes."""
    lines = {line for run in runs.values() if run.price_fen for line in run.fund_lines}
    people = {command.person_id for command in commands if command.sent_by is None}
    schools = {command.sent_by for command in commands if command.sent_by is not None}
    return [
        one for one in await vouchers.usable(session, bureau_id, people, schools, today) if one.line in lines
    ]


async def _opened(
    session: Session,
    bureau_id: UUID,
    earning: Mapping[AccountId, OrganisationId],
    standing: Mapping[AccountId, Account],
    *,
    now: datetime,
) -> dict[AccountId, Account]:
    missing = [
        Account(id_, AccountKind.EARNED, ledger_rules.account_code(AccountKind.EARNED, provider_id))
        for id_, provider_id in earning.items()
        if id_ not in standing
    ]
    await ledger.open_set(session, bureau_id, missing, now=now)
    return {account.id: account for account in missing}


def _earning(bureau_id: UUID, runs: Mapping[RunId, Run]) -> dict[AccountId, OrganisationId]:
    """The accounts that would earn: of the providers of runs that cost something."""
    return {_earned(bureau_id, run.provider_id): run.provider_id for run in runs.values() if run.price_fen}


def _earned(bureau_id: UUID, provider_id: OrganisationId) -> AccountId:
    return ledger.account_id(bureau_id, AccountKind.EARNED, provider_id)
