"""The pure rules: what a booking captures, hold by hold; what silence means; what cannot be judged."""

from datetime import date
from fractions import Fraction
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from completion.rows import Course, finished
from factories import NOW
from vouchermarket.completion import queries, rules
from vouchermarket.completion.structs import Case
from vouchermarket.credits import rules as credit_rules
from vouchermarket.credits.structs import Desks
from vouchermarket.kit.ids import AccountId, TransferId, new_id
from vouchermarket.ledger.rules import apply
from vouchermarket.ledger.structs import Account, AccountKind, Hold, TransferCode

EARNED = Account(AccountId(UUID(int=10_000)), AccountKind.EARNED, "provider:x:earned")
BOOKING = UUID(int=20_000)


def holds_of(amounts: list[int]) -> list[Hold]:
    """One hold on a voucher of its own for each amount."""
    return [
        Hold(
            TransferId(UUID(int=100 + n)),
            TransferCode.HOLD,
            AccountId(UUID(int=200 + n)),
            EARNED.id,
            amount,
            BOOKING,
            True,
        )
        for n, amount in enumerate(amounts)
    ]


shares = st.integers(1, 1000).flatmap(
    lambda whole: st.builds(Fraction, st.integers(0, whole), st.just(whole))
)


@given(st.lists(st.integers(1, 10**9), max_size=6), shares)
def test_what_is_captured_is_the_floor_of_price_times_share_and_the_rest_is_free(
    amounts: list[int], share: Fraction
) -> None:
    holds, price_fen = holds_of(amounts), sum(amounts)
    settled = rules.settle_holds(price_fen, share, holds)
    captured = [one.captured_fen for one in settled]
    assert sum(captured) == int(price_fen * share)
    assert [one.hold for one in settled] == holds
    assert all(0 <= one.captured_fen <= one.hold.amount_fen for one in settled)
    # In the order taken: before the last that gives anything, every hold gives all it has.
    giving = [one for one in settled if one.captured_fen]
    assert giving == settled[: len(giving)]
    assert all(one.captured_fen == one.hold.amount_fen for one in giving[:-1])

    postings = rules.postings(settled, lambda: TransferId(new_id()))
    vouchers = {
        hold.source_id: Account(
            hold.source_id, AccountKind.VOUCHER, "voucher", hold.amount_fen, hold.amount_fen
        )
        for hold in holds
    }
    after = apply({**vouchers, EARNED.id: EARNED}, {hold.id: hold for hold in holds}, postings)
    assert {posting.resolves_id for posting in postings} == {hold.id for hold in holds}
    for one in settled:
        left = after[one.hold.source_id]
        assert (left.balance_fen, left.held_fen) == (one.hold.amount_fen - one.captured_fen, 0)
    assert [posting.key for posting in postings] == [
        f"{'capture' if one.captured_fen else 'release'}:{one.hold.id}" for one in settled
    ]


def test_refuses_to_capture_more_than_is_held() -> None:
    with pytest.raises(rules.HoldsShort) as refused:
        rules.settle_holds(10_000, Fraction(1), holds_of([4_000, 5_999]))
    assert refused.value.facts == {"held_fen": 9_999, "due_fen": 10_000}


async def test_a_pack_that_takes_no_silence_for_a_word_confirms_nothing_by_it(course: Course) -> None:
    pack = course.policy.pack
    assert rules.silent_since(pack, NOW) is not None
    assert rules.silent_since(msgspec.structs.replace(pack, confirmation=None), NOW) is None


async def judged_on(course: Course) -> tuple[Case, Desks]:
    """The facts of a completion that could be verified as it stands."""
    (completion_id,) = await finished(course, course.city.teacher())
    found = await course.completion(completion_id)
    async with course.transaction() as session:
        participants = await queries.participants_of(session, course.bureau_id, [found.booking_id])
        cases, desks = await queries.cases(session, course.bureau_id, [found], participants)
    return cases[completion_id], desks


async def test_refuses_what_nobody_can_judge(course: Course) -> None:
    case, desks = await judged_on(course)
    replace = msgspec.structs.replace
    centre, by = {course.city.bodies["training_centre"]}, course.centre.person_id
    assert rules.judge(case, desks, by, centre, 1).captured_fen == 30_000
    assert case.person is not None
    gone = replace(case, person=replace(case.person, school=None))
    with pytest.raises(rules.TeacherWithoutSchool) as unplaced:
        rules.judge(gone, desks, by, centre, 1)
    assert unplaced.value.facts == {"on": date(2014, 4, 23)}
    with pytest.raises(credit_rules.OfficeMissing):
        rules.judge(case, replace(desks, centre_id=None), by, centre, 1)
    cancelled = replace(case, participant=replace(case.participant, is_cancelled=True))
    with pytest.raises(rules.BookingCancelled) as refused:
        rules.judge(cancelled, desks, by, centre, 7)
    assert refused.value.facts == {"line": 7}
    with pytest.raises(rules.HoldsShort):
        rules.judge(replace(case, holds=()), desks, by, centre, 1)
