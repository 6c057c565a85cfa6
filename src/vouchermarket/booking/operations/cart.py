"""A teacher's cart: runs put aside to be booked together. It reserves nothing and moves nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from vouchermarket.booking import queries, rules
from vouchermarket.booking.structs import CART_MAX
from vouchermarket.booking.tables import cart_line
from vouchermarket.catalogue import queries as catalogue
from vouchermarket.identity import rules as identity
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session, among


async def put_in(session: Session, actor: Actor, run_id: UUID, *, now: datetime) -> None:
    """Put a run into one's cart; one that is there stays once.

    Refuses `RoleNotAllowed`, `NotFound` (no such run), `CartFull`.
    """
    identity.seats_for(actor, "book")
    await catalogue.run(session, actor.bureau_id, run_id)
    if await queries.cart_size(session, actor.bureau_id, actor.person_id) >= CART_MAX:
        raise rules.CartFull(at_most=CART_MAX)
    line = {"bureau_id": actor.bureau_id, "person_id": actor.person_id, "run_id": run_id, "added_at": now}
    await session.execute(insert(cart_line).values(line).on_conflict_do_nothing())


async def take_out(
    session: Session,
    actor: Actor,
    run_ids: Sequence[UUID],
    *,
    now: datetime,  # noqa: ARG001 - as every verb
) -> None:
    """Take runs out of one's cart; what is not in it is out already. Refuses `RoleNotAllowed`."""
    identity.seats_for(actor, "book")
    await session.execute(
        delete(cart_line).where(
            cart_line.c.bureau_id == actor.bureau_id,
            cart_line.c.person_id == actor.person_id,
            cart_line.c.run_id == among(run_ids),
        )
    )
