"""Statements with their lines and keys, one by one and as queues."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Exists, exists, func, or_, select

from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor, OrganisationKind, Seat
from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.ids import OrganisationId, StatementId
from vouchermarket.payments import queries as payments
from vouchermarket.settlement.structs import (
    Opened,
    Response,
    Statement,
    StatementKey,
    StatementLine,
    StatementRow,
)
from vouchermarket.settlement.tables import statement, statement_key, statement_line


def statement_of(row: Any) -> Statement:
    """A row of `statement` as a struct."""
    return Statement(
        row.id,
        row.provider_id,
        row.from_on,
        row.to_on,
        row.total_fen,
        row.drawn_up_by,
        row.drawn_up_at,
        row.settled_at,
    )


def line_of(row: Any) -> StatementLine:
    """A row of `statement_line` as a struct."""
    return StatementLine(
        row.id,
        row.statement_id,
        row.completion_id,
        row.booking_id,
        row.amount_fen,
        Response(row.response) if row.response else None,
        row.dispute,
        row.responded_by,
        row.dropped_at,
    )


def _key_of(row: Any) -> StatementKey:
    return StatementKey(row.id, row.statement_id, OrganisationKind(row.office), row.person_id, row.turned_at)


async def statement_by_id(session: Session, bureau_id: UUID, id_: UUID) -> Statement | None:
    """One statement, unlocked: for showing, never for deciding."""
    found = select(statement).where(statement.c.bureau_id == bureau_id, statement.c.id == id_)
    row = (await session.execute(found)).one_or_none()
    return statement_of(row) if row else None


async def lines_of(session: Session, bureau_id: UUID, statement_ids: Collection[UUID]) -> list[StatementLine]:
    """All lines of these statements, dropped ones too, in the order they were written."""
    found = (
        select(statement_line)
        .where(statement_line.c.bureau_id == bureau_id, statement_line.c.statement_id == among(statement_ids))
        .order_by(statement_line.c.statement_id, statement_line.c.id)
    )
    return [line_of(row) for row in await session.execute(found)]


async def lines_by_id(session: Session, bureau_id: UUID, ids: Collection[UUID]) -> list[StatementLine]:
    """These lines, in id order; unknown ids are left out."""
    found = (
        select(statement_line)
        .where(statement_line.c.bureau_id == bureau_id, statement_line.c.id == among(ids))
        .order_by(statement_line.c.id)
    )
    return [line_of(row) for row in await session.execute(found)]


async def live_line_of(session: Session, bureau_id: UUID, completion_id: UUID) -> StatementLine | None:
    """The line on which a completion stands, if it stands on any."""
    found = select(statement_line).where(
        statement_line.c.bureau_id == bureau_id,
        statement_line.c.completion_id == completion_id,
        statement_line.c.dropped_at.is_(None),
    )
    row = (await session.execute(found)).one_or_none()
    return line_of(row) if row else None


async def keys_of(session: Session, bureau_id: UUID, statement_ids: Collection[UUID]) -> list[StatementKey]:
    """The keys that are turned and not withdrawn, the first one first."""
    found = (
        select(statement_key)
        .where(
            statement_key.c.bureau_id == bureau_id,
            statement_key.c.statement_id == among(statement_ids),
            statement_key.c.withdrawn_at.is_(None),
        )
        .order_by(statement_key.c.turned_at, statement_key.c.id)
    )
    return [_key_of(row) for row in await session.execute(found)]


async def open_statement(session: Session, actor: Actor, statement_id: UUID) -> Opened:
    """A statement with all that belongs to it, for those who may read this provider's figures.

    Refuses `RoleNotAllowed`, `NotFound` (another provider's looks like none).
    """
    seats = identity_rules.seats_for(actor, "read_provider")
    found = await statement_by_id(session, actor.bureau_id, statement_id)
    if found is None or not _may_read(seats, found.provider_id):
        raise identity_rules.NotFound
    ids = [found.id]
    return Opened(
        found,
        tuple(await lines_of(session, actor.bureau_id, ids)),
        tuple(await keys_of(session, actor.bureau_id, ids)),
        tuple(await payments.payments_of(session, actor.bureau_id, ids)),
    )


def _may_read(seats: Sequence[Seat], provider_id: OrganisationId) -> bool:
    return any(
        seat.kind is not OrganisationKind.PROVIDER or seat.organisation_id == provider_id for seat in seats
    )


async def statements_of(
    session: Session,
    actor: Actor,
    provider_id: OrganisationId | None = None,
    *,
    after: StatementId | None = None,
    at_most: int = 200,
    offset: int = 0,
) -> list[StatementRow]:
    """Statements, newest first: of one provider, or all that the actor may read.

    Paged by the last id seen, or by how many have been seen.

    Refuses `RoleNotAllowed`.
    """
    seats = identity_rules.seats_for(actor, "read_provider")
    where = [statement.c.bureau_id == actor.bureau_id]
    if all(seat.kind is OrganisationKind.PROVIDER for seat in seats):
        where.append(statement.c.provider_id.in_([seat.organisation_id for seat in seats]))
    if provider_id is not None:
        where.append(statement.c.provider_id == provider_id)
    if after is not None:
        where.append(statement.c.id < after)
    found = select(statement).where(*where).order_by(statement.c.id.desc()).limit(at_most).offset(offset)
    return await _rows(session, actor.bureau_id, [statement_of(row) for row in await session.execute(found)])


async def key_queue(
    session: Session, actor: Actor, *, after: StatementId | None = None, at_most: int = 200
) -> list[StatementRow]:
    """The queue of the actor's own office, oldest first; paged by the last id seen.

    Refuses `RoleNotAllowed`.
    """
    offices = {seat.kind for seat in identity_rules.seats_for(actor, "turn_key")}
    return await statements_waiting_for(session, actor.bureau_id, *offices, after=after, at_most=at_most)


async def statements_waiting_for(
    session: Session,
    bureau_id: UUID,
    *offices: OrganisationKind,
    after: StatementId | None = None,
    at_most: int = 200,
) -> list[StatementRow]:
    """Unsettled statements with lines on which a key of these offices has not been turned, oldest first."""
    where = [
        statement.c.bureau_id == bureau_id,
        statement.c.settled_at.is_(None),
        # A live line is worth a fen at least, and the total is the sum of its lines (I8).
        statement.c.total_fen > 0,
        or_(*(~_turned_by(office) for office in offices)),
    ]
    if after is not None:
        where.append(statement.c.id > after)
    found = select(statement).where(*where).order_by(statement.c.id).limit(at_most)
    return await _rows(session, bureau_id, [statement_of(row) for row in await session.execute(found)])


def _turned_by(office: OrganisationKind) -> Exists:
    return exists().where(
        leads_to(statement_key.c.statement_id, statement),
        statement_key.c.office == office.value,
        statement_key.c.withdrawn_at.is_(None),
    )


async def _rows(session: Session, bureau_id: UUID, found: Sequence[Statement]) -> list[StatementRow]:
    ids = [one.id for one in found]
    line = statement_line.c
    counted = (
        select(
            line.statement_id,
            func.count().label("lines"),
            func.count().filter(line.response.is_(None)).label("unanswered"),
            func.count().filter(line.response == Response.DISPUTED.value).label("disputed"),
        )
        .where(line.bureau_id == bureau_id, line.statement_id == among(ids), line.dropped_at.is_(None))
        .group_by(line.statement_id)
    )
    counts = {
        row.statement_id: (row.lines, row.unanswered, row.disputed) for row in await session.execute(counted)
    }
    offices: defaultdict[UUID, list[OrganisationKind]] = defaultdict(list)
    for key in await keys_of(session, bureau_id, ids):
        offices[key.statement_id].append(key.office)
    return [StatementRow(one, *counts.get(one.id, (0, 0, 0)), tuple(offices[one.id])) for one in found]
