"""Whether somebody is who he or she says: by password, slowed where guesses fail."""

from datetime import datetime
from uuid import UUID

from vouchermarket.identity import queries, rules
from vouchermarket.identity.operations import limits, passwords
from vouchermarket.identity.operations.roster import lock_people
from vouchermarket.identity.structs import Credential
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.ids import BureauId


async def proven(
    database: Database, bureau_id: BureauId, username: str, password: str, *, now: datetime
) -> Credential:
    """Whose user name and password these are; a failure is counted and kept although it is refused.

    Refuses `TooManyAttempts` and, after the same work in every case, `LoginRefused`.
    """
    async with database.transaction(bureau_id) as session:
        await limits.look(session, bureau_id, username, now=now)
        found = await queries.credential_by_username(session, bureau_id, username)
    usable = found is not None and not found.is_disabled
    matching = await passwords.matches(found.password_hash if found and usable else None, password)
    if found is None or not matching:
        async with database.transaction(bureau_id) as session:
            await limits.count(session, bureau_id, username, found.person_id if found else None, now=now)
        raise rules.LoginRefused
    return found


async def still(session: Session, bureau_id: UUID, known: Credential, *, now: datetime) -> None:
    """Lock the person and the counts, and see that what was proven holds on.

    Between the two transactions somebody may have disabled the person or set another password, or others may
    have failed too often. Who is gone comes in no more. Refuses `LoginRefused`, `TooManyAttempts`.
    """
    await lock_people(session, bureau_id, [known.person_id])
    await limits.hold(session, bureau_id, known.username, now=now)
    if await queries.credential_of(session, bureau_id, known.person_id) != known:
        raise rules.LoginRefused
    if await queries.is_gone(session, bureau_id, known.person_id, now):
        raise rules.LoginRefused
