"""Reads of runs: as the engine judges them, as the market lists them, and one on its own page."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, any_, func, literal, not_, select

from vouchermarket.catalogue.queries.courses import rating_text
from vouchermarket.catalogue.structs import (
    COUNTED_MAX,
    CourseState,
    Meeting,
    Page,
    Run,
    RunCard,
    RunFilter,
    RunList,
    RunPage,
    Sort,
    When,
)
from vouchermarket.catalogue.tables import course, course_words, meeting
from vouchermarket.catalogue.tables import run as run_table
from vouchermarket.identity import queries as bodies
from vouchermarket.identity import rules as identity
from vouchermarket.identity.tables import organisation
from vouchermarket.kit.clock import start_of_day
from vouchermarket.kit.db import Session, among
from vouchermarket.kit.ids import CourseId, MeetingId, OrganisationId, RunId
from vouchermarket.kit.money import decimal_text
from vouchermarket.policies.structs import Level, Mode, Unit

of_course = (course.c.bureau_id == run_table.c.bureau_id) & (course.c.id == run_table.c.course_id)
of_words = (course_words.c.bureau_id == course.c.bureau_id) & (course_words.c.course_id == course.c.id)
_of_provider = (organisation.c.bureau_id == course.c.bureau_id) & (organisation.c.id == course.c.provider_id)
# The course's own columns under names that do not meet the run's.
_course_columns = [
    course.c[name]
    for name in (
        "provider_id",
        "organiser_id",
        "title",
        "summary",
        "type",
        "level",
        "mode",
        "subject",
        "stage",
        "fund_lines",
        "amount_hundredths",
        "unit",
        "state",
        "completions",
        "ratings",
        "rating_hundredths",
    )
]


async def runs(session: Session, bureau_id: UUID, ids: Collection[UUID]) -> dict[RunId, Run]:
    """Runs by id, with their course's facts and their meetings: unlocked, for showing and for completions."""
    statement = (
        select(run_table, *_course_columns)
        .join_from(run_table, course, of_course)
        .where(run_table.c.bureau_id == bureau_id, run_table.c.id == among(ids))
    )
    found = (await session.execute(statement)).all()
    held = await _meetings(session, bureau_id, [row.id for row in found])
    return {row.id: _run_of(row, tuple(held.get(row.id, ()))) for row in found}


