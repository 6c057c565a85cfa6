"""What becomes of a voucher: frozen, expired, its fund lapsed; and what happens when many act at once."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

import vouchers.rows as given
from factories import NOW, TODAY, City, make_bureau
from vouchermarket.identity import rules as identity
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import IssuanceId, new_id
from vouchermarket.ledger import operations as ledger
from vouchermarket.ledger.rules import BalanceNotEnough
from vouchermarket.ledger.structs import TransferCode
from vouchermarket.policies.queries import InForce
from vouchermarket.vouchers import operations as vouchers
from vouchermarket.vouchers import queries, rules
from vouchermarket.vouchers.structs import Freeze, Issued
from vouchers.rows import HEAD_FEN, books, on_vouchers

LAST_DAY, OVER = date(2014, 12, 31), date(2015, 1, 1)
NEW_YEAR = datetime(2014, 12, 31, 16, 0, tzinfo=UTC)  # 00:00 of 1 January in the bureau
TEACHERS = 8
ISSUED_FEN = TEACHERS * HEAD_FEN


async def issued(database: Database, city: City) -> UUID:
    """Every teacher of a direct school holds a voucher; gives the fund's id."""
    async with database.transaction(city.bureau_id) as session:
        fund_id = await given.appropriate(session, city, amount_fen=ISSUED_FEN + 100)
        await given.issue(session, city)
    return fund_id


async def voucher_of(session, city: City, which: int = 0) -> UUID:
    [found] = await queries.vouchers_of(session, city.bureau_id, city.teacher(which).person_id)
    return found.id


async def test_a_voucher_may_pay_on_the_days_of_its_validity(database: Database, city: City, policy: InForce):
    await issued(database, city)
    mine, county = city.teacher().person_id, city.teacher(school="school_c").person_id
    async with database.transaction(city.bureau_id) as session:
        await given.appropriate(session, city, line="base_studio")
        await given.issue(session, city, line="base_studio", valid_to=date(2014, 7, 1))
        school = city.bodies["school_a"]
        for day, lines in (
            (TODAY - timedelta(days=1), []),
            (TODAY, ["base_studio", "all_staff"]),
            (date(2014, 7, 1), ["all_staff"]),
            (LAST_DAY, ["all_staff"]),
            (OVER, []),
        ):
            found = await queries.usable(session, city.bureau_id, [mine, county], [school], day)
            assert [one.line for one in found] == lines
        found = await queries.usable(session, city.bureau_id, [mine], [school], TODAY)
        assert [one.holder_id for one in found] == [school, mine]
        assert await queries.usable(session, city.bureau_id, [], [], TODAY) == []


async def test_a_frozen_voucher_is_shown_as_frozen_until_it_is_let_go(
    database: Database, city: City, policy: InForce
):
    await issued(database, city)
    officer = city.officer("teacher_office")
    mine = city.teacher().person_id
    async with database.transaction(city.bureau_id) as session:
        command = Freeze(voucher_id=await voucher_of(session, city), reason="核查中")
        with pytest.raises(rules.VoucherNotFrozen):
            await vouchers.unfreeze(session, officer, command, now=NOW)
        await vouchers.freeze(session, officer, command, now=NOW)
        with pytest.raises(rules.VoucherAlreadyFrozen):
            await vouchers.freeze(session, officer, command, now=NOW)
        [held] = await queries.vouchers_of(session, city.bureau_id, mine)
        assert (held.is_frozen, held.frozen_reason, held.free_fen) == (True, "核查中", HEAD_FEN)
        assert [
            one.is_frozen for one in await queries.usable(session, city.bureau_id, [mine], [], TODAY)
        ] == [True]
        await vouchers.unfreeze(session, officer, command, now=NOW)
        assert not (await queries.vouchers_of(session, city.bureau_id, mine))[0].is_frozen
        with pytest.raises(identity.NotFound):
            await vouchers.freeze(session, officer, Freeze(voucher_id=new_id(), reason="核查中"), now=NOW)
        with pytest.raises(identity.RoleNotAllowed):
            await vouchers.freeze(session, city.teacher(), command, now=NOW)


async def test_a_voucher_past_its_validity_gives_back_what_is_free_and_later_what_is_released(
    database: Database, city: City, policy: InForce
):
    fund_id = await issued(database, city)
    async with database.transaction(city.bureau_id) as session:
        held = await voucher_of(session, city)
        hold_id = await given.move(session, city, TransferCode.HOLD, held, 25_000)
        before = await vouchers.expire(session, city.bureau_id, LAST_DAY, NOW)
        assert (before.accounts, before.amount_fen) == (0, 0)
        swept = await vouchers.expire(session, city.bureau_id, OVER, NEW_YEAR)
        assert (swept.accounts, swept.amount_fen) == (TEACHERS, ISSUED_FEN - 25_000)
        assert on_vouchers(await books(session, city.bureau_id)) == 25_000
        again = await vouchers.expire(session, city.bureau_id, OVER, NEW_YEAR)
        assert (again.accounts, again.amount_fen) == (0, 0)
        await given.move(session, city, TransferCode.RELEASE, held, 25_000, hold_id)
        late = await vouchers.expire(session, city.bureau_id, OVER, NEW_YEAR)
        assert (late.accounts, late.amount_fen) == (1, 25_000)
        assert (await queries.fund(session, city.bureau_id, fund_id)).free_fen == ISSUED_FEN + 100
        assert on_vouchers(await books(session, city.bureau_id)) == 0


