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
from vouchermarket.payments import operations as payments
from vouchermarket.payments import rules
from vouchermarket.payments.structs import Gateway, HookEvent
from vouchermarket.web import given
from vouchermarket.web.problems import HookNotSigned, RequestNotReadable

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
    bureau = (
        await visitors.bureau(request.scope["state"]["host"], code, None) if _CODE.fullmatch(code) else None
    )
    if bureau is None:
        raise identity_rules.NotFound
    state = request.app.state
    now, raw = state.clock(), await request.body()
    # A demo lives in its own year; the gateway signs in ours.
    real = now - timedelta(seconds=state.settings.clock_offset_seconds)
    signatures = [
        text.decode("latin-1") for name, text in request.scope["headers"] if name == b"stripe-signature"
    ]
    secrets = state.settings.stripe_webhook_secrets
    if len(signatures) != 1 or not rules.is_signed(raw, signatures[0], secrets, real):
        raise HookNotSigned
    event = _read(raw)
    async with state.database.transaction(bureau.id) as session:
        await payments.keep_event(session, bureau.id, Gateway.STRIPE, event, now=now)
    return Response(b"", status_code=200)


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
