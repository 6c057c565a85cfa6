"""Events and their deliveries: at least once, in effect once, kept with their fault."""

from datetime import timedelta

from sqlalchemy import select

import factories
from factories import NOW
from vouchermarket.kit import events
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import BureauId, new_id


async def _recorded(database: Database, bureau: BureauId):
    async with database.transaction(bureau) as session:
        return await events.record(
            session, bureau, "completion.verified", new_id(), now=NOW, facts={"course_id": "x"}
        )


async def test_an_event_carries_where_it_came_from(database: Database, bureau: BureauId):
    mark = events.origin.set(events.Origin("request-7", "127.0.0.1"))
    try:
        event_id = await _recorded(database, bureau)
    finally:
        events.origin.reset(mark)
    async with database.transaction(bureau) as session:
        row = (await session.execute(select(events.event).where(events.event.c.id == event_id))).one()
    assert (row.request_id, row.address, row.at) == ("request-7", "127.0.0.1", NOW)


async def test_a_delivery_is_leased_and_comes_back_when_its_worker_died(database: Database, bureau: BureauId):
    event_id = await _recorded(database, bureau)
    async with database.transaction(bureau) as session:
        [first] = await events.claim_deliveries(session, bureau, NOW)
    assert first == {"event_id": event_id, "consumer": "course_totals", "attempts": 1}
    async with database.transaction(bureau) as session:
        assert await events.claim_deliveries(session, bureau, NOW + timedelta(minutes=4)) == []
        [again] = await events.claim_deliveries(session, bureau, NOW + timedelta(minutes=6))
    assert again["attempts"] == 2


async def test_a_delivery_made_twice_takes_effect_once(database: Database, bureau: BureauId):
    event_id = await _recorded(database, bureau)
    async with database.transaction(bureau) as session:
        assert await events.close_delivery(session, bureau, event_id, "course_totals", now=NOW)
        assert not await events.close_delivery(session, bureau, event_id, "course_totals", now=NOW)
        assert await events.claim_deliveries(session, bureau, NOW + timedelta(days=1)) == []


async def test_a_delivery_that_keeps_failing_is_given_up_with_its_fault(database: Database, bureau: BureauId):
    event_id = await _recorded(database, bureau)
    for attempt in range(events.ATTEMPTS_MAX):
        async with database.transaction(bureau) as session:
            at = NOW + timedelta(hours=attempt)
            [claimed] = await events.claim_deliveries(session, bureau, at)
            await events.close_delivery(
                session, bureau, event_id, claimed["consumer"], now=at, fault="KeyError()"
            )
    async with database.transaction(bureau) as session:
        assert await events.claim_deliveries(session, bureau, NOW + timedelta(days=9)) == []
        row = (await session.execute(select(events.event_delivery))).one()
    assert (row.fault, row.done_at) == ("KeyError()", None)


async def test_an_event_of_another_bureau_is_not_delivered_here(database: Database, bureau: BureauId):
    await _recorded(database, bureau)
    other = await factories.make_bureau(database)
    async with database.transaction(other) as session:
        assert await events.claim_deliveries(session, other, NOW) == []
