"""Telling people, in the transaction of what they are told: both stand, or neither."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, update

from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session, among
from vouchermarket.kit.ids import OrganisationId, PersonId, new_id
from vouchermarket.kit.loading import insert_rows
from vouchermarket.notices import queries, rules
from vouchermarket.notices.tables import letter, notice


async def tell(
    session: Session,
    bureau_id: UUID,
    person_id: PersonId,
    kind: type[rules.NoticeKind],
    facts: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Tell one person. A fact the kind's words speak of and nobody gave is a bug (`ValueError`)."""
    await tell_each(session, bureau_id, [(person_id, facts)], kind, now=now)


async def tell_each(
    session: Session,
    bureau_id: UUID,
    told: Iterable[tuple[PersonId, Mapping[str, Any]]],
    kind: type[rules.NoticeKind],
    *,
    now: datetime,
) -> None:
    """Tell many people the same kind of thing, each with facts of their own, as one set.

    Whoever has confirmed an address and wants letters gets one too: `work` sends it when this is committed.
    Nobody writes to the dead.
    """
    rows: list[dict[str, Any]] = []
    for person_id, facts in told:
        if missing := rules.facts_missing(kind, facts):
            raise ValueError(f"{kind.code} speaks of {sorted(missing)}")
        rows.append(
            {
                "bureau_id": bureau_id,
                "id": new_id(),
                "person_id": person_id,
                "kind": kind.code,
                "facts": msgspec.to_builtins(dict(facts)),
                "at": now,
            }
        )
    dead = await identity.dead_among(session, bureau_id, {row["person_id"] for row in rows})
    rows = [row for row in rows if row["person_id"] not in dead]
    if not rows:
        return
    await insert_rows(session, notice, rows)
    reached = await queries.reached_by_mail(session, bureau_id, {row["person_id"] for row in rows})
    due = [
        {"bureau_id": bureau_id, "notice_id": row["id"], "due_at": now}
        for row in rows
        if row["person_id"] in reached
    ]
    if due:
        await session.execute(insert(letter), due)


async def tell_officers(
    session: Session,
    bureau_id: UUID,
    organisation_id: OrganisationId,
    kind: type[rules.NoticeKind],
    facts: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Tell everybody who is an officer of a body today."""
    zone = (await identity.bureau(session, bureau_id)).time_zone
    officers = await queries.officers_at(session, bureau_id, organisation_id, civil_day(now, zone))
    await tell_each(session, bureau_id, [(person_id, facts) for person_id in officers], kind, now=now)


async def mark_read(session: Session, actor: Actor, notice_ids: Sequence[UUID], *, now: datetime) -> int:
    """Mark one's own notices as read; returns how many were unread. Refuses `NotFound` where one is not."""
    own = [
        notice.c.bureau_id == actor.bureau_id,
        notice.c.person_id == actor.person_id,
        notice.c.id == among(notice_ids),
    ]
    if await queries.own_among(session, actor, notice_ids) != len(set(notice_ids)):
        raise NotFound
    marked = await session.execute(update(notice).where(*own, notice.c.read_at.is_(None)).values(read_at=now))
    return marked.rowcount
