"""Quotes against a document (S24), and rules.csv against the pack."""

from pathlib import Path

import pytest

from policies.cases import SEED, TEXT, ZHUZHOU
from vouchermarket.policies import packs, rules
from vouchermarket.policies.packs import quotes


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("每期满分为12学分。", True),
        ("每期满分为\uff11\uff12学分。", True),
        ("“机构空间”资源", True),
        ("‘机构空间’资源", True),
        ('"机构空间"资源', True),
        ("每期…学分", True),
        ("每期......资源", True),
        ("资源…每期", False),
        ("资源…资源", False),
        ("每期满分为13学分", False),
        ("…", False),
        ("", False),
    ],
)
def test_s24_a_quote_stands_in_its_source_by_words_not_by_print(quote: str, stands: bool) -> None:
    source = quotes.folded("全体教师必修,每期\n\n 满分为12学分。\n“机构空间”资源 使用")
    assert quotes.stands_in(quote, source) is stands


def document(folder: Path, leaving_out: str = "#") -> Path:
    """A document that holds every quote of the pack and of its list, but those that name `leaving_out`."""
    lines = [one for _, _, one in quotes.quoted(ZHUZHOU, "pack.toml")]
    lines += (SEED / "rules.csv").read_text(encoding="utf-8").splitlines()
    path = folder / "document.txt"
    path.write_text("\n".join(one for one in lines if leaving_out not in one), encoding="utf-8")
    return path


def test_s24_check_finds_every_quote_in_a_file_or_in_one_file_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "another.txt").write_text("别的文件", encoding="utf-8")
    path = document(tmp_path)
    assert packs.check(SEED, path).source == "document.txt"
    assert packs.check(SEED, tmp_path).source == "document.txt"
    assert packs.check(SEED).source is None


def test_s24_a_quote_that_is_not_there_is_named_with_its_rule(tmp_path: Path) -> None:
    path = document(tmp_path, leaving_out="2014年底前")
    with pytest.raises(rules.PackNotReadable) as refusal:
        packs.check(SEED, path)
    assert len(refusal.value.faults) == 2
    assert refusal.value.faults[0] == "pack.toml: deadline[0].cite: ZZ-A21: not in document.txt"
    assert refusal.value.faults[1].startswith("rules.csv: line ")


@pytest.mark.parametrize("name", ["nothing.txt", "empty"])
def test_a_source_that_is_not_there_is_a_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(rules.PackNotReadable):
        packs.check(SEED, tmp_path / name)


def with_list(folder: Path, listed: str) -> list[str]:
    (folder / "pack.toml").write_text(TEXT, encoding="utf-8")
    (folder / "rules.csv").write_text(listed, encoding="utf-8")
    with pytest.raises(rules.PackNotReadable) as refusal:
        packs.check(folder)
    return list(refusal.value.faults)


def test_the_list_and_the_pack_are_compared_both_ways(tmp_path: Path) -> None:
    listed = (SEED / "rules.csv").read_text(encoding="utf-8")
    assert with_list(tmp_path, listed.replace("\nZZ-A19,", "\nZZ-A99,")) == [
        "rules.csv: ZZ-A19 is cited by the pack and not listed",
        "rules.csv: ZZ-A99 is listed and cited by no row",
    ]


def test_the_list_is_whole(tmp_path: Path) -> None:
    listed = (SEED / "rules.csv").read_text(encoding="utf-8")
    again = "ZZ-A19,引文,meaning,72\n"
    assert with_list(tmp_path, listed + again) == ["rules.csv: line 54: ZZ-A19 stands twice"]
    long = listed.replace("ZZ-A02,", "ZZ-A02," + "长" * 60)
    assert with_list(tmp_path, long) == ["rules.csv: line 3: quote of ZZ-A02: 1 to 60 characters"]
    assert with_list(tmp_path, listed + "ZZ-A19,a,,b\n")[-1] == (
        "rules.csv: line 54: ZZ-A19: meaning and parameter are needed"
    )
    assert with_list(tmp_path, listed + "ZZ-A19\n") == ["rules.csv: line 54: expected 4 cells, got 1"]
    assert with_list(tmp_path, "rule;quote\n")[0] == (
        "rules.csv: line 1: expected the columns rule,quote,meaning,parameter"
    )
    assert with_list(tmp_path, 'rule,quote,meaning,parameter\n"a"b,c\n')[0].startswith(
        "rules.csv: does not parse"
    )
