"""One's own address: confirmed by a code that went there, ciphered, turned off, forgotten."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from factories import NOW
from notices.letters import ADDRESS, Mailed, code_in
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.letters import is_address
from vouchermarket.notices import operations as notices
from vouchermarket.notices import rules
from vouchermarket.notices.structs import ChooseMail, Language
from vouchermarket.notices.tables import mail_address, notice

MINUTE = timedelta(minutes=1)


async def test_an_address_counts_once_the_code_that_went_there_is_told(mailed: Mailed) -> None:
    await mailed.enter()
    await mailed.tell("缺证明")
    assert await mailed.send() == 1
    [sent] = mailed.sink.letters
    assert sent["To"] == ADDRESS
    await mailed.confirm(f" {code_in(sent)} ")
    found = await mailed.mail()
    assert found is not None
    assert (found.address, found.confirmed_at, found.is_wanted) == ("z***@example.cn", NOW, True)
    await mailed.tell("缺签到表")
    assert await mailed.send() == 1
    assert "缺签到表" in mailed.sink.texts()[1]
    assert "缺证明" not in "".join(mailed.sink.texts())


async def test_the_code_stands_in_the_letter_and_nowhere_else(mailed: Mailed) -> None:
    code = await mailed.subscribe()
    async with mailed.open() as session:
        told = (await session.execute(select(notice.c.facts))).scalars().all()
        [row] = (await session.execute(select(mail_address))).all()
    events = await mailed.events("notices.mail_entered") + await mailed.events("notices.mail_confirmed")
    assert [one.actor_id for one in events] == [mailed.teacher.person_id] * 2
    for kept in (str(told), str([one.facts for one in events]), str(row)):
        assert code not in kept
        assert "zhangsan" not in kept
    assert ADDRESS.encode() not in row.sealed


async def test_a_code_is_good_for_thirty_minutes_and_five_guesses(mailed: Mailed) -> None:
    await mailed.enter()
    await mailed.send()
    code = code_in(mailed.sink.letters[0])
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(rules.mail.CODE_TRIES_MAX):
        with pytest.raises(rules.MailCodeNotRight):
            await mailed.confirm(wrong)
    with pytest.raises(rules.MailCodeNotRight):
        await mailed.confirm(code)
    await mailed.enter(now=NOW + MINUTE)
    await mailed.send(NOW + MINUTE)
    fresh = code_in(mailed.sink.letters[1])
    with pytest.raises(rules.MailCodeNotRight):
        await mailed.confirm(fresh, now=NOW + 31 * MINUTE)
    await mailed.confirm(fresh, now=NOW + 30 * MINUTE)
    with pytest.raises(NotFound):
        await mailed.confirm(fresh, now=NOW + 30 * MINUTE)


async def test_guesses_sent_at_once_are_all_counted(mailed: Mailed) -> None:
    await mailed.enter()
    # No code has letters in it, so that none of these is right by chance.
    guesses = [mailed.confirm(f"x{number}") for number in range(12)]
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert {type(one) for one in answers} == {rules.MailCodeNotRight}
    async with mailed.open() as session:
        row = (await session.execute(select(mail_address))).one()
    assert row.code_tries == 12


async def test_nobody_is_flooded_with_codes(mailed: Mailed) -> None:
    await mailed.enter()
    with pytest.raises(rules.MailCodeJustSent):
        await mailed.enter(address="lisi@example.cn", now=NOW + MINUTE - timedelta(seconds=1))
    await mailed.enter(address="lisi@example.cn", now=NOW + MINUTE)
    assert await mailed.send(NOW + MINUTE) == 1
    assert [one["To"] for one in mailed.sink.letters] == ["lisi@example.cn"]
    assert [row.fault for row in await mailed.rows()] == ["address_changed", None]


async def test_another_address_is_told_in_the_inbox_and_stops_the_letters(mailed: Mailed) -> None:
    await mailed.subscribe()
    await mailed.enter(address="lisi@example.cn", now=NOW + MINUTE)
    await mailed.tell("缺证明", now=NOW + MINUTE)
    await mailed.send(NOW + MINUTE)
    assert [one["To"] for one in mailed.sink.letters] == ["lisi@example.cn"]
    assert "缺证明" not in mailed.sink.texts()[0]
    async with mailed.open() as session:
        told = select(notice.c.kind).where(notice.c.person_id == mailed.teacher.person_id)
        kinds = (await session.execute(told.order_by(notice.c.id))).scalars().all()
    assert kinds == ["notices.mail_entered", "notices.mail_entered", "credits.returned"]


async def test_letters_are_turned_off_and_on_and_an_address_is_forgotten(mailed: Mailed) -> None:
    await mailed.subscribe()
    for wanted, sent in ((False, 0), (True, 1)):
        async with mailed.open() as session:
            await notices.choose_mail(session, mailed.teacher, ChooseMail(wanted, Language.EN), now=NOW)
        await mailed.tell("缺证明")
        assert await mailed.send() == sent
    assert "has been returned" in mailed.sink.texts()[0]
    async with mailed.open() as session:
        await notices.drop_mail(session, mailed.teacher, now=NOW)
    assert await mailed.mail() is None
    async with mailed.open() as session:
        with pytest.raises(NotFound):
            await notices.drop_mail(session, mailed.teacher, now=NOW)
        with pytest.raises(NotFound):
            await notices.choose_mail(session, mailed.teacher, ChooseMail(True, Language.ZH), now=NOW)
    kinds = ("notices.mail_chosen", "notices.mail_dropped")
    assert [len(await mailed.events(kind)) for kind in kinds] == [2, 1]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "zhangsan",
        "a@b",
        "a@b.c",
        "a b@example.cn",
        "a@example.cn\n",
        "a@example.cn\r\nBcc: b@example.cn",
        "a@example.cn,b@example.cn",
        "<a@example.cn>",
        "张三@example.cn",
        "a@例子.cn",
        "a@example.cn" + "n" * 64,
        "a@" + "b." * 100 + "cn",
    ],
)
async def test_refuses_what_is_no_address(mailed: Mailed, written: str) -> None:
    assert not is_address(written)
    with pytest.raises(rules.MailAddressNotRight):
        await mailed.enter(address=written)
