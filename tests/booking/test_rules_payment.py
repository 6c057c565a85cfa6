"""Which vouchers pay, in which order, and what a group of lines does to its neighbours."""

from datetime import date

import pytest

from booking import states
from vouchermarket.booking import rules
from vouchermarket.booking.structs import Booked, NewBooking, Payment, Refused, Withdrawn
from vouchermarket.ledger.structs import TransferCode

BY_EXPIRY = [
    states.voucher(1, valid_to=date(2016, 1, 1), free_fen=10_000),
    states.voucher(2, valid_to=date(2015, 1, 1), line="space", free_fen=10_000),
    states.voucher(3, valid_to=date(2015, 1, 1), free_fen=5_000),
    states.voucher(4, valid_to=date(2015, 1, 1), free_fen=4_000),
    states.voucher(5, valid_to=date(2015, 1, 1), free_fen=0),
]


def paid(*vouchers: states.VoucherState, price_fen: int = states.PRICE_FEN) -> list[tuple[int, int]]:
    state = states.state([states.run(price_fen=price_fen)], vouchers={states.person_id(): vouchers})
    found = states.outcome(state)
    assert isinstance(found, Booked)
    return [
        (payment.voucher_id.int - states.voucher_id(0).int, payment.amount_fen) for payment in found.payments
    ]


def only_booking(state: states.State, group: states.Group) -> NewBooking:
    (booking,) = states.decided(state, group).bookings
    return booking


def test_pays_by_expiry_then_by_the_order_of_lines_then_by_id_and_splits() -> None:
    assert paid(*BY_EXPIRY, price_fen=20_000) == [(3, 5_000), (4, 4_000), (2, 10_000), (1, 1_000)]


def test_pays_from_one_voucher_where_one_is_enough() -> None:
    assert paid(*BY_EXPIRY, price_fen=5_000) == [(3, 5_000)]


def test_pays_to_the_last_fen_and_refuses_the_first_one_above() -> None:
    everything = sum(voucher.free_fen for voucher in BY_EXPIRY)
    assert sum(fen for _, fen in paid(*BY_EXPIRY, price_fen=everything)) == everything
    state = states.state(
        [states.run(price_fen=everything + 1)], vouchers={states.person_id(): tuple(BY_EXPIRY)}
    )
    found = states.outcome(state)
    assert isinstance(found, Refused)
    assert isinstance(found.refusal, rules.VoucherShort)
    assert found.refusal.facts == {
        "title": "高中语文 1",
        "price": "¥290.01",
        "free": "all_staff ¥190.00, space ¥100.00",
        "missing": "¥0.01",
    }


def test_leaves_a_voucher_of_a_line_that_may_not_pay_alone() -> None:
    assert paid(states.voucher(1, line="backbone"), states.voucher(2)) == [(2, states.PRICE_FEN)]


@pytest.mark.parametrize(
    ("valid_from", "valid_to"),
    [(date(2014, 3, 4), date(2015, 1, 1)), (date(2013, 1, 1), date(2014, 3, 3))],
    ids=["not_yet", "no_more"],
)
def test_leaves_a_voucher_outside_its_validity_alone(valid_from: date, valid_to: date) -> None:
    other = states.voucher(1, valid_from=valid_from, valid_to=valid_to)
    frozen = states.voucher(2, is_frozen=True)
    assert paid(other, frozen, states.voucher(3)) == [(3, states.PRICE_FEN)]
    found = states.outcome(states.state(vouchers={states.person_id(): (other, frozen)}))
    assert isinstance(found, Refused)
    assert isinstance(found.refusal, rules.VouchersFrozen)
    assert found.refusal.facts == {"frozen": 1}
    found = states.outcome(states.state(vouchers={states.person_id(): (other,)}))
    assert isinstance(found, Refused)
    assert isinstance(found.refusal, rules.VoucherMissing)
    assert found.refusal.facts == {"lines": "all_staff, space"}


def test_pays_on_the_first_and_on_the_last_day_of_validity() -> None:
    one_day = states.voucher(valid_from=date(2014, 3, 3), valid_to=date(2014, 3, 4))
    assert paid(one_day) == [(1, states.PRICE_FEN)]


def test_lets_a_line_the_pack_no_longer_knows_pay_last() -> None:
    old = states.voucher(1, line="old")
    state = states.state(
        [states.run(fund_lines=("old", "space"))],
        vouchers={states.person_id(): (old, states.voucher(2, line="space", free_fen=1))},
    )
    found = states.outcome(state)
    assert isinstance(found, Booked)
    assert [payment.voucher_id for payment in found.payments] == [states.voucher_id(2), states.voucher_id(1)]


