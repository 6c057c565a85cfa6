"""The second factor: set up at the door, asked for at each login, good once, taken away by another."""

import asyncio
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from pyotp.totp import TOTP
from sqlalchemy import select

from factories import NOW, City
from vouchermarket.identity import operations, rules
from vouchermarket.identity.structs import (
    Actor,
    ConfirmSecondFactor,
    EnrolSecondFactor,
    Gate,
    LogIn,
    OpenedLogin,
    RecoveryCodes,
    SetPassword,
)
from vouchermarket.identity.tables import recovery_code, second_factor
from vouchermarket.kit.cipher import Cipher, NotOpened
from vouchermarket.kit.db import Database
from vouchermarket.kit.events import event
from vouchermarket.kit.refusal import Refusal

PASSWORD = "春天里的第一场雨"  # a made-up one
KEY = "the key of a test"
GATE = Gate(Cipher(KEY), asks_second_factor=True)
OPEN_GATE = Gate(Cipher(KEY), asks_second_factor=False)
STEP = rules.STEP


class Owner:
    """A person with a user name, and a telephone that has the secret once it is enrolled."""

    def __init__(self, database: Database, actor: Actor) -> None:
        self.database, self.actor, self.username = database, actor, f"u{actor.person_id.hex[-8:]}"
        self.telephone = TOTP("A" * 32)

    def code(self, at: datetime = NOW) -> str:
        return self.telephone.at(at)

    async def enrol(self) -> None:
        command = EnrolSecondFactor(username=self.username, password=PASSWORD)
        made = await operations.enrol_second_factor(
            self.database, self.actor.bureau_id, command, gate=GATE, now=NOW
        )
        self.telephone = TOTP(parse_qs(urlsplit(made.address).query)["secret"][0])

    async def confirm(self, code: str | None = None) -> RecoveryCodes:
        command = ConfirmSecondFactor(
            username=self.username, password=PASSWORD, code=self.code() if code is None else code
        )
        return await operations.confirm_second_factor(
            self.database, self.actor.bureau_id, command, gate=GATE, now=NOW
        )

    async def enter(self, code: str | None = None, now: datetime = NOW, gate: Gate = GATE) -> OpenedLogin:
        command = LogIn(username=self.username, password=PASSWORD, code=code)
        return await operations.log_in(self.database, self.actor.bureau_id, command, gate=gate, now=now)


async def owner_of(database: Database, city: City, actor: Actor) -> Owner:
    owner = Owner(database, actor)
    command = SetPassword(person_id=actor.person_id, username=owner.username, password=PASSWORD)
    await operations.set_password(database, city.officer("administrator"), command, now=NOW)
    return owner


@pytest.fixture
async def officer(database: Database, city: City) -> Owner:
    return await owner_of(database, city, city.officer("finance_office"))


@pytest.mark.parametrize("desk", ["finance_office", "administrator"])
async def test_finance_and_administrators_come_in_with_a_second_factor_only(
    city: City, database: Database, desk: str
) -> None:
    """docs/trust.md 25: by password alone, not confirmed, or confirmed but without a code: none opens."""
    owner = await owner_of(database, city, city.officer(desk))
    with pytest.raises(rules.SecondFactorMissing):
        await owner.enter()
    await owner.enrol()
    with pytest.raises(rules.SecondFactorMissing):
        await owner.enter(owner.code())
    await owner.confirm()
    with pytest.raises(rules.SecondFactorAsked):
        await owner.enter()
    opened = await owner.enter(owner.code(NOW + STEP), NOW + STEP)
    assert opened.person_id == owner.actor.person_id


async def test_other_desks_and_bureaus_that_do_not_ask_need_none(
    city: City, database: Database, officer: Owner
) -> None:
    teacher = await owner_of(database, city, city.teacher())
    assert await teacher.enter()
    assert await officer.enter(gate=OPEN_GATE)
    # Whoever has set one up is asked for it all the same.
    await teacher.enrol()
    await teacher.confirm()
    with pytest.raises(rules.SecondFactorAsked):
        await teacher.enter(gate=OPEN_GATE)


async def test_a_code_opens_one_login(officer: Owner) -> None:
    """docs/trust.md 25: not again within its window, nor an earlier one after a later one."""
    await officer.enrol()
    await officer.confirm()
    for _ in range(2):
        with pytest.raises(rules.CodeNotRight):
            await officer.enter(officer.code())
    assert await officer.enter(officer.code(NOW + STEP))
    for at in (NOW, NOW + STEP):
        with pytest.raises(rules.CodeNotRight):
            await officer.enter(officer.code(at), NOW + STEP)


async def test_of_ten_logins_at_once_with_one_code_one_is_opened(officer: Owner) -> None:
    """docs/trust.md 25: the last used step is read and written under the lock of the person."""
    await officer.enrol()
    await officer.confirm()
    code = officer.code(NOW + STEP)
    told = await asyncio.gather(*(officer.enter(code, NOW + STEP) for _ in range(10)), return_exceptions=True)
    assert [type(each) for each in told].count(OpenedLogin) == 1
    assert {type(each) for each in told} <= {OpenedLogin, rules.CodeNotRight, rules.TooManyAttempts}


