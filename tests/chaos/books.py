"""What the database holds, beside what a crowd was told."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from chaos.crowd import Crowd
from vouchermarket.booking.tables import booking
from vouchermarket.cli.ledger import check_bureaus
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.events import event
from vouchermarket.kit.ids import BureauId
from vouchermarket.kit.keys import request_key


class Difference(msgspec.Struct, frozen=True):
    """How far the books are from what was acknowledged. All of it has to be nothing."""

    lost: set[UUID]
    doubled: set[UUID]
    without_event: set[UUID]
    keys: int
    broken: dict[str, int]

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.without_event or self.keys or self.broken)


async def compared(database: Database, bureau_id: BureauId, crowd: Crowd) -> Difference:
    """Bookings, events and keys beside the answers of a crowd at rest, and I1 to I12 as `ledger verify`."""
    async with database.transaction(bureau_id) as session:
        rows = (await session.execute(select(booking.c.id, booking.c.cancelled_at))).all()
        booked, given_back = {row.id for row in rows}, {row.id for row in rows if row.cancelled_at}
        told = await _told_once(session, "booking.booked"), await _told_once(session, "booking.cancelled")
        keys = (await session.execute(select(func.count()).select_from(request_key))).scalar_one()
    checked = await check_bureaus(database)
    assert len(checked) == 1
    return Difference(
        lost=(crowd.booked - booked) | (crowd.given_back - given_back),
        doubled=(booked - crowd.booked) | (given_back - crowd.given_back),
        without_event=(booked ^ told[0]) | (given_back ^ told[1]),
        keys=keys - crowd.acknowledged,
        broken={finding.code: finding.broken for finding in checked[0].findings if finding.broken},
    )


async def _told_once(session: Session, kind: str) -> set[UUID]:
    counted: Any = select(event.c.subject_id, func.count()).where(event.c.kind == kind)
    rows = (await session.execute(counted.group_by(event.c.subject_id))).all()
    return {subject_id for subject_id, times in rows if times == 1}
