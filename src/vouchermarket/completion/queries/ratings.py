"""Ratings that are shown: those of completions that are verified and have not been revoked."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from vouchermarket.booking.tables import booking
from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.tables import run as run_table
from vouchermarket.completion import rules
from vouchermarket.completion.queries.attendance import run
from vouchermarket.completion.structs import OwnRating, Rating, RatingList, Stand
from vouchermarket.completion.tables import completion, rating
from vouchermarket.identity import queries as bodies
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import CourseId

_of_completion = leads_to(rating.c.completion_id, completion)
_is_shown = completion.c.verified_at.is_not(None) & completion.c.revoked_at.is_(None)


async def is_rated(session: Session, bureau_id: UUID, completion_id: UUID) -> bool:
    """Whether a completion has been rated, shown or not."""
    of_it = rating.c.bureau_id == bureau_id, rating.c.completion_id == completion_id
    return (await session.execute(select(rating.c.id).where(*of_it))).first() is not None


async def own_ratings(session: Session, actor: Actor, *, limit: int = 50, offset: int = 0) -> list[OwnRating]:
    """What one has said oneself, shown or not, newest first."""
    zone = (await bodies.bureau(session, actor.bureau_id)).time_zone
    statement = (
        select(rating)
        .join_from(rating, completion, _of_completion)
        .join(booking, leads_to(completion.c.booking_id, booking))
        .where(rating.c.bureau_id == actor.bureau_id, booking.c.person_id == actor.person_id)
        .order_by(rating.c.rated_at.desc(), rating.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        OwnRating(row.completion_id, row.run_id, _rating_of(row, zone))
        for row in await session.execute(statement)
    ]


async def course_ratings(
    session: Session, actor: Actor, course_id: UUID, *, limit: int = 50, offset: int = 0
) -> RatingList:
    """What is said of a course that the actor may see. Refuses `NotFound`."""
    await catalogue.course(session, actor, course_id)
    return await _listed(session, actor.bureau_id, rating.c.course_id == course_id, limit, offset)


async def run_ratings(
    session: Session, actor: Actor, run_id: UUID, *, limit: int = 50, offset: int = 0
) -> RatingList:
    """What is said of a run, for its provider and the offices over the market.

    Refuses `RoleNotAllowed`, `NotFound` (another provider's run).
    """
    identity.seats_for(actor, "read_provider")
    found = await run(session, actor.bureau_id, run_id)
    identity.overseer_or_at(actor, "read_provider", found.provider_id)
    return await _listed(session, actor.bureau_id, rating.c.run_id == run_id, limit, offset)


async def course_of(session: Session, bureau_id: UUID, completion_id: UUID) -> CourseId:
    """The course that was completed."""
    statement = (
        select(run_table.c.course_id)
        .join_from(completion, booking, leads_to(completion.c.booking_id, booking))
        .join(run_table, leads_to(booking.c.run_id, run_table))
        .where(completion.c.bureau_id == bureau_id, completion.c.id == completion_id)
    )
    return CourseId((await session.execute(statement)).scalar_one())


async def course_stand(session: Session, bureau_id: UUID, course_id: UUID) -> Stand:
    """What the shown ratings of a course come to, counted anew."""
    statement = (
        select(func.count().label("ratings"), func.coalesce(func.sum(rating.c.overall), 0).label("stars"))
        .join_from(rating, completion, _of_completion)
        .where(rating.c.bureau_id == bureau_id, rating.c.course_id == course_id, _is_shown)
    )
    row = (await session.execute(statement)).one()
    return rules.stand(row.ratings, row.stars)


async def _listed(
    session: Session, bureau_id: UUID, which: ColumnElement[bool], limit: int, offset: int
) -> RatingList:
    zone = (await bodies.bureau(session, bureau_id)).time_zone
    shown = rating.c.bureau_id == bureau_id, which, _is_shown
    statement = (
        select(rating)
        .join_from(rating, completion, _of_completion)
        .where(*shown)
        .order_by(rating.c.rated_at.desc(), rating.c.id)
        .limit(limit)
        .offset(offset)
    )
    counted = select(func.count()).select_from(rating.join(completion, _of_completion)).where(*shown)
    ratings = tuple(_rating_of(row, zone) for row in await session.execute(statement))
    return RatingList(ratings, (await session.execute(counted)).scalar_one())


def _rating_of(row: Any, zone: str) -> Rating:
    return Rating(
        overall=row.overall,
        content=row.content,
        teaching=row.teaching,
        usefulness=row.usefulness,
        comment=row.comment,
        rated_on=civil_day(row.rated_at, zone),
    )
