"""Pure rules of settlement: what is paid, which way value goes back, what goes on a statement."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchermarket.kit.ids import AccountId, BookingId, CompletionId, FundId, TransferId, new_id
from vouchermarket.ledger.structs import Transfer, TransferCode
from vouchermarket.settlement import rules
from vouchermarket.settlement.structs import EarnedCompletion

EARNED, PAYABLE, FUND = AccountId(new_id()), AccountId(new_id()), FundId(new_id())
VOUCHER, COPAY = AccountId(new_id()), AccountId(new_id())
FUNDS: dict[UUID, FundId] = {VOUCHER: FUND}

captures = st.builds(
    lambda source, amount_fen, is_reversed: Transfer(
        TransferId(new_id()), TransferCode.CAPTURE, source, EARNED, amount_fen, new_id(), is_reversed
    ),
    st.sampled_from([VOUCHER, COPAY]),
    st.integers(1, 10**9),
    st.booleans(),
)


@given(st.integers(1, 10**12), st.integers(-(10**12), 10**12))
def test_never_more_is_paid_than_the_statement_says_or_than_is_payable(total_fen, free_fen):
    try:
        paid_fen = rules.payable_part(total_fen, free_fen)
    except rules.NothingPayable:
        assert free_fen <= 0
    else:
        assert 0 < paid_fen == min(total_fen, free_fen)


@given(st.lists(captures, max_size=6), st.booleans())
def test_every_capture_that_still_stands_goes_back_once_and_in_full(found, is_settled):
    ways = rules.taken_back(found, FUNDS, PAYABLE, is_settled=is_settled)
    assert [way.capture for way in ways] == [one for one in found if not one.is_reversed]
    for way in ways:
        if is_settled:
            back = FUND if way.capture.source_id == VOUCHER else COPAY
            assert (way.code, way.source_id, way.target_id) == (TransferCode.CLAW_BACK, PAYABLE, back)
        else:
            mirrored = (way.capture.target_id, way.capture.source_id)
            assert (way.code, way.source_id, way.target_id) == (TransferCode.REVERSE, *mirrored)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=20))
def test_a_statement_totals_what_its_completions_captured(amounts):
    earned = [
        EarnedCompletion(CompletionId(new_id()), BookingId(new_id()), amount_fen) for amount_fen in amounts
    ]
    assert rules.to_state(earned) == sum(amounts)


def test_refuses_a_statement_of_nothing():
    with pytest.raises(rules.NothingEarned):
        rules.to_state([])
