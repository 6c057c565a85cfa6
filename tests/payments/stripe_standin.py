"""A stand-in for Stripe on a loopback port: transfers, reversals, balances, idempotency, faults by name.

It speaks HTTP by hand, since half of its faults are bytes no web framework would send. It keeps books,
refuses parameters it does not know, and repeats the first answer to a key, a 500 too, for a day. It is
judged by Stripe's own client in test_stripe_standin.py.
"""

import asyncio
import enum
import hmac
import json
import re
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "sk_test_canary4eC39HqLyjWDarjtT1zdp7dc"
ACCOUNT = "acct_1TeacherTraining"
KEYS_KEPT = timedelta(hours=24)
EXPAND = {"expand", "metadata"}
PARAMETERS = {
    ("POST", "/v1/transfers"): EXPAND
    | {"amount", "currency", "description", "destination"}
    | {"source_transaction", "source_type", "transfer_group"},
    ("GET", "/v1/transfers"): {
        "created", "destination", "ending_before", "expand", "limit", "starting_after", "transfer_group",
    },
    ("GET", "/v1/transfers/{id}"): {"expand"},
    ("GET", "/v1/transfers/{id}/reversals"): {"ending_before", "expand", "limit", "starting_after"},
    ("POST", "/v1/transfers/{id}/reversals"): EXPAND | {"amount", "description", "refund_application_fee"},
    ("GET", "/v1/balance"): {"expand"},
}  # fmt: skip


class Fault(enum.Enum):
    """What happens to an answer on its way."""

    RESET = "reset"
    CLOSED = "closed"
    CUT_HEAD = "cut_head"
    CUT_BODY = "cut_body"
    GARBAGE = "garbage"
    HANGS = "hangs"
    UNREADABLE = "unreadable"
    BAD_GATEWAY = "bad_gateway"
    ERROR_500 = "error_500"
    RETRY_503 = "retry_503"
    RATE_LIMITED = "rate_limited"
    IN_USE = "in_use"
    BARRED = "barred"


class Moment(enum.Enum):
    """Whether the money has moved when the fault strikes."""

    BEFORE = "before"
    AFTER = "after"


Reply = tuple[int, dict[str, Any], dict[str, str]]


def refused(status: int, type_: str, code: str | None = None, **headers: str) -> Reply:
    """An error as Stripe words it. The sentence quotes the key, as sentences of others may."""
    told = {"type": type_, "message": f"Something about {KEY}"} | ({"code": code} if code else {})
    return status, {"error": told}, headers


PROPER = {
    Fault.ERROR_500: refused(500, "api_error"),
    Fault.RETRY_503: refused(503, "api_error", **{"Stripe-Should-Retry": "true"}),
    Fault.RATE_LIMITED: refused(429, "invalid_request_error", "rate_limit"),
    Fault.IN_USE: refused(409, "idempotency_error", "idempotency_key_in_use"),
    Fault.BARRED: refused(401, "invalid_request_error", "api_key_expired"),
}
BYTES = {
    Fault.RESET: b"",
    Fault.CLOSED: b"",
    Fault.HANGS: b"",
    Fault.CUT_HEAD: b"HTTP/1.1 200 OK\r\nContent-Le",
    Fault.CUT_BODY: b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"id": "tr_1", "amo',
    Fault.GARBAGE: b"\x15\x03\x01\x00\x02\x02\x16 not this port\r\n\r\n",
    Fault.UNREADABLE: b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n<ok>",
    Fault.BAD_GATEWAY: b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
}


