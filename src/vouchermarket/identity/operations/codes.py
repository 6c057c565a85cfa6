"""A first sign-in, or a new one after a forgotten password, by a code on paper."""

import secrets
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vouchermarket.identity import queries, rules
from vouchermarket.identity.operations import limits, passwords
from vouchermarket.identity.operations.logins import end_all
from vouchermarket.identity.operations.roster import lock_people
from vouchermarket.identity.structs import Actor, HandedCode, UseCode
from vouchermarket.identity.tables import credential, sign_in_code
from vouchermarket.kit import events
from vouchermarket.kit.cipher import secret_hash
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import BureauId, PersonId


async def hand_out_code(session: Session, actor: Actor, person_id: PersonId, *, now: datetime) -> HandedCode:
    """Make a one-time code for somebody: by the administrator, or by a school for those who teach there.

    It is shown this once and ends the one before. Who has no user name yet gets the own code of the roster.
    A school makes none for officers, its own included: it would choose who sits at another desk.
    Refuses `RoleNotAllowed`, `NotFound`.
    """
    seats = rules.seats_for(actor, "hand_out_code")
    await lock_people(session, actor.bureau_id, [person_id])
    today = civil_day(now, (await queries.bureau(session, actor.bureau_id)).time_zone)
    person = await queries.person_on(session, actor.bureau_id, person_id, today)
    if person is None or await queries.is_gone(session, actor.bureau_id, person_id, now):
        raise rules.NotFound
    held = (await queries.actor(session, actor.bureau_id, person_id, today)).seats
    teaches_at = {seat.organisation_id for seat in held if seat.desk == "teacher"}
    is_theirs = len(teaches_at) == len(held) and bool(teaches_at & {seat.organisation_id for seat in seats})
    if not is_theirs and not any(seat.desk == "administrator" for seat in seats):
        raise rules.NotFound
    known = await queries.credential_of(session, actor.bureau_id, person_id)
    signs = "".join(secrets.choice(rules.ALPHABET) for _ in range(rules.CODE_SIGNS))
    row = {
        "code_hash": secret_hash(signs),
        "made_by": actor.person_id,
        "made_at": now,
        "expires_at": now + rules.CODE_GOOD_FOR,
        "used_at": None,
    }
    whose = {"bureau_id": actor.bureau_id, "person_id": person_id}
    statement = upsert(sign_in_code).values(**whose, **row)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["bureau_id", "person_id"], set_=row)
    )
    facts = {"expires_at": row["expires_at"]}
    await events.record(
        session,
        actor.bureau_id,
        "identity.code_handed_out",
        person_id,
        now=now,
        actor_id=actor.person_id,
        facts=facts,
    )
    username = known.username if known else person.code
    return HandedCode(person_id, person.name, username, rules.printed_code(signs), now + rules.CODE_GOOD_FOR)


async def use_code(database: Database, bureau_id: BureauId, command: UseCode, *, now: datetime) -> None:
    """Choose a password by a code on paper; every login of the person ends, and the code is used.

    Wrong ones count as failed logins do. Refuses `PasswordLengthOut`, `PasswordCommon`, `TooManyAttempts`,
    `CodeNotGood`.
    """
    rules.acceptable(command.password, command.username)
    async with database.transaction(bureau_id) as session:
        await limits.look(session, bureau_id, command.username, now=now)
    # Hashed for everybody, so that an unknown user name takes as long as a known one.
    password_hash = await passwords.hashed(command.password)
    async with database.transaction(bureau_id) as session:
        person_id = await _owner(session, bureau_id, command, now=now)
        if person_id is not None:
            await _set(session, bureau_id, person_id, command.username, password_hash, now=now)
            return
        await limits.count(session, bureau_id, command.username, None, now=now)
    raise rules.CodeNotGood


async def _owner(
    session: Session, bureau_id: BureauId, command: UseCode, *, now: datetime
) -> PersonId | None:
    """Whose good code this is, under the person's lock; None where it is nobody's."""
    await limits.hold(session, bureau_id, command.username, now=now)
    known = await queries.credential_by_username(session, bureau_id, command.username)
    by_code = await queries.person_ids_by_code(session, bureau_id, [command.username])
    person_id = known.person_id if known else by_code.get(command.username)
    if person_id is None or (known is not None and known.is_disabled):
        return None
    await lock_people(session, bureau_id, [person_id])
    own = (sign_in_code.c.bureau_id == bureau_id, sign_in_code.c.person_id == person_id)
    row = (await session.execute(select(sign_in_code).where(*own))).one_or_none()
    is_right = row is not None and secrets.compare_digest(
        row.code_hash, secret_hash(rules.plain_code(command.code))
    )
    if row is None or not is_right or not rules.is_good(row.expires_at, row.used_at, now):
        return None
    gone = await queries.is_gone(session, bureau_id, person_id, now)
    return None if gone else person_id


async def _set(
    session: Session,
    bureau_id: BureauId,
    person_id: PersonId,
    username: str,
    password_hash: str,
    *,
    now: datetime,
) -> None:
    own = {"bureau_id": bureau_id, "person_id": person_id}
    fresh = {"username": username, "password_hash": password_hash, "set_at": now, "disabled_at": None}
    known = await queries.credential_of(session, bureau_id, person_id)
    if known is None:
        await session.execute(insert(credential).values(**own, **fresh))
    else:
        mine = (credential.c.bureau_id == bureau_id, credential.c.person_id == person_id)
        await session.execute(update(credential).where(*mine).values(password_hash=password_hash, set_at=now))
    used = (sign_in_code.c.bureau_id == bureau_id, sign_in_code.c.person_id == person_id)
    await session.execute(update(sign_in_code).where(*used).values(used_at=now))
    await end_all(session, bureau_id, person_id, now)
    await limits.clear(session, bureau_id, username)
    facts = events.changed(known, set_at=now)
    kind = "identity.password_chosen_by_code"
    await events.record(session, bureau_id, kind, person_id, now=now, actor_id=person_id, facts=facts)
