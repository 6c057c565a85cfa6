"""Bureaus and their bodies: who is where, and whose desk a matter belongs to."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from vouchermarket.identity import rules, tables
from vouchermarket.identity.structs import (
    Actor,
    Bureau,
    Organisation,
    OrganisationKind,
    ProviderKind,
    SchoolStage,
)
from vouchermarket.kit.db import Session, among
from vouchermarket.kit.ids import BureauId, OrganisationId


def bureau_of(row: Any) -> Bureau:
    """A row of `bureau` as a struct."""
    return Bureau(BureauId(row.id), row.code, row.name, row.time_zone)


def organisation_of(row: Any) -> Organisation:
    """A row of `organisation` as a struct."""
    return Organisation(
        OrganisationId(row.id),
        OrganisationKind(row.kind),
        row.code,
        row.name,
        OrganisationId(row.parent_id) if row.parent_id else None,
        row.is_direct,
        row.is_rural,
        SchoolStage(row.stage) if row.stage else None,
        ProviderKind(row.provider_kind) if row.provider_kind else None,
    )


async def bureau_by_code(session: Session, code: str) -> Bureau | None:
    """The bureau of an address or a token."""
    row = (await session.execute(select(tables.bureau).where(tables.bureau.c.code == code))).one_or_none()
    return bureau_of(row) if row else None


async def bureau_by_host(session: Session, host: str) -> Bureau | None:
    """The bureau a host name belongs to."""
    of_host = select(tables.bureau).join(tables.bureau_host).where(tables.bureau_host.c.host == host)
    row = (await session.execute(of_host)).one_or_none()
    return bureau_of(row) if row else None


async def only_bureau(session: Session) -> Bureau | None:
    """The one bureau of this database, or None where there is none or more than one."""
    rows = (await session.execute(select(tables.bureau).limit(2))).all()
    return bureau_of(rows[0]) if len(rows) == 1 else None


async def bureaus(session: Session) -> list[Bureau]:
    """All bureaus, in the order in which they were opened: what the schedule goes through."""
    rows = await session.execute(
        select(tables.bureau).order_by(tables.bureau.c.opened_at, tables.bureau.c.id)
    )
    return [bureau_of(row) for row in rows]


async def bureau(session: Session, bureau_id: UUID) -> Bureau:
    """A bureau that is known to stand."""
    return bureau_of(
        (await session.execute(select(tables.bureau).where(tables.bureau.c.id == bureau_id))).one()
    )


async def organisation(session: Session, bureau_id: UUID, id_: UUID) -> Organisation | None:
    """One body, or None."""
    return (await organisations(session, bureau_id, [id_])).get(OrganisationId(id_))


async def organisations(
    session: Session, bureau_id: UUID, ids: Collection[UUID]
) -> dict[OrganisationId, Organisation]:
    """Bodies by id."""
    statement = select(tables.organisation).where(
        tables.organisation.c.bureau_id == bureau_id, tables.organisation.c.id == among(ids)
    )
    return {row.id: organisation_of(row) for row in await session.execute(statement)}


async def school_open_to(session: Session, actor: Actor, school_id: OrganisationId) -> Organisation:
    """A school whose vouchers and bookings the actor may read: the own one, or any for the city's overseers.

    Refuses `RoleNotAllowed`, `NotFound` (another's school looks like none).
    """
    rules.overseer_or_at(actor, "read_school", school_id)
    found = await organisation(session, actor.bureau_id, school_id)
    if found is None or found.kind is not OrganisationKind.SCHOOL:
        raise rules.NotFound
    return found


async def organisations_of(
    session: Session, bureau_id: UUID, *kinds: OrganisationKind, at_most: int = 100_000, after: str = ""
) -> list[Organisation]:
    """Bodies that are not closed, of these kinds where any are given, by code, beginning after a code."""
    statement = (
        select(tables.organisation)
        .where(
            tables.organisation.c.bureau_id == bureau_id,
            tables.organisation.c.closed_on.is_(None),
            tables.organisation.c.code > after,
        )
        .order_by(tables.organisation.c.code)
        .limit(at_most)
    )
    if kinds:
        statement = statement.where(tables.organisation.c.kind.in_([kind.value for kind in kinds]))
    return [organisation_of(row) for row in await session.execute(statement)]


async def bodies_like(
    session: Session, bureau_id: UUID, words: str, *, limit: int = 50, offset: int = 0
) -> list[Organisation]:
    """Open bodies whose name or code has these words in it, all where there are none: a page, by code."""
    table = tables.organisation
    statement = (
        select(table)
        .where(table.c.bureau_id == bureau_id, table.c.closed_on.is_(None))
        .order_by(table.c.code)
        .limit(limit)
        .offset(offset)
    )
    if words:
        had = (table.c.name.contains(words, autoescape=True), table.c.code.contains(words, autoescape=True))
        statement = statement.where(or_(*had))
    return [organisation_of(row) for row in await session.execute(statement)]


async def codes_taken(session: Session, bureau_id: UUID, codes: Collection[str]) -> set[str]:
    """Which of these codes bodies have already."""
    statement = select(tables.organisation.c.code).where(
        tables.organisation.c.bureau_id == bureau_id, tables.organisation.c.code.in_(list(codes))
    )
    return set((await session.execute(statement)).scalars())


_UNDER_A_BODY = {
    OrganisationKind.COUNTY_BUREAU,
    OrganisationKind.COUNTY_TRAINING_BODY,
    OrganisationKind.SCHOOL_RESEARCH_OFFICE,
}


async def office_for(
    session: Session, bureau_id: UUID, kind: OrganisationKind, of: OrganisationId | None = None
) -> Organisation | None:
    """The body of this kind that a matter of body `of` belongs to; None where there is none.

    A county's training body for the county itself and for its schools; a school's research office for
    the school; the county bureau for itself and what stands under it. Other kinds are the city's own and
    need no `of`.
    """
    if of is not None:
        return (await offices_for(session, bureau_id, kind, [of])).get(of)
    return next(iter(await organisations_of(session, bureau_id, kind, at_most=1)), None)


async def offices_for(
    session: Session, bureau_id: UUID, kind: OrganisationKind, of: Collection[OrganisationId]
) -> dict[OrganisationId, Organisation]:
    """`office_for` for many bodies in one statement; bodies without such an office are left out."""
    if kind not in _UNDER_A_BODY:
        office = await office_for(session, bureau_id, kind)
        return dict.fromkeys(of, office) if office else {}
    asking = tables.organisation.alias("asking")
    stands_over = {
        # A county bureau is its own; what stands under it has it as its parent.
        OrganisationKind.COUNTY_BUREAU: or_(
            tables.organisation.c.id == asking.c.id, tables.organisation.c.id == asking.c.parent_id
        ),
        OrganisationKind.COUNTY_TRAINING_BODY: or_(
            tables.organisation.c.parent_id == asking.c.id,
            tables.organisation.c.parent_id == asking.c.parent_id,
        ),
        OrganisationKind.SCHOOL_RESEARCH_OFFICE: tables.organisation.c.parent_id == asking.c.id,
    }[kind]
    statement = (
        select(tables.organisation, asking.c.id.label("asking_id"))
        .join(asking, and_(asking.c.bureau_id == tables.organisation.c.bureau_id, stands_over))
        .where(
            tables.organisation.c.bureau_id == bureau_id,
            tables.organisation.c.kind == kind.value,
            tables.organisation.c.closed_on.is_(None),
            asking.c.id == among(of),
        )
        .order_by(tables.organisation.c.code.desc())
    )
    return {row.asking_id: organisation_of(row) for row in await session.execute(statement)}
