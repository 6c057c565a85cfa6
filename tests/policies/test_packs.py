"""Strict decoding: every fault with its path, all of them listed, nothing let pass."""

import re
from pathlib import Path

import pytest

from policies.cases import CITE, HEAD, TEXT, ZHUZHOU, elsewhere
from vouchermarket.policies import packs, rules
from vouchermarket.policies.packs import shown

REQUIREMENT = '[[requirement]]\ncode = "a"\nunit = "hour"\nat_least = "1"\n'
CONVERSION = '[[conversion]]\nfrom_unit = "activity"\nto_unit = "hour"\nfactor = "1"\n'
DECIMAL = 'expected a decimal in quotes such as "12" or "49.5"'


def faults(text: str) -> list[str]:
    with pytest.raises(rules.PackNotReadable) as refusal:
        packs.decode(text)
    return list(refusal.value.faults)


def spoiled(old: str, new: str, times: int = 1) -> list[str]:
    assert old in TEXT
    return faults(TEXT.replace(old, new, times))


def test_the_pack_of_zhuzhou_decodes() -> None:
    assert ZHUZHOU.header.code == "zhuzhou-2014"
    assert len(ZHUZHOU.types) == 16


def test_a_misspelt_parameter_is_named_with_its_path_and_so_is_what_is_missing_then() -> None:
    assert spoiled('at_least = "72"', 'at_leest = "72"') == [
        "pack.toml: requirement[3].at_leest: unknown field",
        "pack.toml: requirement[3].at_least: missing",
    ]


def test_an_unknown_rule_table_is_a_fault() -> None:
    assert faults(HEAD + "[[lottery]]\nseed = 1\n") == ["pack.toml: lottery: unknown field"]


def test_a_missing_citation_is_a_fault() -> None:
    text = re.sub(r'\ncite = \{ rule = "ZZ-A19".*\n', "\n", TEXT)
    assert faults(text) == ["pack.toml: requirement[3].cite: missing"]


@pytest.mark.parametrize(
    ("cite", "what"),
    [
        ('{ rule = "EX-A02" }', "a rule needs its quote, a quote its rule"),
        ('{ quote = "某条" }', "either rule and quote, or open and chosen_by"),
        ("{}", "either rule and quote, or open and chosen_by"),
        ('{ rule = "EX-A02", quote = "某条", open = "why" }', "either rule and quote, or open and chosen_by"),
        (
            '{ rule = "EX-A02", quote = "某条", chosen_by = "us" }',
            "chosen_by belongs to an open choice, not to a rule",
        ),
    ],
)
def test_a_citation_is_a_rule_with_its_quote_or_an_open_choice(cite: str, what: str) -> None:
    assert faults(f"{HEAD}[confirmation]\nsilence_days = 7\ncite = {cite}\n") == [
        f"pack.toml: confirmation.cite: {what}"
    ]


def test_a_fraction_of_a_fen_is_a_fault() -> None:
    assert spoiled("per_capita_fen = 60000", "per_capita_fen = 60000.5") == [
        "pack.toml: fund_line[0].per_capita_fen: a fraction of a fen"
    ]


def test_a_decimal_is_written_in_quotes_and_a_float_is_a_fault() -> None:
    (fault,) = spoiled('at_least = "72"', "at_least = 72.0")
    assert fault.startswith("pack.toml: requirement[3].at_least: a decimal is written in quotes")
    (whole,) = spoiled('at_least = "72"', "at_least = 72")
    assert whole.startswith("pack.toml: requirement[3].at_least: expected a decimal in quotes")
    (third,) = spoiled('at_least = "72"', 'at_least = "72.001"')
    assert third == "pack.toml: requirement[3].at_least: no decimal that can be read: '72.001'"


def test_dates_in_the_wrong_order_are_a_fault() -> None:
    assert spoiled("to = 2016-01-01", "to = 2009-01-01") == ["pack.toml: cycle[0]: to: must be after from"]
    assert spoiled(
        "effective_from = 2014-02-26", "effective_from = 2014-02-26\neffective_to = 2014-02-26"
    ) == ["pack.toml: pack: effective_to: must be after effective_from"]