def test_lets_the_school_pay_for_its_nominee_and_never_the_teacher() -> None:
    run = states.run(fund_lines=("all_staff", "backbone"))
    of_school = states.voucher(7, line="backbone")
    vouchers = {states.person_id(): (states.voucher(),), states.SCHOOL: (of_school,)}
    found = states.outcome(states.state([run], vouchers=vouchers), states.nominee())
    assert isinstance(found, Booked)
    assert found.payments == (Payment(of_school.id, states.PRICE_FEN),)


def test_refuses_a_nominee_whose_school_has_no_voucher_though_the_teacher_has_one() -> None:
    found = states.outcome(states.state(), states.nominee())
    assert isinstance(found, Refused)
    assert isinstance(found.refusal, rules.VoucherMissing)


def test_writes_one_hold_a_voucher_towards_the_provider() -> None:
    vouchers = (states.voucher(1, free_fen=20_000), states.voucher(2, free_fen=20_000))
    booking = only_booking(
        states.state(vouchers={states.person_id(): vouchers}), states.each(states.choice())
    )
    id_ = booking.booked.booking_id
    assert [hold.code for hold in booking.holds] == [TransferCode.HOLD] * 2
    assert [hold.key for hold in booking.holds] == [f"hold:{id_}:0", f"hold:{id_}:1"]
    assert [(hold.source_id, hold.amount_fen) for hold in booking.holds] == [
        (states.voucher_id(1), 20_000),
        (states.voucher_id(2), 10_000),
    ]
    assert {hold.target_id for hold in booking.holds} == {states.EARNED}
    assert {hold.document_id for hold in booking.holds} == {id_}
    assert booking.group_id is None


# --- groups ------------------------------------------------------------------------------------------------


def two_runs() -> states.State:
    """A teacher with 500 yuan before two runs of 300 each."""
    return states.state([states.run(1), states.run(2)])


def test_books_nothing_of_a_cart_when_one_line_fails() -> None:
    decision = states.decided(two_runs(), states.together(states.choice(1), states.choice(2)))
    first, second = decision.outcomes[0]
    assert first == Withdrawn()
    assert isinstance(second, Refused)
    assert isinstance(second.refusal, rules.VoucherShort)
    assert decision.bookings == ()
    assert decision.taken == {}


def test_books_the_other_lines_of_a_list_when_one_fails() -> None:
    decision = states.decided(two_runs(), states.each(states.choice(1), states.choice(2)))
    assert [type(outcome) for outcome in decision.outcomes[0]] == [Booked, Refused]
    assert decision.taken == {states.run_id(1): 1}
    assert decision.bookings[0].group_id is not None


def test_gives_what_a_refused_cart_let_go_to_the_next() -> None:
    cart = states.together(states.choice(1), states.choice(2))
    decision = states.decided(two_runs(), cart, states.each(states.choice(2)))
    assert [type(outcome) for outcome in decision.outcomes[1]] == [Booked]


def test_refuses_the_same_run_twice_in_one_cart() -> None:
    decision = states.decided(two_runs(), states.together(states.choice(1), states.choice(1)))
    refused = decision.outcomes[0][1]
    assert isinstance(refused, Refused)
    assert isinstance(refused.refusal, rules.AlreadyBooked)


def test_refuses_two_lines_of_one_cart_that_clash() -> None:
    same_time = states.run(1).meetings
    state = states.state([states.run(1, price_fen=0), states.run(2, price_fen=0, meetings=same_time)])
    refused = states.decided(state, states.together(states.choice(1), states.choice(2))).outcomes[0][1]
    assert isinstance(refused, Refused)
    assert isinstance(refused.refusal, rules.MeetingsClash)
    assert refused.refusal.facts["other"] == "高中语文 1"


def test_tells_every_line_of_a_cart_in_one_refusal() -> None:
    refusal = rules.CartRefused(
        [(states.run_id(1), rules.RunFull(title="甲", capacity=1)), (states.run_id(2), rules.RunNotFound())]
    )
    assert refusal.text("zh") == "选课车未办理,2 行不能选:“甲”的 1 个名额已满;没有这个班次"
    assert refusal.text("en") == (
        'The cart was not booked, 2 of its lines could not be: All 1 seats of "甲" are taken; '
        "There is no such run"
    )
    assert [run_id for run_id, _ in refusal.lines] == [states.run_id(1), states.run_id(2)]
