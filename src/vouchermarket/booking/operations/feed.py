"""One's timetable for a calendar program: an address of its own that can be taken back."""

import secrets
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from vouchermarket.booking.tables import calendar_feed
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit import events
from vouchermarket.kit.cipher import secret_hash
from vouchermarket.kit.db import Session


async def make_feed(session: Session, actor: Actor, *, now: datetime) -> str:
    """The secret of a new address, shown this once; the one before opens nothing any more.

    Refuses `RoleNotAllowed`.
    """
    identity.seats_for(actor, "book")
    secret = secrets.token_urlsafe(32)
    row = {"secret_hash": secret_hash(secret), "made_at": now}
    statement = insert(calendar_feed).values(bureau_id=actor.bureau_id, person_id=actor.person_id, **row)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["bureau_id", "person_id"], set_=row)
    )
    await _record(session, actor, "booking.feed_made", now)
    return secret


async def end_feed(session: Session, actor: Actor, *, now: datetime) -> None:
    """Take the address back. Refuses `RoleNotAllowed`, `NotFound` where there is none."""
    identity.seats_for(actor, "book")
    mine = (calendar_feed.c.bureau_id == actor.bureau_id, calendar_feed.c.person_id == actor.person_id)
    if (await session.execute(delete(calendar_feed).where(*mine))).rowcount == 0:
        raise identity.NotFound
    await _record(session, actor, "booking.feed_ended", now)


async def _record(session: Session, actor: Actor, kind: str, now: datetime) -> None:
    await events.record(session, actor.bureau_id, kind, actor.person_id, actor_id=actor.person_id, now=now)
