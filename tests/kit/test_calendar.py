"""Anniversaries and ages, also of those born on 29 February."""

from datetime import date

import pytest

from vouchermarket.kit import calendar


@pytest.mark.parametrize(
    ("day", "years", "there"),
    [
        (date(2014, 9, 1), 1, date(2015, 9, 1)),
        (date(2016, 2, 29), 1, date(2017, 3, 1)),
        (date(2016, 2, 29), 4, date(2020, 2, 29)),
        (date(2016, 2, 29), -5, date(2011, 3, 1)),
    ],
)
def test_an_anniversary_falls_on_its_day_or_the_day_after(day: date, years: int, there: date) -> None:
    assert calendar.years_after(day, years) == there


@pytest.mark.parametrize(
    ("day", "months", "there"),
    [
        (date(2014, 9, 1), 12, date(2015, 9, 1)),
        (date(2014, 1, 31), 1, date(2014, 3, 1)),
        (date(2014, 12, 15), 1, date(2015, 1, 15)),
        (date(2014, 10, 31), 4, date(2015, 3, 1)),
        (date(2016, 2, 29), 12, date(2017, 3, 1)),
    ],
)
def test_months_roll_over_years_and_past_short_months(day: date, months: int, there: date) -> None:
    assert calendar.months_after(day, months) == there


@pytest.mark.parametrize(
    ("on", "age"), [(date(2021, 4, 30), 45), (date(2021, 5, 1), 46), (date(2022, 5, 1), 47)]
)
def test_s18_an_age_is_completed_years(on: date, age: int) -> None:
    assert calendar.age_on(date(1975, 5, 1), on) == age
