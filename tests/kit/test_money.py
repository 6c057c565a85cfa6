"""Integer fen and hundredths, in and out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchermarket.kit import money


@pytest.mark.parametrize(
    ("text", "hundredths"), [("0", 0), ("12", 1200), ("49.5", 4950), ("0.05", 5), ("999999.99", 99999999)]
)
def test_reads_a_decimal_text(text, hundredths):
    assert money.hundredths(text) == hundredths


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.234",
        "-1",
        "+1",
        "1e3",
        "01",
        ".5",
        "1.",
        "1,5",
        "\uff11\uff12",
        "1_0",
        "9" * 30,
        "1\n",
        "NaN",
        "\x00",
    ],
)
def test_refuses_what_is_no_amount(text):
    with pytest.raises(money.AmountNotReadable):
        money.hundredths(text)


@given(st.integers(0, money.HUNDREDTHS_MAX - 1))
def test_writing_and_reading_an_amount_gives_it_back(amount):
    assert money.hundredths(money.decimal_text(amount)) == amount


@given(st.integers(0, money.FEN_MAX), st.fractions(0, 1))
def test_a_part_is_rounded_down_and_never_above_the_whole(fen, share):
    taken = money.part(fen, share)
    assert 0 <= taken <= fen
    assert Fraction(taken) <= fen * share < Fraction(taken) + 1


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "¥0.00"), (5, "¥0.05"), (120000, "¥1,200.00"), (-150, "-¥1.50"), (10**12, "¥10,000,000,000.00")],
)
def test_shows_fen_as_yuan(fen, text):
    assert money.yuan(fen) == text


def test_reads_a_share_exactly():
    assert money.fraction("0.2") == Fraction(1, 5)
    with pytest.raises(money.AmountNotReadable):
        money.fraction("1/5")


def test_shares_are_printed_rounded() -> None:
    assert money.four_places(Fraction(1, 7)) == "0.1429"
    assert money.four_places(Fraction(2)) == "2.0000"
    assert [money.percent(Fraction(one, 1000)) for one in (0, 200, 143, 1000)] == ["0", "20", "14.3", "100"]
