"""The sweeps: what time itself does to vouchers, reports and payments. Each item is one transaction.

A sweep takes a part at a time and goes on until nothing is due, so that no transaction grows with the city.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.engine import Row

from vouchermarket.catalogue import operations as catalogue
from vouchermarket.completion import operations as completion
from vouchermarket.completion import queries as completions
from vouchermarket.identity.structs import Bureau
from vouchermarket.jobs import payments as payment_jobs
from vouchermarket.jobs.schedule import CatchUp, Job
from vouchermarket.jobs.telling import holders_told, person_told, remind_of_expiry
from vouchermarket.kit import events, files, keys
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Database, Session
from vouchermarket.payments import gateways
from vouchermarket.payments import operations as payments
from vouchermarket.payments.gateways.manual import ManualGateway
from vouchermarket.payments.gateways.stripe import StripeGateway
from vouchermarket.payments.rules import CALL_LEASE
from vouchermarket.payments.structs import Gateway, Outcome
from vouchermarket.reporting.queries import invariants
from vouchermarket.settings import Settings
from vouchermarket.settlement import operations as settlement
from vouchermarket.vouchers import operations as vouchers

log = structlog.get_logger()

PART = 500
GATEWAYS: gateways.Gateways = {Gateway.MANUAL: ManualGateway()}
# A call begun later than this might still be under way when another sweep takes its attempt over.
CALLS_BEGIN_WITHIN = CALL_LEASE / 2

Part = Callable[[Session, UUID, datetime], Awaitable[int]]


async def _until_done(database: Database, bureau: Bureau, now: datetime, part: Part) -> int:
    total = 0
    while True:
        async with database.transaction(bureau.id) as session:
            done = await part(session, bureau.id, now)
        total += done
        if not done:
            return total


async def expire_vouchers(database: Database, bureau: Bureau, now: datetime) -> int:
    """Give the free value of vouchers past their validity back to their funds."""
    today = civil_day(now, bureau.time_zone)

    async def part(session: Session, bureau_id: UUID, at: datetime) -> int:
        return (await vouchers.expire(session, bureau_id, today, at, at_most=PART)).accounts

    return await _until_done(database, bureau, now, part)


async def freeze_vouchers_of_the_gone(database: Database, bureau: Bureau, now: datetime) -> int:
    """Freeze what people who left or died had not used; they book nothing from the day they are gone."""
    today = civil_day(now, bureau.time_zone)

    async def part(session: Session, bureau_id: UUID, at: datetime) -> int:
        return await vouchers.freeze_of_the_gone(session, bureau_id, today, at, at_most=PART)

    return await _until_done(database, bureau, now, part)


async def confirm_by_silence(database: Database, bureau: Bureau, now: datetime) -> int:
    """Take a teacher's silence for the days the pack names as confirmation."""

    async def part(session: Session, bureau_id: UUID, at: datetime) -> int:
        return await completion.confirm_by_silence(session, bureau_id, now=at, at_most=PART)

    return await _until_done(database, bureau, now, part)


async def send_payouts(database: Database, bureau: Bureau, now: datetime) -> int:
    """Carry out what is paid by hand; workers with other gateways run `pay_through`."""
    return await pay_through(GATEWAYS, database, bureau, now)


async def pay_through(ways: gateways.Gateways, database: Database, bureau: Bureau, now: datetime) -> int:
    """Carry approved payments out in three beats: write down, call, write down what was answered.

    An answer that cannot be written down keeps no other payment waiting: its attempt is still open, and a
    later sweep asks again under the same key. So it is with what is left over when time is up or a gateway
    lets us in no more. The faults are raised together at the end.
    """
    async with database.transaction(bureau.id) as session:
        errands = await payments.begin_attempts(session, bureau.id, ways, now=now)
    told_time = asyncio.get_running_loop().time
    until = told_time() + CALLS_BEGIN_WITHIN.total_seconds()
    barred: set[Gateway] = set()
    faults: list[Exception] = []
    called = 0
    for errand in errands:
        if errand.gateway in barred or told_time() >= until:
            continue
        called += 1
        answer = await gateways.carry_out(ways, errand)
        if answer is not None and answer.outcome is Outcome.BARRED:
            barred.add(errand.gateway)
            log.error("payments.gateway_barred", gateway=errand.gateway.value, fault=answer.fault)
        try:
            async with database.transaction(bureau.id) as session:
                await settlement.record_outcome(session, bureau.id, ways, errand, answer, now=now)
        except Exception as error:
            faults.append(error)
    if faults:
        raise ExceptionGroup("answers not written down", faults)
    return called


@asynccontextmanager
async def ways_out(settings: Settings) -> AsyncGenerator[gateways.Gateways]:
    """The gateways these settings open: by hand always, Stripe where there is a key to it."""
    if not settings.stripe_api_key:
        yield GATEWAYS
        return
    stripe = StripeGateway(settings.stripe_api_base, settings.stripe_api_key)
    try:
        yield {**GATEWAYS, Gateway.STRIPE: stripe}
    finally:
        await stripe.aclose()


