"""Who gets a voucher and of how much, judged without a database."""

from datetime import date
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import NOW, TODAY
from vouchermarket.kit.ids import OrganisationId, PersonId, new_id
from vouchermarket.ledger import rules as ledger
from vouchermarket.policies import packs
from vouchermarket.policies import rules as policies
from vouchermarket.vouchers import rules
from vouchermarket.vouchers.structs import Appropriate, Head, Issuance, ProposeIssuance, Share
from vouchers.rows import AppropriateDraft, IssuanceDraft

PACK = packs.decode(
    (Path(__file__).parents[2] / "seeds" / "zhuzhou-2014" / "pack.toml").read_text(encoding="utf-8")
)
FIRST, SECOND = PersonId(UUID(int=1)), PersonId(UUID(int=2))


def head(person: int, school: int = 100, *, is_direct: bool = True, tiers: tuple[str, ...] = ()) -> Head:
    return Head(PersonId(UUID(int=person)), OrganisationId(UUID(int=school)), is_direct, tiers)


def test_every_teacher_of_a_direct_school_gets_the_per_capita_amount():
    shares = rules.share_out(PACK, "all_staff", [head(2), head(1), head(3, 101, is_direct=False)], set())
    assert shares == [Share(UUID(int=1), 1, 60_000), Share(UUID(int=2), 1, 60_000)]


def test_a_school_gets_the_amount_for_each_of_its_heads():
    heads = [head(1), head(2), head(3, 101), head(4, 102, is_direct=False)]
    assert rules.share_out(PACK, "base_studio", heads, set()) == [
        Share(UUID(int=100), 2, 40_000),
        Share(UUID(int=101), 1, 20_000),
    ]


def test_a_line_of_tiers_counts_the_heads_of_these_tiers_alone():
    heads = [
        head(1, tiers=("backbone",)),
        head(2, tiers=("novice", "master_candidate")),
        head(3),
        head(4, 101),
    ]
    assert rules.share_out(PACK, "backbone", heads, set()) == [Share(UUID(int=100), 2, 80_000)]


def test_who_teaches_at_two_schools_is_one_head_and_a_county_post_takes_nothing_away():
    heads = [head(1, 101), head(1, 100), head(1, 99, is_direct=False)]
    assert rules.share_out(PACK, "base_studio", heads, set()) == [Share(UUID(int=100), 1, 20_000)]
    assert rules.share_out(PACK, "all_staff", heads, set()) == [Share(UUID(int=1), 1, 60_000)]


def test_refuses_holders_the_wallet_does_not_entitle():
    with pytest.raises(policies.HolderNotEntitled) as refused:
        rules.share_out(PACK, "all_staff", [head(1, is_direct=False)], set())
    assert refused.value.clause == "ZZ-A22"
    without = msgspec.structs.replace(PACK, wallet=None)
    with pytest.raises(policies.HolderNotEntitled):
        rules.share_out(without, "all_staff", [head(1)], set())


def test_refuses_when_nobody_is_left_or_the_amount_is_zero():
    for heads, holding in (([], set()), ([head(1)], {UUID(int=1)})):
        with pytest.raises(rules.NothingToIssue) as refused:
            rules.share_out(PACK, "all_staff", heads, holding)
        assert refused.value.clause == "ZZ-A23"
    lines = tuple(msgspec.structs.replace(line, per_capita_fen=0) for line in PACK.fund_lines)
    with pytest.raises(rules.NothingToIssue):
        rules.share_out(msgspec.structs.replace(PACK, fund_lines=lines), "all_staff", [head(1)], set())
    with pytest.raises(policies.FundLineUnknown):
        rules.share_out(PACK, "canteen", [head(1)], set())


TIERS = ((), ("backbone",), ("novice",), ("master_candidate", "backbone"))

# A tier is the person's, not the post's: who teaches at two schools brings the same tiers to both.
heads_drawn = st.lists(
    st.builds(
        lambda person, school, is_direct: head(person, school, is_direct=is_direct, tiers=TIERS[person % 4]),
        st.integers(1, 9),
        st.integers(100, 103),
        st.booleans(),
    ),
    max_size=20,
)


