"""How figures, days and states look on every page, and the one place where templates are drawn."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from vouchermarket.kit.ids import new_id
from vouchermarket.kit.money import decimal_text, percent, yuan
from vouchermarket.web.pages.labels import label_of, tone_of

TEMPLATES = Path(__file__).parents[1] / "templates"
WEEKDAYS_ZH = "一二三四五六日"


@cache
def environment() -> Environment:
    """Escapes everything, and fails on a name that nobody gave."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "yuan": yuan,
        "decimal": decimal_text,
        "percent": percent,
        "label": label_of,
    }
    # A key a form, so that pressing its button twice does one thing once.
    functions: dict[str, Any] = {"tone_of": tone_of, "new_key": _new_key}
    made.filters.update(filters)
    made.globals.update(functions)
    return made


def _new_key() -> str:
    return new_id().hex


def draw(template: str, **context: Any) -> str:
    """A template filled in."""
    return environment().get_template(template).render(**context)


def day(on: date, language: str) -> str:
    """`2026年3月5日 周四`, `Thu 5 Mar 2026`."""
    if language == "en":
        return f"{on:%a} {on.day} {on:%b} {on.year}"
    return f"{on.year}年{on.month}月{on.day}日 周{WEEKDAYS_ZH[on.weekday()]}"


def instant(at: datetime, zone: str, language: str) -> str:
    """`2026年3月5日 周四 14:00`, in the bureau's own time."""
    local = at.astimezone(ZoneInfo(zone))
    between = ", " if language == "en" else " "
    return f"{day(local.date(), language)}{between}{local:%H:%M}"


def span(begins_at: datetime, ends_at: datetime, zone: str, language: str) -> str:
    """From one instant to another; the day is said once where it is the same."""
    begins, ends = (at.astimezone(ZoneInfo(zone)) for at in (begins_at, ends_at))
    first = instant(begins_at, zone, language)
    last = f"{ends:%H:%M}" if begins.date() == ends.date() else instant(ends_at, zone, language)
    return f"{first} – {last}"
