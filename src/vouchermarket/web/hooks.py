"""What gateways tell us by themselves: verified by its bytes, kept once, answered at once.

A worker follows it up later and believes nothing of it but where to look. The route stands outside /api/v1
and is not described: only the gateway knocks here.
"""

import re
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath

from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Bureau
from vouchermarket.payments import operations as payments
from vouchermarket.payments import rules
from vouchermarket.payments.structs import Gateway, HookEvent
from vouchermarket.web import given
from vouchermarket.web.problems import HookNotSigned, RequestNotReadable
from vouchermarket.web.visitors import Visitors

BYTES_MAX = 256 * 1024
# What we keep of an event is written as Stripe writes ids and kinds.
_WORD = re.compile(r"[A-Za-z0-9_.]{1,255}", re.ASCII)
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,30}", re.ASCII)


class _Object(msgspec.Struct, frozen=True):
    id: str = ""


class _About(msgspec.Struct, frozen=True):
    about: _Object = msgspec.field(name="object")


class _Event(msgspec.Struct, frozen=True):
    id: str
    type: str
    told: _About = msgspec.field(name="data")


@post(
    "/hooks/stripe/{code:str}",
    verb=None,
    uploads=True,
    status_code=200,
    include_in_schema=False,
    request_max_body_size=BYTES_MAX,
)
async def stripe_hook(
    code: FromPath[str], request: Request[Any, Any, Any], visitors: given.Visitors
) -> Response[bytes]:
    """Keep one event of Stripe's. 400 unless its signature fits, 404 for a bureau that is not here."""
    bureau = await _bureau(request, visitors, code)
    raw = await request.body()
    _insist_on_signature(request, raw)
    event = _read(raw)
    state = request.app.state
    async with state.database.transaction(bureau.id) as session:
        await payments.keep_event(session, bureau.id, Gateway.STRIPE, event, now=state.clock())
    return Response(b"", status_code=200)


async def _bureau(request: Request[Any, Any, Any], visitors: Visitors, code: str) -> Bureau:
    host = request.scope["state"]["host"]
    found = await visitors.bureau(host, code, None) if _CODE.fullmatch(code) else None
    if found is None:
        raise identity_rules.NotFound
    return found


def _insist_on_signature(request: Request[Any, Any, Any], raw: bytes) -> None:
    settings = request.app.state.settings
    # A demo lives in its own year; the gateway signs in ours.
    now = request.app.state.clock() - timedelta(seconds=settings.clock_offset_seconds)
    told = [text.decode("latin-1") for name, text in request.scope["headers"] if name == b"stripe-signature"]
    if len(told) != 1 or not rules.is_signed(raw, told[0], settings.stripe_webhook_secrets, now):
        raise HookNotSigned


def _read(raw: bytes) -> HookEvent:
    try:
        told = msgspec.json.decode(raw, type=_Event)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RequestNotReadable(path="$", problem="no event") from error
    if not _WORD.fullmatch(told.id) or not _WORD.fullmatch(told.type):
        raise RequestNotReadable(path="$", problem="no event")
    about = told.told.about.id
    return HookEvent(told.id, told.type, about if _WORD.fullmatch(about) else "")


ROUTES = (stripe_hook,)
