"""What time itself does, on a city in which people have done something first."""

import asyncio
import os
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from factories import NOW, make_bureau
from settlement import rows as market_rows
from settlement.rows import open_market
from vouchermarket.catalogue.tables import course
from vouchermarket.identity import queries as identity
from vouchermarket.jobs import sweeps
from vouchermarket.kit import events, keys
from vouchermarket.kit.db import Busy, Database
from vouchermarket.ledger.tables import account
from vouchermarket.payments import operations as payments
from vouchermarket.payments import queries as payment_queries
from vouchermarket.payments.gateways.manual import WAITING_FOR_PERSON, ManualGateway
from vouchermarket.payments.rules import CALL_LEASE
from vouchermarket.payments.structs import AttemptState, Gateway, PaymentState
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement.structs import RecordPayment
from world import PRICE_FEN, STARTS, WEEK, World

REPORTED = STARTS + 3 * WEEK + timedelta(hours=3, days=1)
VERIFIED = REPORTED + timedelta(days=9)
PER_HEAD_FEN = 60_000
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# The vouchers are good until the last day of 2014, and a day of the city begins at 16:00 UTC.
NEW_YEAR = datetime(2014, 12, 31, 16, tzinfo=UTC)


@pytest.fixture
def world(database, city, policy) -> World:
    return World(database, city)


async def _bureau(database, bureau_id):
    async with database.registry() as session:
        return next(one for one in await identity.bureaus(session) if one.id == bureau_id)


async def _swept(sweep, world, now):
    return await sweep(world.database, await _bureau(world.database, world.bureau_id), now)


async def _events(database, bureau_id, kind):
    table = events.event
    wanted = select(table).where(table.c.bureau_id == bureau_id, table.c.kind == kind).order_by(table.c.id)
    async with database.transaction(bureau_id) as session:
        return (await session.execute(wanted)).all()


# --- expiry -------------------------------------------------------------------------------------------------


async def test_vouchers_expire_at_midnight_of_their_city_in_parts(world, monkeypatch):
    monkeypatch.setattr(sweeps, "PART", 3)
    await world.issue()
    assert await _swept(sweeps.expire_vouchers, world, NEW_YEAR - timedelta.resolution) == 0
    assert await _swept(sweeps.expire_vouchers, world, NEW_YEAR) == 8
    assert await _swept(sweeps.expire_vouchers, world, NEW_YEAR) == 0
    parts = await _events(world.database, world.bureau_id, "vouchers.expired")
    assert [part.facts["vouchers"] for part in parts] == [3, 3, 2]
    assert (await world.figures()).expired_fen == 8 * PER_HEAD_FEN


async def test_what_is_held_expires_only_when_it_has_been_released(world, monkeypatch):
    """Held vouchers stand first in the line here: they must not stop the sweep before the others."""
    monkeypatch.setattr(sweeps, "PART", 1)
    await world.issue()
    run_id = await world.open_run()
    seats = [await world.book(world.city.teacher(number), run_id) for number in range(3)]
    assert await _swept(sweeps.expire_vouchers, world, NEW_YEAR) == 8
    figures = await world.figures()
    assert (figures.vouchers_fen, figures.held_fen) == (3 * PRICE_FEN, 3 * PRICE_FEN)
    completions = list((await world.hold(run_id, {seats[0]: 0})).values())
    await world.stay_silent(REPORTED + 8 * DAY)
    await world.verify(completions, VERIFIED)
    assert await _swept(sweeps.expire_vouchers, world, NEW_YEAR + DAY) == 1
    figures = await world.figures()
    assert (figures.vouchers_fen, figures.held_fen) == (2 * PRICE_FEN, 2 * PRICE_FEN)


async def test_two_sweeps_at_once_expire_each_voucher_once(world):
    await world.issue()
    swept = await asyncio.gather(*(_swept(sweeps.expire_vouchers, world, NEW_YEAR) for _ in range(4)))
    assert sum(swept) == 8
    assert (await world.figures()).expired_fen == 8 * PER_HEAD_FEN


# --- silence ------------------------------------------------------------------------------------------------


async def test_silence_confirms_after_the_days_the_pack_names_whoever_answered_excepted(world, monkeypatch):
    monkeypatch.setattr(sweeps, "PART", 1)
    await world.issue()
    run_id = await world.open_run()
    teachers = [world.city.teacher(number) for number in range(3)]
    seats = [await world.book(teacher, run_id) for teacher in teachers]
    reported = await world.hold(run_id, dict.fromkeys(seats, 4))
    await world.confirm(teachers[0], reported[seats[0]], REPORTED + DAY)
    assert await _swept(sweeps.confirm_by_silence, world, REPORTED + 7 * DAY - MINUTE) == 0
    assert await _swept(sweeps.confirm_by_silence, world, REPORTED + 7 * DAY) == 2
    assert await _swept(sweeps.confirm_by_silence, world, REPORTED + 8 * DAY) == 0


