"""What is asked of gateways beside paying: what their messages are about, and whether their books are ours.

Like paying itself, each call stands outside any transaction.
"""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from vouchermarket.identity.structs import Bureau
from vouchermarket.jobs.schedule import CatchUp, Job
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id
from vouchermarket.payments import gateways, queries, rules
from vouchermarket.payments import operations as payments
from vouchermarket.payments.structs import Gateway, HookEvent, Match, Reconciliation
from vouchermarket.settlement import operations as settlement

log = structlog.get_logger()

# Far enough back that a reversal made by hand at the gateway weeks later is still seen.
LOOKED_BACK = timedelta(days=35)
TOO_YOUNG = timedelta(minutes=15)
NOT_OURS, NOTHING_OPEN, FOLLOWED = "not_ours", "nothing_open", "followed"


async def follow_hooks(ways: gateways.Gateways, database: Database, bureau: Bureau, now: datetime) -> int:
    """Follow up what gateways have told: fetch the object anew, and settle what of it is in doubt here.

    In which order events came, and how often, does not matter: what counts is how the payment stands now.
    """
    followed = 0
    for gateway, register in gateways.registers(ways).items():
        async with database.transaction(bureau.id) as session:
            told = await payments.claim_events(session, bureau.id, gateway, now=now)
        for event in told:
            try:
                outcome = await _follow(ways, register, database, bureau, event, now)
            except gateways.GatewaySilent as silence:
                log.warning("payments.hook_waits", gateway=gateway.value, fault=str(silence))
                async with database.transaction(bureau.id) as session:
                    await payments.note_silence(session, bureau.id, event, str(silence))
                continue
            async with database.transaction(bureau.id) as session:
                await payments.close_event(session, bureau.id, event, outcome, now=now)
            followed += 1
    return followed


async def _follow(
    ways: gateways.Gateways,
    register: gateways.PaymentRegister,
    database: Database,
    bureau: Bureau,
    event: HookEvent,
    now: datetime,
) -> str:
    if not event.kind.startswith("transfer.") or not event.object_id:
        return NOT_OURS
    found = await register.fetch(event.object_id)
    payment_id = found and _id_of(found.payment_id)
    if payment_id is None:
        return NOT_OURS
    async with database.transaction(bureau.id) as session:
        errand = await payments.errand_in_doubt(session, bureau.id, payment_id)
    if errand is None:
        return NOTHING_OPEN
    answer = await gateways.carry_out(ways, errand)
    async with database.transaction(bureau.id) as session:
        await settlement.record_outcome(session, bureau.id, ways, errand, answer, now=now)
    return FOLLOWED


async def raise_alarms(ways: gateways.Gateways, database: Database, bureau: Bureau, now: datetime) -> int:  # noqa: ARG001 - the shape of a sweep
    """Tell finance of payments that have been in doubt for a day."""
    async with database.transaction(bureau.id) as session:
        doubtful = await settlement.raise_alarms(session, bureau.id, now=now)
    for payment_id in doubtful:
        log.error("payments.needs_human", bureau=bureau.code, payment=str(payment_id))
    return len(doubtful)


async def reconcile(ways: gateways.Gateways, database: Database, bureau: Bureau, now: datetime) -> int:
    """Lay our books of the last weeks beside each gateway's list, and keep what came of it.

    Our side is read first and the list after it, so that what was paid between cannot be missing there; what
    is younger than a quarter of an hour is left to the next day.
    """
    compared = 0
    for gateway, register in gateways.registers(ways).items():
        made = await _compared(gateway, register, database, bureau, now)
        async with database.transaction(bureau.id) as session:
            kept = await settlement.record_reconciliation(session, bureau.id, made, now=now)
        compared += kept
        if kept and made.differs:
            log.error(
                "payments.books_differ",
                bureau=bureau.code,
                gateway=gateway.value,
                lines=made.differs,
                fen=made.difference_fen,
            )
    return compared


async def _compared(
    gateway: Gateway,
    register: gateways.PaymentRegister,
    database: Database,
    bureau: Bureau,
    now: datetime,
) -> Reconciliation:
    since, until = now - LOOKED_BACK, now - TOO_YOUNG
    async with database.transaction(bureau.id) as session:
        ours = await queries.entries(session, bureau.id, gateway, since, until)
        accounts = await queries.accounts_at(session, bureau.id, gateway)
    listed = [remote for remote in await register.listed(since) if remote.made_at <= until]
    named = {found for remote in listed if (found := _id_of(remote.payment_id))}
    async with database.transaction(bureau.id) as session:
        known = await queries.known_among(session, bureau.id, named)
        # A payment may have been recorded long after it was made.
        late = await queries.entries(session, bureau.id, gateway, now, now, also=named)
    theirs = [remote for remote in listed if rules.concerns(remote, known, accounts)]
    ours = list({entry.payment_id: entry for entry in [*ours, *late]}.values())
    # And one may have been made before the weeks that the list shows.
    shown = {remote.reference for remote in theirs}
    asked = [await register.fetch(entry.reference) for entry in ours if entry.reference not in shown]
    lines = rules.compare(ours, theirs + [remote for remote in asked if remote is not None])
    counts = Counter(line.match for line in lines)
    return Reconciliation(
        id=new_id(),
        gateway=gateway,
        day_on=civil_day(now, bureau.time_zone),
        from_at=since,
        to_at=until,
        matched=counts[Match.MATCHED],
        missing_here=counts[Match.MISSING_HERE],
        missing_there=counts[Match.MISSING_THERE],
        amount_differs=counts[Match.AMOUNT_DIFFERS],
        difference_fen=sum(line.there_fen - line.here_fen for line in lines),
        lines=tuple(line for line in lines if line.match is not Match.MATCHED),
    )


def _id_of(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None


def jobs(ways: gateways.Gateways) -> tuple[Job, ...]:
    """The jobs beside paying, where there is a gateway that shows its books."""
    if not gateways.registers(ways):
        return ()
    day, night = timedelta(days=1), timedelta(hours=20)
    return (
        Job("follow_hooks", partial(follow_hooks, ways), timedelta(seconds=15), CatchUp.LATEST),
        Job("raise_alarms", partial(raise_alarms, ways), timedelta(hours=1), CatchUp.LATEST),
        Job("reconcile", partial(reconcile, ways), day, CatchUp.LATEST, offset=night),
    )
