"""Every text of the pages has its English, and every field of a form its name."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from vouchermarket.kit.refusal import placeholders
from vouchermarket.web.pages.shown import TEMPLATES
from vouchermarket.web.words import CATALOGUES

PAGES = TEMPLATES.parent
KEYWORDS = {"_": None, "N_": None, "say": None}


def texts() -> Iterator[tuple[str, str]]:
    """Every text with the file it stands in."""
    for path in sorted([*TEMPLATES.rglob("*.html"), *PAGES.rglob("*.py")]):
        method = babel_extract if path.suffix == ".html" else "python"
        for found in extract(method, BytesIO(path.read_bytes()), KEYWORDS, options={"encoding": "utf-8"}):
            message = found[1]
            if isinstance(message, str) and message:
                yield message, path.relative_to(PAGES).as_posix()


def english(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="en") if one.id}


def test_every_text_has_its_english() -> None:
    known: dict[str, str] = {}
    for path in sorted(CATALOGUES.glob("*.po")):
        known |= english(path)
    used = dict(texts())
    assert len(used) > 100
    assert {text: where for text, where in used.items() if not known.get(text)} == {}


def test_no_english_is_kept_for_a_text_that_is_gone() -> None:
    used = {text for text, _ in texts()}
    for path in sorted(CATALOGUES.glob("*.po")):
        assert {text for text in english(path) if text not in used} == set(), path.name


def test_both_languages_speak_of_the_same_facts() -> None:
    for path in sorted(CATALOGUES.glob("*.po")):
        for chinese, said in english(path).items():
            assert placeholders(chinese) == placeholders(said), chinese
