"""Coming in by name and password or by token, and what ends it."""

import asyncio
import os
import statistics
import time
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select, update

from factories import NOW, City
from vouchermarket.identity import operations, queries, rules, tables
from vouchermarket.identity.operations import passwords
from vouchermarket.identity.structs import (
    ChangePassword,
    Gate,
    IssuedToken,
    KnownLogin,
    LogIn,
    MakeToken,
    OpenedLogin,
    SetPassword,
)
from vouchermarket.kit.cipher import Cipher
from vouchermarket.kit.db import Database
from vouchermarket.kit.events import event
from vouchermarket.kit.ids import PersonId, new_id

GATE = Gate(Cipher("the key of a test"), asks_second_factor=True)
PASSWORD = "春天里的第一场雨"  # a made-up one
OTHER = "correct horse battery"


async def give_password(database: Database, city: City, username: str = "zhangsan") -> PersonId:
    person_id = city.teacher().person_id
    command = SetPassword(person_id=person_id, username=username, password=PASSWORD)
    await operations.set_password(database, city.officer("administrator"), command, now=NOW)
    return person_id


async def come_in(database: Database, city: City, password: str = PASSWORD) -> OpenedLogin:
    return await operations.log_in(
        database, city.bureau_id, LogIn(username="zhangsan", password=password), gate=GATE, now=NOW
    )


async def known(
    database: Database, city: City, opened: OpenedLogin, after: timedelta = timedelta()
) -> KnownLogin | None:
    async with database.transaction(city.bureau_id) as session:
        return await queries.actor_by_login(
            session, city.bureau_id, operations.secret_hash(opened.secret), NOW + after
        )


async def whose(
    database: Database, city: City, token: IssuedToken, after: timedelta = timedelta()
) -> PersonId | None:
    _, secret = rules.parts_of_bearer(token.token) or ("", "")
    async with database.transaction(city.bureau_id) as session:
        actor = await queries.actor_by_token(
            session, city.bureau_id, operations.secret_hash(secret), NOW + after
        )
    return actor.person_id if actor else None


async def test_a_login_is_opened_under_a_new_id_each_time(city: City, database: Database) -> None:
    """docs/trust.md 15 and 16: nobody chooses an id, and only its hash is kept."""
    person_id = await give_password(database, city)
    first, second = await come_in(database, city), await come_in(database, city)
    assert (first.id, first.secret) != (second.id, second.secret)
    found = await known(database, city, first)
    assert found is not None
    assert found.actor == city.teacher()
    assert found.actor.person_id == person_id
    async with database.transaction(city.bureau_id) as session:
        hashes = (
            await session.execute(
                select(tables.login.c.secret_hash).where(tables.login.c.bureau_id == city.bureau_id)
            )
        ).scalars()
    assert first.secret.encode() not in {bytes(hash_) for hash_ in hashes}


@pytest.mark.parametrize(("username", "password"), [("zhangsan", OTHER), ("nobody", PASSWORD), ("", "")])
async def test_unknown_and_wrong_are_refused_alike(
    city: City, database: Database, username: str, password: str
) -> None:
    """docs/trust.md 22, what is said."""
    await give_password(database, city)
    with pytest.raises(rules.LoginRefused) as refused:
        await operations.log_in(
            database, city.bureau_id, LogIn(username=username, password=password), gate=GATE, now=NOW
        )
    assert refused.value.facts == {}


async def test_unknown_and_wrong_take_the_same_time(city: City, database: Database) -> None:
    """docs/trust.md 22, how long it takes: medians within a fifth."""
    await give_password(database, city)

    async def took(username: str, later: timedelta) -> int:
        begun = time.perf_counter_ns()
        with pytest.raises(rules.LoginRefused):
            await operations.log_in(
                database, city.bureau_id, LogIn(username=username, password=OTHER), gate=GATE, now=NOW + later
            )
        return time.perf_counter_ns() - begun

    # An hour apart, so that nobody is slowed.
    hours = [timedelta(hours=hour) for hour in range(25)]
    pairs = [(await took("zhangsan", later), await took("nobody", later)) for later in hours]
    wrong, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.8 < wrong / unknown < 1.25


