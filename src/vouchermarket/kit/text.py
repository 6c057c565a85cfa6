"""Chinese as it is searched: words, sounds and pairs of characters, written as `tsvector` and `tsquery`.

Every lexeme is made of letters and digits alone, whatever was typed: no operator, quote or backslash gets as
far as the database, and what is written still goes there as a bound value.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# A place in these blocks that no character has yet is no letter either.
_PARTS = re.compile(f"(?:(?!\\W)[{_HAN}])+|[^\\W_{_HAN}]+")
_STARTS_HAN = re.compile(f"[{_HAN}]")
# A form of one character may unfold to eighteen: what counts is cut off where a line ends.
_LONGEST = 200
# Letters of pinyin that are kept from a syllable onwards; nobody types more of it.
_SOUNDS = 32
# In a longer row of characters a wrong one is not guessed: what is asked would grow with its square.
_GUESSED = 12


class Question(NamedTuple):
    """Texts of `tsquery`, each wider than the one before it; what only a later one finds ranks lower.

    `exact`: words of the title, words anywhere, pinyin or initials, pairs of characters. `guesses`, for when
    nothing is found: what sounds the same, what has one other character. Both empty when there is no word.
    """

    exact: tuple[str, ...]
    guesses: tuple[str, ...]


def vector(title: str, others: Iterable[str]) -> str:
    """The text of a `tsvector`: A words of the title, B other words, C sounds and D pairs of the title."""
    lexemes = {
        "A": _words(title),
        "B": (word for other in others for word in _words(other)),
        "C": _sounds(title),
        "D": (pair for part in _parts(title) if _is_han(part) for pair in _pairs(part)),
    }
    return " ".join(
        f"'{lexeme}':{place}{weight}"
        for place, (weight, found) in enumerate(lexemes.items(), 1)
        for lexeme in dict.fromkeys(found)
    )


def question(asked: str) -> Question:
    """What was typed, as queries from strict to wide: each part of it has to be found in some way."""
    parts = list(dict.fromkeys(_parts(asked)))
    if not parts:
        return Question((), ())
    ways = [list(_ways(part)) for part in parts]
    widening = [
        " & ".join("(" + " | ".join(filter(None, way[min(step, 1) : step + 1])) + ")" for way in ways)
        for step in range(6)
    ]
    exact = tuple(dict.fromkeys(widening[:4]))
    return Question(exact, tuple(step for step in dict.fromkeys(widening[4:]) if step not in exact))


def sorting(title: str) -> str:
    """By what a title is put in order: its pinyin, to be compared byte by byte."""
    return " ".join(_syllables(_folded(title)))


def _ways(part: str) -> Iterator[str]:
    """The six ways to find a part: title, words, sound, pairs, same sound, one other character."""
    is_han = _is_han(part)
    # One character alone begins a word; so does what is still being typed in letters.
    starts = "*" if is_han == (len(part) == 1) else ""
    finest = [one for word in _cut(part) for one in _finest(word)] if is_han else [part]
    yield _all(finest, f"{starts}A")
    yield _all(finest, f"{starts}AB")
    yield "" if is_han or len(part) == 1 or not part.isascii() else _all([part[:_SOUNDS]], "*C")
    pairs = list(_pairs(part)) if is_han else []
    yield _all(pairs, "D")
    yield _all([next(iter(_sounds(part)))], "*C") if pairs else ""
    others = [pairs[: max(at - 1, 0)] + pairs[at + 1 :] for at in range(len(part))] if pairs else []
    yield " | ".join(_all(rest, "D") for rest in others if rest) if len(part) <= _GUESSED else ""


def _all(lexemes: Iterable[str], weights: str) -> str:
    named = " & ".join(f"'{lexeme}':{weights}" for lexeme in dict.fromkeys(lexemes))
    return f"({named})" if named else ""


def _finest(word: str) -> list[str]:
    """骨干教师 as 骨干 and 教师, which may stand apart; 班主任 as itself, for no words add up to it."""
    within = [part for part in _cut_finely(word) if part != word]
    return within if "".join(within) == word else [word]


def _folded(written: str) -> str:
    return unicodedata.normalize("NFKC", written).casefold()[:_LONGEST]


def _parts(written: str) -> list[str]:
    """Rows of Chinese characters and rows of other letters and digits."""
    return _PARTS.findall(_folded(written))


def _is_han(part: str) -> bool:
    return _STARTS_HAN.match(part) is not None


def _words(written: str) -> Iterator[str]:
    for part in _parts(written):
        yield from _cut_finely(part) if _is_han(part) else [part]


def _sounds(written: str) -> Iterator[str]:
    """Pinyin and initials from each syllable to the end of its row: people type the beginning of one.

    Word by word, for it is the word that says how a character is read.
    """
    for part in filter(_is_han, _parts(written)):
        syllables = [syllable for word in _cut(part) for syllable in _syllables(word)]
        for at in range(len(syllables)):
            yield "".join(syllables[at:])[:_SOUNDS]
            yield "".join(syllable[0] for syllable in syllables[at:])[:_SOUNDS]


# Both dictionaries take half a second to load: whoever searches first waits for them, and not every process
# that begins again after it died.


def _cut(part: str) -> list[str]:
    import rjieba

    return rjieba.cut(part)


def _cut_finely(part: str) -> list[str]:
    import rjieba

    return rjieba.cut_for_search(part)


def _syllables(word: str) -> list[str]:
    from pypinyin import lazy_pinyin

    return lazy_pinyin(word)


def _pairs(part: str) -> Iterator[str]:
    return (part[at : at + 2] for at in range(len(part) - 1))
