"""The one place of ciphers and of digests of secrets.

What has to be read again is kept under the key of the settings (AES-256-GCM). What is sealed says by which
key, and opens only for the very purpose it was sealed for: a row copied to another person's opens nothing.
"""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_ID = 4
_NONCE = 12


class NotOpened(Exception):
    """Sealed under another key or for another purpose, or changed since: a fault of ours, told to nobody."""


class Cipher:
    """Seals and opens under one secret key, from which the key of the cipher and its id are drawn."""

    def __init__(self, secret_key: str) -> None:
        self._cipher = AESGCM(_drawn(secret_key, b"cipher", 32))
        self._key_id = _drawn(secret_key, b"key id", _KEY_ID)

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """Key id, nonce, ciphertext and tag in one."""
        nonce = secrets.token_bytes(_NONCE)
        return self._key_id + nonce + self._cipher.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for this purpose. Raises `NotOpened`."""
        key_id, nonce, rest = sealed[:_KEY_ID], sealed[_KEY_ID : _KEY_ID + _NONCE], sealed[_KEY_ID + _NONCE :]
        if key_id != self._key_id:
            raise NotOpened("sealed under another key")
        try:
            return self._cipher.decrypt(nonce, rest, purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise NotOpened("sealed for another purpose, or changed") from error


def secret_hash(secret: str) -> bytes:
    """What is kept of a secret of ours. It is long and random, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def _drawn(secret_key: str, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=b"vouchermarket " + purpose).derive(secret_key.encode())
