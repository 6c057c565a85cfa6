"""The inbox over HTTP."""

import pytest

from factories import NOW, City
from notices.letters import BASE, SENDER, code_in
from notices.sink import sink_open
from vouchermarket.identity import queries as identity
from vouchermarket.jobs.letters import jobs_by_mail
from vouchermarket.kit.ids import new_id
from vouchermarket.notices import operations as notices
from vouchermarket.notices.rules import CreditApproved, CreditReturned
from vouchermarket.settings import Secret
from web.market import Desks, refused, told
from web.settings_of import settings


@pytest.fixture
def desks(visit, city: City, database) -> Desks:
    return Desks(visit, city, database)


@pytest.fixture
async def ids(desks: Desks) -> list[str]:
    """A teacher has been told two things; their ids, newest first."""
    person_id = desks.city.teacher().person_id
    async with desks.database.transaction(desks.city.bureau_id) as session:
        for kind, facts in ((CreditReturned, {"reason": "缺证明"}), (CreditApproved, {})):
            await notices.tell(session, desks.city.bureau_id, person_id, kind, facts, now=NOW)
    return [one["id"] for one in told(await (await desks.teacher()).get("/me/notices"))["notices"]]


async def test_the_inbox_speaks_the_language_asked_for(desks: Desks, ids: list[str]) -> None:
    teacher = await desks.teacher()
    inbox = told(await teacher.get("/me/notices"))
    assert inbox["unread"] == 2
    assert [one["kind"] for one in inbox["notices"]] == ["credits.approved", "credits.returned"]
    assert "缺证明" in inbox["notices"][1]["text"]
    english = told(await teacher.get("/me/notices", params={"limit": 1}, headers={"accept-language": "en"}))
    assert [one["text"] for one in english["notices"]] == [CreditApproved.en]
    assert told(await (await desks.teacher(1)).get("/me/notices")) == {"unread": 0, "notices": []}


async def test_notices_are_marked_as_read(desks: Desks, ids: list[str]) -> None:
    teacher = await desks.teacher()
    assert told(await teacher.post("/me/notices/read", json={"notice_ids": ids[:1]})) == {"marked": 1}
    assert told(await teacher.post("/me/notices/read", json={"notice_ids": ids})) == {"marked": 1}
    inbox = told(await teacher.get("/me/notices"))
    assert (inbox["unread"], {one["read_at"] for one in inbox["notices"]}) == (0, {"2014-03-03T01:00:00Z"})


async def test_another_persons_notice_is_not_there(desks: Desks, ids: list[str]) -> None:
    before = told(await (await desks.teacher()).get("/me/notices"))
    other = await desks.teacher(1)
    for foreign in (ids[0], str(new_id())):
        refused(await other.post("/me/notices/read", json={"notice_ids": [foreign]}), 404, "not_found")
    for many in ([], [str(new_id())] * 201):
        refused(await other.post("/me/notices/read", json={"notice_ids": many}), 400, "request_not_readable")
    assert told(await (await desks.teacher()).get("/me/notices")) == before


async def test_letters_go_where_one_has_confirmed_and_link_to_our_own_base(
    desks: Desks,
) -> None:
    """Trust 32, links: the address of the request, `market.test`, is in no letter."""
    teacher = await desks.teacher()
    refused(await teacher.get("/me/mail"), 404, "not_found")
    refused(await teacher.put("/me/mail", json={"address": "zhangsan"}), 422, "mail_address_not_right")
    wanted = {"address": "zhangsan@example.cn", "language": "en"}
    told(await teacher.put("/me/mail", json=wanted), 204)
    refused(await teacher.put("/me/mail", json=wanted), 409, "mail_code_just_sent")
    async with desks.database.registry() as session:
        [bureau] = [one for one in await identity.bureaus(session) if one.id == desks.city.bureau_id]
    async with sink_open() as sink:
        [job] = jobs_by_mail(settings(smtp_url=Secret(sink.url), smtp_sender=SENDER, base_url=BASE))
        assert await job.sweep(desks.database, bureau, NOW) == 1
        code, text = code_in(sink.letters[0]), sink.texts()[0]
    assert f"{BASE}/{bureau.code}/notices" in text
    assert "market.test" not in text
    refused(await teacher.post("/me/mail/confirm", json={"code": "x"}), 422, "mail_code_not_right")
    told(await teacher.post("/me/mail/confirm", json={"code": code}), 204)
    shown = told(await teacher.get("/me/mail"))
    assert shown == {
        "address": "z***@example.cn",
        "language": "en",
        "is_wanted": True,
        "entered_at": "2014-03-03T01:00:00Z",
        "confirmed_at": "2014-03-03T01:00:00Z",
        "given_up": 0,
        "fault": None,
    }
    told(await teacher.patch("/me/mail", json={"is_wanted": False, "language": "zh"}), 204)
    assert told(await teacher.get("/me/mail"))["is_wanted"] is False
    refused(await (await desks.teacher(1)).get("/me/mail"), 404, "not_found")
    told(await teacher.delete("/me/mail"), 204)
    refused(await teacher.delete("/me/mail"), 404, "not_found")
