"""The searches somebody keeps."""

from sqlalchemy import select

from vouchermarket.catalogue.structs import SavedSearch
from vouchermarket.catalogue.tables import saved_search
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session


async def saved_searches(session: Session, actor: Actor) -> list[SavedSearch]:
    """One's own, the one kept last first."""
    table = saved_search
    statement = (
        select(table.c.id, table.c.name, table.c.query, table.c.saved_at)
        .where(table.c.bureau_id == actor.bureau_id, table.c.person_id == actor.person_id)
        .order_by(table.c.saved_at.desc(), table.c.id.desc())
    )
    return [SavedSearch(*row) for row in await session.execute(statement)]
