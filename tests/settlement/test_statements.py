"""What goes on a statement, who sees it, and what becomes of a disputed line."""

from datetime import UTC, date, datetime

import pytest

from settlement import rows
from settlement.rows import LATER, YEAR
from vouchermarket.identity.rules import NotFound, RoleNotAllowed
from vouchermarket.identity.structs import OrganisationKind
from vouchermarket.kit.ids import new_id
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import queries, rules
from vouchermarket.settlement.structs import DrawUp, DropLine, Respond, Response

DISPUTED, ACCEPTED = Response.DISPUTED, Response.ACCEPTED
# The bureau keeps Beijing time: its year 2014 ends at 16:00 UTC on 31 December.
LAST_MINUTE = datetime(2014, 12, 31, 15, 59, tzinfo=UTC)
NEXT_YEAR = datetime(2014, 12, 31, 16, 0, tzinfo=UTC)


async def draw_up(market, actor, from_on=YEAR[0], to_on=YEAR[1]):
    command = DrawUp(provider_id=market.provider_id, from_on=from_on, to_on=to_on)
    async with market.transaction() as session:
        return await settlement.draw_up(session, actor, command, now=LATER)


async def respond(market, actor, line_ids, response=ACCEPTED, reason=""):
    command = Respond(line_ids=tuple(line_ids), response=response, reason=reason)
    async with market.transaction() as session:
        return await settlement.respond(session, actor, command, now=LATER)


async def drop(market, actor, line_id, reason="人数以签到表为准"):
    async with market.transaction() as session:
        return await settlement.drop_line(session, actor, DropLine(line_id=line_id, reason=reason), now=LATER)


async def lines(market, statement_id):
    return (await rows.opened(market, statement_id)).lines


async def amounts(market, statement_id):
    return sorted(line.amount_fen for line in await lines(market, statement_id) if line.is_live)


async def test_a_period_is_half_open_in_the_civil_days_of_the_bureau(market):
    await rows.earn(market, 100, at=LAST_MINUTE)
    await rows.earn(market, 200, at=NEXT_YEAR)
    this_year = await draw_up(market, market.centre)
    assert await amounts(market, this_year) == [100]
    next_year = await draw_up(market, market.centre, YEAR[1], date(2016, 1, 1))
    assert await amounts(market, next_year) == [200]


async def test_the_total_is_the_sum_of_the_lines_and_what_cost_nothing_is_left_out(market):
    await rows.earn(market, 100, 0, 250)
    statement_id = await draw_up(market, market.provider)
    assert (await rows.opened(market, statement_id)).statement.total_fen == 350
    assert await amounts(market, statement_id) == [100, 250]


async def test_refuses_when_nothing_is_earned_or_everything_stands_on_a_statement(market):
    with pytest.raises(rules.NothingEarned):
        await draw_up(market, market.centre)
    await rows.earn(market, 100)
    await draw_up(market, market.centre)
    with pytest.raises(rules.NothingEarned):
        await draw_up(market, market.centre)


async def test_refuses_a_statement_of_what_is_no_provider(market):
    for stranger in (new_id(), market.city.bodies["school_a"]):
        command = DrawUp(provider_id=stranger, from_on=YEAR[0], to_on=YEAR[1])
        async with market.transaction() as session:
            with pytest.raises(NotFound):
                await settlement.draw_up(session, market.centre, command, now=LATER)


async def test_refuses_a_period_without_a_day(market):
    with pytest.raises(rules.StatementPeriodEmpty):
        await draw_up(market, market.centre, YEAR[0], YEAR[0])


async def test_a_provider_draws_up_its_own_statement_only(market):
    await rows.earn(market, 100)
    with pytest.raises(NotFound):
        await draw_up(market, market.rival)
    for stranger in (market.office, market.finance, market.city.teacher()):
        with pytest.raises(RoleNotAllowed):
            await draw_up(market, stranger)


async def test_another_providers_statement_looks_like_none(market):
    await rows.earn(market, 100)
    statement_id = await draw_up(market, market.provider)
    async with market.transaction() as session:
        with pytest.raises(NotFound):
            await queries.open_statement(session, market.rival, statement_id)
        with pytest.raises(NotFound):
            await queries.open_statement(session, market.centre, new_id())
        assert await queries.statements_of(session, market.rival) == []
        assert await queries.statements_of(session, market.rival, market.provider_id) == []
        (seen,) = await queries.statements_of(session, market.finance)
        assert await queries.statements_of(session, market.provider) == [seen]
        assert await queries.statements_of(session, market.provider, after=statement_id) == []
    assert (seen.statement.id, seen.lines, seen.unanswered) == (statement_id, 1, 1)
    with pytest.raises(NotFound):
        await respond(market, market.rival, [line.id for line in await lines(market, statement_id)])


