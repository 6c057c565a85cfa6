"""People over time: moving, leaving, dying, standing in, and what the gone have still booked."""

from datetime import date

import msgspec
from litestar import get, post, put
from litestar.params import JSONBody

from vouchermarket.booking import queries as bookings
from vouchermarket.booking.structs import OpenOfGone
from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries, rules
from vouchermarket.identity.structs import (
    Departure,
    Exempt,
    Exemption,
    Leave,
    Move,
    RecordDeath,
    Substitute,
    Substitution,
)
from vouchermarket.kit.fields import Code, Prose
from vouchermarket.kit.ids import OrganisationId, PersonId
from vouchermarket.web import given
from vouchermarket.web.api.roster import Ending
from vouchermarket.web.commands import Made
from vouchermarket.web.fields import Id, Limit, Offset

TAGS = ["roster"]


class Moving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To which school, from which day on."""

    organisation_id: OrganisationId
    on: date


class Leaving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first day without the person, and why."""

    gone_on: date
    reason: Prose


class Exempting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rule does not bind, from a day on, up to and not including another, and why."""

    rule: Code
    from_on: date
    reason: Prose
    to_on: date | None = None


class Death(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day on which the person died."""

    died_on: date


@post("/people/{person_id:uuid}/move", verb="change_roster", tags=TAGS)
async def move(
    person_id: Id, data: JSONBody[Moving], session: given.Session, actor: given.Actor, now: given.Now
) -> Made:
    """Take a teacher from the present school to another; what was booked stays booked."""
    command = Move(person_id=PersonId(person_id), organisation_id=data.organisation_id, on=data.on)
    return Made(await identity.move(session, actor, command, now=now))


@post("/people/{person_id:uuid}/leave", verb="change_roster", tags=TAGS)
async def leave(
    person_id: Id,
    data: JSONBody[Leaving],
    session: given.Session,
    visitors: given.Visitors,
    actor: given.Actor,
    now: given.Now,
) -> Made:
    """Record that a person leaves: seats and logins end on that day, and vouchers are frozen."""
    command = Leave(person_id=PersonId(person_id), gone_on=data.gone_on, reason=data.reason)
    departure_id = await identity.leave(session, actor, command, now=now)
    visitors.forget()
    return Made(departure_id)


@post("/people/{person_id:uuid}/death", verb="change_roster", tags=TAGS)
async def record_death(
    person_id: Id,
    data: JSONBody[Death],
    session: given.Session,
    visitors: given.Visitors,
    actor: given.Actor,
    now: given.Now,
) -> Made:
    """Record that a person has died: as leaving, and nobody writes to him or her any more."""
    command = RecordDeath(person_id=PersonId(person_id), died_on=data.died_on)
    departure_id = await identity.record_death(session, actor, command, now=now)
    visitors.forget()
    return Made(departure_id)


@post("/substitutions", verb="change_roster", tags=TAGS)
async def substitute(
    data: JSONBody[Substitute], session: given.Session, actor: given.Actor, now: given.Now
) -> Made:
    """Let a person sit at an officer's desk in that officer's place; it ends as appointments do."""
    return Made(await identity.substitute(session, actor, data, now=now))


@get("/substitutions", verb="read_roster", tags=TAGS)
async def substitutions(
    session: given.Session, actor: given.Actor, limit: Limit = 50, offset: Offset = 0
) -> list[Substitution]:
    """Who sits where in whose place, the latest beginning first."""
    return await queries.substitutions(session, actor.bureau_id, limit=limit, offset=offset)


@get("/people/{person_id:uuid}/exemptions", verb="exempt", tags=TAGS)
async def exemptions(person_id: Id, session: given.Session, actor: given.Actor) -> list[Exemption]:
    """The rules that do not bind a person, past ones too, with the reasons."""
    found = await queries.exemptions_of(session, actor.bureau_id, person_id)
    if not found:
        # Nobody at all looks the same.
        raise rules.NotFound
    return found


@get("/me/exemptions", verb="read_own", tags=TAGS)
async def own_exemptions(session: given.Session, actor: given.Actor) -> list[Exemption]:
    """The rules that do not bind oneself, past ones too."""
    return await queries.exemptions_of(session, actor.bureau_id, actor.person_id)


@post("/people/{person_id:uuid}/exemptions", verb="exempt", tags=TAGS)
async def exempt(
    person_id: Id, data: JSONBody[Exempting], session: given.Session, actor: given.Actor, now: given.Now
) -> Made:
    """Exempt a person from a rule for a time, with the reason."""
    command = Exempt(
        person_id=PersonId(person_id),
        rule=data.rule,
        from_on=data.from_on,
        to_on=data.to_on,
        reason=data.reason,
    )
    return Made(await identity.exempt(session, actor, command, now=now))


@put("/exemptions/{exemption_id:uuid}/end", verb="exempt", tags=TAGS, status_code=204)
async def end_exemption(
    exemption_id: Id, data: JSONBody[Ending], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """End an exemption on a day."""
    await identity.end_exemption(session, actor, exemption_id, data.to_on, now=now)


@get("/departures", verb="read_roster", tags=TAGS)
async def departures(
    session: given.Session, actor: given.Actor, limit: Limit = 50, offset: Offset = 0
) -> list[Departure]:
    """Everybody who left or died, the latest record first, those taken back too."""
    return await queries.departures(session, actor.bureau_id, limit=limit, offset=offset)


@post("/departures/{departure_id:uuid}/take-back", verb="change_roster", tags=TAGS, status_code=204)
async def take_back_departure(
    departure_id: Id, session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Take back what was recorded wrongly, or of a person who is back; seats are given anew."""
    await identity.take_back_departure(session, actor, departure_id, now=now)


@get("/bookings/of-the-gone", verb="read_school", tags=["bookings"])
async def open_bookings_of_the_gone(
    session: given.Session, actor: given.Actor, limit: Limit = 50, offset: Offset = 0
) -> list[OpenOfGone]:
    """Live bookings of people who are gone, for their school or the centre to give back."""
    return await bookings.open_bookings_of_the_gone(session, actor, limit=limit, offset=offset)


ROUTES = (
    move,
    leave,
    record_death,
    substitute,
    substitutions,
    exemptions,
    own_exemptions,
    exempt,
    end_exemption,
    departures,
    take_back_departure,
    open_bookings_of_the_gone,
)
