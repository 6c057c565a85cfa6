"""The roster: bodies, people and their seats, kept by the bureau's administrator."""

from datetime import date

import msgspec
from litestar import get, post, put
from litestar.params import FromQuery, JSONBody

from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries
from vouchermarket.identity.structs import (
    AddOrganisation,
    AddPerson,
    Appoint,
    GivePost,
    GiveTier,
    Organisation,
    OrganisationKind,
    Password,
    Person,
    SetPassword,
)
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.fields import Code
from vouchermarket.kit.ids import PersonId
from vouchermarket.web import given
from vouchermarket.web.commands import Made
from vouchermarket.web.fields import After, Id, Limit

TAGS = ["roster"]


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From a day on, up to and not including another."""

    from_on: date
    to_on: date | None = None


class Seating(Period, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A post or a tier, by the word the policy pack has for it."""

    word: Code


class Ending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day after the last one."""

    to_on: date


class EndLogins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With `disable`, no login can be opened until a new password is given."""

    disable: bool = False


class FirstPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A user name and the first password under it."""

    username: Code
    password: Password


@get("/organisations", verb="read_catalogue", tags=TAGS)
async def organisations(
    session: given.Session,
    actor: given.Actor,
    kind: FromQuery[OrganisationKind | None] = None,
    limit: Limit = 50,
    after: After = "",
) -> list[Organisation]:
    """Bodies by code, of one kind where it is named."""
    kinds = (kind,) if kind else ()
    return await queries.organisations_of(session, actor.bureau_id, *kinds, at_most=limit, after=after)


@post("/organisations", verb="change_roster", tags=TAGS)
async def add_organisation(
    data: JSONBody[AddOrganisation], session: given.Session, actor: given.Actor, now: given.Now
) -> Made:
    """Add a body."""
    return Made(await identity.add_organisation(session, actor, data, now=now))


@get("/people", verb="read_roster", tags=TAGS)
async def people(
    session: given.Session,
    actor: given.Actor,
    place: given.Place,
    now: given.Now,
    limit: Limit = 50,
    after: After = "",
) -> list[Person]:
    """Persons by code, as they stand today."""
    today = civil_day(now, place.bureau.time_zone)
    return await queries.roster(session, actor.bureau_id, today, at_most=limit, after=after)


@post("/people", verb="change_roster", tags=TAGS)
async def add_person(
    data: JSONBody[AddPerson], session: given.Session, actor: given.Actor, now: given.Now
) -> Made:
    """Add a person."""
    return Made(await identity.add_person(session, actor, data, now=now))


@post("/appointments", verb="change_roster", tags=TAGS)
async def appoint(
    data: JSONBody[Appoint], session: given.Session, actor: given.Actor, now: given.Now
) -> Made:
    """Give a person a seat at a body."""
    return Made(await identity.appoint(session, actor, data, now=now))


@put("/appointments/{appointment_id:uuid}/end", verb="change_roster", tags=TAGS, status_code=204)
async def end_appointment(
    appointment_id: Id, data: JSONBody[Ending], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """End a seat on a day."""
    await identity.end_appointment(session, actor, appointment_id, data.to_on, now=now)


@post("/people/{person_id:uuid}/posts", verb="change_roster", tags=TAGS, status_code=204)
async def give_post(
    person_id: Id, data: JSONBody[Seating], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Give a person a post for a time."""
    command = GivePost(person_id=PersonId(person_id), post=data.word, from_on=data.from_on, to_on=data.to_on)
    await identity.give_post(session, actor, command, now=now)


@post("/people/{person_id:uuid}/tiers", verb="change_roster", tags=TAGS, status_code=204)
async def give_tier(
    person_id: Id, data: JSONBody[Seating], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Give a person a tier for a time."""
    command = GiveTier(person_id=PersonId(person_id), tier=data.word, from_on=data.from_on, to_on=data.to_on)
    await identity.give_tier(session, actor, command, now=now)


@put("/people/{person_id:uuid}/password", verb="change_roster", tags=TAGS, status_code=204)
async def set_password(
    person_id: Id, data: JSONBody[FirstPassword], database: given.Database, actor: given.Actor, now: given.Now
) -> None:
    """Give a person a user name and a first password; every login of theirs ends."""
    command = SetPassword(person_id=PersonId(person_id), username=data.username, password=data.password)
    await identity.set_password(database, actor, command, now=now)


@post("/people/{person_id:uuid}/end-logins", verb="end_logins", tags=TAGS, status_code=204)
async def end_logins(
    person_id: Id,
    data: JSONBody[EndLogins],
    session: given.Session,
    visitors: given.Visitors,
    actor: given.Actor,
    now: given.Now,
) -> None:
    """End every login and bearer token of a person."""
    await identity.end_logins(session, actor, PersonId(person_id), disable=data.disable, now=now)
    visitors.forget()


ROUTES = (
    organisations,
    add_organisation,
    people,
    add_person,
    appoint,
    end_appointment,
    give_post,
    give_tier,
    set_password,
    end_logins,
)
