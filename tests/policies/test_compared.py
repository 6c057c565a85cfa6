"""What a version changes: fields of a row, rows that came and went, and nothing else."""

from pathlib import Path

from vouchermarket.policies import packs
from vouchermarket.policies.packs.compared import Changed, compare

TEXT = (Path(__file__).parents[2] / "seeds" / "zhuzhou-2014" / "pack.toml").read_text(encoding="utf-8")
PACK = packs.decode(TEXT)


def _changes(text: str):
    return compare(PACK, packs.decode(text))


def test_the_same_pack_changes_nothing() -> None:
    assert _changes(TEXT) == []


def test_a_number_is_told_with_what_it_was_and_the_clause_it_rests_on() -> None:
    [change] = _changes(TEXT.replace('at_least = "72"', 'at_least = "90"', 1))
    assert (change.kind, change.table, change.code, change.rule) == (
        "changed",
        "requirement",
        "year",
        "ZZ-A19",
    )
    assert change.fields == (Changed("at_least", "72", "90"),)


def test_a_row_that_stands_alone_is_changed_and_not_another_one() -> None:
    [change] = _changes(TEXT.replace("free_until_hours = 72", "free_until_hours = 48"))
    assert (change.kind, change.table) == ("changed", "cancellation")


def test_a_day_of_the_head_is_told() -> None:
    [change] = _changes(TEXT.replace("effective_from = 2014-02-26", "effective_from = 2014-09-01"))
    assert (change.table, change.fields) == (
        "pack",
        (Changed("effective_from", "2014-02-26", "2014-09-01"),),
    )


def test_rows_without_a_code_come_and_go() -> None:
    start = TEXT.index("[[attendance_tier]]")
    [gone] = _changes(TEXT[:start] + TEXT[TEXT.index("[", start + 20) :])
    assert (gone.kind, gone.table, gone.code) == ("removed", "attendance_tier", None)
    assert all(field.after is None for field in gone.fields)
    [came] = compare(packs.decode(TEXT[:start] + TEXT[TEXT.index("[", start + 20) :]), PACK)
    assert came.kind == "added"
