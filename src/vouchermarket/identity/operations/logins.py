"""Coming in and going out: passwords, logins that end, bearer tokens.

Hashing a password takes longer than a transaction should: the verbs that do it take the database, read in
one short transaction, work without a connection, and write in another.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vouchermarket.identity import queries, rules, tables
from vouchermarket.identity.operations import limits, passwords, proofs
from vouchermarket.identity.operations.roster import lock_people
from vouchermarket.identity.operations.second_factor import second_factor_passed
from vouchermarket.identity.structs import (
    Actor,
    ChangePassword,
    Gate,
    IssuedToken,
    LogIn,
    MakeToken,
    OpenedLogin,
    SetPassword,
)
from vouchermarket.kit import events
from vouchermarket.kit.cipher import secret_hash
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import BureauId, PersonId, new_id


async def set_password(database: Database, actor: Actor, command: SetPassword, *, now: datetime) -> None:
    """Give a person a user name and a first password, and end every login he or she has.

    Refuses `RoleNotAllowed`, `PasswordLengthOut`, `PasswordCommon`, `NotFound`, `UsernameTaken`.
    """
    rules.seats_for(actor, "change_roster")
    rules.acceptable(command.password, command.username)
    password_hash = await passwords.hashed(command.password)
    async with database.transaction(actor.bureau_id) as session:
        await lock_people(session, actor.bureau_id, [command.person_id])
        holder = await queries.credential_by_username(session, actor.bureau_id, command.username)
        if holder is not None and holder.person_id != command.person_id:
            raise rules.UsernameTaken(username=command.username)
        row = {
            "username": command.username,
            "password_hash": password_hash,
            "set_at": now,
            "disabled_at": None,
        }
        whose = {"bureau_id": actor.bureau_id, "person_id": command.person_id}
        before = await queries.credential_of(session, actor.bureau_id, command.person_id)
        statement = upsert(tables.credential).values(**whose, **row)
        await session.execute(
            statement.on_conflict_do_update(index_elements=["bureau_id", "person_id"], set_=row)
        )
        await end_all(session, actor.bureau_id, command.person_id, now)
        facts = events.changed(before, set_at=now, is_disabled=False)
        await _tell(session, actor, "identity.password_set", command.person_id, now, **facts)


async def change_password(
    database: Database, actor: Actor, command: ChangePassword, *, now: datetime
) -> OpenedLogin:
    """Change one's own password: every login ends, this one too, and a new one is opened.

    Refuses `LoginRefused` when the present password is another, `TooManyAttempts`, `PasswordLengthOut`,
    `PasswordCommon`.
    """
    async with database.transaction(actor.bureau_id) as session:
        found = await queries.credential_of(session, actor.bureau_id, actor.person_id)
    if found is None:
        raise rules.LoginRefused
    # Whoever has come by a cookie may guess the password here as little as at the door.
    known = await proofs.proven(database, actor.bureau_id, found.username, command.present, now=now)
    rules.acceptable(command.password, known.username)
    fresh = await passwords.hashed(command.password)
    async with database.transaction(actor.bureau_id) as session:
        await proofs.still(session, actor.bureau_id, known, now=now)
        await _rehash(session, actor.bureau_id, actor.person_id, fresh, now)
        await end_all(session, actor.bureau_id, actor.person_id, now)
        facts = events.changed(known, set_at=now)
        await _tell(session, actor, "identity.password_changed", actor.person_id, now, **facts)
        return await _open(session, actor.bureau_id, actor.person_id, now)


async def log_in(
    database: Database, bureau_id: BureauId, command: LogIn, *, gate: Gate, now: datetime
) -> OpenedLogin:
    """Open a login under an id nobody chose.

    Refuses `LoginRefused`, `TooManyAttempts`, `SecondFactorMissing`, `SecondFactorAsked`, `CodeNotRight`.
    """
    known = await proofs.proven(database, bureau_id, command.username, command.password, now=now)
    outdated = passwords.is_outdated(known.password_hash)
    fresh = await passwords.hashed(command.password) if outdated else None
    async with database.transaction(bureau_id) as session:
        await proofs.still(session, bureau_id, known, now=now)
        refusal = await second_factor_passed(session, bureau_id, known, command.code, gate=gate, now=now)
        if refusal is None:
            await limits.clear(session, bureau_id, known.username)
            if fresh:
                await _rehash(session, bureau_id, known.person_id, fresh, now)
            return await open_login(session, bureau_id, known.person_id, now)
        if isinstance(refusal, rules.CodeNotRight):
            await limits.count(session, bureau_id, known.username, known.person_id, now=now)
    raise refusal


async def enter(session: Session, bureau_id: BureauId, person_id: PersonId, *, now: datetime) -> OpenedLogin:
    """Open a login for an invented person of a demo, without a password: only its entrance asks for this."""
    return await open_login(session, bureau_id, person_id, now)


async def see_login(session: Session, bureau_id: UUID, login_id: UUID, *, now: datetime) -> None:
    """Write down that a login was used, so that it stays in force."""
    table = tables.login
    mine = (table.c.bureau_id == bureau_id, table.c.id == login_id, table.c.seen_at < now)
    await session.execute(update(table).where(*mine).values(seen_at=now))


async def log_out(session: Session, actor: Actor, login_id: UUID, *, now: datetime) -> None:
    """End a login of one's own. Refuses `RoleNotAllowed`, `NotFound` when it is no open one of one's own."""
    rules.seats_for(actor, "read_own")
    await _end_one(session, actor, tables.login, login_id, now)
    await _tell(session, actor, "identity.logged_out", login_id, now, **_ended(now))


async def end_other_logins(session: Session, actor: Actor, kept_id: UUID | None, *, now: datetime) -> None:
    """End every login of one's own but the one that asks: what was left open elsewhere is closed.

    Nothing open, nothing written. Bearer tokens stay; they are listed and ended one by one. Refuses
    `RoleNotAllowed`.
    """
    rules.seats_for(actor, "read_own")
    await lock_people(session, actor.bureau_id, [actor.person_id])
    table = tables.login
    open_ones = (
        table.c.bureau_id == actor.bureau_id,
        table.c.person_id == actor.person_id,
        table.c.ended_at.is_(None),
        table.c.id.is_distinct_from(kept_id),
    )
    ended = await session.execute(update(table).where(*open_ones).values(ended_at=now))
    if ended.rowcount:
        facts = {"logins": ended.rowcount, **_ended(now)}
        await _tell(session, actor, "identity.other_logins_ended", actor.person_id, now, **facts)


async def end_logins(
    session: Session, actor: Actor, person_id: PersonId, *, disable: bool = False, now: datetime
) -> None:
    """End every login and bearer token of a person, within a second everywhere; with `disable`, for good:
    until a new password is set none can be opened.

    Refuses `RoleNotAllowed`, `NotFound`.
    """
    rules.seats_for(actor, "end_logins")
    await lock_people(session, actor.bureau_id, [person_id])
    before = await queries.credential_of(session, actor.bureau_id, person_id)
    await end_all(session, actor.bureau_id, person_id, now)
    if disable:
        table = tables.credential
        theirs = (table.c.bureau_id == actor.bureau_id, table.c.person_id == person_id)
        await session.execute(update(table).where(*theirs).values(disabled_at=now))
    is_disabled = before is not None and before.is_disabled
    facts = events.changed(
        {"ended_at": None, "is_disabled": is_disabled}, ended_at=now, is_disabled=disable or is_disabled
    )
    await _tell(session, actor, "identity.logins_ended", person_id, now, disable=disable, **facts)


async def make_token(session: Session, actor: Actor, command: MakeToken, *, now: datetime) -> IssuedToken:
    """Make a bearer token for oneself; it is shown this once. Refuses `RoleNotAllowed`."""
    rules.seats_for(actor, "read_own")
    bureau = await queries.bureau(session, actor.bureau_id)
    secret = secrets.token_urlsafe(32)
    issued = IssuedToken(new_id(), rules.bearer(bureau.code, secret), now + timedelta(days=command.days))
    await session.execute(
        insert(tables.bearer_token).values(
            bureau_id=actor.bureau_id,
            id=issued.id,
            person_id=actor.person_id,
            secret_hash=secret_hash(secret),
            label=command.label,
            made_at=now,
            expires_at=issued.expires_at,
        )
    )
    await _tell(session, actor, "identity.token_made", issued.id, now)
    return issued


async def end_token(session: Session, actor: Actor, token_id: UUID, *, now: datetime) -> None:
    """End one's own bearer token. Refuses `RoleNotAllowed`, `NotFound`."""
    rules.seats_for(actor, "read_own")
    await _end_one(session, actor, tables.bearer_token, token_id, now)
    await _tell(session, actor, "identity.token_ended", token_id, now, **_ended(now))


