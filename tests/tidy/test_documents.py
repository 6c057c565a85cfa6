"""Documents are compared with the code or they rot; the repository holds what belongs in it and no more."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tidy.source import ROOT, modules_of_tests, tracked
from vouchermarket import cli
from vouchermarket.ledger.structs import TransferCode

# The guides and what their line table calls its first column.
READMES = {"README.md": "code", "README.zh-CN.md": "代码"}
TOP_LEVEL = {
    *(
        "src",
        "tests",
        "seeds",
        "deploy",
        "docs",
        ".ci",
        "pyproject.toml",
        "Makefile",
        "LICENSE",
        ".gitignore",
    ),
    *("README.md", "README.zh-CN.md", "CHANGELOG.md", "requirements.lock", "requirements-dev.lock"),
}
DECISION_LINES_MAX = 40
# Written with a gap, so that this file does not find itself.
_STRANGERS = re.compile(
    r"py[p]i\.org|pythonhoste[d]|npmj[s]\.|deb\.debia[n]|registry\.n[p]m|(?<![\w.])/(?:wor[k]|far[m])/"
    r"|/roo[t]/|/hom[e]/[a-z]"
)
_MAKE = re.compile(r"`make ([a-z][a-z-]*)|^\s*make ([a-z][a-z-]*)", re.MULTILINE)
_COMMAND = re.compile(r"(?:`|^\s*|^\$ )vouchermarket ([a-z]+)\b", re.MULTILINE)
_FILE = re.compile(r"`((?:src|tests|docs|seeds|deploy|\.ci)/[\w./-]+)`")


def rows(document: str, heading: str) -> Iterator[list[str]]:
    """The cells of every line of the tables whose first column bears this heading."""
    inside = False
    for line in document.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.lstrip().startswith("|"):
            inside = False
        elif cells[0] == heading:
            inside = True
        elif inside and not set(cells[0]) <= {"-", ":"}:
            yield cells


def codes(document: str, heading: str) -> list[str]:
    """The codes in the first column, as they are told to people: in backticks."""
    return [code for cells in rows(document, heading) for code in re.findall(r"`([a-z_]+)`", cells[0])]


def unknown(mentioned: Iterable[tuple[str, ...] | str], known: Iterable[str]) -> set[str]:
    flat = {next(filter(None, found)) if isinstance(found, tuple) else found for found in mentioned}
    return flat - set(known)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def guides() -> list[Path]:
    return [ROOT / name for name in READMES if (ROOT / name).exists()] + sorted((ROOT / "docs").glob("*.md"))


def strangers(text: str) -> list[str]:
    return _STRANGERS.findall(text)


def named_tests() -> set[str]:
    named = re.compile(r"^\s*(?:async )?def (test_\w+)|^class (\w+)", re.MULTILINE)
    return {
        f"{module.path}::{next(filter(None, found))}"
        for module in modules_of_tests()
        for found in named.findall(module.text)
    }


@pytest.mark.parametrize("readme", READMES)
def test_the_line_in_the_readme_is_the_line_in_the_ledger(readme: str) -> None:
    assert sorted(codes((ROOT / readme).read_text(), READMES[readme])) == sorted(
        code.value for code in TransferCode
    )


def test_every_make_target_that_is_mentioned_exists() -> None:
    for guide in guides():
        assert unknown(_MAKE.findall(guide.read_text()), targets()) == set(), guide.name


def test_every_command_that_is_mentioned_exists() -> None:
    for guide in guides():
        assert unknown(_COMMAND.findall(guide.read_text()), cli.COMMANDS) == set(), guide.name


def test_every_file_that_is_mentioned_exists() -> None:
    for guide in guides():
        missing = [name for name in _FILE.findall(guide.read_text()) if not (ROOT / name).exists()]
        assert missing == [], guide.name


def test_a_decision_fits_on_a_screen() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert decisions
    assert [path.name for path in decisions if len(path.read_text().splitlines()) > DECISION_LINES_MAX] == []
    assert [path.name for path in decisions if not re.match(r"\d{4}-[a-z-]+\.md$", path.name)] == []


def test_every_promise_of_trust_names_a_test_that_exists_or_says_not_yet() -> None:
    promises = list(rows((ROOT / "docs" / "trust.md").read_text(), "#"))
    assert [int(cells[0]) for cells in promises] == list(range(1, 79))
    named = {name for cells in promises for name in re.findall(r"`([^`]+::[^`]+)`", cells[2])}
    assert named - named_tests() == set()
    assert [cells[0] for cells in promises if "::" not in cells[2] and cells[2] != "not yet"] == []


def test_the_top_level_holds_only_what_it_may() -> None:
    assert {path.parts[0] for path in tracked()} - TOP_LEVEL == set()


def test_no_tracked_file_names_a_registry_or_a_machine() -> None:
    found = {}
    for path in tracked():
        text = (ROOT / path).read_bytes().decode(errors="ignore")
        if strangers(text):
            found[path.as_posix()] = strangers(text)[:3]
    assert found == {}


def test_the_checks_of_documents_can_fail() -> None:
    table = "| code | source |\n|---|---|\n| `hold` / `release` | x |\n\n| `after` | the table |\n"
    assert codes(table, "code") == ["hold", "release"]
    assert codes(table, "#") == []
    assert unknown(_MAKE.findall("Run `make moon`, then\n    make run\n"), {"run"}) == {"moon"}
    told = "run `vouchermarket fly --now` or\nvouchermarket swim | serve\nthe house of vouchermarket stands"
    assert unknown(_COMMAND.findall(told), {"serve"}) == {"fly", "swim"}
    assert _FILE.findall("see `docs/nowhere.md`") == ["docs/nowhere.md"]
    for line in (
        "https://py" + "pi.org/simple",
        "/wor" + "k/main/x",
        "see /hom" + "e/li/notes",
        "npmj" + "s.com",
    ):
        assert strangers(line), line
    assert not strangers("docs/homework/plan, frameworks/main, /var/lib/vouchermarket")
