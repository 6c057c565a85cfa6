"""The second factor of a person: set up at the door, asked for at each login, taken away by another.

It is set up with user name and password alone, before any login: a desk that needs it opens none without.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vouchermarket.identity import queries, rules
from vouchermarket.identity.operations import limits, proofs
from vouchermarket.identity.operations.roster import lock_people
from vouchermarket.identity.structs import (
    Actor,
    ConfirmSecondFactor,
    Credential,
    EnrolSecondFactor,
    Gate,
    RecoveryCodes,
    SecondFactorSecret,
)
from vouchermarket.identity.tables import recovery_code, second_factor
from vouchermarket.kit import events
from vouchermarket.kit.cipher import secret_hash
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import BureauId, PersonId
from vouchermarket.kit.refusal import Refusal


async def enrol_second_factor(
    database: Database, bureau_id: BureauId, command: EnrolSecondFactor, *, gate: Gate, now: datetime
) -> SecondFactorSecret:
    """Make a secret for an authenticator; it is shown this once, and counts for nothing until confirmed.

    Refuses `LoginRefused`, `TooManyAttempts`, `SecondFactorPresent`.
    """
    known = await proofs.proven(database, bureau_id, command.username, command.password, now=now)
    secret = pyotp.random_base32()
    async with database.transaction(bureau_id) as session:
        await proofs.still(session, bureau_id, known, now=now)
        standing = await _standing(session, bureau_id, known.person_id)
        if standing is not None and standing.confirmed_at is not None:
            raise rules.SecondFactorPresent
        sealed = gate.cipher.seal(secret.encode(), _purpose(bureau_id, known.person_id))
        row = {"sealed": sealed, "made_at": now, "confirmed_at": None, "last_step": None}
        whose = {"bureau_id": bureau_id, "person_id": known.person_id}
        statement = upsert(second_factor).values(**whose, **row)
        await session.execute(
            statement.on_conflict_do_update(index_elements=["bureau_id", "person_id"], set_=row)
        )
        fresh = events.changed(standing, made_at=now, confirmed_at=None)
        await _tell(session, bureau_id, "identity.second_factor_enrolled", known.person_id, now, **fresh)
        bureau = await queries.bureau(session, bureau_id)
    return SecondFactorSecret(rules.authenticator_address(secret, known.username, bureau.name))


async def confirm_second_factor(
    database: Database, bureau_id: BureauId, command: ConfirmSecondFactor, *, gate: Gate, now: datetime
) -> RecoveryCodes:
    """Show by a code that the authenticator has the secret; from now on each login asks for one.

    The recovery codes are shown this once. Refuses `LoginRefused`, `TooManyAttempts`, `NotFound`,
    `SecondFactorPresent`, `CodeNotRight`.
    """
    known = await proofs.proven(database, bureau_id, command.username, command.password, now=now)
    async with database.transaction(bureau_id) as session:
        await proofs.still(session, bureau_id, known, now=now)
        standing = await _standing(session, bureau_id, known.person_id)
        if standing is None:
            raise rules.NotFound
        if standing.confirmed_at is not None:
            raise rules.SecondFactorPresent
        if await _uses_step(session, bureau_id, standing, command.code, gate, now):
            theirs = _of(second_factor, bureau_id, known.person_id)
            await session.execute(update(second_factor).where(*theirs).values(confirmed_at=now))
            facts = events.changed(standing, confirmed_at=now)
            await _tell(session, bureau_id, "identity.second_factor_confirmed", known.person_id, now, **facts)
            return await _recovery(session, bureau_id, known.person_id)
        await limits.count(session, bureau_id, known.username, known.person_id, now=now)
    raise rules.CodeNotRight


async def drop_second_factor(session: Session, actor: Actor, person_id: PersonId, *, now: datetime) -> None:
    """Take away another person's second factor and recovery codes, when the telephone is lost.

    Refuses `RoleNotAllowed`, `OwnSecondFactor`, `NotFound`.
    """
    rules.seats_for(actor, "end_logins")
    rules.another_person(actor, person_id)
    await lock_people(session, actor.bureau_id, [person_id])
    standing = await _standing(session, actor.bureau_id, person_id)
    if standing is None:
        raise rules.NotFound
    for table in (recovery_code, second_factor):
        await session.execute(delete(table).where(*_of(table, actor.bureau_id, person_id)))
    gone = events.changed(standing, made_at=None, confirmed_at=None)
    kind = "identity.second_factor_dropped"
    await _tell(session, actor.bureau_id, kind, person_id, now, actor.person_id, **gone)


async def second_factor_passed(
    session: Session, bureau_id: BureauId, known: Credential, code: str | None, *, gate: Gate, now: datetime
) -> Refusal | None:
    """Whether the code lets a person in whose row is locked; a used one is written down as used.

    What stands against it comes back as a value: a wrong code has to be counted, so nothing is undone.
    """
    standing = await _standing(session, bureau_id, known.person_id)
    if standing is None or standing.confirmed_at is None:
        bureau = await queries.bureau(session, bureau_id)
        today = civil_day(now, bureau.time_zone)
        actor = await queries.actor(session, bureau_id, known.person_id, today)
        is_missing = gate.asks_second_factor and rules.needs_second_factor(actor)
        return rules.SecondFactorMissing() if is_missing else None
    if code is None:
        return rules.SecondFactorAsked()
    if await _uses_step(session, bureau_id, standing, code, gate, now):
        return None
    used = update(recovery_code).where(
        *_of(recovery_code, bureau_id, known.person_id),
        recovery_code.c.code_hash == secret_hash(code.strip().upper()),
        recovery_code.c.used_at.is_(None),
    )
    if (await session.execute(used.values(used_at=now))).rowcount == 1:
        facts = events.changed({"used_at": None}, used_at=now)
        await _tell(session, bureau_id, "identity.recovery_code_used", known.person_id, now, **facts)
        return None
    return rules.CodeNotRight()


async def _uses_step(
    session: Session, bureau_id: UUID, standing: Any, code: str, gate: Gate, now: datetime
) -> bool:
    # The person is locked: of two logins with one code the second finds the step used.
    secret = gate.cipher.open(standing.sealed, _purpose(bureau_id, standing.person_id)).decode()
    step = rules.step_of(secret, code, now, standing.last_step)
    if step is None:
        return False
    theirs = _of(second_factor, bureau_id, standing.person_id)
    await session.execute(update(second_factor).where(*theirs).values(last_step=step))
    return True


async def _recovery(session: Session, bureau_id: UUID, person_id: UUID) -> RecoveryCodes:
    # 80 random bits each, so one round of hashing keeps them, as it keeps the secrets of logins.
    codes = tuple(pyotp.random_base32()[:16] for _ in range(rules.RECOVERY_CODES))
    rows = [
        {"bureau_id": bureau_id, "person_id": person_id, "code_hash": secret_hash(code)} for code in codes
    ]
    await session.execute(insert(recovery_code), rows)
    return RecoveryCodes(codes)


async def _standing(session: Session, bureau_id: UUID, person_id: UUID) -> Any:
    of_person = select(second_factor).where(*_of(second_factor, bureau_id, person_id))
    return (await session.execute(of_person)).one_or_none()


def _of(table: Any, bureau_id: UUID, person_id: UUID) -> tuple[Any, Any]:
    return table.c.bureau_id == bureau_id, table.c.person_id == person_id


def _purpose(bureau_id: UUID, person_id: UUID) -> str:
    return f"second_factor:{bureau_id}:{person_id}"


async def _tell(
    session: Session,
    bureau_id: UUID,
    kind: str,
    person_id: UUID,
    now: datetime,
    by: UUID | None = None,
    **facts: object,
) -> None:
    await events.record(session, bureau_id, kind, person_id, actor_id=by or person_id, now=now, facts=facts)