class Standin:
    """The other side: its books, the keys it remembers, and the fault that waits for the next submissions."""

    def __init__(self, now: datetime, platform_fen: int = 10_000_000) -> None:
        self.now = now
        self.url = ""
        self.balances: Counter[str] = Counter(platform=platform_fen)
        self.transfers: list[dict[str, Any]] = []
        self.reversals: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str]] = []
        self.bodies: dict[str, set[bytes]] = {}
        self.oldest_key_sent = timedelta(0)
        self._keys: dict[str, tuple[datetime, bytes, Reply]] = {}
        self._first_sent: dict[str, datetime] = {}
        self._fault: tuple[Fault, Moment] | None = None
        self._shots = 0

    def breaks(self, fault: Fault, moment: Moment = Moment.BEFORE, shots: int = 1) -> None:
        """The next submissions meet this fault."""
        self._fault, self._shots = (fault, moment), shots

    # --- what Stripe does ---------------------------------------------------------------------------------

    def answered(self, method: str, place: str, headers: dict[str, str], body: bytes) -> Reply | Fault:
        """The answer to one request, or the fault that takes its place."""
        url = urlsplit(place)
        self.calls.append((method, url.path))
        if headers.get("authorization") != f"Bearer {KEY}":
            return refused(401, "invalid_request_error", "api_key_invalid")
        if method == "GET":
            return self._read(url.path, dict(parse_qsl(url.query)))
        key = headers.get("idempotency-key", "")
        first = self._first_sent.setdefault(key, self.now)
        self.oldest_key_sent = max(self.oldest_key_sent, self.now - first)
        self.bodies.setdefault(key, set()).add(body)
        if self._fault is None or not self._shots:
            return self._once(key, url.path, body)
        self._shots -= 1
        fault, moment = self._fault
        if moment is Moment.AFTER:
            self._once(key, url.path, body)
        if fault is Fault.ERROR_500 and key not in self._keys:
            self._keys[key] = (self.now, body, PROPER[fault])
        return PROPER.get(fault, fault)

    def _once(self, key: str, path: str, body: bytes) -> Reply:
        kept = self._keys.get(key) if key else None
        if kept is not None and self.now - kept[0] < KEYS_KEPT:
            if kept[1] != body:
                return refused(400, "idempotency_error")
            return kept[2][0], kept[2][1], kept[2][2] | {"Idempotent-Replayed": "true"}
        reply, executed = self._write(path, dict(parse_qsl(body.decode(), keep_blank_values=True)))
        if key and executed:
            self._keys[key] = (self.now, body, reply)
        return reply

    def _write(self, path: str, form: dict[str, str]) -> tuple[Reply, bool]:
        """The reply, and whether execution had begun: faults of form are not stored under the key."""
        fault = self._unknown("POST", path, form)
        if fault is not None:
            return fault, False
        amount = form.get("amount", "")
        if path != "/v1/transfers":
            return self._reverse(path.split("/")[3], int(amount) if amount else None, metadata_of(form))
        if not re.fullmatch(r"[1-9][0-9]{0,7}", amount) or form.get("currency") != "cny":
            return refused(400, "invalid_request_error", "parameter_invalid_integer"), False
        if not form.get("destination"):
            return refused(400, "invalid_request_error", "parameter_missing"), False
        if form["destination"] != ACCOUNT:
            return refused(400, "invalid_request_error", "resource_missing"), True
        if self.balances["platform"] < int(amount):
            return refused(402, "invalid_request_error", "balance_insufficient"), True
        return (200, self._moved(int(amount), form), {}), True

    def _moved(self, amount: int, form: dict[str, str]) -> dict[str, Any]:
        transfer = {
            "id": f"tr_{len(self.transfers) + 1}_{form.get('transfer_group', '')[-6:]}",
            "object": "transfer",
            "amount": amount,
            "amount_reversed": 0,
            "currency": "cny",
            "destination": form["destination"],
            "created": int(self.now.timestamp()),
            "metadata": metadata_of(form),
            "reversals": {
                "object": "list",
                "data": [],
                "has_more": False,
                "url": "/v1/transfers/x/reversals",
            },
            "reversed": False,
            "transfer_group": form.get("transfer_group"),
        }
        self.balances.update({"platform": -amount, form["destination"]: amount})
        self.transfers.append(transfer)
        return dict(transfer)

    def _reverse(self, id_: str, amount: int | None, metadata: dict[str, str]) -> tuple[Reply, bool]:
        transfer = next((one for one in self.transfers if one["id"] == id_), None)
        if transfer is None:
            return refused(404, "invalid_request_error", "resource_missing"), False
        rest = transfer["amount"] - transfer["amount_reversed"]
        taken = rest if amount is None else amount
        if not 0 < taken <= rest:
            return refused(400, "invalid_request_error", "amount_too_large"), True
        if self.balances[transfer["destination"]] < taken:
            return refused(400, "invalid_request_error", "balance_insufficient"), True
        self.balances.update({"platform": taken, transfer["destination"]: -taken})
        transfer["amount_reversed"] += taken
        transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
        back = {
            "id": f"trr_{len(self.reversals) + 1}_{id_}",
            "object": "transfer_reversal",
            "amount": taken,
            "currency": "cny",
            "created": int(self.now.timestamp()),
            "metadata": metadata,
            "transfer": id_,
        }
        self.reversals.append(back)
        return (200, dict(back), {}), True

    def _read(self, path: str, asked: dict[str, str]) -> Reply:
        fault = self._unknown("GET", path, asked)
        if fault is not None:
            return fault
        if path == "/v1/balance":
            free = [{"amount": self.balances["platform"], "currency": "cny"}]
            return 200, {"object": "balance", "available": free, "livemode": False, "pending": []}, {}
        if path.endswith("/reversals"):
            return _listed(
                [one for one in self.reversals if one["transfer"] == path.split("/")[3]], path, asked
            )
        if path == "/v1/transfers":
            wanted = {name: asked[name] for name in ("destination", "transfer_group") if name in asked}
            since = int(asked.get("created[gte]", "0"))
            found = [
                one
                for one in self.transfers
                if one["created"] >= since and all(one[name] == text for name, text in wanted.items())
            ]
            return _listed(found, path, asked)
        transfer = next((one for one in self.transfers if one["id"] == path.split("/")[3]), None)
        return (200, transfer, {}) if transfer else refused(404, "invalid_request_error", "resource_missing")

    def _unknown(self, method: str, path: str, told: dict[str, str]) -> Reply | None:
        known = PARAMETERS.get((method, re.sub(r"/(tr_[^/]+|nothing)", "/{id}", path)))
        if known is None:
            return refused(404, "invalid_request_error", "url_invalid")
        if {name.split("[")[0] for name in told} - known:
            return refused(400, "invalid_request_error", "parameter_unknown")
        return None

    # --- what it tells by itself ---------------------------------------------------------------------------

    def event(self, kind: str, transfer: dict[str, Any], number: int = 1) -> bytes:
        """An event about a transfer, as it would be posted."""
        about = {"object": dict(transfer), "previous_attributes": {}}
        told = {"id": f"evt_{number}_{transfer['id']}", "object": "event", "type": kind, "data": about}
        return json.dumps(told | {"created": int(self.now.timestamp()), "livemode": False}).encode()

    # --- the wire -----------------------------------------------------------------------------------------

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the end of the connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
            method, place, _ = head[0].split(" ")
            headers = {
                name.lower(): text.strip() for name, _, text in (line.partition(":") for line in head[1:])
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            reply = self.answered(method, place, headers, body)
            if reply is Fault.HANGS:
                await reader.read()
            elif reply is Fault.RESET:
                # To linger for no time at all is to close with RST.
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.write(BYTES[reply] if isinstance(reply, Fault) else _written(*reply))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # A client that gave up is what several tests are about.
        finally:
            writer.close()


def signature(raw: bytes, secret: str, at: datetime, scheme: str = "v1") -> str:
    """The header `Stripe-Signature` over these bytes."""
    seconds = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + raw, "sha256").hexdigest()
    return f"t={seconds},{scheme}={digest}"


def metadata_of(form: dict[str, str]) -> dict[str, str]:
    """What a form says under `metadata[...]`."""
    return {name[9:-1]: text for name, text in form.items() if name.startswith("metadata[")}


def _listed(found: list[dict[str, Any]], path: str, asked: dict[str, str]) -> Reply:
    """One page of a list, newest first."""
    newest = list(reversed(found))
    ids = [one["id"] for one in newest]
    begin = ids.index(asked["starting_after"]) + 1 if "starting_after" in asked else 0
    end = begin + int(asked.get("limit", "10"))
    told = {"object": "list", "data": newest[begin:end], "has_more": len(newest) > end, "url": path}
    return 200, told, {}


def _written(status: int, told: dict[str, Any], headers: dict[str, str]) -> bytes:
    body = json.dumps(told).encode()
    more = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"HTTP/1.1 {status} Told", *(f"{name}: {text}" for name, text in (headers | more).items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@asynccontextmanager
async def running(now: datetime) -> AsyncIterator[Standin]:
    """A stand-in that listens, on a port of its own."""
    standin = Standin(now)
    server = await asyncio.start_server(standin.serve, "127.0.0.1", 0)
    standin.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield standin
