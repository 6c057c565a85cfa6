"""Coming in and going out: logins for browsers, bearer tokens for programs."""

import msgspec
from litestar import Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries, rules
from vouchermarket.identity.structs import (
    Bureau,
    ChangePassword,
    ConfirmSecondFactor,
    EnrolSecondFactor,
    HandedCode,
    IssuedToken,
    LogIn,
    MakeToken,
    OpenedLogin,
    OpenLogin,
    Person,
    RecoveryCodes,
    Seat,
    SecondFactorSecret,
    Token,
    UseCode,
)
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.ids import PersonId
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.guards import Place
from vouchermarket.web.visitors import csrf_token

TAGS = ["logins"]


class LoggedIn(msgspec.Struct, frozen=True):
    """A login was opened: its cookie is set; unsafe requests that come with it name `csrf_token`."""

    person_id: PersonId
    csrf_token: str


class Me(msgspec.Struct, frozen=True):
    """Who is asking, with the seats of today; `csrf_token` is null for a bearer token."""

    bureau: Bureau
    person: Person | None
    seats: tuple[Seat, ...]
    csrf_token: str | None


def _cookie(place: Place, secret: str, max_age: int | None = None) -> Cookie:
    return Cookie(
        key=place.cookie,
        value=secret,
        max_age=max_age,
        httponly=True,
        samesite="lax",
        secure=place.is_secure,
    )


def _opened(opened: OpenedLogin, place: Place) -> Response[LoggedIn]:
    body = LoggedIn(opened.person_id, csrf_token(opened.secret))
    return Response(body, status_code=200, cookies=[_cookie(place, opened.secret)])


@post("/login", verb=None, tags=TAGS, status_code=200, security=[])
async def log_in(
    data: JSONBody[LogIn], place: given.Place, database: given.Database, gate: given.Gate, now: given.Now
) -> Response[LoggedIn]:
    """Open a login by user name and password, and by a code where a second factor is set up."""
    return _opened(await identity.log_in(database, place.bureau.id, data, gate=gate, now=now), place)


@post("/people/{person_id:uuid}/sign-in-code", verb="hand_out_code", tags=TAGS)
async def hand_out_code(
    person_id: Id, session: given.Session, actor: given.Actor, now: given.Now
) -> HandedCode:
    """Make a one-time code on paper for somebody; it is shown this once and ends the one before."""
    return await identity.hand_out_code(session, actor, PersonId(person_id), now=now)


@post("/sign-in-code", verb=None, tags=TAGS, status_code=204, security=[])
async def use_code(
    data: JSONBody[UseCode], place: given.Place, database: given.Database, now: given.Now
) -> None:
    """Choose a password by a one-time code; it opens no login by itself."""
    await identity.use_code(database, place.bureau.id, data, now=now)


@post("/second-factor", verb=None, tags=TAGS, security=[])
async def enrol_second_factor(
    data: JSONBody[EnrolSecondFactor],
    place: given.Place,
    database: given.Database,
    gate: given.Gate,
    now: given.Now,
) -> SecondFactorSecret:
    """Make a secret for an authenticator; it is shown this once and has to be confirmed by a code."""
    return await identity.enrol_second_factor(database, place.bureau.id, data, gate=gate, now=now)


@post("/second-factor/confirm", verb=None, tags=TAGS, status_code=200, security=[])
async def confirm_second_factor(
    data: JSONBody[ConfirmSecondFactor],
    place: given.Place,
    database: given.Database,
    gate: given.Gate,
    now: given.Now,
) -> RecoveryCodes:
    """Confirm the second factor by its first code; the recovery codes are shown this once."""
    return await identity.confirm_second_factor(database, place.bureau.id, data, gate=gate, now=now)


