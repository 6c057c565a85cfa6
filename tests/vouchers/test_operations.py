"""A bureau's money on its way to vouchers, told on a real database."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

import vouchers.rows as given
from factories import NOW, TODAY, City
from vouchermarket.identity import rules as identity
from vouchermarket.identity import tables as identity_tables
from vouchermarket.kit import events
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id
from vouchermarket.ledger import queries as ledger_queries
from vouchermarket.ledger import rules as ledger_rules
from vouchermarket.ledger.structs import TransferCode
from vouchermarket.policies import rules as policies
from vouchermarket.policies.queries import InForce
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers import queries, rules, tables
from vouchermarket.vouchers.operations import issuances
from vouchers.rows import HEAD_FEN, AppropriateDraft, IssuanceDraft, books, on_vouchers

DIRECT_TEACHERS = 8  # four at each of the two direct schools of the test city


async def test_money_is_appropriated_to_a_line_and_a_year(database: Database, city: City, policy: InForce):
    async with database.transaction(city.bureau_id) as session:
        fund_id = await given.appropriate(session, city, amount_fen=700)
        assert await given.appropriate(session, city, amount_fen=300) == fund_id
        other = await given.appropriate(session, city, line="space", amount_fen=5)
        found = await queries.funds(session, city.bureau_id, 2014)
        assert [(one.line, one.free_fen) for one in found] == [("all_staff", 1000), ("space", 5)]
        assert {one.id for one in found} == {fund_id, other}
        assert await queries.funds(session, city.bureau_id, 2015) == []
        balances = await books(session, city.bureau_id)
        assert balances == {"treasury": -1005, "fund:all_staff:2014": 1000, "fund:space:2014": 5}
        table = tables.appropriation
        documents = await session.execute(select(table.c.document).where(table.c.fund_id == other))
        assert documents.scalars().all() == ["株财教〔2014〕7号"]


async def test_refuses_an_appropriation_to_an_unknown_line_or_of_nothing(
    database: Database, city: City, policy: InForce
):
    for changes, refusal in (
        ({"line": "canteen"}, policies.FundLineUnknown),
        ({"amount_fen": 0}, ledger_rules.AmountOutOfRange),
        ({"amount_fen": -1}, ledger_rules.AmountOutOfRange),
    ):
        with pytest.raises(refusal):
            async with database.transaction(city.bureau_id) as session:
                await given.appropriate(session, city, **changes)
    async with database.transaction(city.bureau_id) as session:
        assert await books(session, city.bureau_id) == {}
        with pytest.raises(identity.RoleNotAllowed):
            await vouchers.appropriate(session, city.officer("finance_office"), AppropriateDraft(), now=NOW)


async def test_an_issuance_is_seen_approved_and_given_out(database: Database, city: City, policy: InForce):
    first, second = city.officers["teacher_office"]
    async with database.transaction(city.bureau_id) as session:
        fund_id = await given.appropriate(session, city)
        preview = await vouchers.propose_issuance(session, first, IssuanceDraft(), now=NOW)
        assert (preview.vouchers, preview.heads) == (DIRECT_TEACHERS, DIRECT_TEACHERS)
        assert (preview.total_fen, preview.fund_free_fen) == (DIRECT_TEACHERS * HEAD_FEN, 10_000_000)
        assert [line.name for line in preview.lines] == ["张三"] * DIRECT_TEACHERS
        await vouchers.decide_issuance(session, second, preview.issuance_id, approve=True, now=NOW)
        assert on_vouchers(await books(session, city.bureau_id)) == 0
        done = await vouchers.issue(session, first, preview.issuance_id, now=NOW)
        assert (done.vouchers, done.total_fen) == (preview.vouchers, preview.total_fen)
        [mine] = await queries.vouchers_of(session, city.bureau_id, city.teacher().person_id)
        assert (mine.line, mine.year, mine.free_fen) == ("all_staff", 2014, HEAD_FEN)
        assert (mine.valid_from, mine.valid_to, mine.is_frozen) == (TODAY, date(2015, 1, 1), False)
        county = city.teacher(school="school_c").person_id
        assert await queries.vouchers_of(session, city.bureau_id, county) == []
        balances = await books(session, city.bureau_id)
        assert on_vouchers(balances) == preview.total_fen
        assert balances["fund:all_staff:2014"] == 10_000_000 - preview.total_fen
        posted = await ledger_queries.transfers_of(session, city.bureau_id, [preview.issuance_id])
        assert {(one.code, one.source_id) for one in posted} == {(TransferCode.ISSUE, fund_id)}
        kinds = select(events.event.c.kind).where(events.event.c.subject_id == preview.issuance_id)
        assert (await session.execute(kinds.order_by(events.event.c.id))).scalars().all() == [
            "vouchers.issuance_proposed",
            "vouchers.issuance_approved",
            "vouchers.issued",
        ]


async def test_schools_hold_what_is_meant_for_their_backbone_teachers(
    database: Database, city: City, policy: InForce
):
    async with database.transaction(city.bureau_id) as session:
        for which, tier in enumerate(("backbone", "master_candidate", "novice")):
            await given.raise_to(session, city, city.teacher(which).person_id, tier, TODAY)
        tomorrow = TODAY + timedelta(days=1)
        await given.raise_to(session, city, city.teacher(3).person_id, "backbone", tomorrow)
        await given.appropriate(session, city, line="backbone")
        assert (await given.issue(session, city, line="backbone")).total_fen == 80_000
        [held] = await queries.vouchers_of_school(session, city.officer("school_a"), city.bodies["school_a"])
        assert (held.line, held.amount_fen) == ("backbone", 80_000)
        await given.appropriate(session, city, line="base_studio")
        done = await given.issue(session, city, line="base_studio")
        assert (done.vouchers, done.total_fen) == (2, DIRECT_TEACHERS * 20_000)
        assert await queries.vouchers_of_school(session, city.officer("school_b"), city.bodies["school_b"])
        assert on_vouchers(await books(session, city.bureau_id)) == 240_000


async def test_a_second_call_changes_nothing_and_says_the_same(
    database: Database, city: City, policy: InForce, monkeypatch: pytest.MonkeyPatch
):
    # Small parts, so that one issuance takes several of them.
    monkeypatch.setattr(issuances, "AT_ONCE", 3)
    async with database.transaction(city.bureau_id) as session:
        await given.appropriate(session, city)
        first = await given.issue(session, city)
    async with database.transaction(city.bureau_id) as session:
        before = await books(session, city.bureau_id)
        officer = city.officer("teacher_office", 1)
        later = NOW + timedelta(days=9)
        assert await vouchers.issue(session, officer, first.issuance_id, now=later) == first
        assert await books(session, city.bureau_id) == before
        assert (await queries.issuance(session, city.bureau_id, first.issuance_id)).issued_at == NOW


async def test_a_later_issuance_serves_only_who_came_since(database: Database, city: City, policy: InForce):
    async with database.transaction(city.bureau_id) as session:
        await given.appropriate(session, city)
        await given.issue(session, city)
        with pytest.raises(rules.NothingToIssue):
            await given.approve(session, city)
        spring = date(2014, 5, 1)
        [newcomer] = await given.appoint(session, city, "school_a", 1, spring)
        with pytest.raises(rules.NothingToIssue):
            await given.approve(session, city, counted_on=spring - timedelta(days=1))
        done = await given.issue(session, city, counted_on=spring)
        assert (done.vouchers, done.total_fen) == (1, HEAD_FEN)
        assert len(await queries.vouchers_of(session, city.bureau_id, newcomer)) == 1
        await books(session, city.bureau_id)


async def test_a_school_that_is_closed_and_a_teacher_who_left_are_not_counted(
    database: Database, city: City, policy: InForce
):
    school, appointment = identity_tables.organisation, identity_tables.appointment
    async with database.transaction(city.bureau_id) as session:
        await session.execute(
            update(school).where(school.c.id == city.bodies["school_b"]).values(closed_on=TODAY)
        )
        left = appointment.c.person_id == city.teacher().person_id
        await session.execute(update(appointment).where(left).values(to_on=TODAY))
        await given.appropriate(session, city)
        assert (await given.issue(session, city)).vouchers == 3


async def test_refuses_to_propose_without_a_fund_or_outside_its_rules(
    database: Database, city: City, policy: InForce
):
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(rules.FundNotOpen):
            await given.approve(session, city)
        await given.appropriate(session, city, amount_fen=DIRECT_TEACHERS * HEAD_FEN - 1)
        with pytest.raises(rules.IssuanceAboveFund):
            await given.approve(session, city)
        with pytest.raises(rules.ValidityOutsideRule):
            await given.approve(session, city, valid_to=date(2015, 1, 2))
        with pytest.raises(rules.CountedInFuture) as refused:
            tomorrow = IssuanceDraft(counted_on=TODAY + timedelta(days=1))
            await vouchers.propose_issuance(session, city.officer("teacher_office"), tomorrow, now=NOW)
        assert (refused.value.clause, refused.value.facts["today"]) == ("ZZ-A23", TODAY)
        with pytest.raises(policies.FundLineUnknown):
            await given.approve(session, city, line="canteen")
        with pytest.raises(rules.NothingToIssue):
            await given.approve(session, city, counted_on=date(2008, 12, 31))
        with pytest.raises(identity.RoleNotAllowed):
            await vouchers.propose_issuance(session, city.teacher(), IssuanceDraft(), now=NOW)
        count = await queries.issuances(session, city.bureau_id)
        assert count == []


async def test_a_city_without_direct_schools_is_told_the_clause(
    database: Database, city: City, policy: InForce
):
    school = identity_tables.organisation
    async with database.transaction(city.bureau_id) as session:
        await session.execute(
            update(school).where(school.c.bureau_id == city.bureau_id).values(is_direct=False)
        )
        await given.appropriate(session, city)
        with pytest.raises(policies.HolderNotEntitled) as refused:
            await given.approve(session, city)
        assert refused.value.clause == "ZZ-A22"


async def test_an_issuance_takes_two_persons_and_is_not_issued_before(
    database: Database, city: City, policy: InForce
):
    first, second = city.officers["teacher_office"]
    async with database.transaction(city.bureau_id) as session:
        fund_id = await given.appropriate(session, city)
        preview = await vouchers.propose_issuance(session, first, IssuanceDraft(), now=NOW)
        with pytest.raises(rules.IssuanceNotApproved):
            await vouchers.issue(session, second, preview.issuance_id, now=NOW)
        with pytest.raises(ledger_rules.SamePerson):
            await vouchers.decide_issuance(session, first, preview.issuance_id, approve=True, now=NOW)
        await vouchers.decide_issuance(session, second, preview.issuance_id, approve=False, now=NOW)
        with pytest.raises(rules.IssuanceDecided):
            await vouchers.decide_issuance(session, second, preview.issuance_id, approve=True, now=NOW)
        with pytest.raises(rules.IssuanceNotApproved):
            await vouchers.issue(session, first, preview.issuance_id, now=NOW)
        with pytest.raises(identity.NotFound):
            await vouchers.issue(session, first, new_id(), now=NOW)
        with pytest.raises(identity.RoleNotAllowed):
            await vouchers.issue(session, city.officer("training_centre"), preview.issuance_id, now=NOW)
        [listed] = await queries.issuances(session, city.bureau_id, fund_id=fund_id)
        assert (listed.is_approved, listed.decided_by) == (False, second.person_id)
        assert on_vouchers(await books(session, city.bureau_id)) == 0


async def test_an_issuance_larger_than_what_the_fund_still_has_writes_nothing(
    database: Database, city: City, policy: InForce
):
    autumn = date(2014, 9, 1)
    appointment = identity_tables.appointment
    async with database.transaction(city.bureau_id) as session:
        # Enough for either list, not for both: four of eight teachers are others in autumn.
        await given.appropriate(session, city, amount_fen=(DIRECT_TEACHERS + 3) * HEAD_FEN)
        leaving = appointment.c.person_id.in_([one.person_id for one in city.teachers["school_a"]])
        await session.execute(update(appointment).where(leaving).values(to_on=autumn))
        await given.appoint(session, city, "school_a", 4, autumn)
        in_autumn = await given.approve(session, city, counted_on=autumn)
        await given.issue(session, city)
        before = await books(session, city.bureau_id)
    with pytest.raises(rules.IssuanceAboveFund):
        async with database.transaction(city.bureau_id) as session:
            await vouchers.issue(session, city.officer("teacher_office"), in_autumn, now=NOW)
    async with database.transaction(city.bureau_id) as session:
        assert await books(session, city.bureau_id) == before
        assert (await queries.issuance(session, city.bureau_id, in_autumn)).issued_at is None
        await given.appropriate(session, city, amount_fen=HEAD_FEN)
        done = await vouchers.issue(session, city.officer("teacher_office"), in_autumn, now=NOW)
        assert (done.vouchers, done.total_fen) == (4, 4 * HEAD_FEN)
        assert (await books(session, city.bureau_id))["fund:all_staff:2014"] == 0


async def test_the_list_is_paged_by_code_and_stays_as_it_was_seen(
    database: Database, city: City, policy: InForce
):
    async with database.transaction(city.bureau_id) as session:
        await given.appropriate(session, city)
        issuance_id = await given.approve(session, city)
        await given.appoint(session, city, "school_a", 2, TODAY)
        pages = [
            line
            for offset in range(0, DIRECT_TEACHERS, 3)
            for line in await queries.lines_of(session, city.bureau_id, issuance_id, limit=3, offset=offset)
        ]
        assert [line.code for line in pages] == sorted({line.code for line in pages})
        assert len(pages) == DIRECT_TEACHERS
        done = await vouchers.issue(session, city.officer("teacher_office"), issuance_id, now=NOW)
        assert done.vouchers == DIRECT_TEACHERS
