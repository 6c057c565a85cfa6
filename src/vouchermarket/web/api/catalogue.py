"""The catalogue: accreditations, courses from filing to the shelf, and the runs the market shows."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries
from vouchermarket.catalogue.structs import (
    Accreditation,
    Course,
    CourseState,
    FileAccreditation,
    FileCourse,
    Found,
    OpenRun,
    Page,
    ReviewCourse,
    RunFilter,
    RunList,
    RunPage,
    SearchPage,
    SearchRuns,
)
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.fields import Text
from vouchermarket.kit.ids import CourseId
from vouchermarket.web import given
from vouchermarket.web.commands import Decide, Made
from vouchermarket.web.fields import Id, Limit, Offset
from vouchermarket.web.filters import asked_in

TAGS = ["catalogue"]

# `state` is a name the framework keeps to itself; in the query it is free.
Stands = Annotated[CourseState | None, QueryParameter(name="state", description="In this state only")]


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The centre's word on a filed course; a return says why."""

    approve: bool
    reason: Text = ""


# --- accreditations ---------------------------------------------------------------------------------------


@get("/accreditations", verb="read_provider", tags=TAGS)
async def accreditations(
    session: given.Session,
    actor: given.Actor,
    provider_id: FromQuery[UUID | None] = None,
    undecided: FromQuery[bool] = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[Accreditation]:
    """Accreditations, oldest filing first: a provider's own, or every provider's for an office."""
    return await queries.accreditations_open_to(
        session, actor, provider_id=provider_id, undecided=undecided, limit=limit, offset=offset
    )


@post("/accreditations", verb="file_accreditation", tags=TAGS)
async def file_accreditation(
    data: JSONBody[FileAccreditation], session: given.Session, actor: given.Actor, now: given.Now
) -> Made:
    """Ask for an accreditation of one's provider; it binds nobody until it is decided."""
    return Made(await catalogue.file_accreditation(session, actor, data, now=now))


@post(
    "/accreditations/{accreditation_id:uuid}/decide", verb="decide_accreditation", tags=TAGS, status_code=204
)
async def decide_accreditation(
    accreditation_id: Id, data: JSONBody[Decide], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Approve or reject an accreditation, as another person than the one who filed it."""
    await catalogue.decide_accreditation(session, actor, accreditation_id, approve=data.approve, now=now)


# --- courses ----------------------------------------------------------------------------------------------


@get("/courses", verb="read_provider", tags=TAGS)
async def courses(
    session: given.Session,
    actor: given.Actor,
    stands: Stands = None,
    provider_id: FromQuery[UUID | None] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[Course]:
    """Courses in any state, oldest filing first: a provider's own, or every provider's for an office."""
    return await queries.courses(
        session, actor, state=stands, provider_id=provider_id, limit=limit, offset=offset
    )


@get("/courses/to-review", verb="review_course", tags=TAGS)
async def courses_to_review(
    session: given.Session, actor: given.Actor, limit: Limit = 50, offset: Offset = 0
) -> list[Course]:
    """The centre's queue: filed courses that one may review, oldest first."""
    return await queries.courses_to_review(session, actor, limit=limit, offset=offset)


@get("/courses/{course_id:uuid}", verb="read_catalogue", tags=TAGS)
async def course(course_id: Id, session: given.Session, actor: given.Actor) -> Course:
    """A course: everybody's once it is on the shelf, its provider's and the offices' before and after."""
    return await queries.course(session, actor, course_id)


@post("/courses", verb="file_course", tags=TAGS)
async def file_course(
    data: JSONBody[FileCourse], session: given.Session, actor: given.Actor, now: given.Now
) -> Made:
    """File a course or a base placement of one's provider for review."""
    return Made(await catalogue.file_course(session, actor, data, now=now))


@post("/courses/{course_id:uuid}/review", verb="review_course", tags=TAGS, status_code=204)
async def review_course(
    course_id: Id, data: JSONBody[Review], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Approve a filed course, or return it with a reason."""
    command = ReviewCourse(course_id=CourseId(course_id), approve=data.approve, reason=data.reason)
    await catalogue.review_course(session, actor, command, now=now)


@post("/courses/{course_id:uuid}/publish", verb="publish_course", tags=TAGS, status_code=204)
async def publish_course(course_id: Id, session: given.Session, actor: given.Actor, now: given.Now) -> None:
    """Put a reviewed course on the shelf."""
    await catalogue.publish_course(session, actor, CourseId(course_id), now=now)


@post("/courses/{course_id:uuid}/withdraw", verb="withdraw_course", tags=TAGS, status_code=204)
async def withdraw_course(course_id: Id, session: given.Session, actor: given.Actor, now: given.Now) -> None:
    """Take a course off the shelf; seats that are booked stay booked."""
    await catalogue.withdraw_course(session, actor, CourseId(course_id), now=now)


# --- runs -------------------------------------------------------------------------------------------------


@get("/runs", verb="read_catalogue", tags=TAGS, dependencies={"asked": asked_in(RunFilter, Page)})
async def runs(
    session: given.Session,
    actor: given.Actor,
    asked: NamedDependency[tuple[RunFilter, Page]],
    now: given.Now,
) -> RunList:
    """The market: runs of published courses, filtered, sorted and paged, with the number of all that fit.

    Where `when` does not say otherwise, those that can be booked now.
    """
    return await queries.list_runs(session, actor.bureau_id, *asked, now=now)


@get(
    "/search/runs", verb="read_catalogue", tags=TAGS, dependencies={"asked": asked_in(SearchRuns, SearchPage)}
)
async def search_runs(
    session: given.Session,
    actor: given.Actor,
    asked: NamedDependency[tuple[SearchRuns, SearchPage]],
    now: given.Now,
) -> Found:
    """The market by words: titles in Chinese, pinyin, initials or English, with the number found by value.

    Where `when` does not say otherwise, among what can be booked now; `query` is what to keep or send on.
    """
    return await queries.search(session, actor.bureau_id, *asked, now=now)


@get("/runs/{run_id:uuid}", verb="read_catalogue", tags=TAGS)
async def run(run_id: Id, session: given.Session, actor: given.Actor) -> RunPage:
    """A run on its own page, with its meetings."""
    return await queries.run(session, actor.bureau_id, run_id)


@post("/runs", verb="open_run", tags=TAGS)
async def open_run(data: JSONBody[OpenRun], once: given.Once) -> Response[Made]:
    """Open a run of one's own published course: the seats that are there to be booked."""
    return await once(_opened, data)


async def _opened(session: Session, actor: Actor, command: OpenRun, *, now: datetime) -> Made:
    return Made(await catalogue.open_run(session, actor, command, now=now))


ROUTES = (
    accreditations,
    file_accreditation,
    decide_accreditation,
    courses,
    courses_to_review,
    course,
    file_course,
    review_course,
    publish_course,
    withdraw_course,
    runs,
    search_runs,
    run,
    open_run,
)
