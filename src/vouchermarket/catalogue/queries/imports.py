"""What a provider's sheets are compared with, and the rows of an export that the import reads back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from vouchermarket.catalogue.queries.courses import accreditations
from vouchermarket.catalogue.queries.runs import of_course, runs
from vouchermarket.catalogue.rules.imports import COURSES, RUNS, Shelf, Standing
from vouchermarket.catalogue.structs import CourseState, Run
from vouchermarket.catalogue.tables import course
from vouchermarket.catalogue.tables import run as run_table
from vouchermarket.identity import queries as bodies
from vouchermarket.identity.structs import OrganisationKind
from vouchermarket.identity.tables import organisation
from vouchermarket.kit import tabular
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import OrganisationId
from vouchermarket.kit.money import decimal_text
from vouchermarket.kit.tabular import Table, Value
from vouchermarket.policies import queries as policies

# A course that was returned or withdrawn is filed anew.
_GONE = (CourseState.RETURNED.value, CourseState.WITHDRAWN.value)


async def shelf(session: Session, bureau_id: UUID, provider_id: OrganisationId, now: datetime) -> Shelf:
    """Everything a sheet of this provider is judged by. Refuses `NoPolicyInForce`."""
    zone = (await bodies.bureau(session, bureau_id)).time_zone
    policy = await policies.in_force(session, bureau_id, civil_day(now, zone))
    filed = await _courses(session, bureau_id, provider_id)
    opened = await _runs(session, bureau_id, provider_id, zone)
    # Of several published courses of one title the last filed is meant.
    published = {one.values["title"]: one for one, state in filed if state == CourseState.PUBLISHED.value}
    return Shelf(
        pack=policy.pack,
        now=now,
        zone=zone,
        provider_id=provider_id,
        accreditations=await accreditations(session, bureau_id, provider_id),
        organisers=await _organisers(session, bureau_id),
        courses=_by_key(COURSES, [one for one, _ in filed]),
        published=published,
        runs=_by_key(RUNS, opened),
    )


async def rows(
    session: Session, bureau_id: UUID, provider_id: OrganisationId, table: str
) -> list[list[Value]]:
    """A provider's courses or runs as rows under their heading, without those that are off the shelf."""
    zone = (await bodies.bureau(session, bureau_id)).time_zone
    if table == COURSES.name:
        standing = [one for one, _ in await _courses(session, bureau_id, provider_id)]
    else:
        standing = await _runs(session, bureau_id, provider_id, zone)
    asked = COURSES if table == COURSES.name else RUNS
    heading: list[Value] = [column.zh for column in asked.columns]
    return [heading, *(list(tabular.shown(asked, one.values)) for one in standing)]


def _by_key(table: Table, standing: Sequence[Standing]) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = {}
    for one in standing:
        found.setdefault(tabular.key_of(table, one.values) or "", []).append(one)
    return found


async def _organisers(
    session: Session, bureau_id: UUID
) -> dict[str, tuple[OrganisationId, OrganisationKind]]:
    table = organisation
    statement = select(table.c.code, table.c.id, table.c.kind).where(
        table.c.bureau_id == bureau_id, table.c.closed_on.is_(None)
    )
    found = await session.execute(statement)
    return {row.code: (OrganisationId(row.id), OrganisationKind(row.kind)) for row in found}


async def _courses(session: Session, bureau_id: UUID, provider_id: UUID) -> list[tuple[Standing, str]]:
    statement = (
        select(course, organisation.c.code)
        .join_from(course, organisation, leads_to(course.c.organiser_id, organisation))
        .where(
            course.c.bureau_id == bureau_id,
            course.c.provider_id == provider_id,
            course.c.state.not_in(_GONE),
        )
        .order_by(course.c.filed_at, course.c.id)
    )
    return [(_course(row), row.state) for row in await session.execute(statement)]


def _course(row: Any) -> Standing:
    values = {
        "title": row.title.strip(),
        "organiser": row.code,
        "type": row.type,
        "level": row.level,
        "mode": row.mode,
        "subject": row.subject,
        "stage": row.stage,
        "fund_lines": tuple(sorted(row.fund_lines)),
        "price": row.price_fen,
        "amount": decimal_text(row.amount_hundredths),
        "unit": row.unit,
        "summary": tabular.prose(row.summary),
    }
    return Standing(row.id, values)


async def _runs(session: Session, bureau_id: UUID, provider_id: UUID, zone: str) -> list[Standing]:
    statement = (
        select(run_table.c.id)
        .join_from(run_table, course, of_course)
        .where(
            run_table.c.bureau_id == bureau_id,
            course.c.provider_id == provider_id,
            course.c.state == CourseState.PUBLISHED.value,
            run_table.c.cancelled_at.is_(None),
        )
        .order_by(run_table.c.starts_at, run_table.c.id)
    )
    ids = list((await session.execute(statement)).scalars())
    found = await runs(session, bureau_id, ids)
    return [_run(found[run_id], zone) for run_id in ids]


def _run(one: Run, zone: str) -> Standing:
    def on_the_wall(at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)

    meetings = tuple((on_the_wall(each.starts_at), on_the_wall(each.ends_at)) for each in one.meetings)
    values = {
        "course": one.title.strip(),
        "place": one.place.strip(),
        "meetings": meetings,
        "capacity": one.capacity,
        "books_from": on_the_wall(one.books_from_at),
        "books_until": on_the_wall(one.books_until_at),
        "price": one.price_fen,
    }
    return Standing(one.id, values)
