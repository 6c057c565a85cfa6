"""A first sign-in by a code on paper: good once, for a while, for its person alone; it tells nobody more."""

from datetime import timedelta

import pytest

from factories import NOW, City
from vouchermarket.identity import operations, queries, rules
from vouchermarket.identity.structs import Actor, Gate, HandedCode, LogIn, SetPassword, UseCode
from vouchermarket.kit.cipher import Cipher
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import PersonId, new_id

pytestmark = pytest.mark.database

PASSWORD = "秋天里的第一片叶子"
GATE = Gate(Cipher("a key for tests"), False)


async def hand_out(database: Database, by: Actor, person_id: PersonId) -> HandedCode:
    async with database.transaction(by.bureau_id) as session:
        return await operations.hand_out_code(session, by, person_id, now=NOW)


async def use(
    database: Database, city: City, handed: HandedCode, *, code: str = "", after: timedelta = timedelta()
) -> None:
    command = UseCode(username=handed.username, code=code or handed.code, password=PASSWORD)
    await operations.use_code(database, city.bureau_id, command, now=NOW + after)


async def test_a_code_chooses_a_first_password_and_is_used(database: Database, city: City) -> None:
    teacher = city.teacher()
    handed = await hand_out(database, city.officer("administrator"), teacher.person_id)
    await use(database, city, handed, code=handed.code.lower().replace("-", " "))
    opened = await operations.log_in(
        database, city.bureau_id, LogIn(username=handed.username, password=PASSWORD), gate=GATE, now=NOW
    )
    assert opened.person_id == teacher.person_id
    with pytest.raises(rules.CodeNotGood):
        await use(database, city, handed)


async def test_a_code_is_too_old_after_its_time_and_ends_with_the_next(
    database: Database, city: City
) -> None:
    admin, teacher = city.officer("administrator"), city.teacher()
    first = await hand_out(database, admin, teacher.person_id)
    second = await hand_out(database, admin, teacher.person_id)
    for handed, after in ((first, timedelta()), (second, rules.CODE_GOOD_FOR)):
        with pytest.raises(rules.CodeNotGood):
            await use(database, city, handed, after=after)
    await use(database, city, second, after=rules.CODE_GOOD_FOR - timedelta(seconds=1))


async def test_unknown_and_wrong_get_the_same_answer_and_are_slowed(database: Database, city: City) -> None:
    handed = await hand_out(database, city.officer("administrator"), city.teacher().person_id)
    nobody = HandedCode(PersonId(new_id()), "", "nobody", handed.code, handed.expires_at)
    for guess in (nobody, handed):
        for _ in range(5):
            with pytest.raises(rules.CodeNotGood):
                await use(database, city, guess, code="AAAA-AAAA-AAAA-AAAA-AAAA")
        with pytest.raises(rules.TooManyAttempts):
            await use(database, city, guess)


async def test_a_new_password_ends_every_login_and_keeps_the_user_name(
    database: Database, city: City
) -> None:
    teacher = city.teacher()
    command = SetPassword(person_id=teacher.person_id, username="zhangsan", password="春天里的第一场雨")
    await operations.set_password(database, city.officer("administrator"), command, now=NOW)
    asked = LogIn(username="zhangsan", password=command.password)
    opened = await operations.log_in(database, city.bureau_id, asked, gate=GATE, now=NOW)
    handed = await hand_out(database, city.officer("school_a"), teacher.person_id)
    assert handed.username == "zhangsan"
    await use(database, city, handed)
    async with database.transaction(city.bureau_id) as session:
        hash_ = operations.secret_hash(opened.secret)
        assert await queries.actor_by_login(session, city.bureau_id, hash_, NOW) is None


async def test_a_school_makes_codes_for_its_own_teachers_only(database: Database, city: City) -> None:
    clerk = city.officer("school_a")
    others = (
        city.teacher(0, "school_b").person_id,
        city.officer("school_a", 1).person_id,
        city.officer("finance_office").person_id,
        PersonId(new_id()),
    )
    for person_id in others:
        with pytest.raises(rules.NotFound):
            await hand_out(database, clerk, person_id)
    with pytest.raises(rules.RoleNotAllowed):
        await hand_out(database, city.teacher(), city.teacher(1).person_id)


async def test_a_password_that_would_be_guessed_uses_no_code(database: Database, city: City) -> None:
    handed = await hand_out(database, city.officer("administrator"), city.teacher().person_id)
    with pytest.raises(rules.PasswordCommon):
        weak = UseCode(username=handed.username, code=handed.code, password="password123")
        await operations.use_code(database, city.bureau_id, weak, now=NOW)
    await use(database, city, handed)


def test_a_code_has_no_sign_that_is_read_as_another() -> None:
    assert not set("01OIL") & set(rules.ALPHABET)
    assert len(rules.ALPHABET) ** rules.CODE_SIGNS > 2**90