async def test_a_password_is_kept_as_argon2id_and_hashed_anew_when_the_floor_rises(
    city: City, database: Database
) -> None:
    """docs/trust.md 20: at or above 19 MiB and two passes."""
    person_id = await give_password(database, city)
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    async with database.transaction(city.bureau_id) as session:
        await session.execute(
            update(tables.credential)
            .where(
                tables.credential.c.bureau_id == city.bureau_id, tables.credential.c.person_id == person_id
            )
            .values(password_hash=weak)
        )
    await come_in(database, city)
    async with database.transaction(city.bureau_id) as session:
        kept = await queries.credential_of(session, city.bureau_id, person_id)
    assert kept is not None
    assert kept.password_hash.startswith("$argon2id$")
    parameters = extract_parameters(kept.password_hash)
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2
    assert not passwords.is_outdated(kept.password_hash)
    assert await known(database, city, await come_in(database, city))


async def test_a_login_ends_after_half_an_hour_unused_and_after_twelve_hours(
    city: City, database: Database
) -> None:
    """docs/trust.md 18."""
    await give_password(database, city)
    opened = await come_in(database, city)
    minutes = timedelta(minutes=29)
    assert await known(database, city, opened, minutes)
    assert await known(database, city, opened, timedelta(minutes=30)) is None
    at = timedelta()
    for _ in range(24):
        at += minutes
        async with database.transaction(city.bureau_id) as session:
            await operations.see_login(session, city.bureau_id, opened.id, now=NOW + at)
    assert await known(database, city, opened, at + timedelta(minutes=23))
    assert await known(database, city, opened, timedelta(hours=12)) is None


async def test_logging_out_ends_this_login_and_no_other(city: City, database: Database) -> None:
    await give_password(database, city)
    first, second = await come_in(database, city), await come_in(database, city)
    async with database.transaction(city.bureau_id) as session:
        await operations.log_out(session, city.teacher(), first.id, now=NOW)
    assert await known(database, city, first) is None
    assert await known(database, city, second)
    for actor, login_id in ((city.teacher(), first.id), (city.teacher(1), second.id)):
        with pytest.raises(rules.NotFound):
            async with database.transaction(city.bureau_id) as session:
                await operations.log_out(session, actor, login_id, now=NOW)


async def test_what_was_left_open_elsewhere_is_closed(city: City, database: Database) -> None:
    """docs/trust.md 17, by oneself: every other login, nobody else's, no token; all where none is kept."""
    await give_password(database, city)
    opened = [await come_in(database, city) for _ in range(3)]
    async with database.transaction(city.bureau_id) as session:
        token = await operations.make_token(session, city.teacher(), MakeToken(label="脚本"), now=NOW)
        await operations.end_other_logins(session, city.teacher(1), None, now=NOW)
    assert [await known(database, city, each) is None for each in opened] == [False, False, False]
    for kept, ended in ((opened[1].id, [True, False, True]), (None, [True, True, True])):
        async with database.transaction(city.bureau_id) as session:
            await operations.end_other_logins(session, city.teacher(), kept, now=NOW)
        assert [await known(database, city, each) is None for each in opened] == ended
    assert await whose(database, city, token) == city.teacher().person_id


async def test_each_coming_and_going_is_written_down_once(city: City, database: Database) -> None:
    """docs/trust.md 55: logins, logouts and tokens, each with who."""
    person_id = await give_password(database, city)
    first, second, third = [await come_in(database, city) for _ in range(3)]
    async with database.transaction(city.bureau_id) as session:
        token = await operations.make_token(session, city.teacher(), MakeToken(label="脚本"), now=NOW)
        await operations.end_token(session, city.teacher(), token.id, now=NOW)
        await operations.log_out(session, city.teacher(), first.id, now=NOW)
        for _ in range(2):
            # The second time there is nothing left to end, and so nothing to write down.
            await operations.end_other_logins(session, city.teacher(), second.id, now=NOW)
        theirs = (event.c.bureau_id == city.bureau_id, event.c.actor_id == person_id)
        rows = (await session.execute(select(event).where(*theirs).order_by(event.c.id))).all()
    assert [(row.kind, row.subject_id) for row in rows] == [
        ("identity.logged_in", first.id),
        ("identity.logged_in", second.id),
        ("identity.logged_in", third.id),
        ("identity.token_made", token.id),
        ("identity.token_ended", token.id),
        ("identity.logged_out", first.id),
        ("identity.other_logins_ended", person_id),
    ]


