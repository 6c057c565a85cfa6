"""The door: every request gets a number and a checked host, every answer its headers."""

import ipaddress
import re
import time
from collections.abc import Sequence
from typing import Any

import structlog
from litestar import Litestar, Request
from litestar.datastructures import MutableScopeHeaders
from litestar.types import LifeSpanReceive, LifeSpanScope, LifeSpanSend, Message, Receive, Scope, Send

from vouchermarket.kit.events import Origin, origin
from vouchermarket.kit.ids import new_id
from vouchermarket.web.errors import handle
from vouchermarket.web.problems import HostNotAccepted

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
TRANSPORT = "max-age=31536000; includeSubDomains"
# What no desk answers with: may be kept by a cache, for it is nobody's.
CACHEABLE = ("/assets/",)

_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?)(?::[0-9]{1,5})?", re.ASCII)
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,30}", re.ASCII)

FORWARDED = b"x-forwarded-for"
BROWSER_MAX = 200
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_log = structlog.get_logger("vouchermarket.web")


class Market(Litestar):
    """The application behind its door."""

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """Number the request, look at its host, take the bureau's code off its path."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        begun = time.monotonic_ns()
        number = new_id().hex
        mark = origin.set(Origin(number, address_of(scope, self.state.trusted), browser_of(scope)))
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(message, scope, number)
            await send(message)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

        try:
            await self._enter(scope, receive, dressed)
        finally:
            if self.state.is_production:
                took_ms = (time.monotonic_ns() - begun) // 1_000_000
                _log.info("request", method=scope["method"], path=scope["path"], status=status, ms=took_ms)
            origin.reset(mark)

    async def _enter(self, scope: Any, receive: Any, send: Any) -> None:
        state = scope.setdefault("state", {})
        try:
            state["host"] = host_of(scope, self.state.settings.allowed_hosts)
        except HostNotAccepted as refusal:
            scope["app"] = scope["litestar_app"] = self
            request: Request[Any, Any, Any] = Request(scope)
            response = handle(request, refusal).to_asgi_response(None, request)
            await response(scope, receive, send)
            return
        state["bureau_code"], scope["path"] = self._split(scope["path"])
        await super().__call__(scope, receive, send)

    def _split(self, path: str) -> tuple[str | None, str]:
        """`/zhuzhou/api/v1/me` → `zhuzhou`, `/api/v1/me`; an address of ours stays whole."""
        first, _, rest = path.lstrip("/").partition("/")
        if first in self.state.first_segments or not _CODE.fullmatch(first):
            return None, path
        return first, f"/{rest}"

    def _dress(self, message: Any, scope: Any, number: str) -> None:
        headers = MutableScopeHeaders.from_message(message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers["x-request-id"] = number
        if not scope["path"].startswith(CACHEABLE):
            headers.setdefault("cache-control", "no-store")
        if self.state.is_production or scope["scheme"] == "https":
            headers["strict-transport-security"] = TRANSPORT


def host_of(scope: Any, allowed: Sequence[str]) -> str:
    """The host a request is for, without its port. Refuses `HostNotAccepted`: none, two, or a broken one."""
    named = [value for name, value in scope["headers"] if name == b"host"]
    found = _HOST.fullmatch(named[0].decode("latin-1").lower()) if len(named) == 1 else None
    if found is None or (allowed and found[1] not in allowed):
        raise HostNotAccepted
    return found[1]


def address_of(scope: Any, trusted: Sequence[Network]) -> str | None:
    """Whose request it is: the peer's address, or what trusted proxies say of theirs.

    Anybody may write the header, so it is read from its end, for as long as the writer was a trusted proxy.
    """
    client = scope.get("client")
    found = _read(client[0]) if client else None
    told = [value.decode("latin-1") for name, value in scope["headers"] if name == FORWARDED]
    for word in reversed(",".join(told).split(",")):
        if found is None or not any(found in network for network in trusted):
            break
        before = _read(word.strip())
        if before is None:
            break
        found = before
    return str(found) if found else None


def browser_of(scope: Any) -> str | None:
    """What the browser says it is: shown to whoever looks for a login that is not the own one."""
    told = next((value for name, value in scope["headers"] if name == b"user-agent"), b"")
    return "".join(sign for sign in told.decode("latin-1") if sign.isprintable())[:BROWSER_MAX] or None


def _read(written: str) -> Address | None:
    try:
        return ipaddress.ip_address(written)
    except ValueError:
        return None
