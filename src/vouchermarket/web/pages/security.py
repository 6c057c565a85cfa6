"""Logins and security: what is open where, the password, the second factor, bearer tokens."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import segno
from litestar import Response, get, post

from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries
from vouchermarket.identity.structs import (
    ChangePassword,
    ConfirmSecondFactor,
    EnrolSecondFactor,
    MakeToken,
)
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.errors import status_of
from vouchermarket.web.fields import Id
from vouchermarket.web.pages.browsers import short_name
from vouchermarket.web.pages.forms import Form, FormNotRight, faults_of
from vouchermarket.web.pages.signing_in import login_cookie
from vouchermarket.web.pages.turn import Turn, Typed, refused

PASSWORDS = {"password": "password", "present": "password"}
AUTHENTICATOR = "otpauth://totp/"


# --- logins -----------------------------------------------------------------------------------------------


@get("/logins", verb="read_own")
async def logins(turn: given.Turn) -> Response[str]:
    """Where one is signed in, and what keeps others out."""
    mine, this = (turn.bureau.id, turn.actor.person_id), turn.visitor.login_id if turn.visitor else None
    async with turn.reading() as session:
        found = await queries.logins_of(session, *mine, this, now=turn.now)
        codes = await queries.recovery_codes_left(session, *mine)
        tokens = await queries.tokens_of(session, *mine)
    live = [one for one in tokens if one.ended_at is None and one.expires_at > turn.now]
    told: dict[str, Any] = {"logins": found, "codes_left": codes, "tokens": len(live)}
    return await turn.show("logins/logins.html", short_name=short_name, **told)


@post("/logins/end-others", verb="read_own")
async def end_others(turn: given.Turn, visitors: given.Visitors) -> Response[Any]:
    """End every login but this one."""

    def then(_: Any) -> Response[str]:
        visitors.forget()
        return turn.go("/logins", done="ended")

    told, typed = turn.visitor.login_id if turn.visitor else None, await turn.typed()
    return await turn.carry_out(
        identity.end_other_logins, told, typed=typed, then=then, again=_back_to(turn, "/logins")
    )


@post("/logins/{login_id:uuid}/end", verb="read_own")
async def end_login(turn: given.Turn, login_id: Id, visitors: given.Visitors) -> Response[Any]:
    """End one of them."""

    def then(_: Any) -> Response[str]:
        visitors.forget()
        return turn.go("/logins", done="decided")

    typed, again = await turn.typed(), _back_to(turn, "/logins")
    return await turn.carry_out(identity.log_out, login_id, typed=typed, then=then, again=again)


# --- the password -----------------------------------------------------------------------------------------


@get("/logins/password", verb="read_own")
async def before_password(turn: given.Turn) -> Response[str]:
    """The form a password is changed with."""
    return await _form_page(turn, "logins/password.html", _form(turn, ChangePassword))


@post("/logins/password", verb="read_own")
async def change_password(turn: given.Turn, visitors: given.Visitors) -> Response[Any]:
    """Change it: every login ends, and a new one is opened here."""
    typed, form = await turn.typed(), _form(turn, ChangePassword)
    try:
        command = form.read(typed)
        opened = await identity.change_password(turn.database, turn.actor, command, now=turn.now)
    except Refusal as refusal:
        return await _form_page(turn, "logins/password.html", form, typed, refusal)
    visitors.forget()
    answer = turn.go("/logins", done="password")
    answer.set_cookie(login_cookie(turn.place, opened.secret))
    return answer


# --- the second factor ------------------------------------------------------------------------------------


@get("/second-factor", verb=None)
async def before_second_factor(turn: given.Turn) -> Response[str]:
    """The form it is set up with: also for those whom the door lets in only with one."""
    return await _form_page(turn, "logins/second_factor.html", _form(turn, EnrolSecondFactor), address="")


@post("/second-factor", verb=None)
async def enrol(turn: given.Turn, gate: given.Gate) -> Response[Any]:
    """Make a secret and show it, this once, as a picture for the authenticator."""
    typed, form = await turn.typed(), _form(turn, EnrolSecondFactor)
    try:
        command = form.read(typed)
        made = await identity.enrol_second_factor(
            turn.database, turn.bureau.id, command, gate=gate, now=turn.now
        )
    except Refusal as refusal:
        return await _form_page(turn, "logins/second_factor.html", form, typed, refusal, address="")
    return await _scan(turn, made.address, Typed([("username", command.username)]), None)


@post("/second-factor/confirm", verb=None)
async def confirm(turn: given.Turn, gate: given.Gate) -> Response[Any]:
    """Show by a code that the authenticator has it; the recovery codes are shown this once."""
    typed = await turn.typed()
    try:
        command = _form(turn, ConfirmSecondFactor).read(typed)
        made = await identity.confirm_second_factor(
            turn.database, turn.bureau.id, command, gate=gate, now=turn.now
        )
    except Refusal as refusal:
        return await _scan(turn, typed.one("address"), typed, refusal)
    return await turn.show("logins/recovery.html", codes=made.codes)


async def _scan(turn: Turn, address: str, typed: Typed, refusal: Refusal | None) -> Response[str]:
    # What is not an authenticator's address is drawn by nobody; the one that is went only to its owner.
    is_ours = address.startswith(AUTHENTICATOR) and len(address) < 1000
    form = _form(turn, ConfirmSecondFactor)
    return await turn.show(
        "logins/scan.html",
        status=status_of(refusal) if refusal else 200,
        address=address if is_ours else "",
        picture=segno.make(address).svg_data_uri(scale=6) if is_ours else "",
        secret=parse_qs(urlsplit(address).query).get("secret", [""])[0] if is_ours else "",
        fields=form.fields(typed, faults_of(refusal)),
        refusal=None if isinstance(refusal, FormNotRight) else refusal,
    )


# --- bearer tokens ----------------------------------------------------------------------------------------


@get("/logins/tokens", verb="read_own")
async def tokens(turn: given.Turn) -> Response[str]:
    """The tokens of one's programs, without their secrets."""
    return await _tokens(turn)


