"""The decision of the ledger, against the chart and against a model that knows only sums."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vouchermarket.kit.ids import AccountId, PersonId, TransferId
from vouchermarket.kit.money import FEN_MAX
from vouchermarket.ledger import rules
from vouchermarket.ledger.structs import (
    Account,
    AccountKind,
    Adjust,
    Correction,
    Hold,
    Posting,
    Reason,
    Transfer,
    TransferCode,
)

KINDS = list(AccountKind)
IDS = {kind: AccountId(UUID(int=number + 1)) for number, kind in enumerate(KINDS)}
DOCUMENT = UUID(int=99)
ONE, TWO = PersonId(UUID(int=201)), PersonId(UUID(int=202))


def account(kind, balance=0, held=0):
    return Account(IDS[kind], kind, rules.account_code(kind, "x"), balance, held)


def accounts(**balances):
    return {IDS[kind]: account(kind, balances.get(kind.value, 0)) for kind in KINDS}


def posting(code, source, target, amount, *, resolves=None, reverses=None, number=1):
    return Posting(
        id=TransferId(UUID(int=1000 + number)),
        code=code,
        source_id=IDS[source],
        target_id=IDS[target],
        amount_fen=amount,
        key=f"{code}:{number}",
        document_id=DOCUMENT,
        resolves_id=resolves,
        reverses_id=reverses,
    )


def hold(
    amount, *, code=TransferCode.HOLD, source=AccountKind.VOUCHER, target=AccountKind.EARNED, is_open=True
):
    return Hold(TransferId(UUID(int=500)), code, IDS[source], IDS[target], amount, DOCUMENT, is_open)


K, C = AccountKind, TransferCode


def test_moves_value_from_a_fund_to_a_voucher():
    after = rules.apply(accounts(fund=500), {}, [posting(C.ISSUE, K.FUND, K.VOUCHER, 300)])
    assert after[IDS[K.FUND]].balance_fen == 200
    assert after[IDS[K.VOUCHER]].balance_fen == 300


def test_a_hold_reserves_at_the_source_and_moves_nothing():
    after = rules.apply(accounts(voucher=500), {}, [posting(C.HOLD, K.VOUCHER, K.EARNED, 300)])
    assert after == {IDS[K.VOUCHER]: account(K.VOUCHER, 500, 300)}


def test_a_capture_takes_part_of_a_hold_and_frees_the_rest():
    before = {**accounts(), IDS[K.VOUCHER]: account(K.VOUCHER, 500, 300)}
    capture = posting(C.CAPTURE, K.VOUCHER, K.EARNED, 200, resolves=hold(300).id)
    after = rules.apply(before, {hold(300).id: hold(300)}, [capture])
    assert after == {IDS[K.VOUCHER]: account(K.VOUCHER, 300, 0)}


def test_a_release_gives_the_whole_hold_back():
    before = {**accounts(), IDS[K.VOUCHER]: account(K.VOUCHER, 500, 300)}
    release = posting(C.RELEASE, K.VOUCHER, K.EARNED, 300, resolves=hold(300).id)
    assert rules.apply(before, {hold(300).id: hold(300)}, [release]) == {
        IDS[K.VOUCHER]: account(K.VOUCHER, 500)
    }


def test_open_accounts_are_never_written():
    changed = rules.apply(accounts(), {}, [posting(C.APPROPRIATE, K.TREASURY, K.FUND, 900)])
    assert set(changed) == {IDS[K.FUND]}


def test_refuses_what_the_account_has_not_free():
    with pytest.raises(rules.BalanceNotEnough) as refused:
        rules.apply(
            {**accounts(), IDS[K.VOUCHER]: account(K.VOUCHER, 500, 300)},
            {},
            [posting(C.HOLD, K.VOUCHER, K.EARNED, 201)],
        )
    assert refused.value.facts == {"account": "voucher:x", "free_fen": 200, "needed_fen": 201}


def test_payable_may_fall_below_zero_by_a_claw_back_only():
    claw_back = posting(C.CLAW_BACK, K.PAYABLE, K.FUND, 100)
    assert rules.apply(accounts(), {}, [claw_back])[IDS[K.PAYABLE]].balance_fen == -100
    with pytest.raises(rules.BalanceNotEnough):
        rules.apply(accounts(), {}, [posting(C.PAY_OUT, K.PAYABLE, K.OUTSIDE, 100)])


@pytest.mark.parametrize("amount", [0, -1, FEN_MAX + 1, 10**30])
def test_refuses_an_amount_outside_the_range(amount):
    with pytest.raises(rules.AmountOutOfRange):
        rules.apply(accounts(fund=500), {}, [posting(C.ISSUE, K.FUND, K.VOUCHER, amount)])


def test_refuses_every_route_the_chart_does_not_draw():
    drawn = refused = 0
    for code, line in rules.CHART.items():
        if line.resolves or code is C.REVERSE:
            continue
        for source in KINDS:
            for target in KINDS:
                order = [posting(code, source, target, 1)]
                if source is not target and source in line.sources and target in line.targets:
                    rules.apply({id_: Account(id_, k, "a", 9) for k, id_ in IDS.items()}, {}, order)
                    drawn += 1
                else:
                    with pytest.raises(rules.RouteNotInChart):
                        rules.apply(accounts(), {}, order)
                    refused += 1
    assert drawn > 10 < refused


def test_a_mirror_needs_the_transfer_it_mirrors():
    with pytest.raises(rules.RouteNotInChart):
        rules.apply(accounts(voucher=5), {}, [posting(C.REVERSE, K.VOUCHER, K.FUND, 5)])


def test_refuses_an_account_nobody_knows():
    with pytest.raises(rules.AccountUnknown):
        rules.apply({}, {}, [posting(C.ISSUE, K.FUND, K.VOUCHER, 1)])


@pytest.mark.parametrize(
    "known",
    [
        {},
        {hold(300).id: hold(300, is_open=False)},
        {hold(300).id: hold(300, code=C.REFUND)},
        {hold(300).id: hold(300, source=K.COPAY)},
    ],
)
def test_refuses_to_resolve_a_hold_that_is_not_open_or_another(known):
    before = {**accounts(), IDS[K.VOUCHER]: account(K.VOUCHER, 500, 300)}
    with pytest.raises(rules.HoldNotOpen):
        rules.apply(before, known, [posting(C.CAPTURE, K.VOUCHER, K.EARNED, 1, resolves=hold(300).id)])


def test_refuses_to_resolve_one_hold_twice_in_one_set():
    before = {**accounts(), IDS[K.VOUCHER]: account(K.VOUCHER, 500, 300)}
    twice = [posting(C.CAPTURE, K.VOUCHER, K.EARNED, 100, resolves=hold(300).id, number=n) for n in (1, 2)]
    with pytest.raises(rules.HoldNotOpen):
        rules.apply(before, {hold(300).id: hold(300)}, twice)


@pytest.mark.parametrize(("code", "amount"), [(C.CAPTURE, 301), (C.RELEASE, 299)])
def test_refuses_to_take_more_than_is_held_or_release_less(code, amount):
    before = {**accounts(), IDS[K.VOUCHER]: account(K.VOUCHER, 500, 300)}
    with pytest.raises(rules.CaptureAboveHold):
        rules.apply(
            before,
            {hold(300).id: hold(300)},
            [posting(code, K.VOUCHER, K.EARNED, amount, resolves=hold(300).id)],
        )


def test_an_adjustment_never_touches_treasury_earned_or_outside():
    for kind in (K.TREASURY, K.EARNED, K.OUTSIDE, K.COPAY):
        with pytest.raises(rules.RouteNotInChart):
            rules.adjustable(Adjust(IDS[kind], IDS[K.FUND], 1, Reason.KEYED_WRONG, "x"), accounts())
    rules.adjustable(Adjust(IDS[K.VOUCHER], IDS[K.FUND], 1, Reason.KEYED_WRONG, "x"), accounts())


def test_an_officer_mirrors_an_appropriation_but_never_a_capture():
    def written(code, *, is_reversed=False):
        return Transfer(TransferId(DOCUMENT), code, IDS[K.FUND], IDS[K.VOUCHER], 5, DOCUMENT, is_reversed)

    assert rules.reversible(written(C.APPROPRIATE)).amount_fen == 5
    for refused in (written(C.CAPTURE), written(C.ISSUE, is_reversed=True)):
        with pytest.raises(rules.TransferNotReversible):
            rules.reversible(refused)
    with pytest.raises(rules.TransferUnknown):
        rules.reversible(None)


def test_a_correction_is_decided_once_and_by_a_second_person():
    def proposed(approved=None):
        return Correction(
            DOCUMENT,
            C.ADJUST,
            IDS[K.FUND],
            IDS[K.VOUCHER],
            5,
            None,
            Reason.KEYED_WRONG,
            "x",
            ONE,
            None,
            approved,
        )

    assert rules.decidable(proposed(), TWO).amount_fen == 5
    with pytest.raises(rules.SamePerson):
        rules.decidable(proposed(), ONE)
    with pytest.raises(rules.CorrectionDecided):
        rules.decidable(proposed(approved=False), TWO)
    with pytest.raises(rules.CorrectionUnknown):
        rules.decidable(None, TWO)


# --- against a model that knows only sums ------------------------------------------------------------------

_STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(rules.CHART)), st.integers(1, 400), st.integers(0, 5)),
    min_size=1,
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(_STEPS)
def test_random_postings_keep_the_sum_and_never_overdraw(steps):
    """I1, I3, I4 and I6 in memory: whatever is asked, what is let through keeps the books."""
    state = accounts()
    holds: dict[TransferId, Hold] = {}
    open_balance: Counter[AccountKind] = Counter()
    for number, (code, amount, pick) in enumerate(steps):
        line = rules.CHART[TransferCode(code)]
        source = sorted(line.sources)[pick % len(line.sources)]
        target = sorted(line.targets)[pick % len(line.targets)]
        candidates = [found for found in holds.values() if found.is_open and found.code is line.resolves]
        chosen = candidates[pick % len(candidates)] if candidates else None
        if chosen and line.resolves:
            source, target = state[chosen.source_id].kind, state[chosen.target_id].kind
        asked = posting(
            TransferCode(code),
            source,
            target,
            amount,
            resolves=chosen.id if chosen and line.resolves else None,
            reverses=TransferId(DOCUMENT) if code == C.REVERSE else None,
            number=number,
        )
        try:
            changed = rules.apply(state, holds, [asked])
        except (rules.BalanceNotEnough, rules.HoldNotOpen, rules.CaptureAboveHold, rules.RouteNotInChart):
            continue
        state |= changed
        if line.effect in (rules.Effect.MOVES, rules.Effect.TAKES):
            for kind, sign in ((source, -1), (target, 1)):
                if kind not in rules.LOCKED:
                    open_balance[kind] += sign * amount
        if line.effect is rules.Effect.RESERVES:
            holds[asked.id] = Hold(
                asked.id, asked.code, asked.source_id, asked.target_id, amount, DOCUMENT, True
            )
        elif chosen and line.resolves:
            holds[chosen.id] = Hold(
                chosen.id, chosen.code, chosen.source_id, chosen.target_id, chosen.amount_fen, DOCUMENT, False
            )
        locked = [found for found in state.values() if found.kind in rules.LOCKED]
        assert sum(found.balance_fen for found in locked) + open_balance.total() == 0
        assert all(found.free_fen >= 0 for found in locked if found.kind in rules.COVERED)
        for found in locked:
            held = sum(h.amount_fen for h in holds.values() if h.is_open and h.source_id == found.id)
            assert found.held_fen == held
