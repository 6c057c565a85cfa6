"""The words of the pages: Chinese where they are written, English from the catalogues.

A text may speak of facts in braces: `_("还剩 {seats} 个名额", seats=3)`. A text without its English is a
fault that a test finds; at run time it is shown in Chinese.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
# One file an area, so that each stays short.
CATALOGUES = Path(__file__).parent / "locale" / "en"

Words = Callable[..., str]


def N_(text: str) -> str:  # noqa: N802 - the name gettext's own tools look for
    """Marks a text that is translated later, where the reader's language is known."""
    return text


@cache
def _english() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(CATALOGUES.glob("*.po")):
        with path.open("rb") as file:
            found |= {str(one.id): str(one.string) for one in read_po(file, locale="en") if one.string}
    return found


def _in_chinese(text: str, **facts: object) -> str:
    return text.format(**facts) if facts else text


def _in_english(text: str, **facts: object) -> str:
    return _in_chinese(_english().get(text, text), **facts)


def words(language: str) -> Words:
    """The function that says a text in this language: `zh` or `en`."""
    return _in_english if language == "en" else _in_chinese
