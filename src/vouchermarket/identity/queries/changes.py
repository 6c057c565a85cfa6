"""Who is gone, from which day, and every seat with its body."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.types import Date

from vouchermarket.identity.rules import Seated
from vouchermarket.identity.structs import Departure, DepartureKind, Role, Substitution
from vouchermarket.identity.tables import appointment, bureau, departure, person, substitution
from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.ids import OrganisationId, PersonId

_standing = departure.c.taken_back_at.is_(None)


def gone(person_id: Any, table: Any, on: date) -> ColumnElement[bool]:
    """Whether the person whom a column of this table names is gone on a day."""
    return exists().where(
        departure.c.bureau_id == table.c.bureau_id,
        departure.c.person_id == person_id,
        departure.c.gone_on <= on,
        _standing,
    )


async def gone_from(session: Session, bureau_id: UUID, person_ids: Collection[UUID]) -> dict[PersonId, date]:
    """From which day on those of these persons who left, will leave or died are gone."""
    statement = (
        select(departure.c.person_id, func.min(departure.c.gone_on).label("gone_on"))
        .where(departure.c.bureau_id == bureau_id, departure.c.person_id == among(person_ids), _standing)
        .group_by(departure.c.person_id)
    )
    return {PersonId(row.person_id): row.gone_on for row in await session.execute(statement)}


async def is_gone(session: Session, bureau_id: UUID, person_id: UUID, now: datetime) -> bool:
    """Whether a person is gone on the bureau's day."""
    today = cast(func.timezone(bureau.c.time_zone, now), Date)
    statement = select(departure.c.id).where(
        departure.c.bureau_id == bureau_id,
        departure.c.person_id == person_id,
        departure.c.gone_on <= select(today).where(bureau.c.id == bureau_id).scalar_subquery(),
        _standing,
    )
    return (await session.execute(statement.limit(1))).first() is not None


async def dead_among(session: Session, bureau_id: UUID, person_ids: Collection[UUID]) -> set[PersonId]:
    """Those of these persons who have died: nobody writes to them any more."""
    statement = select(departure.c.person_id).where(
        departure.c.bureau_id == bureau_id,
        departure.c.person_id == among(person_ids),
        departure.c.kind == DepartureKind.DIED.value,
        _standing,
    )
    return {PersonId(id_) for id_ in (await session.execute(statement)).scalars()}


async def departures_of(session: Session, bureau_id: UUID, person_id: UUID) -> dict[DepartureKind, date]:
    """What is recorded of a person's going and was not taken back."""
    statement = select(departure.c.kind, departure.c.gone_on).where(
        departure.c.bureau_id == bureau_id, departure.c.person_id == person_id, _standing
    )
    return {DepartureKind(row.kind): row.gone_on for row in await session.execute(statement)}


async def departures(
    session: Session, bureau_id: UUID, *, limit: int = 50, offset: int = 0
) -> list[Departure]:
    """Everybody who left or died, the latest record first, those taken back too."""
    statement = (
        select(departure, person.c.code, person.c.name)
        .join(person, leads_to(departure.c.person_id, person))
        .where(departure.c.bureau_id == bureau_id)
        .order_by(departure.c.recorded_at.desc(), departure.c.id.desc())
    )
    return [
        Departure(
            row.id,
            PersonId(row.person_id),
            row.code,
            row.name,
            DepartureKind(row.kind),
            row.gone_on,
            row.reason,
            PersonId(row.recorded_by),
            row.recorded_at,
            row.taken_back_at,
        )
        for row in await session.execute(statement.limit(limit).offset(offset))
    ]


async def seat(session: Session, bureau_id: UUID, appointment_id: UUID) -> Seated | None:
    """One appointment, or None."""
    statement = _seats(bureau_id).where(appointment.c.id == appointment_id)
    row = (await session.execute(statement)).one_or_none()
    return _seat_of(row) if row else None


async def seats_of(session: Session, bureau_id: UUID, person_id: UUID) -> list[Seated]:
    """All seats a person ever had, and all that others had in his or her place."""
    held = or_(appointment.c.person_id == person_id, substitution.c.acting_for == person_id)
    statement = _seats(bureau_id).where(held).order_by(appointment.c.from_on, appointment.c.id)
    return [_seat_of(row) for row in await session.execute(statement)]


def _seats(bureau_id: UUID) -> Select[Any]:
    return (
        select(appointment, substitution.c.acting_for)
        .outerjoin(substitution, leads_to(substitution.c.appointment_id, appointment))
        .where(appointment.c.bureau_id == bureau_id)
    )


def _seat_of(row: Any) -> Seated:
    return Seated(
        row.id,
        PersonId(row.person_id),
        OrganisationId(row.organisation_id),
        Role(row.role),
        row.from_on,
        row.to_on,
        PersonId(row.acting_for) if row.acting_for else None,
    )


def last_schools(bureau_id: UUID) -> Subquery:
    """For joins: the school at which each person taught last, `bureau_id`, `person_id`, `school_id`."""
    taught = or_(appointment.c.to_on.is_(None), appointment.c.to_on > appointment.c.from_on)
    return (
        select(
            appointment.c.bureau_id, appointment.c.person_id, appointment.c.organisation_id.label("school_id")
        )
        .ext(distinct_on(appointment.c.person_id))
        .where(appointment.c.bureau_id == bureau_id, appointment.c.role == Role.TEACHER.value, taught)
        .order_by(appointment.c.person_id, appointment.c.from_on.desc(), appointment.c.id.desc())
        .subquery("last_school")
    )


async def stood_in_for(session: Session, bureau_id: UUID, person_id: UUID, at: datetime) -> set[PersonId]:
    """In whose place a person sat at any desk on the bureau's day of this instant."""
    zone = select(bureau.c.time_zone).where(bureau.c.id == bureau_id).scalar_subquery()
    day = cast(func.timezone(zone, at), Date)
    statement = (
        select(substitution.c.acting_for)
        .join(appointment, leads_to(substitution.c.appointment_id, appointment))
        .where(
            substitution.c.bureau_id == bureau_id,
            substitution.c.person_id == person_id,
            appointment.c.from_on <= day,
            appointment.c.to_on > day,
        )
    )
    return {PersonId(id_) for id_ in (await session.execute(statement)).scalars()}


async def substitutions(
    session: Session, bureau_id: UUID, *, limit: int = 50, offset: int = 0
) -> list[Substitution]:
    """Who sits where in whose place, past ones too, the latest beginning first."""
    officer = person.alias("officer")
    statement = (
        select(
            substitution.c.appointment_id,
            substitution.c.person_id,
            person.c.code,
            substitution.c.acting_for,
            officer.c.code,
            appointment.c.organisation_id,
            appointment.c.from_on,
            appointment.c.to_on,
        )
        .join(appointment, leads_to(substitution.c.appointment_id, appointment))
        .join(person, leads_to(substitution.c.person_id, person))
        .join(officer, leads_to(substitution.c.acting_for, officer))
        .where(substitution.c.bureau_id == bureau_id)
        .order_by(appointment.c.from_on.desc(), appointment.c.id.desc())
    )
    return [Substitution(*row) for row in await session.execute(statement.limit(limit).offset(offset))]
