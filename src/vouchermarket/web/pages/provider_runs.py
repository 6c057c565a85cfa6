"""A provider's runs: the list, opening one, its page with everybody on it, the sheet to sign, the ratings."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.booking import queries as booking
from vouchermarket.booking.structs import RosterLine
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries
from vouchermarket.catalogue.structs import Course, CourseState, OpenRun, RunCard, RunPage
from vouchermarket.completion import queries as completions
from vouchermarket.completion.structs import Rating, Standing
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import BookingId, MeetingId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.acting import act, said
from vouchermarket.web.pages.forms import Field, Form
from vouchermarket.web.pages.provider_home import own_providers, the_provider
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_

# How many meetings a new form offers, and how many more are added on asking.
MEETINGS = 4
RUNS = (
    Column(N_("课程"), lambda one: one.title, link=lambda one: f"/provider/runs/{one.id}"),
    Column(N_("开始"), lambda one: one.starts_at, "instant"),
    Column(N_("结束"), lambda one: one.ends_at, "instant"),
    Column(N_("地点"), lambda one: one.place),
    Column(N_("单价"), lambda one: one.price_fen, "money"),
    Column(N_("已选"), lambda one: one.capacity - one.seats_left, "number"),
    Column(N_("名额"), lambda one: one.capacity, "number"),
)
FACTS = (
    Column(N_("选课开始"), lambda one: one.books_from_at, "instant"),
    Column(N_("选课截止"), lambda one: one.books_until_at, "instant"),
    *RUNS[3:],
)
RATINGS = (
    Column(N_("日期"), lambda one: one.rated_on, "day"),
    Column(N_("总评(5 分)"), lambda one: one.overall, "number"),
    Column(N_("内容"), lambda one: one.content, "number"),
    Column(N_("教学"), lambda one: one.teaching, "number"),
    Column(N_("实用"), lambda one: one.usefulness, "number"),
    Column(N_("评语"), lambda one: one.comment),
)


class Participation(msgspec.Struct, frozen=True):
    """Somebody with a seat: at how many meetings present, and what has been reported."""

    line: RosterLine
    attended: int
    standing: Standing | None

    @property
    def is_open(self) -> bool:
        """Attendance may still be put right: not reported, or contested."""
        return self.standing is None or self.standing.state == "contested"


class RunInHand(msgspec.Struct, frozen=True):
    """A run of one's own with everybody on it, and who was at which meeting."""

    run: RunPage
    people: tuple[Participation, ...]
    present: dict[MeetingId, frozenset[BookingId]]

    @property
    def unreported(self) -> list[Participation]:
        """Those nobody has reported."""
        return [one for one in self.people if one.standing is None]


async def run_in_hand(session: Session, turn: Turn, run_id: UUID) -> RunInHand:
    """A run with its people. Refuses `RoleNotAllowed`, `NotFound` (another provider's)."""
    lines = await booking.roster(session, turn.actor, run_id)
    found = await queries.run(session, turn.bureau.id, run_id)
    taken = await completions.run_attendance(session, turn.actor, run_id)
    reported = await completions.run_completions(session, turn.actor, run_id)
    standing = {one.completion.booking_id: one for one in reported}
    present = {
        meeting.id: frozenset(row.booking_id for row in taken if row.present and row.meeting_id == meeting.id)
        for meeting in found.meetings
    }
    people = tuple(
        Participation(
            line,
            sum(line.booking_id in there for there in present.values()),
            standing.get(line.booking_id),
        )
        for line in lines
    )
    return RunInHand(found, people, present)


@get("/provider/runs", verb="open_run")
async def runs(turn: given.Turn) -> Response[Any]:
    """Own runs, the latest first."""

    async def read(limit: int, offset: int) -> list[RunCard]:
        async with turn.reading() as session:
            return await queries.own_runs(session, turn.actor, limit=limit, offset=offset)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, RUNS, "runs")
    table = await tables.read_page(turn, read, RUNS, N_("还没有班次。课程上架后即可开设班次。"))
    return await turn.show("provider/runs.html", table=table)


