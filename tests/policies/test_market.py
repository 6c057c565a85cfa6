"""The market's questions to the pack: wallets, fund lines, attendance, and the choices that stay open."""

from fractions import Fraction

import pytest

from policies.cases import ZHUZHOU, elsewhere, person
from vouchermarket.policies import rules


@pytest.mark.parametrize("kind", ["teacher", "school"])
def test_direct_schools_and_their_teachers_hold_vouchers_and_county_ones_do_not(kind: str) -> None:
    assert rules.wallet(ZHUZHOU, kind, is_direct=True).clause == "ZZ-A22"
    with pytest.raises(rules.HolderNotEntitled) as refusal:
        rules.wallet(ZHUZHOU, kind, is_direct=False)
    assert refusal.value.clause == "ZZ-A22"
    assert refusal.value.text("en") == f'Vouchers are not issued to "{kind}:county"'


def test_a_pack_without_vouchers_entitles_nobody() -> None:
    with pytest.raises(rules.HolderNotEntitled):
        rules.wallet(elsewhere(""), "teacher", is_direct=True)


def test_the_four_envelopes_have_holders_and_an_order_of_payment() -> None:
    lines = {row.code: row for row in ZHUZHOU.fund_lines}
    assert {code: row.holder for code, row in lines.items()} == {
        "all_staff": "teacher",
        "backbone": "school",
        "base_studio": "school",
        "space": "teacher",
    }
    assert [row.pay_order for row in lines.values()] == [1, 2, 3, 4]
    assert rules.fund_line(ZHUZHOU, "space") == lines["space"]
    assert all(row.clause is None for row in lines.values())


def test_a_backbone_head_is_one_with_the_tier() -> None:
    line = rules.fund_line(ZHUZHOU, "backbone")
    assert line.includes(person(tiers=("backbone",)))
    assert not line.includes(person())
    assert rules.fund_line(ZHUZHOU, "all_staff").includes(person())


def test_refuses_a_fund_line_the_pack_does_not_have() -> None:
    with pytest.raises(rules.FundLineUnknown) as refusal:
        rules.fund_line(ZHUZHOU, "travel")
    assert "all_staff" in refusal.value.remedy("en")


@pytest.mark.parametrize(
    ("attended", "meetings", "share"),
    [(10, 10, "1"), (8, 10, "1"), (7, 10, "1/2"), (5, 10, "1/2"), (4, 10, "0"), (0, 10, "0"), (0, 0, "0")],
)
def test_attendance_earns_the_best_tier_it_reaches(attended: int, meetings: int, share: str) -> None:
    assert rules.attendance_share(ZHUZHOU, attended, meetings).share == Fraction(share)


def test_attendance_is_compared_exactly() -> None:
    assert rules.attendance_share(ZHUZHOU, 799_999_999, 1_000_000_000).share == Fraction(1, 2)


def test_a_pack_without_tiers_earns_nothing_by_attendance() -> None:
    assert rules.attendance_share(elsewhere(""), 5, 5).share == 0


def test_what_the_document_leaves_open_is_chosen_by_name() -> None:
    open_rows = (
        ZHUZHOU.voucher,
        ZHUZHOU.booking,
        ZHUZHOU.cancellation,
        ZHUZHOU.confirmation,
        *ZHUZHOU.attendance_tiers,
        *ZHUZHOU.fund_lines,
        *ZHUZHOU.price_ceilings,
        *ZHUZHOU.questions,
    )
    for row in open_rows:
        assert row is not None
        assert row.cite.left_open
        assert row.cite.chosen_by


def test_the_choices_of_the_pilot_are_these() -> None:
    voucher, cancellation, confirmation = ZHUZHOU.voucher, ZHUZHOU.cancellation, ZHUZHOU.confirmation
    assert voucher
    assert (voucher.valid_until, voucher.carry_over) == ("year_end", False)
    assert cancellation
    assert (cancellation.free_until_hours, cancellation.late) == (72, "refused")
    assert confirmation
    assert confirmation.silence_days == 7
    settlement = ZHUZHOU.settlement
    assert settlement
    assert settlement.keys == ("teacher_office", "training_centre")
    assert (settlement.bases, settlement.payer) == (("completion", "space_usage"), "finance_office")
