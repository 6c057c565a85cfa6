"""Posts (homeroom, principal) and tiers (backbone, leader) a person holds for a time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from vouchermarket.identity import queries, rules, tables
from vouchermarket.identity.operations.roster import lock_people, tell, write
from vouchermarket.identity.structs import Actor, GivePost, GiveTier
from vouchermarket.kit.db import Session


async def give_post(session: Session, actor: Actor, command: GivePost, *, now: datetime) -> None:
    """Give one person one post. Refuses as `give_posts`."""
    await give_posts(session, actor, [command], now=now)


async def give_posts(session: Session, actor: Actor, commands: Sequence[GivePost], *, now: datetime) -> None:
    """Give persons posts.

    Refuses `RoleNotAllowed`, `OwnAppointment`, `NotFound`, `PeriodEmpty`, `PeriodOverlaps`.
    """
    periods = [(it.person_id, it.post, it.from_on, it.to_on) for it in commands]
    await _give(session, actor, tables.person_post.c.post, periods, "identity.post_given", now=now)


async def give_tier(session: Session, actor: Actor, command: GiveTier, *, now: datetime) -> None:
    """Give one person one tier. Refuses as `give_tiers`."""
    await give_tiers(session, actor, [command], now=now)


async def give_tiers(session: Session, actor: Actor, commands: Sequence[GiveTier], *, now: datetime) -> None:
    """Give persons tiers. Refuses as `give_posts`."""
    periods = [(it.person_id, it.tier, it.from_on, it.to_on) for it in commands]
    await _give(session, actor, tables.person_tier.c.tier, periods, "identity.tier_given", now=now)


async def _give(
    session: Session,
    actor: Actor,
    word: Any,
    periods: Sequence[tuple[UUID, str, date, date | None]],
    kind: str,
    *,
    now: datetime,
) -> None:
    rules.seats_for(actor, "change_roster")
    people = [period[0] for period in periods]
    rules.another(actor, people)
    await lock_people(session, actor.bureau_id, people)
    rules.apart(
        await queries.words_held(session, actor.bureau_id, word, people),
        [rules.Held(None, *period) for period in periods],
    )
    names = ("person_id", str(word.name), "from_on", "to_on")
    rows: list[dict[str, Any]] = [dict(zip(names, period, strict=True)) for period in periods]
    await write(session, actor.bureau_id, word.table, rows)
    await tell(session, actor.bureau_id, kind, rows, names[1:], by=actor.person_id, now=now)
