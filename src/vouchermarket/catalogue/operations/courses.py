"""A course is filed by its provider, reviewed and published by the training centre, withdrawn by either."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from vouchermarket.catalogue import queries, rules, tables
from vouchermarket.catalogue.operations.accreditations import provider_of
from vouchermarket.catalogue.operations.words import remove_words, write_words
from vouchermarket.catalogue.structs import CourseState, FileCourse, ReviewCourse
from vouchermarket.identity import queries as bodies
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor, OrganisationKind
from vouchermarket.kit import events
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CourseId, new_id
from vouchermarket.kit.locks import lock_rows
from vouchermarket.kit.money import hundredths
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules as notice_rules
from vouchermarket.policies import queries as policies


async def file_course(session: Session, actor: Actor, command: FileCourse, *, now: datetime) -> CourseId:
    """File a course under the pack in force today, for a provider accredited today.

    Refuses as `provider_of`, `ProviderNotAccredited`, `NotFound` for an organiser that is none of the
    bureau's bodies, `AmountNotReadable`, `NoPolicyInForce`, and as `rules.fileable`.
    """
    provider_id = provider_of(actor, "file_course", command.provider_id)
    today = civil_day(now, (await bodies.bureau(session, actor.bureau_id)).time_zone)
    await refuse_unaccredited(session, actor.bureau_id, provider_id, today, today)
    organiser = await bodies.organisation(session, actor.bureau_id, command.organiser_id)
    if organiser is None:
        raise identity.NotFound
    amount_hundredths = hundredths(command.amount)
    policy = await policies.in_force(session, actor.bureau_id, today)
    rules.fileable(policy.pack, command, organiser.kind, today)
    course_id = CourseId(new_id())
    row = {
        "bureau_id": actor.bureau_id,
        "id": course_id,
        "provider_id": provider_id,
        "organiser_id": command.organiser_id,
        "title": command.title,
        "summary": command.summary,
        "type": command.type,
        "level": command.level.value,
        "mode": command.mode.value,
        "subject": command.subject,
        "stage": command.stage,
        "fund_lines": list(dict.fromkeys(command.fund_lines)),
        "price_fen": command.price_fen,
        "amount_hundredths": amount_hundredths,
        "unit": command.unit.value,
        "state": CourseState.FILED.value,
        "policy_version_id": policy.version_id,
        "filed_by": actor.person_id,
        "filed_at": now,
    }
    await session.execute(insert(tables.course).values(row))
    facts = {"provider_id": provider_id, "price_fen": command.price_fen}
    await _record(session, actor, "catalogue.course_filed", course_id, facts, now=now)
    return course_id


async def refuse_unaccredited(
    session: Session, bureau_id: UUID, provider_id: UUID, first_on: date, last_on: date
) -> None:
    """Refuses `ProviderNotAccredited` unless the provider is accredited on each of these days."""
    filed = await queries.accreditations(session, bureau_id, provider_id)
    rules.accredited(filed, first_on, last_on)


async def review_course(session: Session, actor: Actor, command: ReviewCourse, *, now: datetime) -> None:
    """Approve a filed course, or return it with a reason: another person than the filer, at the centre.

    Refuses `RoleNotAllowed`, `NotFound`, and as `rules.reviewable`.
    """
    identity.seats_for(actor, "review_course")
    found = await lock_course(session, actor.bureau_id, command.course_id)
    rules.reviewable(command, CourseState(found.state), found.filed_by, actor.person_id)
    state = CourseState.REVIEWED if command.approve else CourseState.RETURNED
    fresh: dict[str, Any] = {
        "state": state.value,
        "reviewed_by": actor.person_id,
        "reviewed_at": now,
        "return_reason": None if command.approve else command.reason,
    }
    await _set(session, actor.bureau_id, command.course_id, **fresh)
    facts = events.changed(found, **fresh)
    await _record(session, actor, f"catalogue.course_{state.value}", command.course_id, facts, now=now)
    kind = notice_rules.CourseReviewed if command.approve else notice_rules.CourseReturned
    told = {"course_id": command.course_id, "title": found.title, "reason": command.reason}
    await notices.tell_officers(session, actor.bureau_id, found.provider_id, kind, told, now=now)


async def publish_course(session: Session, actor: Actor, course_id: CourseId, *, now: datetime) -> None:
    """Put a reviewed course on the shelf. Refuses `RoleNotAllowed`, `NotFound`, `CourseNotInState`."""
    identity.seats_for(actor, "publish_course")
    found = await lock_course(session, actor.bureau_id, course_id)
    rules.in_state(CourseState(found.state), CourseState.REVIEWED)
    fresh = {"state": CourseState.PUBLISHED.value, "published_at": now}
    await _set(session, actor.bureau_id, course_id, **fresh)
    await write_words(session, actor.bureau_id, [course_id])
    facts = events.changed(found, **fresh)
    await _record(session, actor, "catalogue.course_published", course_id, facts, now=now)


async def withdraw_course(session: Session, actor: Actor, course_id: CourseId, *, now: datetime) -> None:
    """Take a course off the shelf, as its provider or as the centre: no new runs, no new bookings.

    Seats that are booked stay booked. Refuses `RoleNotAllowed`, `NotFound`, `CourseNotInState`.
    """
    seats = identity.seats_for(actor, "withdraw_course")
    found = await lock_course(session, actor.bureau_id, course_id)
    # The centre keeps the whole shelf; a provider only its own part of it.
    if all(seat.kind is OrganisationKind.PROVIDER for seat in seats):
        identity.seat_at(actor, "withdraw_course", found.provider_id)
    rules.in_state(
        CourseState(found.state), *(state for state in CourseState if state is not CourseState.WITHDRAWN)
    )
    await _set(session, actor.bureau_id, course_id, state=CourseState.WITHDRAWN.value)
    await remove_words(session, actor.bureau_id, [course_id])
    facts = events.changed(found, state=CourseState.WITHDRAWN.value)
    await _record(session, actor, "catalogue.course_withdrawn", course_id, facts, now=now)


async def count_completion(session: Session, bureau_id: UUID, course_id: UUID, change: int = 1) -> None:
    """Write down one more completion that stands verified, or with -1 one less: a figure to sort by.

    Called by the relay once for each event, which is why it records none of its own. With 0 it only takes
    the course's row, so that what is counted next is not overtaken.
    """
    course = tables.course
    await session.execute(
        update(course)
        .where(course.c.bureau_id == bureau_id, course.c.id == course_id)
        .values(completions=course.c.completions + change)
    )


async def write_ratings(
    session: Session, bureau_id: UUID, course_id: UUID, ratings: int, rating_hundredths: int | None
) -> None:
    """Write down how many ratings of a course are shown, and their average: None of none.

    As counted anew, so that writing it twice changes nothing.
    """
    await _set(session, bureau_id, course_id, ratings=ratings, rating_hundredths=rating_hundredths)


async def lock_course(session: Session, bureau_id: UUID, course_id: UUID) -> Any:
    """The course's row under lock, so that its state holds until the end. Refuses `NotFound`."""
    rows = await lock_rows(session, tables.course, bureau_id, [course_id])
    if not rows:
        raise identity.NotFound
    return rows[0]


async def _set(session: Session, bureau_id: UUID, course_id: UUID, **columns: Any) -> None:
    course = tables.course
    await session.execute(
        update(course).where(course.c.bureau_id == bureau_id, course.c.id == course_id).values(**columns)
    )


async def _record(
    session: Session, actor: Actor, kind: str, course_id: UUID, facts: dict[str, Any], *, now: datetime
) -> None:
    await events.record(
        session, actor.bureau_id, kind, course_id, now=now, actor_id=actor.person_id, facts=facts
    )
