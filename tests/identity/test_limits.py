"""Guessing is slowed, by user name and by address, whoever counts and whoever is guessed."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from factories import NOW, City
from vouchermarket.identity import operations, rules
from vouchermarket.identity.operations import proofs
from vouchermarket.identity.rules import Failures
from vouchermarket.identity.structs import ChangePassword, Gate, LogIn, OpenedLogin, SetPassword
from vouchermarket.identity.tables import login_limit
from vouchermarket.kit.cipher import Cipher
from vouchermarket.kit.db import Database
from vouchermarket.kit.events import Origin, event, origin
from vouchermarket.kit.refusal import Refusal

GATE = Gate(Cipher("the key of a test"), asks_second_factor=True)
PASSWORD = "春天里的第一场雨"  # a made-up one
WRONG = "nobody knows it"


@contextmanager
def coming_from(address: str | None) -> Iterator[None]:
    mark = origin.set(Origin("r", address))
    yield
    origin.reset(mark)


async def give_password(database: Database, city: City, which: int = 0) -> str:
    username = f"teacher{which}"
    command = SetPassword(person_id=city.teacher(which).person_id, username=username, password=PASSWORD)
    await operations.set_password(database, city.officer("administrator"), command, now=NOW)
    return username


async def enter(
    database: Database, city: City, username: str, password: str = PASSWORD, now: datetime = NOW
) -> OpenedLogin | Refusal:
    command = LogIn(username=username, password=password)
    try:
        return await operations.log_in(database, city.bureau_id, command, gate=GATE, now=now)
    except Refusal as refusal:
        return refusal


async def fail(database: Database, city: City, username: str, times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        refused = await enter(database, city, username, WRONG, now)
        assert isinstance(refused, rules.LoginRefused), refused


def wait_of(refused: OpenedLogin | Refusal) -> int:
    assert isinstance(refused, rules.TooManyAttempts), refused
    return refused.facts["wait_seconds"]


@pytest.mark.parametrize("username", ["teacher0", "nobody"])
async def test_five_failures_slow_a_user_name_down_known_or_not(
    city: City, database: Database, username: str
) -> None:
    """docs/trust.md 23 and 22: the right password is not looked at meanwhile, nor is told whether it was."""
    await give_password(database, city)
    await fail(database, city, username, 5)
    assert wait_of(await enter(database, city, username)) == 5
    assert wait_of(await enter(database, city, username, WRONG, NOW + timedelta(seconds=3))) == 2
    later = NOW + timedelta(seconds=5)
    await fail(database, city, username, 1, later)
    assert wait_of(await enter(database, city, username, now=later)) == 10
    # Another user name is not slowed by it.
    assert isinstance(await enter(database, city, await give_password(database, city, 1)), OpenedLogin)


async def test_coming_in_forgets_the_failures_of_a_user_name(city: City, database: Database) -> None:
    username = await give_password(database, city)
    for _ in range(3):
        await fail(database, city, username, 4)
        assert isinstance(await enter(database, city, username), OpenedLogin)


async def test_five_failures_slow_an_address_down_whatever_names_it_tries(
    city: City, database: Database
) -> None:
    """docs/trust.md 23: and whoever comes in there with a name of his or her own does not undo it."""
    own = await give_password(database, city)
    with coming_from("203.0.113.7"):
        for which in range(4):
            await fail(database, city, f"nobody{which}", 1)
        assert isinstance(await enter(database, city, own), OpenedLogin)
        await fail(database, city, "nobody4", 1)
        assert wait_of(await enter(database, city, own)) == 5
    with coming_from("203.0.113.8"):
        assert isinstance(await enter(database, city, own), OpenedLogin)


async def test_the_count_outlives_the_process_and_is_one_for_all(city: City, database: Database) -> None:
    """docs/trust.md 23: five failures told to five servers that stop after it are five failures."""
    await give_password(database, city)
    for _ in range(5):
        once = Database(os.environ["DATABASE_URL"], pool_size=1)
        await fail(once, city, "teacher0", 1)
        await once.close()
    assert wait_of(await enter(database, city, "teacher0")) == 5


async def test_of_many_guesses_sent_at_once_five_are_answered(city: City, database: Database) -> None:
    """docs/trust.md 23: the right one among them is not told apart behind the fifth."""
    await give_password(database, city)
    guesses = [enter(database, city, "teacher0", WRONG) for _ in range(15)]
    told = await asyncio.gather(*guesses)
    refused = [type(each) for each in told]
    assert refused.count(rules.LoginRefused) == 5
    assert refused.count(rules.TooManyAttempts) == 10
    late = await asyncio.gather(*(enter(database, city, "teacher0") for _ in range(3)))
    assert {type(each) for each in late} == {rules.TooManyAttempts}


async def test_a_right_password_is_told_only_if_nobody_failed_too_often_meanwhile(
    city: City, database: Database
) -> None:
    """docs/trust.md 23: what was looked at early is looked at once more, locked, before it is told."""
    username = await give_password(database, city)
    await fail(database, city, username, 4)
    known = await proofs.proven(database, city.bureau_id, username, PASSWORD, now=NOW)
    await fail(database, city, username, 1)
    with pytest.raises(rules.TooManyAttempts):
        async with database.transaction(city.bureau_id) as session:
            await proofs.still(session, city.bureau_id, known, now=NOW)


async def test_a_password_is_guessed_inside_as_little_as_at_the_door(city: City, database: Database) -> None:
    """docs/trust.md 23: changing a password asks for the present one, and counts."""
    await give_password(database, city)
    command = ChangePassword(present=WRONG, password="correct horse battery")
    for _ in range(5):
        with pytest.raises(rules.LoginRefused):
            await operations.change_password(database, city.teacher(), command, now=NOW)
    with pytest.raises(rules.TooManyAttempts):
        await operations.change_password(database, city.teacher(), command, now=NOW)
    wait_of(await enter(database, city, "teacher0"))


async def test_a_failure_is_written_down_without_what_was_typed(city: City, database: Database) -> None:
    """docs/trust.md 55: one event a failure; a password typed into the field of the name is kept nowhere."""
    await give_password(database, city)
    with coming_from("203.0.113.7"):
        await fail(database, city, "teacher0", 1)
        await fail(database, city, PASSWORD, 1)
    async with database.transaction(city.bureau_id) as session:
        failed = (event.c.bureau_id == city.bureau_id, event.c.kind == "identity.login_failed")
        rows = (await session.execute(select(event).where(*failed).order_by(event.c.id))).all()
    assert [row.facts for row in rows] == [{"known": True}, {"known": False}]
    assert rows[0].subject_id == city.teacher().person_id
    assert {row.address for row in rows} == {"203.0.113.7"}


async def test_guessing_names_does_not_fill_the_table(city: City, database: Database) -> None:
    with coming_from("203.0.113.7"):
        for number in range(4):
            await fail(database, city, f"nobody{number}", 1)
        await fail(database, city, "nobody", 1, NOW + rules.FORGOTTEN_AFTER)
    async with database.transaction(city.bureau_id) as session:
        count = select(func.count()).where(login_limit.c.bureau_id == city.bureau_id)
        # The new name's and the address's.
        assert (await session.execute(count)).scalar_one() == 2


@pytest.mark.parametrize(
    ("kind", "number", "seconds"),
    [
        ("username", 4, 0), ("username", 5, 5), ("username", 6, 10), ("username", 12, 640),
        ("username", 13, 900), ("username", 10**6, 900), ("address", 7, 20), ("address", 8, 30),
        ("address", 10**6, 30),
    ],
)  # fmt: skip
def test_the_wait_grows_to_an_end(kind: str, number: int, seconds: int) -> None:
    failures = [Failures(kind, number, NOW), Failures("address", 1, NOW)]
    if seconds:
        with pytest.raises(rules.TooManyAttempts) as refused:
            rules.unhindered(failures, NOW)
        assert refused.value.facts == {"wait_seconds": seconds}
    rules.unhindered(failures, NOW + timedelta(seconds=seconds))


def test_failures_are_forgotten_after_a_quiet_hour() -> None:
    failures = Failures("username", 30, NOW)
    assert rules.one_more(failures, NOW + timedelta(minutes=59)) == 31
    assert rules.one_more(failures, NOW + rules.FORGOTTEN_AFTER) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
    ],
)
def test_a_whole_network_of_one_house_is_one_address(address: str, network: str) -> None:
    assert rules.network(address) == network
