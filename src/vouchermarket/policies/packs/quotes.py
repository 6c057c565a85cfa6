"""Are the quotes in the document? After NFKC, without white space, quotation marks folded (S24)."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from vouchermarket.policies.packs.checks import citations, rules_of
from vouchermarket.policies.packs.reading import Faults, text_of
from vouchermarket.policies.rules.pack import Pack

QUOTE_LENGTH_MAX = 60
COLUMNS = ["rule", "quote", "meaning", "parameter"]
Quoted = tuple[str, str, str]
_MARKS = re.compile("[\u201c\u201d\u2018\u2019\u300c\u300d\u300e\u300f\"'`]")
_SPACE = re.compile(r"\s+")
_ELLIPSIS = re.compile(r"\u2026+|\.{3,}")


def folded(text: str) -> str:
    """The form in which quotes and sources are compared."""
    return _MARKS.sub('"', _SPACE.sub("", unicodedata.normalize("NFKC", text)))


def stands_in(quote: str, source: str) -> bool:
    """`quote` stands in the folded `source`; its parts around an ellipsis must follow each other."""
    at = 0
    for part in filter(None, map(folded, _ELLIPSIS.split(quote))):
        found = source.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return at > 0


def quoted(pack: Pack, name: str) -> list[Quoted]:
    """The quotes of a pack: where each stands, its rule, its words."""
    return [(f"{name}: {path}", rule, quote) for path, rule, quote in citations(pack) if quote is not None]


def check_sources(quotes: Sequence[Quoted], where: Path, faults: Faults) -> str | None:
    """Find every quote in the one file that holds most of them; its name, or None without any file."""
    files = sorted(where.glob("*.txt")) if where.is_dir() else [where]
    best: tuple[int, str, list[str]] | None = None
    for file in files:
        unreadable = Faults(str(file))
        source = folded(text_of(file, unreadable))
        if unreadable:
            faults.extend(unreadable)
            continue
        lost = [
            f"{path}: {rule}: not in {file.name}"
            for path, rule, quote in quotes
            if not stands_in(quote, source)
        ]
        if best is None or len(lost) < best[0]:
            best = (len(lost), file.name, lost)
    if best is None:
        faults.add("", f"no source to read in {where}")
        return None
    faults.extend(best[2])
    return best[1]


def check_rules(pack: Pack, path: Path, faults: Faults) -> list[Quoted]:
    """rules.csv names exactly the rules the pack cites, each once, with a short quote: its quotes."""
    listed = Faults(path.name)
    text = text_of(path, listed)
    seen: set[str] = set()
    found: list[Quoted] = []
    if not listed:
        for number, row in _rows(text, listed):
            rule, quote, meaning, parameter = row
            if rule in seen:
                listed.add(f"line {number}", f"{rule} stands twice")
            seen.add(rule)
            found.append((f"{path.name}: line {number}", rule, quote))
            if not 0 < len(quote) <= QUOTE_LENGTH_MAX:
                listed.add(f"line {number}", f"quote of {rule}: 1 to {QUOTE_LENGTH_MAX} characters")
            if not meaning or not parameter:
                listed.add(f"line {number}", f"{rule}: meaning and parameter are needed")
        cited = rules_of(pack)
        for rule in sorted(cited - seen):
            listed.add("", f"{rule} is cited by the pack and not listed")
        for rule in sorted(seen - cited):
            listed.add("", f"{rule} is listed and cited by no row")
    faults.extend(listed)
    return found


def _rows(text: str, faults: Faults) -> list[tuple[int, list[str]]]:
    try:
        lines = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        faults.add("", f"does not parse: {error}")
        return []
    if not lines or lines[0] != COLUMNS:
        faults.add("line 1", f"expected the columns {','.join(COLUMNS)}")
        return []
    numbered = list(enumerate(lines[1:], 2))
    for number, row in numbered:
        if len(row) != len(COLUMNS):
            faults.add(f"line {number}", f"expected {len(COLUMNS)} cells, got {len(row)}")
    return [(number, row) for number, row in numbered if len(row) == len(COLUMNS)]
