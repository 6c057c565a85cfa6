"""What a gateway tells us by itself: whether it is signed by somebody who knows the secret, and just now."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from vouchermarket.settings import Secret

# Either way: a call older than this may be a replay, and one from the future is no call of today.
TOLERANCE = timedelta(seconds=300)
# Seconds as they are written until the year 5138; more digits are no instant.
SECONDS_DIGITS_MAX = 11
# How long a worker may take over an event, and how often it is tried before a person has to look at it.
HOOK_LEASE = timedelta(minutes=5)
HOOK_ATTEMPTS_MAX = 8


def is_signed(raw: bytes, header: str, secrets: Iterable[Secret], now: datetime) -> bool:
    """Whether `Stripe-Signature` fits these very bytes, by one of our secrets, within the tolerance.

    The header reads `t=seconds,v1=hex,v1=hex,v0=...`; while a secret is rotated there are two of them here
    or there, and one that fits is enough. `v0` proves nothing.
    """
    parts = [part.partition("=") for part in header.split(",")]
    told = [text for name, _, text in parts if name == "t"]
    if not told or not told[0].isascii() or not told[0].isdigit() or len(told[0]) > SECONDS_DIGITS_MAX:
        return False
    sent_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(told[0]))
    if abs(now - sent_at) > TOLERANCE:
        return False
    signed = told[0].encode() + b"." + raw
    wanted = [hmac.digest(secret.reveal().encode(), signed, hashlib.sha256).hex() for secret in secrets]
    given = [text for name, _, text in parts if name == "v1"]
    # Compared as bytes: a text beyond ASCII would make the comparison itself fail.
    return any(hmac.compare_digest(one.encode(), other.encode()) for one in wanted for other in given)