async def test_a_sweep_takes_at_most_so_many_and_the_next_goes_on(
    database: Database, city: City, policy: InForce
):
    await issued(database, city)
    async with database.transaction(city.bureau_id) as session:
        counts = [
            (await vouchers.expire(session, city.bureau_id, OVER, NEW_YEAR, at_most=3)).accounts
            for _ in range(4)
        ]
        assert counts == [3, 3, 2, 0]


async def test_at_the_years_end_the_rest_of_a_fund_goes_back_and_what_comes_late_too(
    database: Database, city: City, policy: InForce
):
    fund_id = await issued(database, city)
    officer = city.officer("teacher_office")
    async with database.transaction(city.bureau_id) as session:
        with pytest.raises(rules.FundYearNotOver):
            await vouchers.lapse(session, officer, fund_id, now=NEW_YEAR - timedelta(seconds=1))
        assert await queries.funds_to_lapse(session, city.bureau_id, TODAY) == []
        assert [one.id for one in await queries.funds_to_lapse(session, city.bureau_id, OVER)] == [fund_id]
        gone = await vouchers.lapse(session, officer, fund_id, now=NEW_YEAR)
        assert gone.amount_fen == 100
        assert (await vouchers.lapse(session, officer, fund_id, now=NEW_YEAR)).amount_fen == 0
        assert await queries.funds_to_lapse(session, city.bureau_id, OVER) == []
        await vouchers.expire(session, city.bureau_id, OVER, NEW_YEAR)
        assert [one.id for one in await queries.funds_to_lapse(session, city.bureau_id, OVER)] == [fund_id]
        later = NEW_YEAR + timedelta(days=1)
        assert (await vouchers.lapse(session, officer, fund_id, now=later)).amount_fen == ISSUED_FEN
        assert set((await books(session, city.bureau_id)).values()) == {0}
        assert (await queries.fund(session, city.bureau_id, fund_id)).lapsed_at == NEW_YEAR
        with pytest.raises(identity.NotFound):
            await vouchers.lapse(session, officer, new_id(), now=NEW_YEAR)
        with pytest.raises(identity.RoleNotAllowed):
            await vouchers.lapse(session, city.officer("finance_office"), fund_id, now=NEW_YEAR)


async def test_a_lapsed_fund_takes_no_money_and_gives_out_none(
    database: Database, city: City, policy: InForce
):
    officer = city.officer("teacher_office")
    async with database.transaction(city.bureau_id) as session:
        fund_id = await given.appropriate(session, city)
        approved = await given.approve(session, city)
        await vouchers.lapse(session, officer, fund_id, now=NEW_YEAR)
        with pytest.raises(rules.FundLapsed):
            await vouchers.issue(session, officer, approved, now=NEW_YEAR)
        with pytest.raises(rules.FundLapsed):
            await given.approve(session, city)
    with pytest.raises(rules.FundLapsed):
        async with database.transaction(city.bureau_id) as session:
            await given.appropriate(session, city)
    async with database.transaction(city.bureau_id) as session:
        assert set((await books(session, city.bureau_id)).values()) == {0}


# --- many at once, with real commits ----------------------------------------------------------------------


async def test_one_issuance_issued_by_many_at_once_is_issued_once(
    database: Database, city: City, policy: InForce
):
    async with database.transaction(city.bureau_id) as session:
        await given.appropriate(session, city)
        approved = await given.approve(session, city)

    async def attempt(which: int) -> Issued:
        async with database.transaction(city.bureau_id) as session:
            return await vouchers.issue(session, city.officer("teacher_office", which % 2), approved, now=NOW)

    results = await asyncio.gather(*(attempt(which) for which in range(6)))
    assert set(results) == {Issued(issuance_id=approved, vouchers=TEACHERS, total_fen=ISSUED_FEN)}
    async with database.transaction(city.bureau_id) as session:
        assert on_vouchers(await books(session, city.bureau_id)) == ISSUED_FEN