# --- payouts ------------------------------------------------------------------------------------------------


async def _payment(market, payment_id):
    async with market.transaction() as session:
        payment = await payment_queries.payment_by_id(session, market.bureau_id, payment_id)
        attempts = await payment_queries.attempts_of(session, market.bureau_id, [payment_id])
    assert payment is not None
    return payment.state, [(attempt.state, attempt.fault) for attempt in attempts]


async def _approved(market, fen):
    await market_rows.earn(market, fen)
    return await market_rows.approved(market, await market_rows.settled(market))


async def test_a_payment_by_hand_is_begun_once_and_waits_for_its_person(database, city, policy):
    market, later = await open_market(database, city, policy), market_rows.LATER
    payment = await _approved(market, 30_000)
    waiting = (PaymentState.SENDING, [(AttemptState.UNKNOWN, WAITING_FOR_PERSON)])
    assert await _swept(sweeps.send_payouts, market, later) == 1
    assert await _payment(market, payment.id) == waiting
    for days in (0, 1, 60):
        assert await _swept(sweeps.send_payouts, market, later + days * DAY) == 0
    assert await _payment(market, payment.id) == waiting
    record = RecordPayment(payment_id=payment.id, reference="ICBC-2014-7")
    async with market.transaction() as session:
        await settlement.record_payment(session, market.finance_too, record, now=later)
    assert await _payment(market, payment.id) == (
        PaymentState.PAID,
        [(AttemptState.ACCEPTED, None)],
    )
    assert await _swept(sweeps.send_payouts, market, later + 61 * DAY) == 0


class Stumbling(ManualGateway):
    """While it is asked about one payment, somebody else keeps that payment's row."""

    def __init__(self, market, payment_id):
        self.market, self.payment_id = market, payment_id
        self.kept, self.let_go, self.keys = asyncio.Event(), asyncio.Event(), []

    async def submit(self, instruction, key):
        self.keys.append(key)
        if instruction.payment_id == self.payment_id and not self.kept.is_set():
            self.keeper = asyncio.create_task(self._keep())
            await self.kept.wait()
        return await super().submit(instruction, key)

    async def _keep(self):
        async with self.market.transaction() as session:
            await payments.lock(session, self.market.bureau_id, self.payment_id)
            self.kept.set()
            await self.let_go.wait()


async def test_an_answer_that_cannot_be_written_down_keeps_no_other_payment_waiting(
    database, city, policy, monkeypatch
):
    market, later = await open_market(database, city, policy), market_rows.LATER
    first, second = await _approved(market, 100), await _approved(market, 200)
    gateway = Stumbling(market, first.id)
    monkeypatch.setattr(sweeps, "GATEWAYS", {Gateway.MANUAL: gateway})
    impatient = Database(os.environ["DATABASE_URL"], lock_timeout_ms=200)
    bureau = await _bureau(database, market.bureau_id)
    with pytest.raises(ExceptionGroup) as fault:
        await sweeps.send_payouts(impatient, bureau, later)
    assert [type(one) for one in fault.value.exceptions] == [Busy]
    await impatient.close()
    assert await _payment(market, first.id) == (PaymentState.SENDING, [(AttemptState.SENDING, None)])
    assert (await _payment(market, second.id))[1] == [(AttemptState.UNKNOWN, WAITING_FOR_PERSON)]

    # Once the call has been silent for long enough it is made again, under the same key.
    gateway.let_go.set()
    await gateway.keeper
    assert await sweeps.send_payouts(database, bureau, later + CALL_LEASE - MINUTE) == 0
    assert await sweeps.send_payouts(database, bureau, later + CALL_LEASE) == 1
    assert (await _payment(market, first.id))[1] == [(AttemptState.UNKNOWN, WAITING_FOR_PERSON)]
    assert sorted(gateway.keys) == sorted([f"{first.id}:1", f"{first.id}:1", f"{second.id}:1"])


# --- deliveries ---------------------------------------------------------------------------------------------


async def _verified(world, times=2):
    await world.issue()
    # The vouchers' holders are told of them first, so that what is counted below are completions alone.
    assert await _swept(sweeps.relay_deliveries, world, NOW) == 1
    run_id = await world.open_run()
    seats = [await world.book(world.city.teacher(number), run_id) for number in range(times)]
    reported = await world.hold(run_id, dict.fromkeys(seats, 4))
    await world.stay_silent(REPORTED + 8 * DAY)
    await world.verify(list(reported.values()), VERIFIED)


async def _total(world):
    async with world.open() as session:
        found = select(course.c.completions).where(course.c.bureau_id == world.bureau_id)
        return (await session.execute(found)).scalar_one()


async def _deliveries(world):
    async with world.open() as session:
        table = events.event_delivery
        return (await session.execute(select(table).where(table.c.bureau_id == world.bureau_id))).all()


