"""Reads of accreditations and courses."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from vouchermarket.catalogue import rules
from vouchermarket.catalogue.structs import Accreditation, Course, CourseState
from vouchermarket.catalogue.tables import accreditation
from vouchermarket.catalogue.tables import course as course_table
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.identity.tables import organisation
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import CourseId, OrganisationId, PersonId, PolicyVersionId
from vouchermarket.kit.money import decimal_text
from vouchermarket.policies.structs import Level, Mode, Unit


async def accreditations(session: Session, bureau_id: UUID, provider_id: UUID) -> list[Accreditation]:
    """All that a provider has filed, oldest period first."""
    table = accreditation
    statement = (
        select(table)
        .where(table.c.bureau_id == bureau_id, table.c.provider_id == provider_id)
        .order_by(table.c.from_on, table.c.id)
    )
    return [accreditation_of(row) for row in await session.execute(statement)]


async def accreditations_open_to(
    session: Session,
    actor: Actor,
    *,
    provider_id: UUID | None = None,
    undecided: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> list[Accreditation]:
    """Accreditations oldest filing first: a provider's own, or every provider's for an office.

    Refuses `RoleNotAllowed`.
    """
    table = accreditation
    statement = select(table).where(
        table.c.bureau_id == actor.bureau_id, *_of_providers(actor, table.c.provider_id, provider_id)
    )
    if undecided:
        statement = statement.where(table.c.approved.is_(None))
    statement = statement.order_by(table.c.filed_at, table.c.id).limit(limit).offset(offset)
    return [accreditation_of(row) for row in await session.execute(statement)]


async def accreditation_open_to(session: Session, actor: Actor, accreditation_id: UUID) -> Accreditation:
    """One accreditation: for its provider and for every office. Refuses `RoleNotAllowed`, `NotFound`."""
    statement = select(accreditation).where(
        accreditation.c.bureau_id == actor.bureau_id,
        accreditation.c.id == accreditation_id,
        *_of_providers(actor, accreditation.c.provider_id, None),
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise identity.NotFound
    return accreditation_of(row)


def _of_providers(
    actor: Actor, column: ColumnElement[Any], provider_id: UUID | None
) -> Iterator[ColumnElement[bool]]:
    """What the actor may read of providers' filings. Refuses `RoleNotAllowed`."""
    own = identity.providers_open_to(actor)
    if own is not None:
        yield column.in_(own)
    if provider_id is not None:
        yield column == provider_id


def accreditation_of(row: Any) -> Accreditation:
    """A row of `accreditation` as a struct."""
    return Accreditation(
        id=row.id,
        provider_id=OrganisationId(row.provider_id),
        from_on=row.from_on,
        to_on=row.to_on,
        document=row.document,
        filed_by=PersonId(row.filed_by),
        filed_at=row.filed_at,
        approved=row.approved,
    )


async def course(session: Session, actor: Actor, course_id: UUID) -> Course:
    """One course, on the shelf or for those who may see it before. Refuses `NotFound`."""
    statement = _courses(actor.bureau_id).where(course_table.c.id == course_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise identity.NotFound
    found = _course_of(row)
    rules.may_see(actor, found)
    return found


async def courses(
    session: Session,
    actor: Actor,
    *,
    state: CourseState | None = None,
    provider_id: UUID | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Course]:
    """Courses in any state, oldest filing first: a provider's own, or every provider's for an office.

    Refuses `RoleNotAllowed`.
    """
    conditions = _of_providers(actor, course_table.c.provider_id, provider_id)
    statement = _listed(actor.bureau_id, state).where(*conditions)
    return [_course_of(row) for row in await session.execute(statement.limit(limit).offset(offset))]


async def courses_to_review(
    session: Session, actor: Actor, *, limit: int = 50, offset: int = 0
) -> list[Course]:
    """The centre's queue: filed courses, oldest first, without those the actor filed and may not review.

    Refuses `RoleNotAllowed`.
    """
    identity.seats_for(actor, "review_course")
    statement = _listed(actor.bureau_id, CourseState.FILED).where(course_table.c.filed_by != actor.person_id)
    return [_course_of(row) for row in await session.execute(statement.limit(limit).offset(offset))]


def _listed(bureau_id: UUID, state: CourseState | None) -> Select[Any]:
    statement = _courses(bureau_id).order_by(course_table.c.filed_at, course_table.c.id)
    return statement if state is None else statement.where(course_table.c.state == state.value)


def _courses(bureau_id: UUID) -> Select[Any]:
    table = course_table
    of_provider = leads_to(table.c.provider_id, organisation)
    return (
        select(table, organisation.c.name.label("provider_name"))
        .join_from(table, organisation, of_provider)
        .where(table.c.bureau_id == bureau_id)
    )


def rating_text(rating_hundredths: int | None) -> str | None:
    """467 → `"4.67"`; what nobody has rated has no average."""
    return None if rating_hundredths is None else decimal_text(rating_hundredths)


def _course_of(row: Any) -> Course:
    return Course(
        id=CourseId(row.id),
        provider_id=OrganisationId(row.provider_id),
        provider_name=row.provider_name,
        organiser_id=OrganisationId(row.organiser_id),
        title=row.title,
        summary=row.summary,
        type=row.type,
        level=Level(row.level),
        mode=Mode(row.mode),
        subject=row.subject,
        stage=row.stage,
        fund_lines=tuple(row.fund_lines),
        price_fen=row.price_fen,
        amount=decimal_text(row.amount_hundredths),
        unit=Unit(row.unit),
        state=CourseState(row.state),
        policy_version_id=PolicyVersionId(row.policy_version_id),
        filed_by=PersonId(row.filed_by),
        filed_at=row.filed_at,
        reviewed_at=row.reviewed_at,
        return_reason=row.return_reason,
        completions=row.completions,
        ratings=row.ratings,
        rating=rating_text(row.rating_hundredths),
    )
