"""What stands in somebody's cart."""

from uuid import UUID

from sqlalchemy import func, select

from vouchermarket.booking.tables import cart_line
from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.structs import Run
from vouchermarket.kit.db import Session


async def cart(session: Session, bureau_id: UUID, person_id: UUID) -> list[Run]:
    """The runs in a person's cart as they stand today, in the order in which they were put there."""
    own = select(cart_line.c.run_id).where(
        cart_line.c.bureau_id == bureau_id, cart_line.c.person_id == person_id
    )
    ids = list((await session.execute(own.order_by(cart_line.c.added_at, cart_line.c.run_id))).scalars())
    runs = await catalogue.runs(session, bureau_id, ids) if ids else {}
    return [runs[id_] for id_ in ids]


async def cart_size(session: Session, bureau_id: UUID, person_id: UUID) -> int:
    """How many runs are in a person's cart."""
    counted = select(func.count()).where(
        cart_line.c.bureau_id == bureau_id, cart_line.c.person_id == person_id
    )
    return (await session.execute(counted)).scalar_one()
