"""Opening a login on the word of an identity provider, for somebody who stands on the roster."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vouchermarket.identity import queries, rules
from vouchermarket.identity.operations.logins import open_login
from vouchermarket.identity.operations.roster import lock_people
from vouchermarket.identity.structs import Gate, OpenedLogin
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import BureauId


async def enter_from_outside(
    session: Session,
    bureau_id: BureauId,
    claims: Mapping[str, Any],
    claim: str,
    *,
    gate: Gate,
    now: datetime,
) -> OpenedLogin:
    """The login of the person whose code on the roster a checked claim names. Nobody is made by it.

    A desk that needs a second factor needs one shown at the provider. Refuses `PersonNotKnownHere` (no such
    person, gone, disabled, or without a seat), `SecondFactorMissing`.
    """
    code = claims.get(claim)
    name = str(code or "")[:100]
    ids = await queries.person_ids_by_code(session, bureau_id, [code]) if isinstance(code, str) else {}
    if name not in ids:
        raise rules.PersonNotKnownHere(name=name)
    person_id = ids[name]
    await lock_people(session, bureau_id, [person_id])
    today = civil_day(now, (await queries.bureau(session, bureau_id)).time_zone)
    actor = await queries.actor(session, bureau_id, person_id, today)
    known = await queries.credential_of(session, bureau_id, person_id)
    is_shut = known is not None and known.is_disabled
    if not actor.seats or is_shut or await queries.is_gone(session, bureau_id, person_id, now):
        raise rules.PersonNotKnownHere(name=name)
    if gate.asks_second_factor and rules.needs_second_factor(actor) and not rules.shows_second_factor(claims):
        raise rules.SecondFactorMissing
    return await open_login(session, bureau_id, person_id, now)
