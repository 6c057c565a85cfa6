"""Two keys of two offices by two persons settle a statement (ZZ-B04); nothing less does."""

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from settlement import rows
from settlement.rows import LATER, NOW, YEAR
from vouchermarket.identity.rules import NotFound, RoleNotAllowed
from vouchermarket.identity.structs import OrganisationKind
from vouchermarket.kit.ids import (
    BookingId,
    CompletionId,
    OrganisationId,
    PersonId,
    StatementId,
    new_id,
)
from vouchermarket.kit.refusal import Refusal
from vouchermarket.settlement import operations as settlement
from vouchermarket.settlement import rules
from vouchermarket.settlement.structs import (
    DropLine,
    Response,
    Statement,
    StatementKey,
    StatementLine,
)

OFFICE, CENTRE = OrganisationKind.TEACHER_OFFICE, OrganisationKind.TRAINING_CENTRE


async def turn(market, actor, statement_id):
    async with market.transaction() as session:
        return await settlement.turn_key(session, actor, StatementId(statement_id), now=LATER)


async def withdraw(market, actor, statement_id):
    async with market.transaction() as session:
        return await settlement.withdraw_key(session, actor, StatementId(statement_id), now=LATER)


async def accepted(market, *prices):
    await rows.earn(market, *prices)
    statement_id = await rows.drawn_up(market)
    await rows.answer(market, statement_id)
    return statement_id


async def offices(market, statement_id):
    return [key.office for key in (await rows.opened(market, statement_id)).keys]


async def test_the_second_key_settles_and_moves_the_total(market):
    statement_id = await accepted(market, 100, 250)
    first = await turn(market, market.centre, statement_id)
    assert (first.office, first.settled) == (CENTRE, False)
    assert await rows.earned_fen(market) == 350
    second = await turn(market, market.office, statement_id)
    assert (second.office, second.settled) == (OFFICE, True)
    assert await rows.earned_fen(market) == 0
    assert await rows.balances(market, rows.payable_of(market)) == [(350, 0)]
    assert (await rows.opened(market, statement_id)).statement.settled_at == LATER


async def test_refuses_a_second_key_of_the_same_office(market):
    statement_id = await accepted(market, 100)
    await turn(market, market.office, statement_id)
    with pytest.raises(rules.KeyTurned):
        await turn(market, market.office_too, statement_id)


async def test_refuses_both_keys_from_one_person_with_two_seats(market):
    statement_id = await accepted(market, 100)
    both = msgspec.structs.replace(market.office, seats=market.office.seats + market.centre.seats)
    await turn(market, both, statement_id)
    with pytest.raises(rules.SamePersonTwice):
        await turn(market, both, statement_id)
    assert await offices(market, statement_id) == [OFFICE]


async def test_a_person_with_two_seats_turns_the_key_that_is_missing(market):
    statement_id = await accepted(market, 100)
    both = msgspec.structs.replace(market.office, seats=market.office.seats + market.centre.seats)
    await turn(market, market.office_too, statement_id)
    assert (await turn(market, both, statement_id)).office is CENTRE


async def test_refuses_a_key_from_whoever_drew_the_statement_up(market):
    await rows.earn(market, 100)
    statement_id = await rows.drawn_up(market, by=market.centre)
    await rows.answer(market, statement_id)
    with pytest.raises(rules.TurnedByMaker):
        await turn(market, market.centre, statement_id)
    assert (await turn(market, market.centre_too, statement_id)).office is CENTRE


async def test_refuses_while_a_line_is_unanswered_or_disputed(market):
    await rows.earn(market, 100, 250)
    statement_id = await rows.drawn_up(market)
    with pytest.raises(rules.LinesOpen) as unanswered:
        await turn(market, market.office, statement_id)
    assert unanswered.value.facts == {"unanswered": 2, "disputed": 0}
    await rows.answer(market, statement_id)
    await rows.answer(market, statement_id, Response.DISPUTED, 250)
    with pytest.raises(rules.LinesOpen) as disputed:
        await turn(market, market.office, statement_id)
    assert disputed.value.facts == {"unanswered": 0, "disputed": 1}


async def test_a_dispute_after_the_first_key_stops_the_second(market):
    statement_id = await accepted(market, 100)
    await turn(market, market.office, statement_id)
    await rows.answer(market, statement_id, Response.DISPUTED)
    with pytest.raises(rules.LinesOpen):
        await turn(market, market.centre, statement_id)