# By one more or less: a course has too many completions to count them all anew at each.
_COUNTED = {"completion.verified": 1, "settlement.completion_revoked": -1}


async def _course_totals(session: Session, bureau_id: UUID, happened: Row[Any]) -> None:
    """Write down what the market shows of a course after one of its completions was verified, rated, revoked.

    Ratings are counted anew and with the course's row taken: whichever event comes first or again, the
    figures are those of the ratings shown now.
    """
    course_id = await completions.course_of(session, bureau_id, happened.subject_id)
    await catalogue.count_completion(session, bureau_id, course_id, _COUNTED.get(happened.kind, 0))
    stand = await completions.course_stand(session, bureau_id, course_id)
    await catalogue.write_ratings(session, bureau_id, course_id, stand.ratings, stand.rating_hundredths)


CONSUMERS: dict[str, Callable[[Session, UUID, Row[Any]], Awaitable[None]]] = {
    "course_totals": _course_totals,
    "holders_told": holders_told,
    "person_told": person_told,
}


async def relay_deliveries(database: Database, bureau: Bureau, now: datetime) -> int:
    """Hand events to their consumers: at least once, each in a transaction of its own with its mark."""
    async with database.transaction(bureau.id) as session:
        claimed = await events.claim_deliveries(session, bureau.id, now, at_most=PART)
    for delivery in claimed:
        try:
            async with database.transaction(bureau.id) as session:
                await deliver(session, bureau.id, delivery, now)
        except Exception as error:
            # The fault stays with the delivery, which comes due again when its lease has run out.
            log.exception("delivery.failed", consumer=delivery["consumer"])
            async with database.transaction(bureau.id) as session:
                await events.close_delivery(
                    session, bureau.id, **_of(delivery), now=now, fault=repr(error)[:200]
                )
    return len(claimed)


async def deliver(session: Session, bureau_id: UUID, delivery: dict[str, Any], now: datetime) -> None:
    """Mark a delivery done and let its consumer act, both or neither; one that is done already is left."""
    if not await events.close_delivery(session, bureau_id, **_of(delivery), now=now):
        return
    table = events.event
    found = select(table).where(table.c.bureau_id == bureau_id, table.c.id == delivery["event_id"])
    await CONSUMERS[delivery["consumer"]](session, bureau_id, (await session.execute(found)).one())


def _of(delivery: dict[str, Any]) -> dict[str, Any]:
    return {"event_id": delivery["event_id"], "consumer": delivery["consumer"]}


async def check_books(database: Database, bureau: Bureau, now: datetime) -> int:
    """Run the invariants of the bureau and write down the result; a broken one is an error in the log."""
    async with database.transaction(bureau.id) as session:
        findings = await invariants.check(session, bureau.id)
        broken = {finding.code: finding.broken for finding in findings if finding.broken}
        await events.record(
            session, bureau.id, "reporting.books_checked", bureau.id, now=now, facts={"broken": broken}
        )
    if broken:
        log.error("books.broken", bureau=bureau.code, broken=broken)
    return len(findings)


async def forget_keys(database: Database, bureau: Bureau, now: datetime) -> int:
    """Drop request keys older than a week."""
    async with database.transaction(bureau.id) as session:
        return await keys.sweep(session, bureau.id, now)


async def forget_exports(database: Database, bureau: Bureau, now: datetime) -> int:
    """Remove exported files older than a week."""
    return await _until_done(database, bureau, now, files.sweep)


# Money that waits for a second try is looked at every minute; the books every night at two in China.
JOBS = (
    Job("relay_deliveries", relay_deliveries, timedelta(seconds=5), CatchUp.LATEST),
    Job("send_payouts", send_payouts, timedelta(minutes=1), CatchUp.LATEST),
    Job("confirm_by_silence", confirm_by_silence, timedelta(hours=1), CatchUp.LATEST),
    Job("expire_vouchers", expire_vouchers, timedelta(hours=1), CatchUp.LATEST),
    Job("freeze_vouchers_of_the_gone", freeze_vouchers_of_the_gone, timedelta(minutes=5), CatchUp.LATEST),
    Job("remind_of_expiry", remind_of_expiry, timedelta(days=1), CatchUp.LATEST),
    Job("check_books", check_books, timedelta(days=1), CatchUp.LATEST, offset=timedelta(hours=18)),
    Job("forget_keys", forget_keys, timedelta(days=1), CatchUp.SKIP, offset=timedelta(hours=19)),
    Job("forget_exports", forget_exports, timedelta(days=1), CatchUp.SKIP, offset=timedelta(hours=19)),
)


def jobs_through(ways: gateways.Gateways) -> tuple[Job, ...]:
    """The jobs, with payments carried out through these gateways."""
    paying = partial(pay_through, ways)
    through = tuple(
        msgspec.structs.replace(job, sweep=paying) if job.sweep is send_payouts else job for job in JOBS
    )
    return through + payment_jobs.jobs(ways)