@delete("/people/{person_id:uuid}/second-factor", verb="end_logins", tags=TAGS)
async def drop_second_factor(
    person_id: Id, session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Take away another person's second factor, so that he or she can set up a new one."""
    await identity.drop_second_factor(session, actor, PersonId(person_id), now=now)


@post("/logout", verb="read_own", tags=TAGS, status_code=204)
async def log_out(
    session: given.Session,
    visitor: given.Visitor,
    visitors: given.Visitors,
    place: given.Place,
    now: given.Now,
) -> Response[None]:
    """End the login this request came with; a bearer token has none."""
    if visitor.login_id is None:
        raise rules.NotFound
    await identity.log_out(session, visitor.actor, visitor.login_id, now=now)
    visitors.forget()
    return Response(None, status_code=204, cookies=[_cookie(place, "", max_age=0)])


@post("/logins/end-others", verb="read_own", tags=TAGS, status_code=204)
async def end_other_logins(
    session: given.Session, visitor: given.Visitor, visitors: given.Visitors, now: given.Now
) -> None:
    """End every login of one's own but this one; asked by a bearer token, every one."""
    await identity.end_other_logins(session, visitor.actor, visitor.login_id, now=now)
    visitors.forget()


@get("/logins", verb="read_own", tags=TAGS)
async def logins(session: given.Session, visitor: given.Visitor, now: given.Now) -> list[OpenLogin]:
    """One's own logins in force: since when, last seen when, from which address and with which browser."""
    actor = visitor.actor
    return await queries.logins_of(session, actor.bureau_id, actor.person_id, visitor.login_id, now=now)


@delete("/logins/{login_id:uuid}", verb="read_own", tags=TAGS)
async def end_login(
    login_id: Id, session: given.Session, visitors: given.Visitors, actor: given.Actor, now: given.Now
) -> None:
    """End one of one's own logins, wherever it was opened."""
    await identity.log_out(session, actor, login_id, now=now)
    visitors.forget()


@get("/me", verb="read_own", tags=TAGS)
async def me(session: given.Session, visitor: given.Visitor, place: given.Place, now: given.Now) -> Me:
    """Who is asking, and at which desks."""
    today = civil_day(now, place.bureau.time_zone)
    person = await queries.person_on(session, place.bureau.id, visitor.actor.person_id, today)
    return Me(place.bureau, person, visitor.actor.seats, visitor.csrf)


@post("/password", verb="read_own", tags=TAGS, status_code=200)
async def change_password(
    data: JSONBody[ChangePassword],
    database: given.Database,
    visitors: given.Visitors,
    actor: given.Actor,
    place: given.Place,
    now: given.Now,
) -> Response[LoggedIn]:
    """Change one's own password: every login ends and a new one is opened."""
    opened = await identity.change_password(database, actor, data, now=now)
    visitors.forget()
    return _opened(opened, place)


@get("/tokens", verb="read_own", tags=TAGS)
async def tokens(session: given.Session, actor: given.Actor) -> list[Token]:
    """One's own bearer tokens, newest first, without their secrets."""
    return await queries.tokens_of(session, actor.bureau_id, actor.person_id)


@post("/tokens", verb="read_own", tags=TAGS)
async def make_token(
    data: JSONBody[MakeToken], session: given.Session, actor: given.Actor, now: given.Now
) -> IssuedToken:
    """Make a bearer token for oneself; it is shown this once."""
    return await identity.make_token(session, actor, data, now=now)


@delete("/tokens/{token_id:uuid}", verb="read_own", tags=TAGS)
async def end_token(
    token_id: Id, session: given.Session, visitors: given.Visitors, actor: given.Actor, now: given.Now
) -> None:
    """End one of one's own bearer tokens."""
    await identity.end_token(session, actor, token_id, now=now)
    visitors.forget()


ROUTES = (
    log_in,
    hand_out_code,
    use_code,
    enrol_second_factor,
    confirm_second_factor,
    drop_second_factor,
    log_out,
    logins,
    end_login,
    end_other_logins,
    me,
    change_password,
    tokens,
    make_token,
    end_token,
)