@get("/provider/runs/new", verb="open_run")
async def new_run(turn: given.Turn) -> Response[str]:
    """The form to open a run, of the course the address names where it names one."""
    return await _opening(turn, None, None)


@post("/provider/runs/new", verb="open_run")
async def open_run(turn: given.Turn) -> Response[Any]:
    """Open a run of one's own published course, or offer lines for further meetings."""
    typed = await turn.typed()

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _opening(turn, typed, refusal)

    if typed.one("more"):
        return await _opening(turn, typed, None)
    async with turn.reading() as session:
        form = await _form(session, turn)
    then = "/provider/runs"
    return await act(turn, catalogue.open_run, form=form, typed=typed, then=then, again=again, done="saved")


@get("/provider/runs/{run_id:uuid}", verb="open_run")
async def run(turn: given.Turn, run_id: Id) -> Response[str]:
    """One run: when and where, its meetings, everybody on it and how far each has come."""
    async with turn.reading() as session:
        found = await run_in_hand(session, turn, run_id)
    return await turn.show(
        "provider/run.html", run=found.run, hand=found, facts=FACTS, is_over=found.run.ends_at <= turn.now
    )


@get("/provider/runs/{run_id:uuid}/sign-in", verb="take_attendance")
async def sign_in(turn: given.Turn, run_id: Id) -> Response[str]:
    """The sheet to sign, to be printed."""
    async with turn.reading() as session:
        found = await run_in_hand(session, turn, run_id)
    return await turn.show("provider/sign_in.html", run=found.run, hand=found)


@get("/provider/runs/{run_id:uuid}/ratings", verb="open_run")
async def ratings(turn: given.Turn, run_id: Id) -> Response[Any]:
    """What is said of a run, without names."""

    async def read(limit: int, offset: int) -> list[Rating]:
        async with turn.reading() as session:
            found = await completions.run_ratings(session, turn.actor, run_id, limit=limit, offset=offset)
        return list(found.ratings)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, RATINGS, "ratings")
    table = await tables.read_page(turn, read, RATINGS, N_("还没有评价。教师在完成审核后可以评价。"))
    return await turn.show("provider/ratings.html", table=table, run_id=run_id)


async def _form(session: Session, turn: Turn, rows: int = MEETINGS) -> Form:
    courses = await queries.courses(
        session, turn.actor, state=CourseState.PUBLISHED, provider_id=the_provider(turn.actor), limit=200
    )
    return Form(
        OpenRun,
        turn.say,
        turn.bureau.time_zone,
        options={"course_id": [(str(one.id), one.title) for one in _own(turn, courses)]},
        rows={"meetings": rows},
    )


def _own(turn: Turn, courses: list[Course]) -> list[Course]:
    own = own_providers(turn.actor)
    return [one for one in courses if one.provider_id in own]


async def _opening(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    lines = {name.split(".")[1] for name in typed.names() if name.startswith("meetings.")} if typed else ()
    rows = max(MEETINGS, len(lines)) + (MEETINGS if typed and typed.one("more") else 0)
    async with turn.reading() as session:
        form = await _form(session, turn, rows)
    drawn = said(form, typed, refusal, {"course_id": turn.request.query_params.get("course_id", "")})
    drawn["fields"] = _numbered(turn, drawn["fields"])
    return await turn.show("provider/open_run.html", **drawn)


def _numbered(turn: Turn, fields: list[Field]) -> list[Field]:
    """The meetings last, each field saying of which one it is; only the first one has to be there."""
    meetings = [field for field in fields if field.name.startswith("meetings.")]
    for field in meetings:
        number = int(field.name.split(".")[1])
        field.label = turn.say("第 {number} 次课:{field}", number=number + 1, field=field.label)
        field.help = ""
        field.is_required = field.is_required and number == 0
    return [field for field in fields if field not in meetings] + meetings


ROUTES = (runs, new_run, open_run, run, sign_in, ratings)
