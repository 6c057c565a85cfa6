"""Chinese as lexemes: what is written of a title and what is asked of it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vouchermarket.kit import text

ASKED = re.compile(r"[()&| ]|'\w+':\*?[ABCD]+")


def lexemes(vector: str, weight: str) -> set[str]:
    return set(re.findall(rf"'(\w+)':\d{weight}", vector))


def test_writes_the_words_the_sounds_and_the_pairs_of_a_title():
    written = text.vector("骨干教师 Python", ["in_post", "第一师范"])
    assert lexemes(written, "A") == {"骨干", "教师", "骨干教师", "python"}
    assert {"in", "post", "第一", "师范"} <= lexemes(written, "B")
    assert {"guganjiaoshi", "ggjs"} <= lexemes(written, "C")
    assert lexemes(written, "D") == {"骨干", "干教", "教师"}


def test_asks_for_whole_words_first_then_sounds_and_pairs_and_guesses_last():
    asked = text.question("心里健康")
    assert asked.exact[0] == "(('心里':A & '健康':A))"
    assert asked.exact[1] == "(('心里':AB & '健康':AB))"
    assert asked.exact[2].endswith("('心里':D & '里健':D & '健康':D))")
    assert asked.guesses[0].endswith("| ('xinlijiankang':*C))")
    assert "('健康':D)" in asked.guesses[1]


def test_takes_letters_as_the_beginning_of_a_word_of_pinyin_or_of_initials():
    assert text.question("XLJK") == text.question("ｘｌｊｋ")
    assert text.question("xljk").exact == (
        "(('xljk':*A))",
        "(('xljk':*AB))",
        "(('xljk':*AB) | ('xljk':*C))",
    )


def test_takes_one_character_as_the_beginning_of_a_word_and_one_letter_as_itself():
    assert text.question("语").exact == ("(('语':*A))", "(('语':*AB))")
    assert text.question("a").exact == ("(('a':A))", "(('a':AB))")


def test_asks_for_every_part_of_what_was_typed():
    assert text.question("python 班主任").exact[0] == "(('python':*A)) & (('班主任':A))"


@pytest.mark.parametrize("asked", ["", "   ", "，。!?&|()*:'\\", "\u3000", "____"])
def test_finds_no_word_where_none_was_typed(asked):
    assert text.question(asked) == text.Question((), ())


@settings(deadline=None)  # whoever comes first loads the dictionaries
@given(st.text(max_size=200))
def test_lets_nothing_but_letters_and_digits_into_a_query(asked):
    for query in (step for steps in text.question(asked) for step in steps):
        assert ASKED.sub("", query) == ""
        assert query.count("(") == query.count(")")


@settings(deadline=None)  # whoever comes first loads the dictionaries
@given(st.text(max_size=200), st.text(max_size=200))
def test_lets_nothing_but_letters_and_digits_into_a_vector(title, other):
    assert re.sub(r"'\w+':[1-4][ABCD]( |$)", "", text.vector(title, [other])) == ""


@pytest.mark.parametrize("asked", ["字" * 200, "教师培训" * 50, "﷽" * 200, "a文" * 100])
def test_keeps_a_long_line_to_a_bounded_query(asked):
    assert all(len(query) < 20_000 for steps in text.question(asked) for query in steps)


def test_sorts_titles_by_their_pinyin():
    assert sorted(["中文", "班主任", "English", "安全"], key=text.sorting) == [
        "安全",
        "班主任",
        "English",
        "中文",
    ]
