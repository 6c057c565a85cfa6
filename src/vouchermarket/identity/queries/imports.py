"""The roster as files tell it: what an import is compared with, and the rows of an export."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, and_, any_, bindparam, select, true

from vouchermarket.identity.queries.bodies import bureau
from vouchermarket.identity.rules import Held, seats_for, sheets
from vouchermarket.identity.rules.imports import PERSON_FIELDS, StandingBody, StandingPerson, StandingSeat
from vouchermarket.identity.structs import Actor, Role
from vouchermarket.identity.tables import appointment, organisation, person, person_post, person_tier
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import BureauId, OrganisationId, PersonId
from vouchermarket.kit.tabular import Table, Value, shown

_SEAT_ORDER = (Role.TEACHER.value, Role.ADMINISTRATOR.value, Role.OFFICER.value)


async def standing_bodies(session: Session, bureau_id: UUID) -> dict[str, StandingBody]:
    """Every body of the bureau by its code, closed ones too."""
    parent = organisation.alias("parent")
    statement = (
        select(organisation, parent.c.code.label("parent"))
        .outerjoin(
            parent,
            and_(parent.c.bureau_id == organisation.c.bureau_id, parent.c.id == organisation.c.parent_id),
        )
        .where(organisation.c.bureau_id == bureau_id)
        .order_by(organisation.c.code)
    )
    fields = [column.field for column in sheets.ORGANISATIONS.columns]
    return {
        row.code: StandingBody(
            OrganisationId(row.id), {name: getattr(row, name) for name in fields}, row.closed_on is not None
        )
        for row in await session.execute(statement)
    }


async def standing_people(
    session: Session, bureau_id: UUID, codes: Collection[str] | None = None
) -> dict[str, StandingPerson]:
    """Persons by code, all or those named, each with every period of seats, posts and tiers."""
    wanted = true() if codes is None else person.c.code == _among(codes)
    seats: dict[UUID, list[StandingSeat]] = {}
    for row in await session.execute(_seats(bureau_id, wanted)):
        seat = StandingSeat(row.id, row.code, row.role, row.from_on, row.to_on)
        seats.setdefault(row.person_id, []).append(seat)
    posts = await _words(session, bureau_id, person_post.c.post, wanted)
    tiers = await _words(session, bureau_id, person_tier.c.tier, wanted)
    statement = select(person).where(person.c.bureau_id == bureau_id, wanted).order_by(person.c.code)
    return {
        row.code: StandingPerson(
            PersonId(row.id),
            {name: getattr(row, name) for name in PERSON_FIELDS},
            tuple(seats.get(row.id, ())),
            {"posts": tuple(posts.get(row.id, ())), "tiers": tuple(tiers.get(row.id, ()))},
        )
        for row in await session.execute(statement)
    }


async def body_rows(session: Session, actor: Actor, _table: str, *, now: datetime) -> list[list[Value]]:  # noqa: ARG001 - the signature of every export
    """The open bodies as rows under their heading, for an import to read back. Refuses `RoleNotAllowed`."""
    seats_for(actor, "read_roster")
    bodies = await standing_bodies(session, actor.bureau_id)
    return _rows(sheets.ORGANISATIONS, [body.values for body in bodies.values() if not body.is_closed])


async def people_rows(session: Session, bureau_id: BureauId, now: datetime) -> list[list[Value]]:
    """All persons as rows under their heading, for an import to read back; given out by `export_people`.

    Whoever has several seats is told at one: where he or she teaches, else the first.
    """
    on = civil_day(now, (await bureau(session, bureau_id)).time_zone)
    people = await standing_people(session, bureau_id)
    return _rows(sheets.PEOPLE, [_told(code, one, on) for code, one in people.items()])


def _rows(table: Table, values: Sequence[dict[str, Any]]) -> list[list[Value]]:
    heading: list[Value] = [column.zh for column in table.columns]
    return [heading, *(list(shown(table, each)) for each in values)]


def _told(code: str, one: StandingPerson, on: date) -> dict[str, Any]:
    seats = [seat for seat in one.seats if _is_in_force(seat, on)]
    seat = min(seats, key=lambda each: (_SEAT_ORDER.index(each.role), each.from_on, each.id), default=None)
    words = {
        name: tuple(sorted(held.what for held in periods if _is_in_force(held, on)))
        for name, periods in one.words.items()
    }
    return {
        **one.values,
        **words,
        "code": code,
        "organisation": seat.organisation if seat else None,
        "role": seat.role if seat else None,
        "from_on": seat.from_on if seat else None,
    }


def _is_in_force(period: StandingSeat | Held, on: date) -> bool:
    return period.from_on <= on and (period.to_on is None or period.to_on > on)


def _among(codes: Collection[str]) -> Any:
    # One array, however many rows the file has: single parameters end at 65,535.
    return any_(bindparam("codes", sorted(codes), type_=ARRAY(Text), unique=True))


def _seats(bureau_id: UUID, wanted: ColumnElement[bool]) -> Any:
    return (
        select(
            appointment.c.id,
            appointment.c.person_id,
            organisation.c.code,
            appointment.c.role,
            appointment.c.from_on,
            appointment.c.to_on,
        )
        .join(person, and_(person.c.bureau_id == bureau_id, person.c.id == appointment.c.person_id))
        .join(
            organisation,
            and_(organisation.c.bureau_id == bureau_id, organisation.c.id == appointment.c.organisation_id),
        )
        .where(appointment.c.bureau_id == bureau_id, wanted)
        .order_by(appointment.c.from_on, appointment.c.id)
    )


async def _words(
    session: Session, bureau_id: UUID, word: Any, wanted: ColumnElement[bool]
) -> dict[UUID, list[Held]]:
    table = word.table
    statement = (
        select(table.c.person_id, word, table.c.from_on, table.c.to_on)
        .join(person, and_(person.c.bureau_id == bureau_id, person.c.id == table.c.person_id))
        .where(table.c.bureau_id == bureau_id, wanted)
        .order_by(table.c.from_on)
    )
    found: dict[UUID, list[Held]] = {}
    for row in await session.execute(statement):
        found.setdefault(row.person_id, []).append(Held(None, *row))
    return found
