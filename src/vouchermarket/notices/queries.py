"""The inbox, who sits at a body to be told, and who is reached by mail."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from vouchermarket.identity.rules import network
from vouchermarket.identity.structs import Actor, Role
from vouchermarket.identity.tables import appointment, login
from vouchermarket.kit.cipher import Cipher
from vouchermarket.kit.db import Session, among, leads_to
from vouchermarket.kit.ids import OrganisationId, PersonId
from vouchermarket.notices import rules
from vouchermarket.notices.structs import Inbox, Language, Mail, Notice
from vouchermarket.notices.tables import letter, mail_address, notice

LOGINS_REMEMBERED = 200
FAULTS_SHOWN = timedelta(days=30)


async def inbox(
    session: Session,
    bureau_id: UUID,
    person_id: PersonId,
    language: str,
    *,
    unread_only: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> Inbox:
    """A person's notices, newest first, in `zh` or `en`, and the number of unread ones."""
    own = [notice.c.bureau_id == bureau_id, notice.c.person_id == person_id]
    if unread_only:
        own.append(notice.c.read_at.is_(None))
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
    return Inbox(await unread(session, bureau_id, person_id), told)


async def unread(session: Session, bureau_id: UUID, person_id: PersonId) -> int:
    """How many notices somebody has not read: for the bell on every page."""
    counted = select(func.count()).where(
        notice.c.bureau_id == bureau_id, notice.c.person_id == person_id, notice.c.read_at.is_(None)
    )
    return (await session.execute(counted)).scalar_one()


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


async def networks_before(session: Session, bureau_id: UUID, person_id: UUID, before: datetime) -> set[str]:
    """The networks from which somebody's last logins before an instant came."""
    found = (
        select(login.c.address)
        .where(
            login.c.bureau_id == bureau_id,
            login.c.person_id == person_id,
            login.c.opened_at < before,
            login.c.address.is_not(None),
        )
        .order_by(login.c.opened_at.desc())
        .limit(LOGINS_REMEMBERED)
    )
    return {network(address) for address in (await session.execute(found)).scalars()}


async def reached_by_mail(
    session: Session, bureau_id: UUID, person_ids: Collection[PersonId]
) -> set[PersonId]:
    """Those of these people who want letters and have confirmed where to."""
    found = select(mail_address.c.person_id).where(
        mail_address.c.bureau_id == bureau_id,
        mail_address.c.person_id == among(person_ids),
        mail_address.c.is_wanted,
        mail_address.c.confirmed_at.is_not(None),
    )
    return set((await session.execute(found)).scalars())


async def mail(session: Session, actor: Actor, cipher: Cipher, *, now: datetime) -> Mail | None:
    """How one gets letters oneself; None without an address."""
    mine = (mail_address.c.bureau_id == actor.bureau_id, mail_address.c.person_id == actor.person_id)
    row = (await session.execute(select(mail_address).where(*mine))).one_or_none()
    if row is None:
        return None
    faults = (
        select(letter.c.fault)
        .join(notice, leads_to(letter.c.notice_id, notice))
        .where(
            letter.c.bureau_id == actor.bureau_id,
            notice.c.person_id == actor.person_id,
            letter.c.given_up_at > now - FAULTS_SHOWN,
        )
        .order_by(letter.c.given_up_at.desc())
    )
    given_up = list((await session.execute(faults)).scalars())
    return Mail(
        rules.masked(cipher.open(row.sealed, purpose(actor.bureau_id, actor.person_id)).decode()),
        Language(row.language),
        row.is_wanted,
        row.entered_at,
        row.confirmed_at,
        len(given_up),
        given_up[0] if given_up else None,
    )


def purpose(bureau_id: UUID, person_id: UUID) -> str:
    """What addresses and codes are sealed for: copied to another person's row they open nothing."""
    return f"mail:{bureau_id}:{person_id}"


async def own_among(session: Session, actor: Actor, notice_ids: Collection[UUID]) -> int:
    """How many of these notices are the actor's own."""
    counted = select(func.count()).where(
        notice.c.bureau_id == actor.bureau_id,
        notice.c.person_id == actor.person_id,
        notice.c.id == among(notice_ids),
    )
    return (await session.execute(counted)).scalar_one()
