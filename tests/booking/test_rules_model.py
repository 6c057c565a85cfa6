"""`decide` against a model: whatever the batch, seats and fen hold, and a batch is its commands in a row."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from booking import states
from vouchermarket.booking.structs import (
    Booked,
    Decision,
    Engagement,
    Group,
    GroupKind,
    Outcome,
    Period,
    Refused,
    State,
)
from vouchermarket.kit.clock import civil_day

RUNS, PEOPLE = 4, 3
PACK = states.pack(booking={"per_year_at_most": 3})


@st.composite
def a_run(draw: st.DrawFn, number: int) -> Any:
    # Few slots, few seats and few fen, so that every reason for a refusal comes up.
    slot = states.STARTS_AT + timedelta(days=draw(st.integers(0, 4)))
    capacity = draw(st.integers(1, 4))
    taken = draw(st.integers(0, capacity))
    return states.run(
        number,
        capacity=capacity,
        taken=taken,
        offered=draw(st.sampled_from([0, 0, 0, min(1, capacity - taken)])),
        price_fen=draw(st.sampled_from([0, 100, 150, 300])),
        fund_lines=draw(st.sampled_from([("all_staff",), ("all_staff", "space"), ("backbone", "space")])),
        meetings=(states.meeting(starts_at=slot),),
    )


@st.composite
def some_vouchers(draw: st.DrawFn, holder: int) -> Any:
    return tuple(
        states.voucher(
            holder * 10 + number,
            line=draw(st.sampled_from(["all_staff", "space", "backbone"])),
            valid_to=draw(st.sampled_from([date(2014, 3, 3), date(2015, 1, 1), date(2016, 1, 1)])),
            is_frozen=draw(st.sampled_from([False, False, False, True])),
            free_fen=draw(st.integers(0, 400)),
        )
        for number in range(draw(st.integers(0, 3)))
    )


@st.composite
def a_state(draw: st.DrawFn) -> State:
    people = {
        states.person_id(number): states.person(
            is_direct=draw(st.sampled_from([True, True, True, False])),
            school_id=draw(st.sampled_from([states.SCHOOL, states.SCHOOL, states.OTHER_SCHOOL])),
        )
        for number in range(PEOPLE)
    }
    vouchers: dict[Any, Any] = {id_: draw(some_vouchers(n)) for n, id_ in enumerate(people)}
    vouchers[states.SCHOOL] = draw(some_vouchers(PEOPLE))
    return states.state([draw(a_run(number)) for number in range(RUNS)], people, vouchers)


# One run and one person more than there are, so that strangers come up as well.
_commands = st.one_of(
    st.builds(states.choice, st.integers(0, RUNS), st.integers(0, PEOPLE)),
    st.builds(states.nominee, st.integers(0, RUNS), st.integers(0, PEOPLE)),
)
_groups = st.builds(Group, st.sampled_from(GroupKind), st.lists(_commands, min_size=1, max_size=4).map(tuple))
_batches = st.lists(_groups, max_size=6)


def checked(test: Callable[[State, list[Group]], None]) -> Callable[[], None]:
    """Without a deadline: how busy the machine is says nothing about the rules."""
    return settings(deadline=None, max_examples=200)(given(a_state(), _batches)(test))


def after(state: State, decision: Decision) -> State:
    """The state once a decision is written, as the database would show it to the next transaction."""
    held: Counter[Any] = Counter()
    people = dict(state.people)
    taken = Counter({id_: run.taken for id_, run in state.runs.items()})
    for booking in decision.bookings:
        for hold in booking.holds:
            held[hold.source_id] += hold.amount_fen
        run, person_id = state.runs[booking.command.run_id], booking.command.person_id
        taken[run.id] += 1
        periods = tuple(Period(one.starts_at, one.ends_at) for one in run.meetings)
        day = civil_day(run.starts_at, state.time_zone)
        one = people[person_id]
        engaged = (*one.engagements, Engagement(run.id, run.title, day, periods))
        people[person_id] = msgspec.structs.replace(one, engagements=engaged)
    return State(
        runs={id_: msgspec.structs.replace(run, taken=taken[id_]) for id_, run in state.runs.items()},
        people=people,
        vouchers={
            holder: tuple(
                msgspec.structs.replace(voucher, free_fen=voucher.free_fen - held[voucher.id])
                for voucher in own
            )
            for holder, own in state.vouchers.items()
        },
        earned=state.earned,
        time_zone=state.time_zone,
    )


def told(outcome: Outcome) -> Any:
    """An outcome without its ids and without the figures of a text."""
    if isinstance(outcome, Booked):
        return (outcome.run_id, outcome.person_id, outcome.price_fen, outcome.payments)
    return (outcome.refusal.code, outcome.refusal.facts) if isinstance(outcome, Refused) else outcome


@checked
def test_never_sells_a_seat_or_a_fen_twice(state: State, batch: list[Group]) -> None:
    decision = states.decided(state, *batch, by=PACK)
    left = after(state, decision)
    for run in left.runs.values():
        assert run.taken + run.offered <= max(run.capacity, state.runs[run.id].taken + run.offered)
        assert decision.taken.get(run.id, state.runs[run.id].taken) == run.taken
    for own in left.vouchers.values():
        assert all(voucher.free_fen >= 0 for voucher in own)


@checked
def test_pays_each_price_exactly_and_only_with_vouchers_of_the_payer(
    state: State, batch: list[Group]
) -> None:
    for booking in states.decided(state, *batch, by=PACK).bookings:
        run = state.runs[booking.command.run_id]
        own = {voucher.id: voucher for voucher in state.vouchers.get(booking.command.holder_id, ())}
        assert sum(hold.amount_fen for hold in booking.holds) == run.price_fen == booking.booked.price_fen
        for payment in booking.booked.payments:
            voucher = own[payment.voucher_id]
            assert voucher.line in run.fund_lines
            assert not voucher.is_frozen
            assert voucher.valid_from <= states.NOW.date() < voucher.valid_to


@checked
def test_a_batch_is_its_groups_one_at_a_time(state: State, batch: list[Group]) -> None:
    at_once = states.decided(state, *batch, by=PACK)
    now = state
    for group, outcomes in zip(batch, at_once.outcomes, strict=True):
        alone = states.decided(now, group, by=PACK)
        assert [told(one) for one in alone.outcomes[0]] == [told(one) for one in outcomes]
        now = after(now, alone)
    assert now == after(state, at_once)


@checked
def test_a_list_is_its_lines_one_at_a_time(state: State, batch: list[Group]) -> None:
    lists = [states.each(*group.commands) for group in batch]
    at_once = [one for outcomes in states.decided(state, *lists, by=PACK).outcomes for one in outcomes]
    singles = [states.each(command) for group in batch for command in group.commands]
    one_by_one = [one for outcomes in states.decided(state, *singles, by=PACK).outcomes for one in outcomes]
    assert [told(one) for one in at_once] == [told(one) for one in one_by_one]


@checked
def test_a_cart_is_all_or_nothing(state: State, batch: list[Group]) -> None:
    decision = states.decided(state, *batch, by=PACK)
    for group, outcomes in zip(batch, decision.outcomes, strict=True):
        assert len(outcomes) == len(group.commands)
        if group.kind is GroupKind.ALL_OR_NOTHING:
            booked = [isinstance(outcome, Booked) for outcome in outcomes]
            assert all(booked) or not any(booked)
            assert all(booked) or any(isinstance(outcome, Refused) for outcome in outcomes)
    assert len(decision.bookings) == sum(
        isinstance(one, Booked) for outs in decision.outcomes for one in outs
    )


@checked
def test_a_refused_group_leaves_no_trace(state: State, batch: list[Group]) -> None:
    decision = states.decided(state, *batch, by=PACK)
    stands = [any(isinstance(one, Booked) for one in outcomes) for outcomes in decision.outcomes]
    kept = [group for group, stood in zip(batch, stands, strict=True) if stood]
    without = states.decided(state, *kept, by=PACK)
    assert after(state, without) == after(state, decision)


@checked
def test_nobody_is_in_two_places_or_above_the_limit(state: State, batch: list[Group]) -> None:
    for person in after(state, states.decided(state, *batch, by=PACK)).people.values():
        assert len(person.engagements) <= 3
        for one, other in combinations(person.engagements, 2):
            assert one.run_id != other.run_id
            assert one.meetings[0].ends_at <= other.meetings[0].starts_at or (
                other.meetings[0].ends_at <= one.meetings[0].starts_at
            )


@checked
def test_ids_are_drawn_and_never_made(state: State, batch: list[Group]) -> None:
    decision = states.decided(state, *batch, by=PACK)
    ids = [booking.booked.booking_id for booking in decision.bookings]
    ids += [hold.id for booking in decision.bookings for hold in booking.holds]
    assert len(set(ids)) == len(ids)
    assert decision.bookings == states.decided(state, *batch, by=PACK).bookings
