"""What people are told: in both languages alike, with its fact or not at all, and to nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.rows import STARTS_AT, Market
from factories import NOW, City
from vouchermarket.booking import operations as booking
from vouchermarket.booking.structs import Choice, Nominee
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.db import Database
from vouchermarket.kit.ids import new_id
from vouchermarket.kit.refusal import placeholders
from vouchermarket.notices import operations as notices
from vouchermarket.notices import queries, rules
from vouchermarket.notices.rules import KINDS, BookingCancelledBySchool, CreditApproved, PaymentPaid
from vouchermarket.notices.tables import notice
from web.lives import Life

SEAT = {"title": "高中语文新课堂", "reason": "{人手不足}"}


class Desk:
    """Telling and reading in one city, each in a transaction of its own."""

    def __init__(self, database: Database, city: City) -> None:
        self.database, self.city, self.teacher = database, city, city.teacher()

    def open(self):
        return self.database.transaction(self.city.bureau_id)

    async def tell(self, actor, kind, facts, now=NOW) -> None:
        async with self.open() as session:
            await notices.tell(session, self.city.bureau_id, actor.person_id, kind, facts, now=now)

    async def inbox(self, actor, language="zh", **page):
        async with self.open() as session:
            return await queries.inbox(session, self.city.bureau_id, actor.person_id, language, **page)

    async def read(self, actor, *ids) -> int:
        async with self.open() as session:
            return await notices.mark_read(session, actor, ids, now=NOW)


@pytest.fixture
def desk(database: Database, city: City) -> Desk:
    return Desk(database, city)


@pytest.mark.parametrize("kind", rules.NoticeKind.__subclasses__(), ids=lambda kind: kind.code)
def test_a_kind_says_the_same_in_both_languages(kind) -> None:
    assert kind.zh
    assert kind.en
    assert placeholders(kind.zh) == placeholders(kind.en)
    assert KINDS[kind.code] is kind


def test_no_two_kinds_have_one_code() -> None:
    assert len(KINDS) == len(rules.NoticeKind.__subclasses__()) >= 7


async def test_the_inbox_is_read_in_ones_own_language_newest_first(desk: Desk) -> None:
    await desk.tell(desk.teacher, BookingCancelledBySchool, SEAT)
    await desk.tell(desk.teacher, CreditApproved, {}, NOW + timedelta(days=1))
    found = await desk.inbox(desk.teacher)
    assert found.unread == 2
    assert [one.kind for one in found.notices] == ["credits.approved", "booking.cancelled_by_school"]
    assert found.notices[1].text == "学校取消了您在“高中语文新课堂”的名额。原因:{人手不足}"
    english = (await desk.inbox(desk.teacher, "en", limit=1, offset=1)).notices
    assert [one.text for one in english] == [
        'Your school has given back your seat in "高中语文新课堂". Reason: {人手不足}'
    ]
    assert (await desk.inbox(desk.city.teacher(1))).notices == ()


async def test_fen_are_told_as_money(desk: Desk) -> None:
    await desk.tell(desk.teacher, PaymentPaid, {"amount_fen": 120_000, "reference": "ICBC-1"})
    [told] = (await desk.inbox(desk.teacher)).notices
    assert "¥1,200.00" in told.text
    assert told.facts["amount_fen"] == 120_000


async def test_a_notice_without_the_facts_it_speaks_of_is_a_bug(desk: Desk) -> None:
    with pytest.raises(ValueError, match="reason"):
        await desk.tell(desk.teacher, BookingCancelledBySchool, {"title": "x"})
    assert (await desk.inbox(desk.teacher)).notices == ()


async def test_whoever_undoes_the_fact_undoes_the_notice(desk: Desk) -> None:
    async with desk.open() as session:
        await notices.tell(session, desk.city.bureau_id, desk.teacher.person_id, CreditApproved, {}, now=NOW)
        await session.rollback()
    assert (await desk.inbox(desk.teacher)).unread == 0


async def test_notices_are_read_once_and_by_their_person_only(desk: Desk) -> None:
    for _ in range(3):
        await desk.tell(desk.teacher, CreditApproved, {})
    first, second, third = (one.id for one in (await desk.inbox(desk.teacher)).notices)
    assert await desk.read(desk.teacher, first, second, second) == 2
    assert await desk.read(desk.teacher, first) == 0
    for actor, ids in ((desk.city.teacher(1), [third]), (desk.teacher, [third, new_id()])):
        with pytest.raises(NotFound):
            await desk.read(actor, *ids)
    found = await desk.inbox(desk.teacher)
    assert (found.unread, [one.read_at for one in found.notices]) == (1, [NOW, NOW, None])


# --- who tells --------------------------------------------------------------------------------------------


async def told(database: Database, city: City) -> list[tuple]:
    async with database.transaction(city.bureau_id) as session:
        found = select(notice.c.kind, notice.c.person_id).where(notice.c.bureau_id == city.bureau_id)
        return sorted((row.kind, row.person_id) for row in await session.execute(found))


async def cancelled(market: Market, actor, booking_id) -> None:
    async with market.database.transaction(market.bureau_id) as session:
        await booking.cancel(session, actor, booking_id, "课程撞期", now=NOW)


async def test_a_nominee_hears_that_the_school_has_cancelled(market: Market) -> None:
    officer, teacher = market.city.officer("school_a"), market.city.teacher()
    school_id = market.city.bodies["school_a"]
    await market.vouchers([school_id], school=True, line="backbone")
    line = Nominee(await market.run(starts_at=STARTS_AT), teacher.person_id)
    async with market.database.transaction(market.bureau_id) as session:
        (booked,) = await booking.nominate(session, officer, school_id, [line], now=NOW)
    await cancelled(market, officer, booked.booking_id)
    assert await told(market.database, market.city) == [
        ("booking.booked_by_school", teacher.person_id),
        ("booking.cancelled_by_school", teacher.person_id),
    ]
    shown, _ = (await Desk(market.database, market.city).inbox(teacher)).notices
    assert "课程撞期" in shown.text


async def test_nobody_is_told_of_what_one_has_done_oneself(market: Market) -> None:
    teacher = market.city.teacher()
    await market.vouchers([teacher.person_id])
    run_id = await market.run(starts_at=STARTS_AT)
    async with market.database.transaction(market.bureau_id) as session:
        booked = await booking.book(session, teacher, Choice(run_id), now=NOW)
    await cancelled(market, teacher, booked.booking_id)
    assert await told(market.database, market.city) == []


async def test_a_teacher_hears_of_credits_and_the_providers_officers_of_their_money(database, city) -> None:
    await Life(database, city).live()
    heard = await told(database, city)
    assert [one for one in heard if one[0] == "credits.approved"] == [
        ("credits.approved", city.teacher().person_id)
    ]
    officers = sorted(one.person_id for one in city.officers["provider"])
    for kind in ("settlement.paid", "settlement.settled"):
        assert [one for one in heard if one[0] == kind] == [(kind, one) for one in officers]
