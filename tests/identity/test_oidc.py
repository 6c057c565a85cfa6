"""The answer of an identity provider: a real one is taken, all that is forged or stale refused (27)."""

import base64
import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from factories import NOW, City
from vouchermarket.identity import operations, rules
from vouchermarket.identity.oidc import Outside
from vouchermarket.identity.structs import Actor, Gate
from vouchermarket.identity.tables import person
from vouchermarket.kit.cipher import Cipher
from vouchermarket.kit.db import Database
from vouchermarket.settings import Secret

CLIENT, CLAIM = "vouchermarket", "preferred_username"
BACK = "http://market.test/outside/back"
GATE, STRICT = Gate(Cipher("a key for tests"), False), Gate(Cipher("a key for tests"), True)


# --- a real provider, that nobody here wrote ---------------------------------------------------------------


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A well-kept provider library, run on loopback."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    program = Path(sys.executable).with_name("oidc-provider-mock")
    process = subprocess.Popen(
        [str(program), "--port", str(port), "--host", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                if httpx.get(f"{address}/.well-known/openid-configuration", timeout=1).is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


async def consented(address: str, who: str) -> dict[str, list[str]]:
    """Sign in at the provider as a person would, and come back with what it sends along."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.post(address, data={"sub": who})
        return parse_qs(urlsplit(answer.headers["location"]).query)


async def test_a_real_provider_lets_in_who_stands_on_the_roster(
    provider: str, database: Database, city: City
) -> None:
    outside = Outside(provider, CLIENT, Secret("s3cret"), "sub")
    code = await code_of(database, city.teacher())
    address, errand = await outside.set_out(BACK, "/market", int(time.time()))
    told = await consented(address, code)
    assert told["state"] == [errand.state]
    claims = await outside.finish(told["code"][0], errand, BACK)
    async with database.transaction(city.bureau_id) as session:
        opened = await operations.enter_from_outside(
            session, city.bureau_id, claims, outside.claim, gate=GATE, now=NOW
        )
    assert opened.person_id == city.teacher().person_id
    with pytest.raises(rules.OutsideAnswerNotRight):
        await outside.finish(told["code"][0], errand, BACK)


async def code_of(database: Database, actor: Actor) -> str:
    own = (person.c.bureau_id == actor.bureau_id, person.c.id == actor.person_id)
    async with database.transaction(actor.bureau_id) as session:
        return (await session.execute(select(person.c.code).where(*own))).scalar_one()


async def test_only_the_digest_of_the_kept_word_is_sent_ahead(provider: str) -> None:
    outside = Outside(provider, CLIENT, Secret("s3cret"), "sub")
    address, errand = await outside.set_out(BACK, "/", int(time.time()))
    asked = parse_qs(urlsplit(address).query)
    digest = hashlib.sha256(errand.verifier.encode()).digest()
    assert asked["code_challenge"] == [base64.urlsafe_b64encode(digest).rstrip(b"=").decode()]
    assert asked["code_challenge_method"] == ["S256"]
    assert errand.verifier not in address


# --- a forger ----------------------------------------------------------------------------------------------


class Forger(HTTPServer):
    """Publishes one key, and signs whatever it likes with others."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.address = f"http://127.0.0.1:{self.server_port}"

    @property
    def documents(self) -> dict[str, Any]:
        keys = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
            },
            "/keys": {"keys": [keys | {"kid": "1", "alg": "RS256", "use": "sig"}]},
        }

    def token(self, key: Any = None, algorithm: str = "RS256", kid: str = "1", **other: Any) -> str:
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "sub": "s", "iat": now, "exp": now + 300, "nonce": "n"}
        claims = {name: value for name, value in (claims | other).items() if value is not None}
        return jwt.encode(claims, key or self.key, algorithm=algorithm, headers={"kid": kid})


class _Answers(BaseHTTPRequestHandler):
    server: Forger

    def do_GET(self) -> None:
        found = self.server.documents.get(self.path)
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(msgspec.json.encode(found))

    def log_message(self, *told: object) -> None:
        """Nothing: the test says what it saw."""


@pytest.fixture(scope="module")
def forger() -> Iterator[Forger]:
    server = Forger()
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def outside(forger: Forger) -> Outside:
    return Outside(forger.address, CLIENT, Secret("s3cret"), CLAIM)


async def test_a_whole_answer_is_taken(forger: Forger, outside: Outside) -> None:
    assert (await outside.claims(forger.token(), "n"))["sub"] == "s"


async def test_what_is_forged_stale_or_anothers_is_refused(forger: Forger, outside: Outside) -> None:
    now = int(time.time())
    strange = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = forger.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    whole = forger.token()
    head, body, sign = whole.split(".")
    bodies = base64.urlsafe_b64encode(msgspec.json.encode({"iss": forger.address, "sub": "another"})).decode()
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","kid":"1"}').decode().rstrip("=")
    forged = {
        "another key": forger.token(strange),
        "a key nobody published": forger.token(kid="2"),
        "the public key as a shared secret": forger.token(hashlib.sha256(public).digest(), "HS256"),
        "no signature": f"{unsigned}.{body}.",
        "an altered body": f"{head}.{bodies.rstrip('=')}.{sign}",
        "another audience": forger.token(aud="somebody"),
        "another issuer": forger.token(iss="https://evil.example"),
        "too old": forger.token(exp=now - 120),
        "of the future": forger.token(iat=now + 3600, nbf=now + 3600),
        "without an end": forger.token(exp=None),
        "another nonce": forger.token(nonce="m"),
        "without a nonce": forger.token(nonce=None),
        "no token": "abc",
        "empty": "",
    }
    taken = []
    for what, token in forged.items():
        with suppress(rules.OutsideAnswerNotRight):
            await outside.claims(token, "n")
            taken.append(what)
    assert taken == []


async def test_a_provider_that_is_silent_or_another_is_told_apart() -> None:
    with pytest.raises(rules.OutsideSilent):
        await Outside("http://127.0.0.1:9", CLIENT, Secret(""), CLAIM).set_out(BACK, "/", 0)


async def test_nobody_is_made_by_it(database: Database, city: City) -> None:
    for claims in ({CLAIM: "nobody"}, {CLAIM: 7}, {CLAIM: ["teacher"]}, {}):
        with pytest.raises(rules.PersonNotKnownHere):
            async with database.transaction(city.bureau_id) as session:
                await operations.enter_from_outside(
                    session, city.bureau_id, claims, CLAIM, gate=GATE, now=NOW
                )


@pytest.mark.parametrize(("amr", "is_in"), [(["pwd"], False), (["pwd", "otp"], True), ("otp", False)])
async def test_a_desk_that_needs_a_second_factor_needs_it_there(
    database: Database, city: City, amr: Any, is_in: bool
) -> None:
    officer = city.officer("finance_office")
    code = await code_of(database, officer)
    async with database.transaction(city.bureau_id) as session:
        entering = operations.enter_from_outside(
            session, city.bureau_id, {CLAIM: code, "amr": amr}, CLAIM, gate=STRICT, now=NOW
        )
        if is_in:
            assert (await entering).person_id == officer.person_id
            return
        with pytest.raises(rules.SecondFactorMissing):
            await entering
