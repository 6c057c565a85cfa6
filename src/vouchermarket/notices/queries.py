"""The inbox, and who sits at a body to be told."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select

from vouchermarket.identity.structs import Actor, Role
from vouchermarket.identity.tables import appointment
from vouchermarket.kit.db import Session, among
from vouchermarket.kit.ids import OrganisationId, PersonId
from vouchermarket.notices import rules
from vouchermarket.notices.structs import Inbox, Notice
from vouchermarket.notices.tables import notice


async def inbox(
    session: Session,
    bureau_id: UUID,
    person_id: PersonId,
    language: str,
    *,
    limit: int = 50,
    offset: int = 0,
) -> Inbox:
    """A person's notices, newest first, in `zh` or `en`, and the number of unread ones."""
    own = [notice.c.bureau_id == bureau_id, notice.c.person_id == person_id]
    counted = select(func.count()).where(*own, notice.c.read_at.is_(None))
    unread = (await session.execute(counted)).scalar_one()
    page = (
        select(notice)
        .where(*own)
        .order_by(notice.c.at.desc(), notice.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    told = tuple(
        Notice(
            row.id,
            row.kind,
            rules.text(rules.KINDS[row.kind], row.facts, language),
            row.facts,
            row.at,
            row.read_at,
        )
        for row in await session.execute(page)
    )
    return Inbox(unread, told)


async def officers_at(
    session: Session, bureau_id: UUID, organisation_id: OrganisationId, on: date
) -> list[PersonId]:
    """The officers of a body on a day, by id."""
    found = (
        select(appointment.c.person_id)
        .distinct()
        .where(
            appointment.c.bureau_id == bureau_id,
            appointment.c.organisation_id == organisation_id,
            appointment.c.role == Role.OFFICER.value,
            appointment.c.from_on <= on,
            or_(appointment.c.to_on.is_(None), appointment.c.to_on > on),
        )
        .order_by(appointment.c.person_id)
    )
    return list((await session.execute(found)).scalars())


async def own_among(session: Session, actor: Actor, notice_ids: Collection[UUID]) -> int:
    """How many of these notices are the actor's own."""
    counted = select(func.count()).where(
        notice.c.bureau_id == actor.bureau_id,
        notice.c.person_id == actor.person_id,
        notice.c.id == among(notice_ids),
    )
    return (await session.execute(counted)).scalar_one()
