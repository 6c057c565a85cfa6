"""Coming in by the city's identity provider: out with a sealed errand, back with a code, once.

The way back is a GET, as the protocol has it, and opens a login: it is answered only with the cookie of the
very browser that began, for ten minutes, and the cookie ends with the answer.
"""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import Response, get
from litestar.datastructures import Cookie

from vouchermarket.identity import operations as identity
from vouchermarket.identity.oidc import Errand, Outside
from vouchermarket.identity.rules import OutsideAnswerNotRight, OutsideNotOffered
from vouchermarket.identity.structs import Gate, OpenedLogin
from vouchermarket.kit.cipher import NotOpened
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.pages.signing_in import local, login_cookie
from vouchermarket.web.pages.turn import Turn, refused

COOKIE = "vm_outside"
PURPOSE = "outside"
GOOD_FOR = timedelta(minutes=10)
TEXT_MAX = 2000


@get("/outside", verb=None)
async def begin(turn: given.Turn, gate: given.Gate) -> Response[Any]:
    """To the identity provider, and remember where one wanted to be."""
    outside, wanted = _provider(turn), local(turn.request.query_params.get("next", ""))
    try:
        address, errand = await outside.set_out(_back(turn), wanted, int(turn.now.timestamp()))
    except Refusal as refusal:
        return await refused(turn, refusal, "/login")
    sealed = gate.cipher.seal(msgspec.json.encode(errand), PURPOSE).hex()
    answer = Response("", status_code=303, media_type="text/html", headers={"Location": address})
    answer.set_cookie(_cookie(turn, sealed, int(GOOD_FOR.total_seconds())))
    return answer


@get("/outside/back", verb=None)
async def back(turn: given.Turn, gate: given.Gate) -> Response[Any]:
    """From the identity provider: whoever is on the roster is in."""
    try:
        opened, wanted = await _came_back(turn, _provider(turn), gate)
    except Refusal as refusal:
        answer: Response[Any] = await refused(turn, refusal, "/login")
    else:
        answer = turn.back(wanted)
        answer.set_cookie(login_cookie(turn.place, opened.secret))
    answer.set_cookie(_cookie(turn, "", 0))
    return answer


async def _came_back(turn: Turn, outside: Outside, gate: Gate) -> tuple[OpenedLogin, str]:
    """The login of who came back, and where he or she wanted to be."""
    errand = _errand(turn, gate)
    code = turn.request.query_params.get("code", "")
    # The network is asked before a connection of the database is taken.
    claims = await outside.finish(code[:TEXT_MAX], errand, _back(turn))
    async with turn.reading() as session:
        opened = await identity.enter_from_outside(
            session, turn.bureau.id, claims, outside.claim, gate=gate, now=turn.now
        )
    return opened, errand.wanted


def _provider(turn: Turn) -> Outside:
    outside: Outside | None = turn.request.app.state.outside
    if outside is None:
        raise OutsideNotOffered
    return outside


def _errand(turn: Turn, gate: Gate) -> Errand:
    """What this browser was sent out with. Refuses `OutsideAnswerNotRight`."""
    try:
        sealed = bytes.fromhex(turn.request.cookies.get(COOKIE, ""))
        errand = msgspec.json.decode(gate.cipher.open(sealed, PURPOSE), type=Errand)
    except (ValueError, NotOpened, msgspec.MsgspecError) as error:
        raise OutsideAnswerNotRight from error
    age = turn.now.timestamp() - errand.begun_at
    if turn.request.query_params.get("state") != errand.state or not 0 <= age <= GOOD_FOR.total_seconds():
        raise OutsideAnswerNotRight
    return errand


def _back(turn: Turn) -> str:
    """The one address of ours the provider may answer to: by the settings, not by what a request says."""
    base = turn.request.app.state.settings.base_url.rstrip("/")
    if not base:
        base = f"{turn.request.scope['scheme']}://{turn.request.headers['host']}"
    return base + turn.url("/outside/back")


def _cookie(turn: Turn, sealed: str, max_age: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=sealed,
        max_age=max_age,
        httponly=True,
        samesite="lax",
        secure=turn.place.is_secure,
        path="/",
    )


ROUTES = (begin, back)
