"""Logging in holds nobody up (trust 21): hashing is done by two threads beside the loop that answers."""

import asyncio
import threading
import time

import pytest

from vouchermarket.identity.operations import passwords

AT_ONCE = 20


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """By which thread each hash was looked at, and how many were looked at just then."""
    seen: list[tuple[str, int]] = []
    under_way, lock, verify = set[int](), threading.Lock(), passwords._verify

    def watched(password_hash: str | None, password: str) -> bool:
        with lock:
            under_way.add(threading.get_ident())
            seen.append((threading.current_thread().name, len(under_way)))
        try:
            return verify(password_hash, password)
        finally:
            with lock:
                under_way.discard(threading.get_ident())

    monkeypatch.setattr(passwords, "_verify", watched)
    return seen


async def test_twenty_logins_at_once_take_two_threads_and_never_the_loop(hashing) -> None:
    kept = await passwords.hashed("春天里的第一场雨")
    answers = await asyncio.gather(*(passwords.matches(kept, "春天里的第一场雨") for _ in range(AT_ONCE)))
    assert answers == [True] * AT_ONCE
    assert len(hashing) == AT_ONCE
    assert {name.rpartition("_")[0] for name, _ in hashing} == {"argon2"}
    assert max(number for _, number in hashing) <= 2


async def test_the_loop_goes_round_while_twenty_people_log_in(hashing) -> None:
    """Nothing is timed against a number that a busy machine could miss: rounds are counted instead."""
    kept, rounds = await passwords.hashed("春天里的第一场雨"), 0
    logins = asyncio.gather(*(passwords.matches(kept, "x" * 8) for _ in range(AT_ONCE)))
    begun = time.monotonic_ns()
    while not logins.done():
        await asyncio.sleep(0.001)
        rounds += 1
    took_ms = (time.monotonic_ns() - begun) // 1_000_000
    print(f"\n{rounds} rounds of the loop in {took_ms} ms of hashing")
    # Inline, each hash would be one round; beside the loop there are many of them to each.
    assert rounds > 2 * AT_ONCE