async def test_a_verified_completion_is_counted_once_however_many_relay_it(world):
    await _verified(world)
    assert await _total(world) == 0
    relayed = await asyncio.gather(*(_swept(sweeps.relay_deliveries, world, VERIFIED) for _ in range(3)))
    assert sum(relayed) == 2
    assert await _total(world) == 2
    assert await _swept(sweeps.relay_deliveries, world, VERIFIED + DAY) == 0


async def test_a_delivery_that_two_workers_hold_takes_effect_once(world):
    """The first was slow, its lease ran out, a second delivered; now the first comes back."""
    await _verified(world)
    async with world.open() as session:
        slow = await events.claim_deliveries(session, world.bureau_id, VERIFIED)
    assert len(slow) == 2
    assert await _swept(sweeps.relay_deliveries, world, VERIFIED + events.LEASE - MINUTE) == 0
    assert await _swept(sweeps.relay_deliveries, world, VERIFIED + events.LEASE) == 2
    assert await _total(world) == 2
    for delivery in slow:
        async with world.open() as session:
            await sweeps.deliver(session, world.bureau_id, delivery, VERIFIED + events.LEASE)
    assert await _total(world) == 2


async def test_a_consumer_that_fails_undoes_itself_keeps_its_fault_and_comes_back(world, monkeypatch):
    await _verified(world)
    honest, failures = sweeps.CONSUMERS["course_totals"], iter([KeyError("course")])

    async def fails_once(session, bureau_id, facts):
        await honest(session, bureau_id, facts)
        for fault in failures:
            raise fault

    monkeypatch.setitem(sweeps.CONSUMERS, "course_totals", fails_once)
    assert await _swept(sweeps.relay_deliveries, world, VERIFIED) == 2
    assert await _total(world) == 1
    [failed] = [row for row in await _deliveries(world) if row.done_at is None]
    assert (failed.fault, failed.attempts) == ("KeyError('course')", 1)
    assert await _swept(sweeps.relay_deliveries, world, VERIFIED + events.LEASE) == 1
    assert await _total(world) == 2
    assert {(row.done_at is None, row.fault) for row in await _deliveries(world)} == {(False, None)}


def test_every_consumer_an_event_asks_for_is_known_to_the_relay():
    assert {name for names in events.CONSUMERS.values() for name in names} == set(sweeps.CONSUMERS)


# --- books and keys -----------------------------------------------------------------------------------------


async def test_the_nightly_check_writes_down_what_it_found(world, capsys):
    await world.issue()
    assert await _swept(sweeps.check_books, world, NOW) == 12
    assert "books.broken" not in "".join(capsys.readouterr())
    async with world.open() as session:
        # The application may write balances; that it writes a wrong one is what the check is for.
        funds = update(account).where(account.c.bureau_id == world.bureau_id, account.c.kind == "fund")
        await session.execute(funds.values(held_fen=5))
    assert await _swept(sweeps.check_books, world, NOW + DAY) == 12
    assert "books.broken" in "".join(capsys.readouterr())
    checks = await _events(world.database, world.bureau_id, "reporting.books_checked")
    assert [check.facts for check in checks] == [{"broken": {}}, {"broken": {"I4": 1}}]


async def test_keys_are_forgotten_after_a_week_in_their_bureau_alone(database, bureau):
    other = await make_bureau(database)
    for bureau_id in (bureau, other):
        async with database.transaction(bureau_id) as session:
            asked = keys.body_hash("book", "a run")
            await keys.store(session, bureau_id, "k1", asked, keys.Answer(201, b"{}"), NOW)
    found = await _bureau(database, bureau)
    assert await sweeps.forget_keys(database, found, NOW + keys.KEPT) == 0
    assert await sweeps.forget_keys(database, found, NOW + keys.KEPT + MINUTE) == 1
    assert await sweeps.forget_keys(database, found, NOW + keys.KEPT + MINUTE) == 0
    async with database.transaction(other) as session:
        assert await keys.claim(session, other, "k1", keys.body_hash("book", "a run")) is not None


# --- the plan -----------------------------------------------------------------------------------------------


async def test_every_job_finds_nothing_to_do_in_an_empty_bureau(database, bureau):
    found = await _bureau(database, bureau)
    done = {job.name: await job.sweep(database, found, NOW) for job in sweeps.JOBS}
    assert done == {**dict.fromkeys(done, 0), "check_books": 12}
    assert len(done) == len(sweeps.JOBS)


def test_the_books_are_checked_at_two_at_night_in_china():
    [nightly] = [job for job in sweeps.JOBS if job.name == "check_books"]
    midnight = datetime.combine(date(2014, 3, 3), datetime.min.time(), UTC)
    assert nightly.slot_at(midnight + timedelta(hours=18)) == midnight + timedelta(hours=18)
    assert nightly.slot_at(midnight + timedelta(hours=17)) == midnight - timedelta(hours=6)
