"""Cells that a spreadsheet would run: marked with an apostrophe on the way out, unmarked on the way in."""

import unicodedata

_STARTERS = frozenset("=+-@\t\r\n")
MARK = "'"


def would_run(text: str) -> bool:
    """Does it begin as a formula would, be it full-width or behind spaces?"""
    if text[:1] in _STARTERS:
        return True
    # Full-width signs and the ideographic space are reduced to the plain ones spreadsheets take them for.
    return unicodedata.normalize("NFKC", text.lstrip()[:1]) in _STARTERS


def marked(text: str) -> str:
    """The text as it stands in a CSV file. What bears marks already gets one more, so that none is lost."""
    return MARK + text if would_run(text.lstrip(MARK)) else text


def unmarked(text: str) -> str:
    """The text that `marked` was given."""
    return text[1:] if text[:1] == MARK and would_run(text.lstrip(MARK)) else text
