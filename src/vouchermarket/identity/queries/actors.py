"""Who is asking: by bearer token, by login, by name and password."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from vouchermarket.identity.queries.changes import gone, is_gone
from vouchermarket.identity.queries.people import in_force
from vouchermarket.identity.rules import ABSOLUTE
from vouchermarket.identity.rules import in_force as login_in_force
from vouchermarket.identity.structs import (
    Actor,
    Credential,
    KnownLogin,
    OpenLogin,
    OrganisationKind,
    Role,
    Seat,
    Token,
)
from vouchermarket.identity.tables import (
    appointment,
    bearer_token,
    bureau,
    credential,
    login,
    organisation,
    recovery_code,
    second_factor,
    substitution,
)
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.ids import BureauId, OrganisationId, PersonId


async def actor(session: Session, bureau_id: BureauId, person_id: UUID, today: date) -> Actor:
    """A person with the seats in force on the civil day; without any, or gone, one who may do nothing."""
    statement = (
        select(
            appointment.c.role,
            appointment.c.organisation_id,
            organisation.c.kind,
            substitution.c.acting_for,
        )
        .join(
            organisation,
            leads_to(appointment.c.organisation_id, organisation),
        )
        .outerjoin(substitution, leads_to(substitution.c.appointment_id, appointment))
        .where(
            appointment.c.bureau_id == bureau_id,
            appointment.c.person_id == person_id,
            in_force(appointment, today),
            ~gone(appointment.c.person_id, appointment, today),
        )
        .order_by(appointment.c.from_on, appointment.c.id)
    )
    seats = tuple(
        Seat(
            Role(row.role),
            OrganisationId(row.organisation_id),
            OrganisationKind(row.kind),
            PersonId(row.acting_for) if row.acting_for else None,
        )
        for row in await session.execute(statement)
    )
    return Actor(bureau_id, PersonId(person_id), seats)


def _with_day(table: Any, bureau_id: UUID, secret_hash: bytes) -> Any:
    return (
        select(table, bureau.c.time_zone)
        .join(bureau, bureau.c.id == table.c.bureau_id)
        .where(table.c.bureau_id == bureau_id, table.c.secret_hash == secret_hash, table.c.ended_at.is_(None))
    )


async def actor_by_token(
    session: Session, bureau_id: BureauId, secret_hash: bytes, now: datetime
) -> Actor | None:
    """Whose bearer token this is, by the SHA-256 of its secret; None for an ended, old or unknown one."""
    row = (await session.execute(_with_day(bearer_token, bureau_id, secret_hash))).one_or_none()
    if row is None or row.expires_at <= now or await is_gone(session, bureau_id, row.person_id, now):
        return None
    return await actor(session, bureau_id, row.person_id, civil_day(now, row.time_zone))


async def actor_by_login(
    session: Session, bureau_id: BureauId, secret_hash: bytes, now: datetime
) -> KnownLogin | None:
    """Whose login this is; None for an ended or unknown one, idle for 30 min, older than 12 h."""
    row = (await session.execute(_with_day(login, bureau_id, secret_hash))).one_or_none()
    if row is None or not login_in_force(row.opened_at, row.seen_at, now):
        return None
    if await is_gone(session, bureau_id, row.person_id, now):
        return None
    today = civil_day(now, row.time_zone)
    return KnownLogin(row.id, row.seen_at, await actor(session, bureau_id, row.person_id, today))


def _credential_of(row: Any) -> Credential | None:
    if row is None:
        return None
    is_disabled = row.disabled_at is not None
    return Credential(PersonId(row.person_id), row.username, row.password_hash, is_disabled, row.set_at)


async def credential_by_username(session: Session, bureau_id: UUID, username: str) -> Credential | None:
    """How the person with this user name proves himself or herself."""
    statement = select(credential).where(
        credential.c.bureau_id == bureau_id, credential.c.username == username
    )
    return _credential_of((await session.execute(statement)).one_or_none())


async def credential_of(session: Session, bureau_id: UUID, person_id: UUID) -> Credential | None:
    """How this person proves himself or herself."""
    statement = select(credential).where(
        credential.c.bureau_id == bureau_id, credential.c.person_id == person_id
    )
    return _credential_of((await session.execute(statement)).one_or_none())


async def tokens_of(session: Session, bureau_id: UUID, person_id: UUID) -> list[Token]:
    """A person's bearer tokens, newest first, ended ones too."""
    table = bearer_token
    statement = (
        select(table.c.id, table.c.label, table.c.made_at, table.c.expires_at, table.c.ended_at)
        .where(table.c.bureau_id == bureau_id, table.c.person_id == person_id)
        .order_by(table.c.made_at.desc(), table.c.id.desc())
    )
    return [Token(*row) for row in await session.execute(statement)]


async def logins_of(
    session: Session, bureau_id: UUID, person_id: UUID, this: UUID | None, *, now: datetime
) -> list[OpenLogin]:
    """A person's logins in force, the one used last first; `this` is the one that asks."""
    statement = (
        select(login)
        .where(
            login.c.bureau_id == bureau_id,
            login.c.person_id == person_id,
            login.c.ended_at.is_(None),
            login.c.opened_at > now - ABSOLUTE,
        )
        .order_by(login.c.seen_at.desc(), login.c.id.desc())
    )
    return [
        OpenLogin(row.id, row.opened_at, row.seen_at, row.address, row.browser, row.id == this)
        for row in await session.execute(statement)
        if login_in_force(row.opened_at, row.seen_at, now)
    ]


async def recovery_codes_left(session: Session, bureau_id: UUID, person_id: UUID) -> int | None:
    """How many recovery codes somebody has not used yet; None without a confirmed second factor."""
    confirmed = select(second_factor.c.confirmed_at).where(
        second_factor.c.bureau_id == bureau_id,
        second_factor.c.person_id == person_id,
        second_factor.c.confirmed_at.is_not(None),
    )
    if (await session.execute(confirmed)).first() is None:
        return None
    unused = select(func.count()).where(
        recovery_code.c.bureau_id == bureau_id,
        recovery_code.c.person_id == person_id,
        recovery_code.c.used_at.is_(None),
    )
    return (await session.execute(unused)).scalar_one()
