"""What people are told by time itself, and of facts whose own transaction could not wait for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Row

from vouchermarket.identity.rules import network
from vouchermarket.identity.structs import Bureau
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Database, Session
from vouchermarket.notices import operations as notices
from vouchermarket.notices import queries
from vouchermarket.notices.rules import LoginFromElsewhere
from vouchermarket.vouchers import operations as vouchers

PART = 500


async def holders_told(session: Session, bureau_id: UUID, issued: Row[Any]) -> None:
    """Tell the holders of an issuance that their vouchers are there."""
    await vouchers.tell_issued(session, bureau_id, issued.subject_id, now=issued.at)


async def person_told(session: Session, bureau_id: UUID, opened: Row[Any]) -> None:
    """Tell a person of a login from a network that none of the earlier ones came from.

    The first login of all is no surprise, and of one without an address nothing can be said.
    """
    if opened.address is None or opened.actor_id is None:
        return
    used = await queries.networks_before(session, bureau_id, opened.actor_id, opened.at)
    here = network(opened.address)
    if used and here not in used:
        told = {"login_id": opened.subject_id, "network": here}
        await notices.tell(session, bureau_id, opened.actor_id, LoginFromElsewhere, told, now=opened.at)


async def remind_of_expiry(database: Database, bureau: Bureau, now: datetime) -> int:
    """Remind holders of vouchers that end soon, a part at a time."""
    today, total = civil_day(now, bureau.time_zone), 0
    while True:
        async with database.transaction(bureau.id) as session:
            done = await vouchers.remind_of_expiry(session, bureau.id, today, now, at_most=PART)
        total += done
        if not done:
            return total
