"""People as the roster knows them on a day, one or many at the same cost of one statement."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.dialects.postgresql import array_agg

from vouchermarket.identity.queries.bodies import organisation_of
from vouchermarket.identity.rules import Held, seat_word
from vouchermarket.identity.structs import Person, Role
from vouchermarket.identity.tables import appointment, organisation, person, person_post, person_tier
from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.ids import OrganisationId, PersonId

# The post whose duties packs count from the appointment on.
PRINCIPAL = "principal"


def in_force(table: Any, on: date) -> ColumnElement[bool]:
    """Periods are half-open: from the first day, up to and not including `to_on`."""
    return and_(table.c.from_on <= on, or_(table.c.to_on.is_(None), table.c.to_on > on))


def _words(table: Any, column: Any, on: date) -> Any:
    return (
        select(array_agg(column))
        .where(leads_to(table.c.person_id, person), in_force(table, on))
        .scalar_subquery()
    )


def _principal_since(on: date) -> Any:
    return (
        select(func.max(person_post.c.from_on))
        .where(
            leads_to(person_post.c.person_id, person),
            person_post.c.post == PRINCIPAL,
            in_force(person_post, on),
        )
        .scalar_subquery()
    )


def _on_the_day(bureau_id: UUID, on: date) -> Any:
    teaches = and_(
        leads_to(appointment.c.person_id, person),
        appointment.c.role == Role.TEACHER.value,
        in_force(appointment, on),
    )
    school = leads_to(appointment.c.organisation_id, organisation)
    columns = [column.label(f"person_{column.name}") for column in person.c if column.name != "bureau_id"]
    return (
        select(
            *columns,
            organisation,
            _words(person_post, person_post.c.post, on).label("posts"),
            _words(person_tier, person_tier.c.tier, on).label("tiers"),
            _principal_since(on).label("appointed_on"),
        )
        .select_from(person.outerjoin(appointment, teaches).outerjoin(organisation, school))
        .where(person.c.bureau_id == bureau_id)
    )


def _person_of(row: Any) -> Person:
    return Person(
        PersonId(row.person_id),
        row.person_code,
        row.person_name,
        row.person_sex,
        row.person_born_on,
        row.person_joined_on,
        row.person_registered,
        row.person_subject,
        tuple(sorted(row.posts or ())),
        tuple(sorted(row.tiers or ())),
        organisation_of(row) if row.id else None,
        row.appointed_on,
    )


async def person_on(session: Session, bureau_id: UUID, person_id: UUID, on: date) -> Person | None:
    """One person on a day, or None."""
    return (await people(session, bureau_id, [person_id], on)).get(PersonId(person_id))


async def people(
    session: Session, bureau_id: UUID, ids: Collection[UUID], on: date
) -> dict[PersonId, Person]:
    """Persons by id, each with posts, tiers and school as they stood on that day."""
    rows = await session.execute(_on_the_day(bureau_id, on).where(person.c.id == among(ids)))
    return {row.person_id: _person_of(row) for row in rows}


async def roster(
    session: Session, bureau_id: UUID, on: date, *, at_most: int, after: str = ""
) -> list[Person]:
    """A page of all persons by code, beginning after a code."""
    statement = _on_the_day(bureau_id, on).where(person.c.code > after).order_by(person.c.code)
    return [_person_of(row) for row in await session.execute(statement.limit(at_most))]


async def people_like(
    session: Session, bureau_id: UUID, words: str, on: date, *, limit: int = 50, offset: int = 0
) -> list[Person]:
    """Persons whose name or code has these words in it, all where there are none: a page, by code."""
    statement = _on_the_day(bureau_id, on).order_by(person.c.code, organisation.c.id)
    if words:
        had = (person.c.name.contains(words, autoescape=True), person.c.code.contains(words, autoescape=True))
        statement = statement.where(or_(*had))
    return [_person_of(row) for row in await session.execute(statement.limit(limit).offset(offset))]


async def person_ids_by_code(
    session: Session, bureau_id: UUID, codes: Collection[str]
) -> dict[str, PersonId]:
    """Who has these codes: for imports, and to see which are in use."""
    statement = select(person.c.code, person.c.id).where(
        person.c.bureau_id == bureau_id, person.c.code.in_(list(codes))
    )
    return {row.code: PersonId(row.id) for row in await session.execute(statement)}


async def teachers_of(
    session: Session, bureau_id: UUID, school_ids: Collection[UUID], on: date
) -> dict[OrganisationId, list[PersonId]]:
    """Who teaches at each of these schools on a day, by id; schools without teachers are left out."""
    return await _teachers(session, bureau_id, on, organisation.c.id == among(school_ids))


async def direct_teachers(
    session: Session, bureau_id: UUID, on: date
) -> dict[OrganisationId, list[PersonId]]:
    """Who teaches at each school that stands directly under the bureau (ZZ-A22), on a day."""
    return await _teachers(session, bureau_id, on, organisation.c.is_direct)


async def _teachers(
    session: Session, bureau_id: UUID, on: date, which: ColumnElement[bool]
) -> dict[OrganisationId, list[PersonId]]:
    statement = (
        select(appointment.c.organisation_id, appointment.c.person_id)
        .join(
            organisation,
            leads_to(appointment.c.organisation_id, organisation),
        )
        .where(
            appointment.c.bureau_id == bureau_id,
            appointment.c.role == Role.TEACHER.value,
            in_force(appointment, on),
            which,
        )
        .order_by(appointment.c.person_id)
    )
    found: dict[OrganisationId, list[PersonId]] = {}
    for row in await session.execute(statement):
        found.setdefault(row.organisation_id, []).append(row.person_id)
    return found


async def teacher_counts(session: Session, bureau_id: UUID, on: date) -> dict[OrganisationId, int]:
    """How many teach at each school on a day."""
    statement = (
        select(appointment.c.organisation_id, func.count().label("teachers"))
        .where(
            appointment.c.bureau_id == bureau_id,
            appointment.c.role == Role.TEACHER.value,
            in_force(appointment, on),
        )
        .group_by(appointment.c.organisation_id)
    )
    return {row.organisation_id: row.teachers for row in await session.execute(statement)}


async def seats_held(session: Session, bureau_id: UUID, person_ids: Collection[UUID]) -> list[Held]:
    """All seats these persons ever had, as periods."""
    statement = select(appointment).where(
        appointment.c.bureau_id == bureau_id, appointment.c.person_id == among(person_ids)
    )
    return [
        Held(row.id, row.person_id, seat_word(Role(row.role), row.organisation_id), row.from_on, row.to_on)
        for row in await session.execute(statement)
    ]


async def words_held(session: Session, bureau_id: UUID, word: Any, person_ids: Sequence[UUID]) -> list[Held]:
    """All posts or tiers these persons ever had; `word` is the column, `person_post.post` for one."""
    table = word.table
    statement = select(table.c.person_id, word, table.c.from_on, table.c.to_on).where(
        table.c.bureau_id == bureau_id, table.c.person_id == among(person_ids)
    )
    return [Held(None, *row) for row in await session.execute(statement)]