@given(heads_drawn, st.sampled_from([line.code for line in PACK.fund_lines]), st.sets(st.integers(1, 103)))
def test_what_is_shared_out_is_the_per_capita_amount_times_the_heads_each_once(heads, line, held):
    row = policies.fund_line(PACK, line)
    holding = {UUID(int=n) for n in held}
    direct = [one for one in heads if one.is_direct]
    try:
        shares = rules.share_out(PACK, line, heads, holding)
    except (policies.HolderNotEntitled, rules.NothingToIssue):
        shares = []
    holders = [share.holder_id for share in shares]
    assert len(set(holders)) == len(holders)
    assert not holding.intersection(holders)
    assert all(share.amount_fen == share.heads * row.per_capita_fen > 0 for share in shares)
    people = {one.person_id for one in direct}
    counted = sum(share.heads for share in shares)
    assert counted <= len(people)
    if row.holder == "teacher":
        assert set(holders) == people - holding
    elif not row.tiers and not holding:
        assert counted == len(people)
    assert shares == _shared_out_backwards(heads, line, holding)


def _shared_out_backwards(heads, line, holding) -> list[Share]:
    try:
        return rules.share_out(PACK, line, heads[::-1], holding)
    except (policies.HolderNotEntitled, rules.NothingToIssue):
        return []


def test_the_fund_covers_the_total_to_the_last_fen_and_no_further():
    shares = [Share(new_id(), 1, 60), Share(new_id(), 2, 40)]
    assert rules.covered(shares, 100) == 100
    with pytest.raises(rules.IssuanceAboveFund) as refused:
        rules.covered(shares, 99)
    assert refused.value.clause == "ZZ-A18"
    assert "100" in refused.value.text("zh")


@pytest.mark.parametrize(
    "days",
    [
        (date(2013, 12, 31), date(2015, 1, 1)),
        (date(2014, 1, 1), date(2015, 1, 2)),
        (date(2014, 5, 1), date(2014, 5, 1)),
        (date(2014, 5, 2), date(2014, 5, 1)),
        (date(2015, 1, 1), date(2015, 6, 1)),
    ],
)
def test_refuses_a_validity_beyond_the_year_of_the_fund(days):
    rules.valid(PACK, IssuanceDraft(valid_from=date(2014, 1, 1), valid_to=date(2015, 1, 1)))
    with pytest.raises(rules.ValidityOutsideRule):
        rules.valid(PACK, IssuanceDraft(valid_from=days[0], valid_to=days[1]))


def test_a_pack_that_carries_over_lets_a_voucher_live_through_the_next_year():
    assert PACK.voucher is not None
    pack = msgspec.structs.replace(PACK, voucher=msgspec.structs.replace(PACK.voucher, carry_over=True))
    rules.valid(pack, IssuanceDraft(valid_to=date(2016, 1, 1)))
    with pytest.raises(rules.ValidityOutsideRule):
        rules.valid(pack, IssuanceDraft(valid_to=date(2016, 1, 2)))


def test_an_issuance_is_decided_once_and_by_a_second_person():
    proposed = Issuance(
        id=new_id(),
        fund_id=new_id(),
        line="all_staff",
        year=2014,
        holder="teacher",
        counted_on=TODAY,
        valid_from=TODAY,
        valid_to=date(2015, 1, 1),
        vouchers=1,
        total_fen=1,
        policy_version_id=new_id(),
        proposed_by=FIRST,
        proposed_at=NOW,
        decided_by=None,
        is_approved=None,
        issued_at=None,
    )
    rules.decidable(proposed, SECOND)
    with pytest.raises(ledger.SamePerson):
        rules.decidable(proposed, FIRST)
    with pytest.raises(rules.IssuanceDecided):
        rules.decidable(msgspec.structs.replace(proposed, is_approved=False), SECOND)


def test_a_fund_lapses_from_the_first_day_after_its_year():
    rules.lapsable("all_staff", 2014, date(2015, 1, 1))
    with pytest.raises(rules.FundYearNotOver):
        rules.lapsable("all_staff", 2014, date(2014, 12, 31))


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        (Appropriate, {"document": "\0"}),
        (Appropriate, {"year": 1999}),
        (Appropriate, {"amount_fen": "12"}),
        (Appropriate, {"purpose": "canteen"}),
        (ProposeIssuance, {"counted_on": "2014-02-30"}),
        (ProposeIssuance, {"line": ""}),
    ],
)
def test_a_body_with_what_no_field_may_hold_does_not_decode(command, changes):
    written = msgspec.to_builtins(AppropriateDraft() if command is Appropriate else IssuanceDraft())
    msgspec.convert(written, command)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**written, **changes}, command)
