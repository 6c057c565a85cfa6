"""Civil dates: anniversaries, windows, terms. Arithmetic of the calendar, no bureau's number."""

from datetime import date, timedelta

DAY = timedelta(days=1)
MONTHS = 12


def years_after(day: date, years: int) -> date:
    """The anniversary; 29 February falls on 1 March where the year has none. `years` may be negative."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return (day + DAY).replace(year=day.year + years)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; where that month is shorter, the first day after it."""
    whole_years, month = divmod(day.month - 1 + months, MONTHS)
    first = day.replace(year=day.year + whole_years, month=month + 1, day=1)
    there = first + timedelta(days=day.day - 1)
    if there.month == first.month:
        return there
    return (first + timedelta(days=31)).replace(day=1)


def age_on(born_on: date, on: date) -> int:
    """Completed years: 45 until the day before the 46th birthday."""
    return on.year - born_on.year - (on < years_after(born_on, on.year - born_on.year))


def first_of_year(year: int) -> date:
    """1 January."""
    return date(year, 1, 1)


def month_day(day: date) -> str:
    """`"02-01"`: compares as text."""
    return f"{day:%m-%d}"


def overlap(
    begins_on: date | None, ends_on: date | None, other_begins: date, other_ends: date | None
) -> bool:
    """Two half-open periods share a day; None = without bound."""
    return (ends_on is None or other_begins < ends_on) and (
        other_ends is None or begins_on is None or begins_on < other_ends
    )
