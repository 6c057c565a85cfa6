"""The one clock. Operations are told `now`; only the edges (web, jobs, cli) ask here."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


def civil_day(at: datetime, time_zone: str) -> date:
    """The civil date of the bureau at an instant."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def start_of_day(on: date, time_zone: str) -> datetime:
    """The instant at which a civil date of the bureau begins, UTC."""
    begins = datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(time_zone))
    try:
        return begins.astimezone(UTC)
    except OverflowError:
        # The calendar ends there: a period from its first day begins with it, whatever the zone.
        return begins.replace(tzinfo=UTC)


def shifted_clock(offset: timedelta) -> Clock:
    """The system clock moved by an offset: how the demo city lives in its own school year."""
    return lambda: system_clock() + offset
