"""Reads of accreditations and courses."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from vouchermarket.catalogue.structs import Accreditation, Course, CourseState, Level, Mode, Unit
from vouchermarket.catalogue.tables import accreditation
from vouchermarket.catalogue.tables import course as course_table
from vouchermarket.identity import rules as identity
from vouchermarket.identity.tables import organisation
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CourseId, OrganisationId, PersonId, PolicyVersionId
from vouchermarket.kit.money import decimal_text


async def accreditations(session: Session, bureau_id: UUID, provider_id: UUID) -> list[Accreditation]:
    """All that a provider has filed, oldest period first."""
    table = accreditation
    statement = (
        select(table)
        .where(table.c.bureau_id == bureau_id, table.c.provider_id == provider_id)
        .order_by(table.c.from_on, table.c.id)
    )
    return [accreditation_of(row) for row in await session.execute(statement)]


def accreditation_of(row: Any) -> Accreditation:
    """A row of `accreditation` as a struct."""
    return Accreditation(
        id=row.id,
        provider_id=OrganisationId(row.provider_id),
        from_on=row.from_on,
        to_on=row.to_on,
        document=row.document,
        filed_by=PersonId(row.filed_by),
        approved=row.approved,
    )


async def course(session: Session, bureau_id: UUID, course_id: UUID) -> Course:
    """One course. Refuses `NotFound`."""
    row = (await session.execute(_courses(bureau_id).where(course_table.c.id == course_id))).one_or_none()
    if row is None:
        raise identity.NotFound
    return _course_of(row)


async def courses(
    session: Session,
    bureau_id: UUID,
    *,
    state: CourseState | None = None,
    provider_id: UUID | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Course]:
    """Courses oldest first: the centre's desk by state, a provider's own by provider."""
    statement = _courses(bureau_id).order_by(course_table.c.filed_at, course_table.c.id)
    if state is not None:
        statement = statement.where(course_table.c.state == state.value)
    if provider_id is not None:
        statement = statement.where(course_table.c.provider_id == provider_id)
    return [_course_of(row) for row in await session.execute(statement.limit(limit).offset(offset))]


def _courses(bureau_id: UUID) -> Select[Any]:
    table = course_table
    of_provider = (organisation.c.bureau_id == table.c.bureau_id) & (organisation.c.id == table.c.provider_id)
    return (
        select(table, organisation.c.name.label("provider_name"))
        .join_from(table, organisation, of_provider)
        .where(table.c.bureau_id == bureau_id)
    )


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
        return_reason=row.return_reason,
        completions=row.completions,
    )