def test_two_cycles_do_not_overlap() -> None:
    again = f'[[cycle]]\ncode = "next"\nfrom = 2024-12-31\nto = 2030-01-01\nunit = "hour"\n{CITE}'
    assert faults(HEAD + again) == ["pack.toml: cycle[1].from: begins before cycle 2020-2024 ends"]


def test_a_code_stands_once_in_its_table() -> None:
    assert spoiled('code = "space"', 'code = "backbone"') == [
        "pack.toml: fund_line[3].code: backbone stands already at fund_line[1]"
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'counts = { types = ["homeroom"] }',
            'counts = { types = ["homerom"] }',
            "requirement[6].counts.types[0]: no such training type: homerom",
        ),
        (
            'match = { types = ["safety"] }',
            'match = { types = ["safty"] }',
            "authority[0].match.types[0]: no such training type: safty",
        ),
        ('of = "year"', 'of = "yearly"', "share_trigger[0].of: no such requirement: yearly"),
        ("replaces = []", 'replaces = ["in_post"]', "requirement[4].replaces: no such requirement: in_post"),
        (
            "at_most_fen = 300000",
            'at_most_fen = 300000\nfund_lines = ["travel"]',
            "price_ceiling[0].fund_lines[0]: no such fund line: travel",
        ),
        ("pay_order = 2", "pay_order = 1", "fund_line: two lines have the same pay_order"),
        (
            "{requirement.homeroom}",
            "{requirement.homerom}",
            "credit_row[10].cells[2]: no such number: requirement.homerom",
        ),
    ],
)
def test_what_is_named_must_exist(old: str, new: str, fault: str) -> None:
    assert f"pack.toml: {fault}" in spoiled(old, new)


def test_every_admitted_cell_has_an_authority_and_every_row_acts() -> None:
    lost = spoiled(
        'match = { types = ["degree", "policy_award"], school = "direct" }',
        'match = { types = ["degree"], school = "direct" }',
    )
    assert lost == ["pack.toml: authority: no row answers policy_award at no level, direct"]
    shadowed = spoiled('match = { types = ["safety"] }', "match = {}")
    assert [fault.partition(": ")[2] for fault in shadowed] == [
        f"authority[{place}].match: never acts: rows before it answer every cell it names"
        for place in range(1, 8)
    ]