async def test_all_lines_are_answered_or_none(market):
    await rows.earn(market, 100, 200)
    statement_id = await draw_up(market, market.provider)
    known = [line.id for line in await lines(market, statement_id)]
    with pytest.raises(NotFound):
        await respond(market, market.provider, [*known, new_id()])
    assert {line.response for line in await lines(market, statement_id)} == {None}
    assert await respond(market, market.provider, [*known, *known]) == [statement_id]
    assert {line.response for line in await lines(market, statement_id)} == {ACCEPTED}


async def test_a_dispute_needs_a_reason_and_may_be_taken_back(market):
    await rows.earn(market, 100)
    statement_id = await draw_up(market, market.provider)
    (line,) = await lines(market, statement_id)
    with pytest.raises(rules.ReasonMissing):
        await respond(market, market.provider, [line.id], DISPUTED, "  ")
    await respond(market, market.provider, [line.id], DISPUTED, "应为两人")
    (line,) = await lines(market, statement_id)
    assert (line.response, line.dispute) == (DISPUTED, "应为两人")
    await respond(market, market.provider, [line.id], ACCEPTED)
    (line,) = await lines(market, statement_id)
    assert (line.response, line.dispute) == (ACCEPTED, None)


async def test_a_dropped_line_lowers_the_total_and_comes_back_on_the_next_statement(market):
    await rows.earn(market, 100, 250)
    statement_id = await draw_up(market, market.provider)
    await rows.answer(market, statement_id)
    await rows.answer(market, statement_id, DISPUTED, 250)
    (line,) = [line for line in await lines(market, statement_id) if line.amount_fen == 250]
    assert await drop(market, market.centre, line.id) == 100
    assert (await rows.opened(market, statement_id)).statement.total_fen == 100
    await rows.turn(market, statement_id, market.office, market.centre)
    assert await rows.balances(market, rows.payable_of(market)) == [(100, 0)]
    # Verified in 2014 and dropped: the statement of the next year takes it along.
    again = await draw_up(market, market.centre, YEAR[1], date(2016, 1, 1))
    assert await amounts(market, again) == [250]
    assert await rows.earned_fen(market) == 250


async def test_refuses_to_drop_what_the_provider_does_not_dispute(market):
    await rows.earn(market, 100)
    statement_id = await draw_up(market, market.provider)
    (line,) = await lines(market, statement_id)
    with pytest.raises(rules.LineNotDisputed):
        await drop(market, market.centre, line.id)
    await rows.answer(market, statement_id)
    with pytest.raises(rules.LineNotDisputed):
        await drop(market, market.centre, line.id)


async def test_refuses_to_touch_a_line_that_was_dropped(market):
    await rows.earn(market, 100)
    statement_id = await draw_up(market, market.provider)
    await rows.answer(market, statement_id, DISPUTED)
    (line,) = await lines(market, statement_id)
    with pytest.raises(rules.ReasonMissing):
        await drop(market, market.centre, line.id, "  ")
    await drop(market, market.centre, line.id)
    with pytest.raises(rules.LineDropped):
        await drop(market, market.centre, line.id)
    with pytest.raises(rules.LineDropped):
        await respond(market, market.provider, [line.id])


async def test_refuses_to_touch_a_settled_statement(market):
    await rows.earn(market, 100)
    statement_id = await rows.settled(market)
    (line,) = await lines(market, statement_id)
    with pytest.raises(rules.StatementSettled):
        await respond(market, market.provider, [line.id], DISPUTED, "太晚")
    with pytest.raises(rules.StatementSettled):
        await drop(market, market.centre, line.id)


async def test_lines_are_answered_by_the_provider_and_dropped_by_the_centre(market):
    with pytest.raises(RoleNotAllowed):
        await respond(market, market.centre, [new_id()])
    with pytest.raises(RoleNotAllowed):
        await drop(market, market.provider, new_id())
    with pytest.raises(NotFound):
        await drop(market, market.centre, new_id())


async def test_an_office_finds_in_its_queue_what_waits_for_its_key(market):
    await rows.earn(market, 100)
    statement_id = await draw_up(market, market.provider)
    await rows.answer(market, statement_id)
    await rows.turn(market, statement_id, market.office)
    async with market.transaction() as session:
        for office, waiting in ((OrganisationKind.TEACHER_OFFICE, 0), (OrganisationKind.TRAINING_CENTRE, 1)):
            found = await queries.statements_waiting_for(session, market.bureau_id, office)
            assert len(found) == waiting
    assert found[0].offices == (OrganisationKind.TEACHER_OFFICE,)
