"""What nobody should send: values for paths, queries, bodies and headers, each a bad fit for its place."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import msgspec

from web.routes import JSON, Schema

SOMEBODYS = "0190a1b2-0000-7000-8000-000000000000"

# --- addresses, percent-encoded as they are sent ----------------------------------------------------------

NUMBERS = ["0", "-1", "1_0", "%D9%A3", "9" * 30, "9223372036854775808", "-9223372036854775809", "1.5"]
NUMBERS += ["1e3", "NaN", "0x10", "%2B1", "1%00"]
TEXTS = [
    "%00",
    "a%00b",
    "%FF",
    "%C3%28",
    "%ED%A0%80",
    "%E2%80%AE",
    "%F0%9F%92%A5",
    "x" * 5000,
    "%0d%0aa:%20b",
]
TEXTS += ["null", "true", "%5B%5D", "%7B%22%24ne%22:1%7D", "%27%20OR%201=1--"]
PATTERNS = ["%5C", "a%5C", "%25", "%25%25%25", "_", "%25_%5C", "%5C%5C%25", "%2A", "%5B", "%28a%2B%29%2B%24"]
IDS = [f"{SOMEBODYS}%00", f"{SOMEBODYS}%0A", f"{SOMEBODYS}x", SOMEBODYS[:-1], f"%7B{SOMEBODYS[:-1]}%7D"]
DAYS = ["2014-02-30", "0000-00-00", "99999-01-01", "2014-3-3", "2014-03-03T25:00:00Z", "1e400"]
WAYS = ["%2e%2e", "..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e%2fme", "%3B", "%23", "%3F"]

PATHS = NUMBERS + TEXTS + PATTERNS + IDS + WAYS
QUERIES = ["", *NUMBERS, *TEXTS, *PATTERNS, *IDS, *DAYS]


def harmless(schema: Schema, encoded: str) -> bool:
    """Whether a query value, odd as it is, is what its parameter is described to take."""
    value = unquote(encoded, errors="replace")
    if "\x00" in value or schema.get("format"):
        return False
    if "enum" in schema:
        return value in schema["enum"]
    if schema["type"] == "integer":
        fits = re.fullmatch(r"-?[0-9]{1,15}", value, re.ASCII)
        return bool(fits) and schema.get("minimum", 0) <= int(value) <= schema.get("maximum", 10**12)
    if schema["type"] == "boolean":
        return value in {"true", "false"}
    length = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**4)
    return length and bool(re.search(schema.get("pattern", ""), value))


# --- bodies -----------------------------------------------------------------------------------------------

BODIES: list[bytes] = [
    b"",
    b"null",
    b"[]",
    b"true",
    b"0",
    b'""',
    b"{",
    b"}",
    b"NaN",
    b"-",
    b"1e999",
    b'{"a":',
    b'{"a":1}}',
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"a":"\xff"}',
    b'{"\xc3\x28":1}',
    b'{"\\u0000":1}',
    b'{"\\ud800":1}',
    b'{"a":"\x1b[31m"}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"unknown":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b"[" * 40 + b"]" * 40,
    b"[" + b"0," * 200_000 + b"0]",
    b'{"a":"' + b"x" * 2_000_000 + b'"}',
    b"a=b&c=d",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    b"\x80\x01\x02",
    b"\x81\xa1a\xc0",
    b"\x1f\x8b\x08\x00\x00",
]
MEDIA = [b"", b"text/plain", b"application/x-msgpack", b"application/vnd.msgpack", b"\xff\xfe"]
MEDIA += [b"application/json-", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=a"]
MEDIA += [b"application/json; charset=utf-16", b"application/json; charset=gbk", b"text/json", b"a" * 5000]
EXTRA = ["bureau_id", "status", "amount", "role", "taken", "is_admin", "__class__", "approved_by", "\x1b"]

ANYWHERE = [b'"\\u0000"', b'"a\\u0000b"', b'"\\ud800"', b'"\xff"', b'"\xc3\x28"', b'"\x00"', b"1.5"]
ANYWHERE += [
    b"1e400",
    b"NaN",
    b"9" * 30,
    b"-" + b"9" * 30,
    b"9223372036854775808",
    b"-9223372036854775809",
    b"1_0",
]
ANYWHERE += [b'{"$ne":null}', b"[[[[]]]]", b"[" * 100_000]
ILL_FITTING: dict[str, list[bytes]] = {
    "string": [b"5", b"true"],
    "uuid": [b'""', b'"x"', b'"%s\\n"' % SOMEBODYS.encode(), b'"%s"' % (b"9" * 30), b'"../../me"'],
    "date": [b'""', b'"2014-02-30"', b'"0000-00-00"', b'"99999-01-01"', b'"today"', b"0"],
    "date-time": [b'""', b'"2014-02-30T00:00:00Z"', b'"0000-00-00T00:00:00Z"', b'"2014-03-03T25:00:00Z"'],
    "integer": [b'"1"', b'"1_0"', b"true", b"-1", b'"\xd9\xa3"', b"1000000000001"],
    "boolean": [b'"true"', b"1", b"0", b'"x"'],
    "array": [b"{}", b'"x"', b"[null]", b"[" + b"0," * 20_000 + b"0]"],
    "object": [b"[]", b'"x"', b'{"x":true}', b'{"%s":1}' % SOMEBODYS.encode()],
}
MARK = "@@"


def with_more(fields: Schema, good: Any) -> Iterator[bytes]:
    """A body that fits but for one field that nobody asked for."""
    written = msgspec.json.encode(good)[:-1] + (b"," if good else b"")
    for name in [one for one in EXTRA if one not in fields]:
        for value in (b"1", b'"x"', b"null", b"[" * 30 + b"]" * 30):
            yield written + msgspec.json.encode(name) + b":" + value + b"}"


def ill_fitting(schema: Schema, good: Any) -> Iterator[bytes]:
    """A body that fits but for one field: of another kind, out of bounds, told twice, or left out."""
    written = msgspec.json.encode(good)[:-1] + (b"," if good else b"")
    for name, field in schema["properties"].items():
        for value in [*ANYWHERE, *_ill_fitting(field, name)]:
            yield msgspec.json.encode(good | {name: MARK}).replace(msgspec.json.encode(MARK), value)
        yield written + msgspec.json.encode(name) + b':{"$ne":null}}'
        if name in schema.get("required", ()):
            yield msgspec.json.encode({one: value for one, value in good.items() if one != name})


def _ill_fitting(schema: Schema, name: str) -> list[bytes]:
    kind = schema["type"]
    bad = ILL_FITTING["string" if "enum" in schema else schema.get("format", kind)]
    if not schema.get("nullable") and "default" not in schema:
        bad = [*bad, b"null"]
    if kind == "string" and "format" not in schema:
        bad = [*bad, b'"' + b"x" * (schema.get("maxLength", 100_000) + 1) + b'"']
        bad += [b'""'] if schema.get("minLength") or "enum" in schema else []
    if name == "amount_fen":
        bad = [*bad, b"0"]
    return bad


# --- headers ----------------------------------------------------------------------------------------------

STRANGERS = [b"", b"Bearer", b"Bearer \xff\xfe", "Bearer 标记".encode(), b"Basic YTpi", b"Bearer vm__"]
STRANGERS += [
    b"Bearer vm_a_b",
    b"Bearer vm_" + b"x" * 6000,
    b"Bearer vm_\x00_\x00",
    b"vm_a_b",
    b"Bearer " + b"_" * 1000,
]
KEYS = [b"", b" ", b"a b", b"x" * 201, b"\xff", "编号".encode(), b"a\x7f", b"\x00"]
ODD: list[tuple[bytes, bytes]] = [
    (b"accept-language", b"\xff\xfe;q=\xff,en;q=" + b"9" * 5000),
    (b"accept-language", b"," * 5000),
    (b"accept", b"\xff/\xff"),
    (b"cookie", b"\xff=\xfe; =; vm_=\x00; a=" + b"x" * 5000),
    (b"x-csrf-token", b"\xff\xfe"),
    (b"origin", b"\xff"),
    (b"x-forwarded-host", b"evil.test"),
    (b"x-forwarded-for", b"\xff, 1"),
    (b"content-length", b"-1"),
    (b"content-encoding", b"gzip"),
    (b"range", b"bytes=" + b"9" * 30 + b"-"),
    (b"if-none-match", b"\xff"),
    (b"x-http-method-override", b"DELETE"),
]
HOSTS: list[tuple[bytes, ...]] = [
    (),
    (b"",),
    (b"a b",),
    (b"user@market.test",),
    (b"market.test", b"evil.test"),
    (b"market.test:99999999",),
    (b"market.test/",),
    (b"\xff",),
    (b"m" * 300,),
    (b"market.test\n",),
    (b"[::1",),
    (b"a,b",),
]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW", "get", "\x00"]

DIFFERENT = len({*PATHS, *QUERIES}) + len({*BODIES}) + len({*MEDIA}) + len({*EXTRA}) + len({*ANYWHERE})
DIFFERENT += (
    sum(len(bad) for bad in ILL_FITTING.values()) + len(STRANGERS) + len(KEYS) + len(ODD) + len(HOSTS)
)
PLAIN = (b"content-type", JSON.encode())
