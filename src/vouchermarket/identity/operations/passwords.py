"""Argon2id, off the event loop: inline it would stall everybody for as long as one login takes."""

import asyncio
import functools
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from vouchermarket.identity.rules import readable

# The least OWASP names: 19 MiB, two passes, one lane; about 30 ms. Raising it rehashes at the next login.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)

# Two at a time: more would only take turns on the processor, each with 19 MiB.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


async def hashed(password: str) -> str:
    """The hash to keep, beginning with `$argon2id$`."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, readable(password))


async def matches(password_hash: str | None, password: str) -> bool:
    """Does the password belong to the hash? Without a hash the same work is done for nothing, and False."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _verify, password_hash, password)


def is_outdated(password_hash: str) -> bool:
    """Was it made with weaker parameters than today's?"""
    return _hasher.check_needs_rehash(password_hash)


@functools.cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_hex(16))


def _verify(password_hash: str | None, password: str) -> bool:
    decoy = _nobodys()
    try:
        _hasher.verify(password_hash or decoy, readable(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None
