"""What holds for any entries: caps are never exceeded, nothing counts for more than it is, 450 is not 72."""

from collections import defaultdict
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.cases import ZHUZHOU, judged, person
from vouchermarket.policies import rules
from vouchermarket.policies.structs import Entry, Evaluation

DAYS = st.integers(0, 3000).map(lambda days: date(2008, 6, 1) + timedelta(days=days))
MODES = st.sampled_from(["face_to_face", "online", "study", "school_based", None])
ENTRIES = st.lists(
    st.builds(
        Entry,
        type=st.sampled_from(["school_based", "ed_tech", "in_post", "degree", "safety", "homeroom"]),
        amount_hundredths=st.integers(0, 20_000),
        unit=st.sampled_from(["credit", "credit", "credit", "hour"]),
        on=DAYS,
        evidence_complete=st.booleans(),
        status=st.sampled_from(["approved", "approved", "approved", "registered", "reversed"]),
        term=st.none() | st.sampled_from([f"{year}-{half}" for year in range(2009, 2016) for half in (1, 2)]),
        mode=MODES,
        document=st.none() | st.sampled_from(["a", "b"]),
    ),
    max_size=25,
)
AS_OF = st.dates(date(2009, 1, 1), date(2016, 12, 31))


def total(evaluation: Evaluation) -> int:
    return evaluation.cycles[0].counted_hundredths


@given(ENTRIES, AS_OF)
@settings(max_examples=200, deadline=None)
def test_nothing_counts_for_more_than_its_amount_and_whoever_counts_less_says_why(
    entries: list[Entry], as_of: date
) -> None:
    for one in judged(entries, as_of=as_of).entries:
        assert 0 <= one.counted_hundredths <= one.entry.amount_hundredths
        assert 0 <= one.seen_hundredths <= one.entry.amount_hundredths
        assert (one.counted_hundredths == one.entry.amount_hundredths) or one.why


@given(ENTRIES, AS_OF)
@settings(max_examples=200, deadline=None)
def test_no_cap_is_ever_exceeded(entries: list[Entry], as_of: date) -> None:
    terms: dict[str | None, int] = defaultdict(int)
    parts: dict[str | None, int] = defaultdict(int)
    diplomas: dict[str, int] = defaultdict(int)
    for one in judged(entries, as_of=as_of).entries:
        entry = one.entry
        if entry.type == "school_based" and entry.unit == "credit":
            terms[rules.term_of(ZHUZHOU, entry)] += one.counted_hundredths
        if entry.type == "ed_tech" and entry.unit == "credit":
            parts[entry.mode] += one.counted_hundredths
        if entry.type == "degree":
            diplomas[entry.document or ""] += one.counted_hundredths
    assert all(sum_ <= 1200 for sum_ in terms.values())
    assert parts["face_to_face"] <= 5000
    assert max(parts["online"], parts["study"]) <= 1500
    assert all(sum_ <= 10_000 for sum_ in diplomas.values())


@given(ENTRIES.flatmap(lambda entries: st.tuples(st.just(entries), st.permutations(entries))))
@settings(max_examples=200, deadline=None)
def test_the_order_of_the_file_decides_no_capped_sum(pair: tuple[list[Entry], list[Entry]]) -> None:
    # Diplomas are left out: of one document registered with two amounts, the one that stands first counts.
    plain, shuffled = ([one for one in entries if one.type != "degree"] for entries in pair)
    first, second = judged(plain), judged(shuffled)
    assert total(first) == total(second)
    assert [row.verdict.counted_hundredths for row in first.years] == [
        row.verdict.counted_hundredths for row in second.years
    ]
    assert first.may_graduate == second.may_graduate


@given(ENTRIES, AS_OF)
@settings(max_examples=100, deadline=None)
def test_the_years_add_up_to_the_cycle_and_graduation_asks_the_cycle_alone(
    entries: list[Entry], as_of: date
) -> None:
    verdict = judged(entries, person(joined_on=date(2001, 9, 1)), as_of)
    assert sum(row.verdict.counted_hundredths for row in verdict.years) == total(verdict)
    (cycle,) = verdict.cycles
    assert cycle.general is not None
    assert verdict.may_graduate == all(one.met for one in (cycle.general, *cycle.mandatory))
    assert cycle.general.met == (total(verdict) >= 45_000)
    assert all(row.verdict.met == (row.verdict.counted_hundredths >= 7200) for row in verdict.years)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_school_is_triggered_exactly_from_a_fifth_on(missed: int, passed: int) -> None:
    trigger = ZHUZHOU.share_triggers[0]
    assert trigger.judge(missed, missed + passed) == (missed * 5 >= missed + passed > 0)
