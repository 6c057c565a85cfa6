"""Ratings: a teacher's word on what was completed, and what is shown of it, without names."""

from litestar import get, post
from litestar.params import JSONBody

from vouchermarket.completion import operations as completion
from vouchermarket.completion import queries
from vouchermarket.completion.structs import OwnRating, Rate, RatingList
from vouchermarket.kit.ids import CompletionId
from vouchermarket.web import given
from vouchermarket.web.fields import Id, Limit, Offset

TAGS = ["ratings"]


@post("/completions/{completion_id:uuid}/rating", verb="rate_completion", tags=TAGS, status_code=204)
async def rate(
    completion_id: Id, data: JSONBody[Rate], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Rate a completion of one's own, once and for good; it is shown once the completion is verified."""
    await completion.rate(session, actor, CompletionId(completion_id), data, now=now)


@get("/me/ratings", verb="read_own", tags=TAGS)
async def own_ratings(
    session: given.Session, actor: given.Actor, limit: Limit = 50, offset: Offset = 0
) -> list[OwnRating]:
    """What one has said oneself, newest first, shown or not."""
    return await queries.own_ratings(session, actor, limit=limit, offset=offset)


@get("/courses/{course_id:uuid}/ratings", verb="read_catalogue", tags=TAGS)
async def course_ratings(
    course_id: Id, session: given.Session, actor: given.Actor, limit: Limit = 50, offset: Offset = 0
) -> RatingList:
    """What is said of a course by those who have completed it, newest first."""
    return await queries.course_ratings(session, actor, course_id, limit=limit, offset=offset)


@get("/runs/{run_id:uuid}/ratings", verb="read_provider", tags=TAGS)
async def run_ratings(
    run_id: Id, session: given.Session, actor: given.Actor, limit: Limit = 50, offset: Offset = 0
) -> RatingList:
    """What is said of a run, newest first: for its provider and the offices over the market."""
    return await queries.run_ratings(session, actor, run_id, limit=limit, offset=offset)


ROUTES = (rate, own_ratings, course_ratings, run_ratings)