async def test_a_key_turned_on_another_total_goes_back(market):
    statement_id = await accepted(market, 100, 250)
    await turn(market, market.office, statement_id)
    await rows.answer(market, statement_id, Response.DISPUTED, 250)
    (line,) = [one for one in (await rows.opened(market, statement_id)).lines if one.amount_fen == 250]
    async with market.transaction() as session:
        await settlement.drop_line(
            session, market.centre, DropLine(line_id=line.id, reason="人数不符"), now=LATER
        )
    assert await offices(market, statement_id) == []
    assert not (await turn(market, market.centre, statement_id)).settled
    assert (await turn(market, market.office, statement_id)).settled


async def test_refuses_a_statement_with_nothing_left_on_it(market):
    statement_id = await accepted(market, 100)
    await rows.answer(market, statement_id, Response.DISPUTED)
    (line,) = (await rows.opened(market, statement_id)).lines
    async with market.transaction() as session:
        await settlement.drop_line(
            session, market.centre, DropLine(line_id=line.id, reason="重复"), now=LATER
        )
    with pytest.raises(rules.EmptyStatement):
        await turn(market, market.office, statement_id)


async def test_a_key_is_withdrawn_until_the_second_turns(market):
    statement_id = await accepted(market, 100)
    with pytest.raises(rules.KeyNotTurned):
        await withdraw(market, market.office, statement_id)
    await turn(market, market.office, statement_id)
    with pytest.raises(rules.KeyNotTurned):
        await withdraw(market, market.centre, statement_id)
    key = await withdraw(market, market.office_too, statement_id)
    assert key.person_id == market.office.person_id
    assert await offices(market, statement_id) == []
    await rows.turn(market, statement_id, market.centre, market.office)
    with pytest.raises(rules.StatementSettled):
        await withdraw(market, market.office, statement_id)
    with pytest.raises(rules.StatementSettled):
        await turn(market, market.office_too, statement_id)


async def test_keys_are_turned_by_the_two_offices_only(market):
    for stranger in (market.provider, market.finance, market.city.officer("bureau")):
        with pytest.raises(RoleNotAllowed):
            await turn(market, stranger, new_id())
        with pytest.raises(RoleNotAllowed):
            await withdraw(market, stranger, new_id())
    with pytest.raises(NotFound):
        await turn(market, market.office, new_id())
    with pytest.raises(NotFound):
        await withdraw(market, market.office, new_id())


PEOPLE = [PersonId(new_id()) for _ in range(4)]
# The third sits in both offices; the fourth drew the statement up.
SEATS = [(OFFICE,), (CENTRE,), (OFFICE, CENTRE), (CENTRE,)]


class KeysMachine(RuleBasedStateMachine):
    """Four persons turn and withdraw keys in any order: no statement settles but by two of two offices."""

    def __init__(self) -> None:
        super().__init__()
        self.statement = Statement(
            StatementId(new_id()), OrganisationId(new_id()), *YEAR, 100, PEOPLE[3], NOW, None
        )
        self.line = StatementLine(
            new_id(),
            self.statement.id,
            CompletionId(new_id()),
            BookingId(new_id()),
            100,
            None,
            None,
            None,
            None,
        )
        self.keys: list[StatementKey] = []

    @rule(who=st.integers(0, 3))
    def turns(self, who: int) -> None:
        try:
            office = rules.turnable(self.statement, [self.line], self.keys, PEOPLE[who], SEATS[who])
        except Refusal:
            return
        assert self.line.response is Response.ACCEPTED
        self.keys.append(StatementKey(new_id(), self.statement.id, office, PEOPLE[who], NOW))
        if len(self.keys) == 2:
            self.statement = msgspec.structs.replace(self.statement, settled_at=NOW)

    @rule(who=st.integers(0, 3))
    def withdraws(self, who: int) -> None:
        try:
            self.keys.remove(rules.withdrawable(self.statement, self.keys, SEATS[who]))
        except Refusal:
            return
        assert self.statement.settled_at is None

    @rule(response=st.sampled_from(Response))
    def answers(self, response: Response) -> None:
        try:
            rules.answerable([self.statement], [self.line])
        except rules.StatementSettled:
            return
        self.line = msgspec.structs.replace(self.line, response=response)

    @invariant()
    def settled_means_two_persons_of_two_offices_and_none_of_them_the_maker(self) -> None:
        persons = {key.person_id for key in self.keys}
        assert len(persons) == len({key.office for key in self.keys}) == len(self.keys)
        assert PEOPLE[3] not in persons
        if self.statement.settled_at is not None:
            assert {key.office for key in self.keys} == {OFFICE, CENTRE}
            assert self.line.response is Response.ACCEPTED


TestKeysMachine = KeysMachine.TestCase
