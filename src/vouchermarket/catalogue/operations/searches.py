"""Searches somebody keeps under a name. They reserve nothing and decide nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from vouchermarket.catalogue import queries, rules
from vouchermarket.catalogue.structs import SAVED_MAX, SavedSearch, SearchPage, SearchRuns
from vouchermarket.catalogue.tables import saved_search
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import new_id


async def save_search(
    session: Session, actor: Actor, name: str, asked: SearchRuns, page: SearchPage, *, now: datetime
) -> SavedSearch:
    """Keep a search of one's own; one that has the name already is replaced.

    Refuses `RoleNotAllowed`, `SavedSearchesFull`.
    """
    identity.seats_for(actor, "read_catalogue")
    kept = await queries.saved_searches(session, actor)
    if name not in {one.name for one in kept} and len(kept) >= SAVED_MAX:
        raise rules.SavedSearchesFull(at_most=SAVED_MAX)
    saved = SavedSearch(new_id(), name, rules.canonical(asked, page), now)
    row = {"id": saved.id, "query": saved.query, "saved_at": now}
    statement = insert(saved_search).values(
        bureau_id=actor.bureau_id, person_id=actor.person_id, name=name, **row
    )
    await session.execute(
        statement.on_conflict_do_update(index_elements=["bureau_id", "person_id", "name"], set_=row)
    )
    return saved


async def forget_search(
    session: Session,
    actor: Actor,
    search_id: UUID,
    *,
    now: datetime,  # noqa: ARG001 - as every verb
) -> None:
    """Delete a search of one's own. Refuses `RoleNotAllowed`, `NotFound`."""
    identity.seats_for(actor, "read_catalogue")
    gone = await session.execute(
        delete(saved_search).where(
            saved_search.c.bureau_id == actor.bureau_id,
            saved_search.c.person_id == actor.person_id,
            saved_search.c.id == search_id,
        )
    )
    if gone.rowcount == 0:
        raise identity.NotFound
