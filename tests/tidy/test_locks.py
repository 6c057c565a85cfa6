"""Lock files: every package by hash, none by the address of somebody's registry."""

import json
import re
import tomllib
from collections.abc import Iterator

import pytest

from tidy.source import PACKAGE, ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


def unhashed(lock: str) -> Iterator[str]:
    """Requirements without a hash, and anything that names an index or an address."""
    for entry in re.sub(r"\\\n", " ", lock).splitlines():
        if entry.strip() and not entry.lstrip().startswith("#"):
            exact = re.match(r"\s*[\w.\[\],-]+==\S+", entry)
            if not exact or "--hash=sha256:" not in entry or "://" in entry:
                yield entry.split("--hash")[0].strip()


def without_integrity(lock: dict[str, dict[str, dict[str, object]]]) -> Iterator[str]:
    for name, package in lock["packages"].items():
        if name and ("integrity" not in package or "resolved" in package):
            yield name


def names(lock: str) -> set[str]:
    return {
        name.lower().replace("_", "-")
        for name in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==", lock, re.MULTILINE)
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_locked_by_hash(lock: str) -> None:
    assert list(unhashed((ROOT / lock).read_text())) == []


def test_every_browser_package_is_locked_by_hash() -> None:
    lock = json.loads((PACKAGE / "web/assets/package-lock.json").read_text())
    assert len(lock["packages"]) > 1
    assert list(without_integrity(lock)) == []


def test_every_declared_package_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = dict.fromkeys(LOCKS, project["dependencies"])
    declared["requirements-dev.lock"] = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for lock, wanted in declared.items():
        plain = {re.split(r"[\[<>=!~; ]", one)[0].lower().replace("_", "-") for one in wanted}
        assert plain - names((ROOT / lock).read_text()) == set(), f"{lock}: run `make lock`"


def test_the_checks_of_locks_can_fail() -> None:
    assert list(unhashed("click==8.3.1\n")) == ["click==8.3.1"]
    assert list(unhashed("click @ https://example.org/click.whl \\\n    --hash=sha256:00\n"))
    assert not list(unhashed("click==8.3.1 \\\n    --hash=sha256:00\n    # via vouchermarket\n"))
    package = {"version": "1", "integrity": "sha512-x"}
    assert list(without_integrity({"packages": {"": {}, "a": {**package, "resolved": "https://x"}}})) == ["a"]
    assert list(without_integrity({"packages": {"a": {"version": "1"}}})) == ["a"]