async def test_wrong_codes_are_counted_as_wrong_passwords_are(officer: Owner) -> None:
    """docs/trust.md 23 and 25: a million codes cannot be tried, by whoever has the password either."""
    await officer.enrol()
    for _ in range(2):
        with pytest.raises(rules.CodeNotRight):
            await officer.confirm("000000x")
    await officer.confirm()
    for code in ("", "12345", "abcdef"):
        with pytest.raises(rules.CodeNotRight):
            await officer.enter(code)
    with pytest.raises(rules.TooManyAttempts):
        await officer.enter(officer.code(NOW + STEP))
    assert await officer.enter(officer.code(NOW + STEP), NOW + STEP)


async def test_a_recovery_code_opens_one_login_without_the_telephone(
    city: City, database: Database, officer: Owner
) -> None:
    await officer.enrol()
    recovery = await officer.confirm()
    assert len(set(recovery.codes)) == 10
    for code in (recovery.codes[3], recovery.codes[4].lower()):
        assert await officer.enter(code)
        with pytest.raises(rules.CodeNotRight):
            await officer.enter(code)
    another = await owner_of(database, city, city.officer("finance_office", 1))
    await another.enrol()
    await another.confirm()
    with pytest.raises(rules.CodeNotRight):
        await another.enter(recovery.codes[5])


async def test_the_database_holds_neither_secret_nor_recovery_code(
    city: City, database: Database, officer: Owner
) -> None:
    """docs/trust.md 50: ciphered under a key that is not in it, for this very person, or hashed."""
    await officer.enrol()
    recovery = await officer.confirm()
    async with database.transaction(city.bureau_id) as session:
        mine = select(second_factor.c.sealed).where(second_factor.c.bureau_id == city.bureau_id)
        sealed = (await session.execute(mine)).scalar_one()
        hashes = select(recovery_code.c.code_hash).where(recovery_code.c.bureau_id == city.bureau_id)
        kept = b"".join((await session.execute(hashes)).scalars())
    assert officer.telephone.secret.encode() not in sealed
    assert not [code for code in recovery.codes if code.encode() in kept]
    other = Gate(Cipher("another key"), asks_second_factor=True)
    with pytest.raises(NotOpened):
        await officer.enter(officer.code(NOW + STEP), NOW + STEP, other)


async def test_a_confirmed_factor_is_not_set_up_again_by_a_password(officer: Owner) -> None:
    """docs/trust.md 25: whoever has stolen the password would otherwise bring a telephone along."""
    with pytest.raises(rules.NotFound):
        await officer.confirm("123456")
    await officer.enrol()
    first = officer.telephone
    await officer.enrol()
    with pytest.raises(rules.CodeNotRight):
        await officer.confirm(first.at(NOW))
    await officer.confirm()
    with pytest.raises(rules.SecondFactorPresent):
        await officer.enrol()
    with pytest.raises(rules.SecondFactorPresent):
        await officer.confirm(officer.code(NOW + STEP))
    officer.username = "nobody"
    with pytest.raises(rules.LoginRefused):
        await officer.enrol()


async def test_another_administrator_takes_it_away(city: City, database: Database, officer: Owner) -> None:
    administrator = city.officer("administrator")
    await officer.enrol()
    await officer.confirm()

    async def drop(actor: Actor, owner: Actor) -> Refusal | None:
        try:
            async with database.transaction(city.bureau_id) as session:
                await operations.drop_second_factor(session, actor, owner.person_id, now=NOW)
        except Refusal as refusal:
            return refusal
        return None

    assert isinstance(await drop(officer.actor, officer.actor), rules.RoleNotAllowed)
    assert isinstance(await drop(administrator, administrator), rules.OwnSecondFactor)
    assert isinstance(await drop(administrator, city.teacher()), rules.NotFound)
    assert await drop(administrator, officer.actor) is None
    with pytest.raises(rules.SecondFactorMissing):
        await officer.enter(officer.code(NOW + STEP), NOW + STEP)
    await officer.enrol()
    assert len((await officer.confirm()).codes) == 10


async def test_each_turn_is_written_down_once(city: City, database: Database, officer: Owner) -> None:
    """docs/trust.md 55: set up, confirmed, used, taken away."""
    await officer.enrol()
    recovery = await officer.confirm()
    await officer.enter(recovery.codes[0])
    administrator = city.officer("administrator")
    async with database.transaction(city.bureau_id) as session:
        await operations.drop_second_factor(session, administrator, officer.actor.person_id, now=NOW)
        theirs = (event.c.bureau_id == city.bureau_id, event.c.subject_id == officer.actor.person_id)
        rows = (await session.execute(select(event).where(*theirs).order_by(event.c.id))).all()
    told = [(row.kind.removeprefix("identity."), row.actor_id) for row in rows]
    own = officer.actor.person_id
    assert told == [
        ("password_set", administrator.person_id),
        ("second_factor_enrolled", own),
        ("second_factor_confirmed", own),
        ("recovery_code_used", own),
        ("second_factor_dropped", administrator.person_id),
    ]


@pytest.mark.parametrize(("steps", "is_near"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephone_may_be_a_step_apart(steps: int, is_near: bool) -> None:
    """docs/trust.md 25, the window."""
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    at = NOW + steps * STEP
    step = (at - datetime(1970, 1, 1, tzinfo=NOW.tzinfo)) // STEP
    code = TOTP(secret).at(at)
    assert rules.step_of(secret, code, NOW, None) == (step if is_near else None)
    assert rules.step_of(secret, code, NOW, step) is None


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, its last six digits at the second 1111111111 (2005-03-18)."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = datetime(2005, 3, 18, 1, 58, 31, tzinfo=NOW.tzinfo)
    assert rules.step_of(secret, "050471", at, None) == 1111111111 // 30
