"""The door: signing in and out, the language, and in a demo coming in as one of its invented people."""

import json
from typing import Any
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie

from vouchermarket.identity import operations as identity
from vouchermarket.identity.structs import LogIn, OpenedLogin
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.errors import status_of
from vouchermarket.web.guards import Place
from vouchermarket.web.pages.forms import Form, FormNotRight, faults_of
from vouchermarket.web.pages.menu import first_screen
from vouchermarket.web.pages.turn import LANGUAGE_COOKIE, Turn, Typed
from vouchermarket.web.visitors import csrf_token
from vouchermarket.web.words import LANGUAGES, Words

YEAR_SECONDS = 365 * 24 * 3600


@get("/", verb=None)
async def home(turn: given.Turn) -> Response[Any]:
    """Everybody's first screen; a stranger's is the door, a demo's the choice of people."""
    if turn.visitor is None:
        return turn.go("/enter" if turn.is_demo else "/login")
    return turn.go(first_screen(turn.visitor.actor))


@get("/login", verb=None)
async def door(turn: given.Turn) -> Response[str]:
    """The form one signs in with."""
    return await _door(turn, None, None)


@post("/login", verb=None)
async def sign_in(turn: given.Turn, gate: given.Gate) -> Response[Any]:
    """Open a login and go on to where one wanted to be; what was typed meanwhile is not lost."""
    typed = await turn.typed()
    try:
        command = form_of(turn.say).read(typed)
        opened = await identity.log_in(turn.database, turn.bureau.id, command, gate=gate, now=turn.now)
    except Refusal as refusal:
        return await _door(turn, typed, refusal)
    kept = typed.one("kept")
    answer: Response[Any] = _resumed(turn, opened, kept) if kept else turn.back(local(typed.one("next")))
    answer.set_cookie(login_cookie(turn.place, opened.secret))
    return answer


@post("/logout", verb="read_own")
async def sign_out(turn: given.Turn, visitors: given.Visitors) -> Response[str]:
    """End this login."""
    if turn.visitor is not None and turn.visitor.login_id is not None:
        async with turn.reading() as session:
            await identity.log_out(session, turn.actor, turn.visitor.login_id, now=turn.now)
        visitors.forget()
    answer = turn.go("/")
    answer.set_cookie(login_cookie(turn.place, "", max_age=0))
    return answer


@post("/language", verb=None)
async def choose_language(turn: given.Turn) -> Response[str]:
    """Chinese or English, for a year, on this device."""
    typed = await turn.typed()
    answer = turn.back(local(typed.one("back")))
    if typed.one("language") in LANGUAGES:
        chosen = Cookie(
            key=LANGUAGE_COOKIE,
            value=typed.one("language"),
            max_age=YEAR_SECONDS,
            samesite="lax",
            httponly=True,
            secure=turn.place.is_secure,
        )
        answer.set_cookie(chosen)
    return answer


def login_cookie(place: Place, secret: str, max_age: int | None = None) -> Cookie:
    """The cookie of a login: closed to scripts and to other sites."""
    return Cookie(
        key=place.cookie,
        value=secret,
        max_age=max_age,
        httponly=True,
        samesite="lax",
        secure=place.is_secure,
    )


def local(wanted: str) -> str:
    """An address of ours, else nothing: nobody is led to another site by an address of ours."""
    parts = urlsplit(wanted)
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc
    return wanted if is_ours and wanted.isprintable() and " " not in wanted else ""


def form_of(say: Words) -> Form:
    """What is typed at the door; there is no time in it, so no zone matters."""
    return Form(LogIn, say, "UTC", kinds={"password": "password"})


async def _door(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    asked = typed or Typed([("next", turn.request.query_params.get("next", ""))])
    form = form_of(turn.say)
    return await turn.show(
        "logins/door.html",
        status=status_of(refusal) if refusal else 200,
        fields=form.fields(typed, faults_of(refusal)),
        refusal=None if isinstance(refusal, FormNotRight) else refusal,
        carried={"next": asked.one("next"), "kept": asked.one("kept")},
    )


def _resumed(turn: Turn, opened: OpenedLogin, kept: str) -> Response[str]:
    """What was being sent when the login ended, to be sent again under the new one."""
    try:
        told = json.loads(kept)
        path, pairs = local(told["path"]), [(str(name), str(text)) for name, text in told["pairs"]]
    except (ValueError, KeyError, TypeError):
        path, pairs = "/", []
    turn.csrf = csrf_token(opened.secret)
    return turn.piece("logins/resume.html", path=path, pairs=pairs)


ROUTES = (home, door, sign_in, sign_out, choose_language)
