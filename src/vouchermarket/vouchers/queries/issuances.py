"""Reads of issuances: who is counted, who holds one already, what is proposed and what was given out."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import array_agg

from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import OrganisationKind, Role
from vouchermarket.identity.tables import appointment, organisation, person, person_tier
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import FundId, IssuanceId, OrganisationId, PersonId, PolicyVersionId
from vouchermarket.policies.structs import Holder
from vouchermarket.vouchers.structs import Head, Issuance, IssuanceLine, Issued, Share
from vouchermarket.vouchers.tables import fund, issuance_line, voucher
from vouchermarket.vouchers.tables import issuance as issuance_table


def _on(table: Any, day: date) -> Any:
    return and_(table.c.from_on <= day, or_(table.c.to_on.is_(None), table.c.to_on > day))


async def heads_on(session: Session, bureau_id: UUID, day: date) -> list[Head]:
    """Every appointment of a teacher at a school in force on the day; the wallet decides who is counted."""
    tiers = (
        select(array_agg(person_tier.c.tier))
        .where(
            person_tier.c.bureau_id == appointment.c.bureau_id,
            person_tier.c.person_id == appointment.c.person_id,
            _on(person_tier, day),
        )
        .scalar_subquery()
    )
    school = leads_to(appointment.c.organisation_id, organisation)
    statement = (
        select(appointment.c.person_id, organisation.c.id, organisation.c.is_direct, tiers.label("tiers"))
        .join_from(appointment, organisation, school)
        .where(
            appointment.c.bureau_id == bureau_id,
            appointment.c.role == Role.TEACHER.value,
            organisation.c.kind == OrganisationKind.SCHOOL.value,
            or_(organisation.c.closed_on.is_(None), organisation.c.closed_on > day),
            _on(appointment, day),
        )
    )
    return [
        Head(PersonId(row.person_id), OrganisationId(row.id), row.is_direct, tuple(row.tiers or ()))
        for row in await session.execute(statement)
    ]


async def holders_of(session: Session, bureau_id: UUID, fund_id: UUID) -> set[UUID]:
    """Persons and organisations that hold a voucher of this fund."""
    holder = func.coalesce(voucher.c.person_id, voucher.c.organisation_id)
    statement = select(holder).where(voucher.c.bureau_id == bureau_id, voucher.c.fund_id == fund_id)
    return set((await session.execute(statement)).scalars())


async def issuance(session: Session, bureau_id: UUID, issuance_id: UUID) -> Issuance:
    """One issuance. Refuses `NotFound`."""
    row = (await session.execute(_issuances(bureau_id).where(issuance_table.c.id == issuance_id))).first()
    if row is None:
        raise identity.NotFound
    return issuance_of(row)


async def issuances(
    session: Session, bureau_id: UUID, *, fund_id: UUID | None = None, limit: int = 50, offset: int = 0
) -> list[Issuance]:
    """Issuances, newest first; of one fund where it is given."""
    table = issuance_table
    statement = _issuances(bureau_id).order_by(table.c.proposed_at.desc(), table.c.id)
    if fund_id is not None:
        statement = statement.where(table.c.fund_id == fund_id)
    return [issuance_of(row) for row in await session.execute(statement.limit(limit).offset(offset))]


def _issuances(bureau_id: UUID) -> Select[Any]:
    table = issuance_table
    of_fund = leads_to(table.c.fund_id, fund)
    return (
        select(table, fund.c.line, fund.c.year)
        .join_from(table, fund, of_fund)
        .where(table.c.bureau_id == bureau_id)
    )


def issuance_of(row: Any) -> Issuance:
    """A row of `issuance` with its fund's line and year as a struct."""
    return Issuance(
        id=IssuanceId(row.id),
        fund_id=FundId(row.fund_id),
        line=row.line,
        year=row.year,
        holder=cast("Holder", row.holder),
        counted_on=row.counted_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        vouchers=row.vouchers,
        total_fen=row.total_fen,
        policy_version_id=PolicyVersionId(row.policy_version_id),
        proposed_by=PersonId(row.proposed_by),
        proposed_at=row.proposed_at,
        decided_by=PersonId(row.decided_by) if row.decided_by else None,
        is_approved=None if row.decision is None else row.decision == "approved",
        issued_at=row.issued_at,
    )


async def shares_of(session: Session, bureau_id: UUID, issuance_id: UUID) -> list[Share]:
    """The whole list of an issuance as it was frozen at its preview, by holder id."""
    table = issuance_line
    statement = (
        select(table)
        .where(table.c.bureau_id == bureau_id, table.c.issuance_id == issuance_id)
        .order_by(table.c.holder_id)
    )
    return [Share(row.holder_id, row.heads, row.amount_fen) for row in await session.execute(statement)]


async def lines_of(
    session: Session, bureau_id: UUID, issuance_id: UUID, *, limit: int = 50, offset: int = 0
) -> list[IssuanceLine]:
    """A page of the list by the holders' codes, with the names that the second person reads.

    Refuses `NotFound`, so that the end of a list and no list look different.
    """
    await issuance(session, bureau_id, issuance_id)
    table = issuance_line
    code = func.coalesce(person.c.code, organisation.c.code).label("code")
    name = func.coalesce(person.c.name, organisation.c.name).label("name")
    held_by = [leads_to(table.c.holder_id, holder) for holder in (person, organisation)]
    statement = (
        select(table, code, name)
        .outerjoin_from(table, person, held_by[0])
        .outerjoin(organisation, held_by[1])
        .where(table.c.bureau_id == bureau_id, table.c.issuance_id == issuance_id)
        .order_by(code, table.c.holder_id)
        .limit(limit)
        .offset(offset)
    )
    return [
        IssuanceLine(
            holder_id=row.holder_id, code=row.code, name=row.name, heads=row.heads, amount_fen=row.amount_fen
        )
        for row in await session.execute(statement)
    ]


async def issued(session: Session, bureau_id: UUID, issuance_id: IssuanceId) -> Issued:
    """What this issuance has given out so far, read from its vouchers."""
    statement = select(
        func.count().label("vouchers"), func.coalesce(func.sum(voucher.c.amount_fen), 0).label("total_fen")
    ).where(voucher.c.bureau_id == bureau_id, voucher.c.issuance_id == issuance_id)
    row = (await session.execute(statement)).one()
    return Issued(issuance_id=issuance_id, vouchers=row.vouchers, total_fen=int(row.total_fen))
