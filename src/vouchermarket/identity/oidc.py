"""The client of an identity provider (OpenID Connect, code flow with PKCE). It writes no row.

What the provider says counts only after its signature, by a key of its own published set, its issuer, its
audience, its times and our nonce have been checked. A person is never made by it.
"""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import msgspec

from vouchermarket.identity import rules
from vouchermarket.settings import Secret

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
TIMEOUT = httpx.Timeout(10, connect=3)
LEEWAY_SECONDS = 60
BYTES_MAX = 1_000_000


class Errand(msgspec.Struct, frozen=True):
    """What was sent along, kept sealed in the browser until the answer comes: nobody else can answer it."""

    state: str
    nonce: str
    verifier: str
    wanted: str
    begun_at: int


class _Place(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str


class Outside:
    """One identity provider. `claim` names the claim that holds a person's code on the roster."""

    def __init__(self, issuer: str, client_id: str, client_secret: Secret, claim: str) -> None:
        self._issuer, self._client_id, self._secret = issuer, client_id, client_secret
        self.claim = claim
        self._place: _Place | None = None
        self._keys: dict[str, jwt.PyJWK] = {}

    async def set_out(self, back: str, wanted: str, now: int) -> tuple[str, Errand]:
        """Where the browser goes, and what to keep. Refuses `OutsideSilent`."""
        words = [secrets.token_urlsafe(32) for _ in range(3)]
        errand = Errand(words[0], words[1], words[2], wanted, now)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(errand.verifier.encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": "openid profile",
            "state": errand.state,
            "nonce": errand.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        place = await self._found()
        return f"{place.authorization_endpoint}?{urlencode(asked)}", errand

    async def finish(self, code: str, errand: Errand, back: str) -> dict[str, Any]:
        """The claims of who came in. Refuses `OutsideAnswerNotRight`, `OutsideSilent`."""
        place = await self._found()
        told = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._client_id,
            "client_secret": self._secret.reveal(),
            "code_verifier": errand.verifier,
        }
        answer = await _asked("POST", place.token_endpoint, told)
        return await self.claims(_read(answer, _Tokens).id_token, errand.nonce)

    async def claims(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an id token, all of it checked. Refuses `OutsideAnswerNotRight`."""
        try:
            header = jwt.get_unverified_header(token)
            key = await self._key(str(header.get("kid", "")))
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm_name] if key.algorithm_name in ALGORITHMS else [],
                audience=self._client_id,
                issuer=(await self._found()).issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "aud", "iss", "sub", "nonce"]},
            )
        except jwt.PyJWTError as error:
            raise rules.OutsideAnswerNotRight from error
        if not secrets.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise rules.OutsideAnswerNotRight
        return claims

    async def _found(self) -> _Place:
        if self._place is not None:
            return self._place
        told = await _asked("GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        place: _Place = _read(told, _Place)
        if place.issuer.rstrip("/") != self._issuer.rstrip("/"):
            raise rules.OutsideAnswerNotRight
        self._place = place
        return place

    async def _key(self, kid: str) -> jwt.PyJWK:
        # A key nobody knew may be a new one: the set is fetched again, once for each such answer.
        if kid not in self._keys:
            told = await _asked("GET", (await self._found()).jwks_uri)
            found = jwt.PyJWKSet.from_dict(_read(told, dict[str, Any])).keys
            self._keys = {key.key_id or "": key for key in found if key.key_type != "oct"}
            # A provider of one key need not name it.
            if len(self._keys) == 1:
                self._keys[""] = next(iter(self._keys.values()))
        if kid not in self._keys:
            raise rules.OutsideAnswerNotRight
        return self._keys[kid]


async def _asked(method: str, address: str, told: dict[str, str] | None = None) -> bytes:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
            answer = await client.request(method, address, data=told, headers={"accept": "application/json"})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise rules.OutsideSilent from error
    if answer.status_code >= 500:
        raise rules.OutsideSilent
    if answer.status_code != 200 or len(answer.content) > BYTES_MAX:
        raise rules.OutsideAnswerNotRight
    return answer.content


def _read(content: bytes, wanted: Any) -> Any:
    try:
        return msgspec.json.decode(content, type=wanted)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise rules.OutsideAnswerNotRight from error
