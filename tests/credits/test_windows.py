"""How often somebody may apply: the policy award is applied for and reviewed once a year (ZZ-A15)."""

import asyncio
from datetime import date

import msgspec
import pytest

from credits.entries import award
from factories import NOW, City
from vouchermarket.credits import operations
from vouchermarket.credits.structs import CorrectEntry, DecideEntry, Decision
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import EntryId
from vouchermarket.policies import rules as policies
from vouchermarket.policies.queries import InForce

THIS_YEAR, LAST_YEAR = date(2014, 1, 15), date(2013, 12, 31)
CORRECTION = CorrectEntry(amount="8", earned_on=THIS_YEAR, evidence="获奖文件")


async def registered(
    city: City, database: Database, on: date, which: int = 0, school: str = "school_a"
) -> EntryId:
    command = award(city.teacher(which, school=school), earned_on=on)
    officer = city.officer("training_centre" if school == "school_a" else "county_body")
    async with database.transaction(city.bureau_id) as session:
        return await operations.register_by_hand(session, officer, command, now=NOW)


async def decided(city: City, database: Database, entry_id: EntryId, decision: Decision) -> None:
    centre = city.officer("training_centre")
    async with database.transaction(city.bureau_id) as session:
        await operations.decide(session, centre, entry_id, DecideEntry(decision, "见批注"), now=NOW)


async def test_refuses_a_second_award_in_the_same_calendar_year(
    city: City, policy: InForce, database: Database
) -> None:
    await registered(city, database, THIS_YEAR)
    await registered(city, database, LAST_YEAR)
    await registered(city, database, THIS_YEAR, which=1)
    with pytest.raises(policies.WindowUsed) as refused:
        await registered(city, database, date(2014, 3, 1))
    assert refused.value.clause == "ZZ-A15"
    assert refused.value.facts == {"type": "policy_award", "period": "2014", "times": 1}


async def test_a_correction_takes_the_place_of_the_entry_it_replaces(
    city: City, policy: InForce, database: Database
) -> None:
    await registered(city, database, LAST_YEAR, school="school_c")
    entry_id = await registered(city, database, THIS_YEAR, school="school_c")
    await decided(city, database, entry_id, Decision.RETURN)
    with pytest.raises(policies.WindowUsed):
        await registered(city, database, THIS_YEAR, school="school_c")
    county = city.officer("county_body")
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(policies.WindowUsed):
            wrong = msgspec.structs.replace(CORRECTION, earned_on=LAST_YEAR)
            await operations.correct(session, county, entry_id, wrong, now=NOW)
        assert await operations.correct(session, county, entry_id, CORRECTION, now=NOW)


async def test_who_was_rejected_may_apply_anew(city: City, policy: InForce, database: Database) -> None:
    entry_id = await registered(city, database, THIS_YEAR, school="school_c")
    await decided(city, database, entry_id, Decision.REJECT)
    await registered(city, database, THIS_YEAR, school="school_c")


async def test_the_window_is_used_within_a_list_too(city: City, policy: InForce, database: Database) -> None:
    commands = [award(city.teacher(), earned_on=on) for on in (THIS_YEAR, LAST_YEAR, THIS_YEAR)]
    async with database.transaction(city.bureau_id) as session:
        outcomes = await operations.register_list(session, city.officer("training_centre"), commands, now=NOW)
    assert [type(outcome.refusal) for outcome in outcomes] == [type(None), type(None), policies.WindowUsed]


async def test_of_two_officers_at_the_same_instant_one_is_refused(
    city: City, policy: InForce, database: Database
) -> None:
    outcomes = await asyncio.gather(
        *(registered(city, database, THIS_YEAR) for _ in range(4)), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, policies.WindowUsed)]
    assert len(refused) == 3


def test_counts_by_the_period_and_the_months_the_row_names(policy: InForce) -> None:
    (row,) = policy.pack.windows

    def refused(on: date, *before: date, **changes: object) -> bool:
        window = msgspec.structs.replace(row, **changes)
        pack = msgspec.structs.replace(policy.pack, windows=(window,))
        try:
            policies.apply(pack, "policy_award", on, before)
        except policies.WindowUsed:
            return True
        return False

    assert refused(THIS_YEAR, LAST_YEAR, per="term")
    assert not refused(date(2014, 3, 1), LAST_YEAR, per="term")
    assert refused(date(2009, 9, 1), date(2013, 1, 1), per="cycle")
    assert not refused(THIS_YEAR, THIS_YEAR, times=2)
    assert refused(THIS_YEAR, months=(4, 10))
    assert not refused(date(2014, 4, 1), months=(4, 10))
    assert not policies.has_window(policy.pack, "degree")