async def run(session: Session, bureau_id: UUID, run_id: UUID) -> RunPage:
    """One run with its meetings, also after its course was withdrawn. Refuses `NotFound`."""
    statement = cards().where(run_table.c.bureau_id == bureau_id, run_table.c.id == run_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise identity.NotFound
    held = await _meetings(session, bureau_id, [row.id])
    return RunPage(
        **card_values(row),
        organiser_id=row.organiser_id,
        summary=row.summary,
        is_offered=row.state == CourseState.PUBLISHED.value and row.cancelled_at is None,
        meetings=tuple(held[row.id]),
    )


async def list_runs(
    session: Session, bureau_id: UUID, wanted: RunFilter, page: Page, *, now: datetime
) -> RunList:
    """The market: runs of published courses, filtered, in a stable order, with the number of all that fit."""
    zone = (await bodies.bureau(session, bureau_id)).time_zone
    conditions = list(conditions_of(bureau_id, wanted, zone, now))
    statement = (
        cards()
        .outerjoin(course_words, of_words)
        .where(*conditions)
        # The id after the chosen column: pages neither repeat a run nor leave one out.
        .order_by(sorted_by(SORTS[page.sort], descending=page.descending), run_table.c.id)
        .limit(page.limit)
        .offset(page.offset)
    )
    listed = select(run_table.c.id).join_from(run_table, course, of_course).where(*conditions)
    counted = select(func.count()).select_from(listed.limit(COUNTED_MAX).subquery())
    shown = tuple(RunCard(**card_values(row)) for row in await session.execute(statement))
    total = (await session.execute(counted)).scalar_one()
    return RunList(shown, total, capped=total == COUNTED_MAX)


# What may be sorted by, by the names it goes by outside: no other column is reached by any name.
SORTS: dict[Sort, ColumnElement[Any]] = {
    "starts_at": run_table.c.starts_at,
    "price_fen": run_table.c.price_fen,
    "seats_left": run_table.c.capacity - run_table.c.taken - run_table.c.offered,
    "rating": course.c.rating_hundredths,
    "title": course_words.c.name_sort,
    "completions": course.c.completions,
    "opened_at": run_table.c.opened_at,
}


def sorted_by(column: ColumnElement[Any], *, descending: bool) -> ColumnElement[Any]:
    """A column as an order; what nobody has rated stands last in either direction."""
    order = column.desc() if descending else column.asc()
    # Said only where it is needed: an index is not read backwards for it.
    return order.nulls_last() if column is course.c.rating_hundredths else order


def cards() -> Select[Any]:
    """Runs with their course's facts and their provider's name, for `card_values`."""
    return (
        select(run_table, *_course_columns, organisation.c.name.label("provider_name"))
        .join_from(run_table, course, of_course)
        .join(organisation, _of_provider)
    )


def conditions_of(
    bureau_id: UUID, wanted: RunFilter, zone: str, now: datetime
) -> Iterator[ColumnElement[bool]]:
    """What the market shows of a bureau's runs joined with their courses."""
    yield run_table.c.bureau_id == bureau_id
    yield course.c.bureau_id == bureau_id
    yield course.c.state == CourseState.PUBLISHED.value
    yield run_table.c.cancelled_at.is_(None)
    yield from _when(wanted.when, now)
    equal: dict[Any, object] = {
        course.c.type: wanted.type,
        course.c.level: wanted.level and wanted.level.value,
        course.c.mode: wanted.mode and wanted.mode.value,
        course.c.subject: wanted.subject,
        course.c.stage: wanted.stage,
        course.c.provider_id: wanted.provider_id,
        run_table.c.course_id: wanted.course_id,
    }
    yield from (column == value for column, value in equal.items() if value is not None)
    if wanted.fund_line is not None:
        yield literal(wanted.fund_line) == any_(course.c.fund_lines)
    if wanted.price_from_fen is not None:
        yield run_table.c.price_fen >= wanted.price_from_fen
    if wanted.price_to_fen is not None:
        yield run_table.c.price_fen <= wanted.price_to_fen
    if wanted.from_on is not None:
        yield run_table.c.starts_at >= start_of_day(wanted.from_on, zone)
    if wanted.to_on is not None:
        yield run_table.c.starts_at < start_of_day(wanted.to_on, zone)
    if wanted.title is not None:
        # A plain part of the title; `%` and `_` are letters like any other.
        yield course.c.title.icontains(wanted.title, autoescape=True)
    if wanted.has_seats_left:
        yield run_table.c.taken + run_table.c.offered < run_table.c.capacity


def _when(when: When, now: datetime) -> Iterator[ColumnElement[bool]]:
    # A booking window never ends after the run begins, but a run that has begun is past whatever it says.
    is_over = (run_table.c.books_until_at <= now) | (run_table.c.starts_at <= now)
    if when is When.PAST:
        yield is_over
    elif when is not When.ANY:
        has_opened = run_table.c.books_from_at <= now
        yield has_opened if when is When.BOOKABLE else not_(has_opened)
        yield not_(is_over)


async def _meetings(session: Session, bureau_id: UUID, ids: Collection[UUID]) -> dict[UUID, list[Meeting]]:
    statement = (
        select(meeting)
        .where(meeting.c.bureau_id == bureau_id, meeting.c.run_id == among(ids))
        .order_by(meeting.c.run_id, meeting.c.number)
    )
    held: dict[UUID, list[Meeting]] = {}
    for row in await session.execute(statement):
        held.setdefault(row.run_id, []).append(
            Meeting(
                id=MeetingId(row.id),
                number=row.number,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                place=row.place,
            )
        )
    return held


def _run_of(row: Any, meetings: tuple[Meeting, ...]) -> Run:
    return Run(
        id=RunId(row.id),
        course_id=CourseId(row.course_id),
        provider_id=OrganisationId(row.provider_id),
        organiser_id=OrganisationId(row.organiser_id),
        title=row.title,
        type=row.type,
        level=Level(row.level),
        mode=Mode(row.mode),
        unit=Unit(row.unit),
        amount_hundredths=row.amount_hundredths,
        fund_lines=tuple(row.fund_lines),
        price_fen=row.price_fen,
        capacity=row.capacity,
        taken=row.taken,
        offered=row.offered,
        books_from_at=row.books_from_at,
        books_until_at=row.books_until_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        state=CourseState(row.state),
        cancelled_at=row.cancelled_at,
        meetings=meetings,
    )


def card_values(row: Any) -> dict[str, Any]:
    """The fields of a `RunCard` from a row of `cards`."""
    return {
        "id": RunId(row.id),
        "course_id": CourseId(row.course_id),
        "title": row.title,
        "provider_id": OrganisationId(row.provider_id),
        "provider_name": row.provider_name,
        "type": row.type,
        "level": Level(row.level),
        "mode": Mode(row.mode),
        "subject": row.subject,
        "stage": row.stage,
        "fund_lines": tuple(row.fund_lines),
        "price_fen": row.price_fen,
        "amount": decimal_text(row.amount_hundredths),
        "unit": Unit(row.unit),
        "capacity": row.capacity,
        "seats_left": row.capacity - row.taken - row.offered,
        "books_from_at": row.books_from_at,
        "books_until_at": row.books_until_at,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "place": row.place,
        "completions": row.completions,
        "ratings": row.ratings,
        "rating": rating_text(row.rating_hundredths),
    }