async def test_changing_the_password_ends_every_login_and_opens_a_new_one(
    city: City, database: Database
) -> None:
    """docs/trust.md 16."""
    await give_password(database, city)
    before = await come_in(database, city)
    command = ChangePassword(present=PASSWORD, password=OTHER)
    after = await operations.change_password(database, city.teacher(), command, now=NOW)
    assert await known(database, city, before) is None
    assert await known(database, city, after)
    with pytest.raises(rules.LoginRefused):
        await come_in(database, city)
    with pytest.raises(rules.LoginRefused):
        await operations.change_password(database, city.teacher(), command, now=NOW)
    with pytest.raises(rules.LoginRefused):
        await operations.change_password(database, city.teacher(1), command, now=NOW)
    for weak, refusal in (("abc", rules.PasswordLengthOut), ("zhangsan", rules.PasswordCommon)):
        with pytest.raises(refusal):
            await operations.change_password(
                database, city.teacher(), ChangePassword(present=OTHER, password=weak), now=NOW
            )


async def test_an_administrator_ends_and_disables(city: City, database: Database) -> None:
    """docs/trust.md 17, the verbs."""
    person_id = await give_password(database, city)
    opened = await come_in(database, city)
    async with database.transaction(city.bureau_id) as session:
        token = await operations.make_token(session, city.teacher(), MakeToken(label="脚本"), now=NOW)
    with pytest.raises(rules.RoleNotAllowed):
        async with database.transaction(city.bureau_id) as session:
            await operations.end_logins(session, city.officer("bureau"), person_id, now=NOW)
    async with database.transaction(city.bureau_id) as session:
        await operations.end_logins(session, city.officer("administrator"), person_id, now=NOW)
    assert await known(database, city, opened) is None
    assert await whose(database, city, token) is None
    assert await known(database, city, await come_in(database, city))
    async with database.transaction(city.bureau_id) as session:
        await operations.end_logins(session, city.officer("administrator"), person_id, disable=True, now=NOW)
    with pytest.raises(rules.LoginRefused):
        await come_in(database, city)
    await give_password(database, city)
    assert await known(database, city, await come_in(database, city))
    with pytest.raises(rules.NotFound):
        async with database.transaction(city.bureau_id) as session:
            await operations.end_logins(session, city.officer("administrator"), PersonId(new_id()), now=NOW)


async def test_a_first_password_is_given_by_the_administrator_only(city: City, database: Database) -> None:
    await give_password(database, city)
    command = SetPassword(person_id=city.teacher(1).person_id, username="zhangsan", password=PASSWORD)
    with pytest.raises(rules.UsernameTaken):
        await operations.set_password(database, city.officer("administrator"), command, now=NOW)
    with pytest.raises(rules.RoleNotAllowed):
        await operations.set_password(database, city.teacher(), command, now=NOW)


async def test_a_token_belongs_to_its_maker_until_it_ends(city: City, database: Database) -> None:
    async with database.transaction(city.bureau_id) as session:
        token = await operations.make_token(session, city.teacher(), MakeToken(label="脚本", days=2), now=NOW)
        bureau = await queries.bureau(session, city.bureau_id)
    assert token.token.startswith(f"vm_{bureau.code}_")
    assert await whose(database, city, token) == city.teacher().person_id
    assert await whose(database, city, token, timedelta(days=2)) is None
    with pytest.raises(rules.NotFound):
        async with database.transaction(city.bureau_id) as session:
            await operations.end_token(session, city.teacher(1), token.id, now=NOW)
    async with database.transaction(city.bureau_id) as session:
        await operations.end_token(session, city.teacher(), token.id, now=NOW)
        listed = await queries.tokens_of(session, city.bureau_id, city.teacher().person_id)
    assert [(each.id, each.ended_at) for each in listed] == [(token.id, NOW)]
    assert await whose(database, city, token) is None


async def test_hashing_holds_neither_the_loop_nor_a_connection(city: City, database: Database) -> None:
    """docs/trust.md 21: of one connection only, twenty logins leave enough for everybody else in between."""
    await give_password(database, city)
    narrow = Database(os.environ["DATABASE_URL"], pool_size=1)
    opened: list[OpenedLogin] = []

    async def enter() -> None:
        opened.append(await come_in(narrow, city))

    entering = [asyncio.create_task(enter()) for _ in range(20)]
    await asyncio.sleep(0)
    # Behind all twenty in the queue for the one connection, and through before most have been let in.
    async with narrow.transaction(city.bureau_id) as session:
        await queries.bureau(session, city.bureau_id)
    through = len(opened)
    await asyncio.gather(*entering)
    await narrow.close()
    assert through < 20
    assert len(opened) == 20
