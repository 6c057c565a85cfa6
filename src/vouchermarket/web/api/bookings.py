"""Bookings: a teacher's choice, a cart, a school's list of named teachers, and giving a seat back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import JSONBody

from vouchermarket.booking import operations as booking
from vouchermarket.booking import queries
from vouchermarket.booking.structs import (
    Booked,
    Booking,
    Cancel,
    CheckOut,
    Choice,
    Consequence,
    Nominate,
    Nominee,
    Refused,
    RosterLine,
)
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import OrganisationId, PersonId, RunId
from vouchermarket.web import given
from vouchermarket.web.errors import language_of, problem
from vouchermarket.web.fields import Id, Limit, Offset

TAGS = ["bookings"]


class NominatedLine(msgspec.Struct, frozen=True):
    """One line of a school's list: the seat that was taken, or the problem that kept it from being."""

    run_id: RunId
    person_id: PersonId
    booked: Booked | None
    refusal: dict[str, Any] | None


@get("/me/bookings", verb="read_own", tags=TAGS)
async def own_bookings(
    session: given.Session, actor: given.Actor, limit: Limit = 50, offset: Offset = 0
) -> list[Booking]:
    """One's own bookings, cancelled ones too, the latest run first."""
    return await queries.bookings_of(session, actor.bureau_id, actor.person_id, limit=limit, offset=offset)


@get("/bookings/{booking_id:uuid}", verb="read_own", tags=TAGS)
async def one_booking(booking_id: Id, session: given.Session, actor: given.Actor) -> Booking:
    """A booking: for its teacher, the school that sent, the run's provider, the offices over the market."""
    return await queries.booking(session, actor, booking_id)


@get("/runs/{run_id:uuid}/roster", verb="read_provider", tags=TAGS)
async def roster(run_id: Id, session: given.Session, actor: given.Actor) -> list[RosterLine]:
    """The participants of a run, for its provider and the offices over the market."""
    return await queries.roster(session, actor, run_id)


@get("/schools/{school_id:uuid}/bookings", verb="read_school", tags=TAGS)
async def bookings_sent_by(
    school_id: Id, session: given.Session, actor: given.Actor, limit: Limit = 50, offset: Offset = 0
) -> list[Booking]:
    """Bookings a school has made for teachers it sent, the latest run first."""
    return await queries.bookings_sent_by(
        session, actor, OrganisationId(school_id), limit=limit, offset=offset
    )


@post("/bookings", verb="book", tags=TAGS)
async def book(data: JSONBody[Choice], once: given.Once) -> Response[Booked]:
    """Take a seat in a run, paid with one's own vouchers."""
    return await once(booking.book, data)


@post("/bookings/check-out", verb="book", tags=TAGS)
async def check_out(data: JSONBody[CheckOut], once: given.Once) -> Response[list[Booked]]:
    """Take a seat in every run of a cart, or in none; a refusal lists every line that could not stand."""
    return await once(booking.check_out, data.lines)


@post("/schools/{school_id:uuid}/nominate", verb="nominate", tags=TAGS, status_code=200)
async def nominate(
    school_id: Id, data: JSONBody[Nominate], once: given.Once, request: Request[Any, Any, Any]
) -> Response[list[NominatedLine]]:
    """Send named teachers of one's school, paid with its vouchers: one outcome a line, in their order."""
    language = language_of(request.headers.get("accept-language", ""))
    return await once(nominated, OrganisationId(school_id), data.lines, status=200, language=language)


async def nominated(
    session: Session,
    actor: Actor,
    school_id: OrganisationId,
    lines: Sequence[Nominee],
    *,
    language: str,
    now: datetime,
) -> list[NominatedLine]:
    """`booking.nominate` with each refusal as a problem in this language."""
    outcomes = await booking.nominate(session, actor, school_id, lines, now=now)
    return [
        NominatedLine(
            line.run_id,
            line.person_id,
            outcome if isinstance(outcome, Booked) else None,
            problem(outcome.refusal, language) if isinstance(outcome, Refused) else None,
        )
        for line, outcome in zip(lines, outcomes, strict=True)
    ]


@get("/bookings/{booking_id:uuid}/cancel", verb="cancel_booking", tags=TAGS)
async def preview_cancel(
    booking_id: Id, session: given.Session, actor: given.Actor, now: given.Now
) -> Consequence:
    """What giving the seat back now would do, in figures; nothing is written."""
    return await booking.preview_cancel(session, actor, booking_id, now=now)


@post("/bookings/{booking_id:uuid}/cancel", verb="cancel_booking", tags=TAGS, status_code=200)
async def cancel(booking_id: Id, data: JSONBody[Cancel], once: given.Once) -> Response[Consequence]:
    """Give a seat back, as the teacher who chose it or the school that sent its nominee."""
    return await once(booking.cancel, booking_id, data.reason, status=200)


ROUTES = (
    own_bookings,
    one_booking,
    roster,
    bookings_sent_by,
    book,
    check_out,
    nominate,
    preview_cancel,
    cancel,
)