async def test_two_issuances_that_overlap_serve_everybody_once(
    database: Database, city: City, policy: InForce
):
    autumn = date(2014, 9, 1)
    async with database.transaction(city.bureau_id) as session:
        await given.appropriate(session, city)
        await given.appoint(session, city, "school_a", 3, autumn)
        approved = [await given.approve(session, city, counted_on=day) for day in (TODAY, autumn, autumn)]

    async def attempt(issuance_id: IssuanceId) -> Issued:
        async with database.transaction(city.bureau_id) as session:
            return await vouchers.issue(session, city.officer("teacher_office"), issuance_id, now=NOW)

    results = await asyncio.gather(*map(attempt, approved))
    assert sum(one.vouchers for one in results) == TEACHERS + 3
    async with database.transaction(city.bureau_id) as session:
        assert on_vouchers(await books(session, city.bureau_id)) == (TEACHERS + 3) * HEAD_FEN
        for one in results:
            assert await queries.issued(session, city.bureau_id, one.issuance_id) == one


async def test_money_comes_in_while_vouchers_go_out(database: Database, city: City, policy: InForce):
    async with database.transaction(city.bureau_id) as session:
        await given.appropriate(session, city, amount_fen=ISSUED_FEN)
        approved = await given.approve(session, city)

    async def give_out() -> None:
        async with database.transaction(city.bureau_id) as session:
            await vouchers.issue(session, city.officer("teacher_office"), approved, now=NOW)

    async def add(line: str) -> None:
        async with database.transaction(city.bureau_id) as session:
            await given.appropriate(session, city, line=line, amount_fen=7)

    await asyncio.gather(give_out(), *(add(line) for line in ("all_staff", "space") for _ in range(5)))
    async with database.transaction(city.bureau_id) as session:
        balances = await books(session, city.bureau_id)
        assert (balances["fund:all_staff:2014"], balances["fund:space:2014"]) == (35, 35)
        assert (on_vouchers(balances), balances["treasury"]) == (ISSUED_FEN, -ISSUED_FEN - 70)


async def test_sweeps_at_once_and_a_booking_beside_them_move_each_fen_once(
    database: Database, city: City, policy: InForce
):
    await issued(database, city)

    async def sweep() -> int:
        async with database.transaction(city.bureau_id) as session:
            return (await vouchers.expire(session, city.bureau_id, OVER, NEW_YEAR)).amount_fen

    async def hold() -> None:
        async with database.transaction(city.bureau_id) as session:
            await given.move(session, city, TransferCode.HOLD, await voucher_of(session, city), 500)

    *swept, held = await asyncio.gather(sweep(), sweep(), sweep(), hold(), return_exceptions=True)
    kept = 500 if held is None else 0
    assert held is None or isinstance(held, BalanceNotEnough)
    assert sorted(swept) == [0, 0, ISSUED_FEN - kept]
    async with database.transaction(city.bureau_id) as session:
        assert on_vouchers(await books(session, city.bureau_id)) == kept


async def waits(work: Awaitable[None]) -> asyncio.Future[None]:
    """The work, begun, and seen to stand still behind a lock."""
    begun = asyncio.ensure_future(work)
    done, _ = await asyncio.wait([begun], timeout=0.3)
    assert not done
    return begun


async def test_a_freeze_waits_for_the_booking_under_way(database: Database, city: City, policy: InForce):
    await issued(database, city)

    async def freeze(voucher_id: UUID) -> None:
        async with database.transaction(city.bureau_id) as session:
            command = Freeze(voucher_id=voucher_id, reason="核查中")
            await vouchers.freeze(session, city.officer("teacher_office"), command, now=NOW)

    async with database.transaction(city.bureau_id) as session:
        mine = await voucher_of(session, city)
        await given.move(session, city, TransferCode.HOLD, mine, 500)
        freezing = await waits(freeze(mine))
    await freezing
    async with database.transaction(city.bureau_id) as session:
        [found] = await queries.vouchers_of(session, city.bureau_id, city.teacher().person_id)
        assert (found.is_frozen, found.held_fen) == (True, 500)


async def test_money_that_comes_while_the_fund_lapses_is_refused_once_it_has(
    database: Database, city: City, policy: InForce
):
    fund_id = await issued(database, city)

    async def add() -> None:
        async with database.transaction(city.bureau_id) as session:
            await given.appropriate(session, city)

    async with database.transaction(city.bureau_id) as session:
        await ledger.lock(session, city.bureau_id, [fund_id])
        adding = await waits(add())
        await vouchers.lapse(session, city.officer("teacher_office"), fund_id, now=NEW_YEAR)
    with pytest.raises(rules.FundLapsed):
        await adding
    async with database.transaction(city.bureau_id) as session:
        assert (await books(session, city.bureau_id))["fund:all_staff:2014"] == 0


async def test_another_bureau_sees_neither_funds_nor_vouchers(
    database: Database, city: City, policy: InForce
):
    fund_id = await issued(database, city)
    elsewhere = await make_bureau(database)
    async with database.transaction(elsewhere) as session:
        assert await queries.funds(session, city.bureau_id) == []
        assert await queries.vouchers_of(session, city.bureau_id, city.teacher().person_id) == []
        with pytest.raises(identity.NotFound):
            await queries.fund(session, elsewhere, fund_id)
        assert (await vouchers.expire(session, elsewhere, OVER, NEW_YEAR)).accounts == 0
