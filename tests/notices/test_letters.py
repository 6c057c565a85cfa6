"""Letters on their way out: at least once, never from within a transaction, nothing slipped into them."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from factories import NOW, TODAY
from notices.letters import ADDRESS, BASE, SENDER, Mailed
from vouchermarket.identity import operations as identity
from vouchermarket.identity.structs import Leave, RecordDeath
from vouchermarket.identity.tables import bureau, person
from vouchermarket.jobs.letters import PART, jobs_by_mail
from vouchermarket.kit.letters import Letter, one_line, without_numbers
from vouchermarket.kit.mail import MailNotSet, NotTaken, post_of, written
from vouchermarket.kit.refusal import placeholders
from vouchermarket.notices import operations as notices
from vouchermarket.notices import queries, rules
from vouchermarket.notices.rules import CreditApproved
from vouchermarket.settings import NO_SECRET, Secret, from_environment
from web.settings_of import settings

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def test_a_letter_has_the_words_of_its_notice_and_one_link_of_ours(mailed: Mailed) -> None:
    await mailed.subscribe()
    await mailed.tell("缺证明")
    await mailed.send()
    [sent] = mailed.sink.letters
    [row] = [row for row in await mailed.rows() if row.sent_at and row.attempts == 1][1:]
    assert (sent["From"], sent["To"], sent["Auto-Submitted"]) == (SENDER, ADDRESS, "auto-generated")
    assert sent["Message-ID"] == f"<{row.notice_id}@market.example.cn>"
    assert sent["Subject"] == "[测试市教育局] 您的学时学分登记被退回补正。原因:缺证明"
    text = sent.get_content()
    assert "张三,您好" in text
    assert text.count("http") == text.count(BASE) == 1
    assert mailed.sink.envelopes == [(f"<{ADDRESS}>",)]
    assert await mailed.send(NOW + DAY) == 0


async def test_whoever_undoes_the_fact_undoes_the_letter(mailed: Mailed) -> None:
    await mailed.subscribe()
    before = len(await mailed.rows())
    async with mailed.open() as session:
        person_id = mailed.teacher.person_id
        await notices.tell(session, mailed.city.bureau_id, person_id, CreditApproved, {}, now=NOW)
        await session.rollback()
    assert len(await mailed.rows()) == before
    assert await mailed.send() == 0


async def test_whoever_has_no_address_gets_none(mailed: Mailed) -> None:
    await mailed.tell("缺证明")
    assert await mailed.rows() == []


# --- at least once ----------------------------------------------------------------------------------------


async def test_a_worker_that_dies_before_its_mark_leaves_a_letter_that_goes_out_again(mailed: Mailed) -> None:
    await mailed.subscribe()
    await mailed.tell("缺证明")
    async with mailed.open() as session:
        told = {"base_url": BASE, "now": NOW, "at_most": PART}
        [claimed], due = await notices.claim_letters(session, mailed.city.bureau_id, mailed.cipher, **told)
    assert due == 1
    post = post_of(mailed.settings)
    assert post is not None
    await post.send(claimed.letter)
    assert await mailed.send(NOW + rules.LEASE - timedelta(seconds=1)) == 0
    assert await mailed.send(NOW + rules.LEASE) == 1
    first, second = mailed.sink.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_content() == second.get_content()


async def test_a_letter_taken_although_the_line_broke_goes_out_again_under_its_number(mailed: Mailed) -> None:
    await mailed.subscribe()
    await mailed.tell("缺证明")
    mailed.sink.answers["END"] = ""
    assert await mailed.send() == 0
    mailed.sink.answers.clear()
    assert await mailed.send(NOW + MINUTE) == 1
    assert len({one["Message-ID"] for one in mailed.sink.letters}) == 1 < len(mailed.sink.letters)


async def test_workers_at_once_send_each_letter_once(mailed: Mailed) -> None:
    await mailed.subscribe()
    for number in range(2 * PART + 1):
        await mailed.tell(f"第 {number} 条")
    taken = await asyncio.gather(*(mailed.send() for _ in range(3)))
    assert sum(taken) == len(mailed.sink.letters) == 2 * PART + 1
    assert len({one["Message-ID"] for one in mailed.sink.letters}) == 2 * PART + 1


async def test_a_letter_waits_longer_each_time_and_is_given_up_in_the_end(mailed: Mailed) -> None:
    await mailed.subscribe()
    await mailed.tell("缺证明")
    mailed.sink.answers["MAIL"] = "451 try later"
    now, waits = NOW, []
    for _ in range(rules.ATTEMPTS_MAX):
        assert await mailed.send(now) == 0
        [row] = [row for row in await mailed.rows() if row.sent_at is None]
        waits.append(row.due_at - now)
        now = row.due_at
    assert waits[:3] == [MINUTE, 2 * MINUTE, 4 * MINUTE]
    assert waits[:-1] == sorted(waits[:-1])
    assert max(waits[:-1]) <= rules.mail.PUT_OFF_MAX
    assert (row.fault, row.attempts) == ("SMTP 451", rules.ATTEMPTS_MAX)
    assert row.given_up_at is not None
    assert now - NOW < rules.TOO_LATE
    [told] = await mailed.events("notices.letter_given_up")
    assert (told.subject_id, told.facts) == (row.notice_id, {"fault": "SMTP 451"})
    shown = await mailed.mail(now=now)
    assert shown is not None
    assert (shown.given_up, shown.fault) == (1, "SMTP 451")
    shown = await mailed.mail(now=now + 30 * DAY)
    assert shown is not None
    assert (shown.given_up, shown.fault) == (0, None)


@pytest.mark.parametrize("word", ["RCPT", "MAIL", "DATA", "END"])
async def test_what_a_server_will_never_take_is_given_up_at_once(mailed: Mailed, word: str) -> None:
    await mailed.subscribe()
    await mailed.tell("缺证明")
    mailed.sink.answers[word] = "550 zhangsan@example.cn is unknown"
    assert await mailed.send() == 0
    [row] = [row for row in await mailed.rows() if row.sent_at is None]
    assert (row.fault, row.given_up_at) == ("SMTP 550", NOW)


async def test_a_server_that_is_away_is_asked_once_and_the_letters_wait(mailed: Mailed) -> None:
    await mailed.subscribe()
    for number in range(3):
        await mailed.tell(f"第 {number} 条")
    mailed.sink.answers["EHLO"] = mailed.sink.answers["HELO"] = ""
    assert await mailed.send() == 0
    rows = [row for row in await mailed.rows() if row.sent_at is None]
    assert [(row.attempts, row.due_at, row.given_up_at) for row in rows] == [(1, NOW + MINUTE, None)] * 3
    mailed.sink.answers.clear()
    assert await mailed.send(NOW + MINUTE) == 3


async def test_an_old_letter_is_not_sent(mailed: Mailed) -> None:
    await mailed.subscribe()
    await mailed.tell("缺证明")
    assert await mailed.send(NOW + rules.TOO_LATE + MINUTE) == 0
    assert [row.fault for row in await mailed.rows()] == [None, "too_late"]


@pytest.mark.parametrize("way", ["left", "died"])
async def test_nobody_writes_to_those_who_are_gone(mailed: Mailed, way: str) -> None:
    await mailed.subscribe()
    await mailed.tell("缺证明")
    keeper, person_id = mailed.city.officer("administrator"), mailed.teacher.person_id
    async with mailed.open() as session:
        if way == "died":
            death = RecordDeath(person_id=person_id, died_on=TODAY)
            await identity.record_death(session, keeper, death, now=NOW)
        else:
            left = Leave(person_id=person_id, gone_on=TODAY, reason="调离")
            await identity.leave(session, keeper, left, now=NOW)
    assert await mailed.send() == 0
    assert [row.fault for row in await mailed.rows()] == [None, "gone"]
    assert mailed.sink.letters == []


async def test_a_letter_does_not_leave_from_within_a_transaction(mailed: Mailed) -> None:
    post = post_of(mailed.settings)
    assert post is not None
    async with mailed.open():
        with pytest.raises(RuntimeError, match="transaction"):
            await post.send(Letter(mailed.teacher.person_id, ADDRESS, "一", "二", NOW))
    assert mailed.sink.letters == []


# --- what stands in it ------------------------------------------------------------------------------------


async def test_nothing_is_slipped_into_a_letter(mailed: Mailed) -> None:
    """Trust 32, the letters: names and reasons with line ends make no header and no second recipient."""
    nasty = "张\r\nBcc: mallory@evil.test\r\n\r\n三\u2028\x00"[:-1]
    async with mailed.open() as session:
        mine = person.c.id == mailed.teacher.person_id
        await session.execute(update(person).where(mine).values(name=nasty))
    async with mailed.database.registry() as session:
        ours = bureau.c.id == mailed.city.bureau_id
        await session.execute(update(bureau).where(ours).values(name="局\r\nTo: mallory@evil.test"))
    await mailed.subscribe()
    await mailed.tell("缺\r\nBcc: mallory@evil.test\r\n.\r\nMAIL FROM:<a@evil.test>\r\n证明")
    assert await mailed.send() == 1
    [sent] = mailed.sink.letters
    assert sent["Bcc"] is None
    assert sent.get_all("To") == [ADDRESS]
    assert mailed.sink.envelopes == [(f"<{ADDRESS}>",)]
    assert "MAIL FROM:<a@evil.test>" in sent.get_content()
    names = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}
    assert {*sent.keys()} - names <= {"Content-Type", "Content-Transfer-Encoding"}


async def test_no_long_number_of_anybody_stands_in_a_letter(mailed: Mailed) -> None:
    await mailed.subscribe()
    numbers = ("13900001234", "430202197505010021", "43020219750501002X", "6222020200001234567")
    await mailed.tell("、".join(numbers) + ",2014 年第 7 号,¥1,200.00")
    await mailed.send()
    text = mailed.sink.texts()[0] + mailed.sink.letters[0]["Subject"]
    assert not [number for number in numbers if number in text]
    for kept in ("****1234", "****0021", "****002X", "****4567", "2014 年第 7 号", "¥1,200.00"):
        assert kept in text


def test_what_is_no_number_of_a_person_stays() -> None:
    for text in ("190a1b2c-0000-7000-8000-0123456789ab", "ab12345678901234", "1234567890", "a1234567890123b"):
        assert without_numbers(text) == text


def test_a_line_is_one_line_whatever_it_was() -> None:
    assert one_line(" a\r\nb\x00\x1b[31m\u2028c\u202e ") == "a b [31m c"
    letter = Letter(queries.UUID(int=1), ADDRESS, "长" * 500, "x", NOW)
    assert len(str(written(letter, SENDER, "h.cn")["Subject"])) == 80


def test_the_frame_says_the_same_in_both_languages() -> None:
    for words in (rules.mail._WORDS, rules.mail._CODE_WORDS):
        assert len({frozenset(placeholders(text)) for text in words.values()}) == 1


# --- settings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_url": Secret("imap://mail.example.cn")},
        {"smtp_url": Secret("smtp://")},
        {"smtp_url": Secret("smtp://name:pass@mail.example.cn:port")},
        {"smtp_url": Secret("smtp://[mail")},
        {"smtp_sender": ""},
        {"smtp_sender": "a@example.cn\r\nBcc: b@example.cn"},
        {"base_url": ""},
        {"base_url": "market"},
    ],
)
def test_refuses_a_mail_server_half_set(wrong: dict[str, object]) -> None:
    whole = {"smtp_url": Secret("smtp://mail.example.cn"), "smtp_sender": SENDER, "base_url": BASE}
    assert len(jobs_by_mail(settings(**whole))) == 1
    with pytest.raises(MailNotSet) as refused:
        post_of(settings(**(whole | wrong)))
    assert "pass" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_without_a_mail_server_nothing_is_sent() -> None:
    assert jobs_by_mail(settings(smtp_url=NO_SECRET)) == ()
    told = from_environment(
        {"VOUCHERMARKET_SMTP_URL": "smtps://n:geheim@m.cn", "VOUCHERMARKET_SMTP_SENDER": SENDER}
    )
    assert (told.smtp_url.reveal(), told.smtp_sender) == ("smtps://n:geheim@m.cn", SENDER)
    assert "geheim" not in repr(told)


async def test_a_password_goes_over_a_ciphered_line_or_not_at_all(mailed: Mailed) -> None:
    url = mailed.sink.url.replace("smtp://", "smtp://name:geheim@")
    post = post_of(settings(smtp_url=Secret(url), smtp_sender=SENDER, base_url=BASE))
    assert post is not None
    with pytest.raises(NotTaken) as refused:
        await post.send(Letter(mailed.teacher.person_id, ADDRESS, "一", "二", NOW))
    assert (refused.value.fault, refused.value.is_away) == ("SMTPNotSupportedError", True)
    assert mailed.sink.letters == []