async def _rehash(session: Session, bureau_id: UUID, person_id: UUID, fresh: str, now: datetime) -> None:
    table = tables.credential
    theirs = (table.c.bureau_id == bureau_id, table.c.person_id == person_id)
    await session.execute(update(table).where(*theirs).values(password_hash=fresh, set_at=now))


async def open_login(session: Session, bureau_id: UUID, person_id: PersonId, now: datetime) -> OpenedLogin:
    opened = await _open(session, bureau_id, person_id, now)
    await events.record(session, bureau_id, "identity.logged_in", opened.id, actor_id=person_id, now=now)
    return opened


async def _open(session: Session, bureau_id: UUID, person_id: PersonId, now: datetime) -> OpenedLogin:
    opened, source = OpenedLogin(new_id(), secrets.token_urlsafe(32), person_id), events.origin.get()
    await session.execute(
        insert(tables.login).values(
            bureau_id=bureau_id,
            id=opened.id,
            person_id=person_id,
            secret_hash=secret_hash(opened.secret),
            address=source.address,
            browser=source.browser,
            opened_at=now,
            seen_at=now,
        )
    )
    return opened


async def end_all(session: Session, bureau_id: UUID, person_id: UUID, now: datetime) -> None:
    """End every login and bearer token of a person who is locked."""
    for table in (tables.login, tables.bearer_token):
        theirs = (table.c.bureau_id == bureau_id, table.c.person_id == person_id, table.c.ended_at.is_(None))
        await session.execute(update(table).where(*theirs).values(ended_at=now))


async def _end_one(session: Session, actor: Actor, table: Table, id_: UUID, now: datetime) -> None:
    mine = (table.c.bureau_id == actor.bureau_id, table.c.id == id_, table.c.person_id == actor.person_id)
    ended = update(table).where(*mine, table.c.ended_at.is_(None)).values(ended_at=now)
    if (await session.execute(ended)).rowcount == 0:
        raise rules.NotFound


def _ended(now: datetime) -> dict[str, Any]:
    return events.changed({"ended_at": None}, ended_at=now)


async def _tell(
    session: Session, actor: Actor, kind: str, subject_id: UUID, now: datetime, **facts: object
) -> None:
    await events.record(
        session, actor.bureau_id, kind, subject_id, actor_id=actor.person_id, now=now, facts=facts
    )