def test_all_faults_are_listed_one_line_each() -> None:
    text = TEXT.replace('at_least = "72"', "at_least = true").replace(
        'holder = "school"', 'holder = "nobody"'
    )
    assert faults(text.replace("silence_days = 7", 'silence_days = "7"\nnote = "x"')) == [
        f"pack.toml: requirement[3].at_least: {DECIMAL}, got true or false",
        "pack.toml: fund_line[1].holder: Invalid enum value 'nobody'",
        "pack.toml: fund_line[2].holder: Invalid enum value 'nobody'",
        "pack.toml: confirmation.note: unknown field",
        "pack.toml: confirmation.silence_days: Expected `int`, got `str`",
    ]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            REQUIREMENT + 'period = "trailing"\ngate = "duty"',
            "requirement[0]: years: is given exactly for periods trailing and since_appointment",
        ),
        (
            REQUIREMENT + 'period = "ever"\nmonths = 3\ngate = "duty"',
            "requirement[0]: months: is given exactly for period until_months_after_joining",
        ),
        (
            REQUIREMENT + 'period = "ever"\njudged_from = 2020-01-01\ngate = "duty"',
            "requirement[0]: judged_from: is given for period year only",
        ),
        (
            '[[training_type]]\ncode = "a"\nname = "a"\ngroup = "a"\nunit = "hour"\nfixed = "1"',
            "training_type[0]: fixed: is given exactly where earns is fixed",
        ),
        (
            '[[training_type]]\ncode = "a"\nname = "a"\ngroup = "a"\nunit = "hour"\nper = "person"',
            "training_type[0]: per: is given exactly where earns is fixed",
        ),
        (
            '[[training_type]]\ncode = "a"\nname = "a"\ngroup = "a"\nunit = "activity"',
            "training_type[0]: unit: a type earns credits or hours; activities are converted",
        ),
        (
            '[[conversion]]\nfrom_unit = "hour"\nto_unit = "hour"\nfactor = "1"\nfrom = 2020-01-01',
            "conversion[0]: to_unit: is the same as from_unit",
        ),
        (
            CONVERSION + "from = 2020-01-01\nto = 2020-01-01",
            "conversion[0]: to: must be after from",
        ),
        (
            '[[funding]]\ncode = "a"\nmeasure = "payroll_share"',
            "funding[0]: at_least: is given exactly for a measure that is a share",
        ),
        (
            '[[funding]]\ncode = "a"\nmeasure = "payroll_share"\nat_least = "0.2"\nat_most = "0.1"',
            "funding[0]: at_most: is below at_least",
        ),
        (
            '[[funding]]\ncode = "a"\nmeasure = "studio_fund"\npurposes = ["x"]',
            "funding[0]: line: is given exactly where purposes are listed",
        ),
        (
            '[[target]]\ncode = "a"\nmeasure = "count"',
            "target[0]: at_least: either at_least or about is given",
        ),
        (
            '[[attendance_tier]]\nat_least = "0.5"\nshare = "1.5"',
            "attendance_tier[0]: share: a share of meetings, price or credits is at most 1",
        ),
        (
            '[settlement]\nbases = []\nkeys = ["a", "a"]\npayer = "p"',
            "settlement: keys: one body cannot hold two keys",
        ),
        (
            '[term]\nspring = ["08-01", "02-01"]\nautumn = ["02-01", "08-01"]',
            "term: spring: must end after it begins",
        ),
        (
            '[term]\nspring = ["02-01", "08-01"]\nautumn = ["09-01", "02-01"]',
            "term: autumn: must run from the end of spring to its beginning",
        ),
        ('[[credit_row]]\ntypes = []\ncells = ["a"]', "credit_row[0].cells: expected 0 cells, got 1"),
        ('[term]\nspring = ["02-01"]\nautumn = ["08-01", "02-01"]', "term.spring: expected 2 values, got 1"),
        ('[wallet]\nholders = "school:direct"', "wallet.holders: expected a list, got a text"),
        ('[[exemption]]\nrule = "EX-A99"\nreason = "x"', "exemption: no row rests on EX-A99"),
    ],
)
def test_what_contradicts_itself_is_a_fault(row: str, fault: str) -> None:
    assert faults(f"{HEAD}{row}\n{CITE}") == [f"pack.toml: {fault}"]


def test_a_period_of_year_or_cycle_needs_a_cycle() -> None:
    head = HEAD.partition("[[cycle]]")[0]
    row = REQUIREMENT + f'period = "year"\ngate = "duty"\n{CITE}'
    assert faults(head + row) == ["pack.toml: requirement[0].period: year needs a cycle"]


def test_a_pack_that_is_no_toml_is_a_fault() -> None:
    assert faults("[pack\n")[0].startswith("pack.toml: does not parse: ")
    assert faults("a = " + "[" * 5000 + "]" * 5000) == ["pack.toml: is nested too deeply"]
    assert faults("a = " + "[" * 40 + "]" * 40) == ["pack.toml: is nested too deeply"]
    # The parser would take minutes for it.
    assert faults("[pack]\n" + "a." * 100_000 + "b = 1") == ["pack.toml: line 2: more than 200 dots"]
    assert faults("") == ["pack.toml: pack: missing"]
    assert faults(TEXT.replace("silence_days = 7", f"silence_days = {10**29}")) == [
        "pack.toml: confirmation.silence_days: Expected `int` <= 1000000000"
    ]


def test_of_very_many_faults_the_first_thousand_are_listed() -> None:
    listed = faults("\n".join(f"key_{number} = 1" for number in range(2000)))
    assert len(listed) == 1001
    assert listed[-1] == "pack.toml: more than 1000 faults, the rest is not listed"


def test_a_folder_whose_name_is_no_path_is_a_fault() -> None:
    with pytest.raises(rules.PackNotReadable) as refusal:
        packs.load(Path("a\0b"))
    assert refusal.value.faults[0].endswith("cannot be read: no such path")


def test_a_pack_without_a_table_prints_none() -> None:
    assert shown.credit_table(elsewhere("")) == []


def test_an_empty_pack_beyond_its_head_is_a_pack() -> None:
    assert elsewhere("").types == ()
