"""Who holds a seat of a run, as a provider's sheet tells them."""

from uuid import UUID

from sqlalchemy import select

from vouchermarket.booking.tables import booking
from vouchermarket.catalogue.structs import Run
from vouchermarket.completion.queries.attendance import attendance_of
from vouchermarket.completion.queries.completions import completions_of_bookings, participant_of
from vouchermarket.completion.rules.imports import COMPLETIONS, Line
from vouchermarket.identity.tables import person
from vouchermarket.kit import tabular
from vouchermarket.kit.db import Session, leads_to
from vouchermarket.kit.tabular import Value


async def lines(session: Session, bureau_id: UUID, run: Run) -> dict[str, Line]:
    """Everybody with a live booking of the run, by the person's code and in its order."""
    statement = (
        select(booking, person.c.code, person.c.name)
        .join_from(booking, person, leads_to(booking.c.person_id, person))
        .where(booking.c.bureau_id == bureau_id, booking.c.run_id == run.id, booking.c.cancelled_at.is_(None))
        .order_by(person.c.code)
    )
    rows = (await session.execute(statement)).all()
    ids = [row.id for row in rows]
    reported = await completions_of_bookings(session, bureau_id, ids)
    numbers = {meeting.id: meeting.number for meeting in run.meetings}
    attended: dict[UUID, list[int]] = {}
    for taken in await attendance_of(session, bureau_id, ids):
        if taken.present:
            attended.setdefault(taken.booking_id, []).append(numbers[taken.meeting_id])
    return {
        row.code: Line(
            participant=participant_of(row),
            name=row.name.strip(),
            attended=tuple(sorted(attended.get(row.id, ()))),
            completion=reported.get(row.id),
        )
        for row in rows
    }


def rows_of(found: dict[str, Line]) -> list[list[Value]]:
    """The sheet of a run under its heading, for an import to read back."""
    heading: list[Value] = [column.zh for column in COMPLETIONS.columns]
    told = [
        {"code": code, "name": line.name, "attended": line.attended, "evidence": line.evidence}
        for code, line in found.items()
    ]
    return [heading, *(list(tabular.shown(COMPLETIONS, values)) for values in told)]
