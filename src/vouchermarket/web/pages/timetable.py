"""One's meetings by week, and the same for a calendar program."""

from datetime import date, timedelta
from typing import Any

from icalendar import Calendar, Event
from litestar import Response, get, post

from vouchermarket.booking import operations as booking
from vouchermarket.booking import queries
from vouchermarket.booking.structs import Lesson
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.pages.turn import Turn, Typed, refused

CALENDAR = "text/calendar"
# What is over stays in a calendar for a while.
KEPT = timedelta(days=180)
Week = tuple[date, list[Lesson]]


@get("/timetable", verb="book")
async def timetable(turn: given.Turn) -> Response[str]:
    """Meetings from today on, week by week."""
    async with turn.reading() as session:
        found = await queries.lessons_of(session, turn.bureau.id, turn.actor.person_id, turn.now)
        made_at = await queries.feed_made_at(session, turn.bureau.id, turn.actor.person_id)
    return await turn.show("teacher/timetable.html", weeks=_weeks(turn, found), made_at=made_at)


@post("/timetable/feed", verb="book")
async def make_feed(turn: given.Turn) -> Response[str]:
    """An address for a calendar program; shown this once, so no answer with it is kept."""
    async with turn.reading() as session:
        secret = await booking.make_feed(session, turn.actor, now=turn.now)
    # By the settings where they name it: behind a proxy a request says less than is true.
    base = turn.request.app.state.settings.base_url.rstrip("/")
    base = base or f"{turn.request.scope['scheme']}://{turn.request.headers['host']}"
    address = base + turn.url("/timetable.ics", key=secret)
    return await turn.show("teacher/feed.html", address=address)


@post("/timetable/feed/end", verb="book")
async def end_feed(turn: given.Turn) -> Response[Any]:
    """Take the address back."""

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await refused(turn, refusal, "/timetable")

    def then(_: Any) -> Response[str]:
        return turn.go("/timetable", done="decided")

    return await turn.carry_out(booking.end_feed, typed=await turn.typed(), then=then, again=again)


@get("/timetable.ics", verb=None)
async def calendar(turn: given.Turn) -> Response[bytes]:
    """The meetings as iCalendar: by the secret of a feed, or for whoever is signed in.

    The secret stands in the query, which no log of ours writes down. Refuses `NotFound`.
    """
    secret = turn.request.query_params.get("key", "")
    async with turn.reading() as session:
        if secret:
            whose = await queries.person_by_feed(session, turn.bureau.id, secret, turn.now)
        else:
            whose = turn.actor.person_id
        found = await _since_long(turn, session, whose)
    content = _calendar(turn, found).to_ical()
    headers = {"Content-Disposition": 'inline; filename="timetable.ics"'}
    return Response(content, media_type=f"{CALENDAR}; charset=utf-8", headers=headers)


async def _since_long(turn: Turn, session: Session, whose: PersonId | None) -> list[Lesson]:
    if whose is None:
        raise NotFound
    return await queries.lessons_of(session, turn.bureau.id, whose, turn.now - KEPT)


def _calendar(turn: Turn, lessons: list[Lesson]) -> Calendar:
    made = Calendar()
    made.add("prodid", "-//Vouchermarket//timetable//")
    made.add("version", "2.0")
    made.add("x-wr-calname", turn.say("培训日程"))
    made.add("x-wr-timezone", turn.bureau.time_zone)
    for lesson in lessons:
        event = Event()
        # The same id each time, so that a meeting that was moved is moved in the calendar too.
        event.add("uid", f"{lesson.meeting_id}@{turn.bureau.code}")
        event.add("dtstamp", turn.now)
        event.add("dtstart", lesson.starts_at)
        event.add("dtend", lesson.ends_at)
        event.add("summary", lesson.title)
        event.add("location", lesson.place)
        made.add_component(event)
    return made


def _weeks(turn: Turn, lessons: list[Lesson]) -> list[Week]:
    """Monday by Monday."""
    weeks: dict[date, list[Lesson]] = {}
    for lesson in lessons:
        on = civil_day(lesson.starts_at, turn.bureau.time_zone)
        weeks.setdefault(on - timedelta(days=on.weekday()), []).append(lesson)
    return sorted(weeks.items())


ROUTES = (timetable, make_feed, end_feed, calendar)