@post("/logins/tokens", verb="read_own")
async def make_token(turn: given.Turn) -> Response[Any]:
    """Make one; it is shown this once, and so its secret is kept in no answer for a form sent twice."""
    typed, form = await turn.typed(), _form(turn, MakeToken)
    try:
        command = form.read(typed)
        async with turn.reading() as session:
            made = await identity.make_token(session, turn.actor, command, now=turn.now)
    except Refusal as refusal:
        return await _tokens(turn, typed, refusal)
    return await turn.show("logins/token.html", made=made, label=command.label)


@post("/logins/tokens/{token_id:uuid}/end", verb="read_own")
async def end_token(turn: given.Turn, token_id: Id, visitors: given.Visitors) -> Response[Any]:
    """End one of them."""

    def then(_: Any) -> Response[str]:
        visitors.forget()
        return turn.go("/logins/tokens", done="decided")

    typed, again = await turn.typed(), _back_to(turn, "/logins/tokens")
    return await turn.carry_out(identity.end_token, token_id, typed=typed, then=then, again=again)


async def _tokens(turn: Turn, typed: Typed | None = None, refusal: Refusal | None = None) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.tokens_of(session, turn.bureau.id, turn.actor.person_id)
    form = _form(turn, MakeToken)
    return await _form_page(turn, "logins/tokens.html", form, typed, refusal, tokens=found)


def _form(turn: Turn, command: type) -> Form:
    return Form(command, turn.say, turn.bureau.time_zone, kinds=PASSWORDS)


async def _form_page(
    turn: Turn,
    template: str,
    form: Form,
    typed: Typed | None = None,
    refusal: Refusal | None = None,
    **context: Any,
) -> Response[str]:
    return await turn.show(
        template,
        status=status_of(refusal) if refusal else 200,
        fields=form.fields(typed, faults_of(refusal)),
        refusal=None if isinstance(refusal, FormNotRight) else refusal,
        **context,
    )


def _back_to(turn: Turn, path: str) -> Any:
    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await refused(turn, refusal, path)

    return again


ROUTES = (
    logins,
    end_others,
    end_login,
    before_password,
    change_password,
    before_second_factor,
    enrol,
    confirm,
    tokens,
    make_token,
    end_token,
)
