"""Nothing that looks like a secret stands in the tree or in its history (trust 75).

By the shapes secrets have, and by how little a long word repeats itself. What tests need is made up here and
listed, each with the place it belongs to.
"""

import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator

from tidy.source import ROOT

SHAPES = {
    "private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "cloud key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "live gateway key": r"\b[rs]k_live_[0-9A-Za-z]{10,}",
    "gateway secret": r"\bwhsec_[0-9A-Za-z]{24,}",
    "forge token": r"\b(?:gh[pousr]|glpat)[_-][0-9A-Za-z_-]{20,}",
    "bearer of ours": r"\bvm_[a-z0-9-]+_[0-9A-Za-z_-]{30,}",
    "web token": r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.",
    "address with a password": r"\b[a-z+]+://[^\s/:@\"'{}]+:(?!password@|secret@|\*)[^\s/:@\"'{}]{3,}@[^\s\"']+",
}
NAMED = re.compile(
    r"(?i)\b(?:password|passwd|secret|api_?key|token)\b[\"']?\s*[:=]\s*[\"']([0-9A-Za-z+/_=-]{20,})[\"']"
)
ENTROPY_MIN = 4.0
# Invented for tests, each told what it is by its own words or by its test.
MADE_UP = ("0123456789abcdef", "name:password@", "name:pass@", ":geheim@", "user:password@")


def entropy(word: str) -> float:
    """Bits a character."""
    return -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())


def found_in(text: str) -> Iterator[str]:
    """What looks like a secret in a text."""
    for name, shape in SHAPES.items():
        for match in re.finditer(shape, text):
            if not any(made in match[0] for made in MADE_UP):
                yield f"{name}: {match[0][:40]}"
    for match in NAMED.finditer(text):
        if entropy(match[1]) >= ENTROPY_MIN and not any(made in match[1] for made in MADE_UP):
            yield f"a secret by its name: {match[0][:60]}"


def history() -> str:
    """Every line that was ever added, lock files and the trees of others left out."""
    told = ["git", "log", "-p", "--no-color", "--unified=0", "--", ".", ":!*.lock", ":!*package-lock.json"]
    return subprocess.run(told, cwd=ROOT, capture_output=True, check=True).stdout.decode("utf-8", "replace")


def test_nothing_that_looks_like_a_secret_was_ever_written_down() -> None:
    added = [
        line[1:] for line in history().splitlines() if line.startswith("+") and not line.startswith("+++")
    ]
    assert len(added) > 10_000
    assert sorted(set(found_in("\n".join(added)))) == []


def test_the_check_of_secrets_can_fail() -> None:
    for text in (
        "-----BEGIN " + "PRIVATE KEY-----",
        "sk_" + "live_" + "51HxJ9Q2eZvKYlo2C",
        "postgresql://root:" + "hunter22@db.example/x",
        'api_key = "' + "aB3dE6gH9jK2mN5pQ8sT" + '"',
    ):
        assert list(found_in(text)), text
    assert not list(found_in('password = "' + "a" * 30 + '"'))
