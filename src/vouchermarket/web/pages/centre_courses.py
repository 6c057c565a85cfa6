"""The centre's shelf: filed courses are reviewed, reviewed ones put on the shelf."""

from typing import Any

from litestar import Response, get, post

from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries
from vouchermarket.catalogue.structs import Course, CourseState, ReviewCourse
from vouchermarket.kit.ids import CourseId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, queues, tables
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Again, Turn, Typed
from vouchermarket.web.words import N_

COLUMNS = (
    Column(N_("课程"), lambda one: one.title, link=lambda one: f"/centre/courses/{one.id}"),
    Column(N_("承担单位"), lambda one: one.provider_name),
    Column(N_("培训类型"), lambda one: one.type, "label", "type"),
    Column(N_("研修方式"), lambda one: one.mode, "label", "mode"),
    Column(N_("单价"), lambda one: one.price_fen, "money"),
    Column(N_("可得"), lambda one: one.amount, "credits"),
    Column(N_("状态"), lambda one: one.state, "state", "course"),
)
FACTS = (
    *COLUMNS[1:],
    Column(N_("级别"), lambda one: one.level, "label", "level"),
    Column(N_("申报时间"), lambda one: one.filed_at, "instant"),
    Column(N_("简介"), lambda one: one.summary),
    Column(N_("退回理由"), lambda one: one.return_reason),
)


@get("/centre/courses/to-review", verb="review_course")
async def to_review(turn: given.Turn) -> Response[str]:
    """Filed courses one may review, oldest first."""
    async with turn.reading() as session:
        found = await queries.courses_to_review(session, turn.actor, limit=SHOWN + 1)
    waiting = [waiting_of(one) for one in found]
    return await queues.show(turn, N_("待评审课程"), waiting, empty=N_("所有申报的课程都已评审。"))


@get("/centre/courses/to-publish", verb="publish_course")
async def to_publish(turn: given.Turn) -> Response[str]:
    """Courses that passed their review and are not on the shelf yet."""
    async with turn.reading() as session:
        found = await queries.courses(session, turn.actor, state=CourseState.REVIEWED, limit=SHOWN + 1)
    waiting = [waiting_of(one) for one in found]
    return await queues.show(turn, N_("待上架课程"), waiting, empty=N_("通过评审的课程都已上架。"))


def waiting_of(one: Course) -> Waiting:
    """A course in a queue: since its review, or since it was filed."""
    return Waiting(
        f"/centre/courses/{one.id}",
        one.title,
        owner=one.provider_name,
        about=one.summary[:80],
        since_at=one.reviewed_at or one.filed_at,
    )


@get("/centre/courses/next", verb="review_course")
async def next_one(turn: given.Turn) -> Response[str]:
    """The oldest that waits, so that the next one opens by itself; the queue when there is none."""
    async with turn.reading() as session:
        found = await queries.courses_to_review(session, turn.actor, limit=1)
    return turn.go(f"/centre/courses/{found[0].id}" if found else "/centre/courses/to-review", done="decided")


@get("/centre/courses", verb="review_course")
async def every_course(turn: given.Turn) -> Response[Any]:
    """Courses in every state, as a table and as a file."""

    async def read(limit: int, offset: int) -> list[Course]:
        async with turn.reading() as session:
            return await queries.courses(session, turn.actor, limit=limit, offset=offset)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "courses")
    table = await tables.read_page(turn, read, COLUMNS, N_("还没有申报的课程。"))
    return await turn.show("table.html", title=N_("课程"), table=table)


@get("/centre/courses/{course_id:uuid}", verb="review_course")
async def one(turn: given.Turn, course_id: Id) -> Response[str]:
    """A course with what can be done with it in its state."""
    return await _course(turn, course_id, None, None)


@post("/centre/courses/{course_id:uuid}/review", verb="review_course")
async def review(turn: given.Turn, course_id: Id) -> Response[Any]:
    """Approve it, or return it with a reason."""
    typed = await turn.typed()
    form = _form(turn, course_id, approve=typed.one("approve") == "yes")
    return await acting.act(
        turn,
        catalogue.review_course,
        form=form,
        typed=typed,
        then="/centre/courses/next",
        again=_again(turn, course_id),
    )


@post("/centre/courses/{course_id:uuid}/publish", verb="publish_course")
async def publish(turn: given.Turn, course_id: Id) -> Response[Any]:
    """Put it on the shelf."""
    return await _at_once(turn, catalogue.publish_course, course_id)


@post("/centre/courses/{course_id:uuid}/withdraw", verb="withdraw_course")
async def withdraw(turn: given.Turn, course_id: Id) -> Response[Any]:
    """Take it off the shelf; seats that are booked stay booked."""
    return await _at_once(turn, catalogue.withdraw_course, course_id)


async def _at_once(turn: Turn, verb: Any, course_id: Id) -> Response[Any]:
    then = f"/centre/courses/{course_id}"
    return await acting.act(turn, verb, CourseId(course_id), then=then, again=_again(turn, course_id))


def _again(turn: Turn, course_id: Id) -> Again:
    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _course(turn, course_id, typed, refusal)

    return again


def _form(turn: Turn, course_id: Id, *, approve: bool) -> Form:
    known = {"course_id": course_id, "approve": approve}
    return Form(ReviewCourse, turn.say, turn.bureau.time_zone, known=known)


async def _course(turn: Turn, course_id: Id, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.course(session, turn.actor, course_id)
    form = _form(turn, course_id, approve=False)
    return await turn.show(
        "centre/course.html",
        course=found,
        columns=FACTS,
        states=CourseState,
        **acting.said(form, typed, refusal),
    )


ROUTES = (to_review, to_publish, next_one, every_course, one, review, publish, withdraw)
