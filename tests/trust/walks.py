"""Every unsafe route once, in cities of their own: the way of money, of learning, of people, of files."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp

from factories import NOW
from identity.rosters import a_body, a_teacher, bodies_file, people_file, written
from notices.letters import BASE, SENDER, code_in
from notices.sink import sink_open
from trust.walk import Walk
from vouchermarket.identity import queries
from vouchermarket.jobs.letters import jobs_by_mail
from vouchermarket.settings import Secret
from web.conftest import PASSWORD
from web.learning import CONFIRMED, DRAWN_UP, REPORTED, SETTLED, VERIFIED, body_of
from web.market import ACCREDITATION, appropriation, issuance, run_of, told
from web.settings_of import settings

SEEDS = Path(__file__).parents[2] / "seeds"
PERIOD = {"from_on": "2014-01-01", "to_on": "2014-06-01"}
YES: dict[str, Any] = {"approve": True}
WHY = {"reason": "开班点名"}
REASON = {"reason": "keyed_wrong", "text": "金额多录一位"}


async def money_in(walk: Walk) -> None:
    """A policy, a fund, an issuance, vouchers, corrections, the end of the year."""
    first, second = await walk.desks.at("teacher_office"), await walk.desks.at("teacher_office", 1)
    pack = (SEEDS / "zhuzhou-2014" / "pack.toml").read_text(encoding="utf-8")
    version = await walk(first, "POST", "/policies", {"content": pack})
    await walk(second, "POST", f"/policies/{version['id']}/decide", YES)
    await walk(first, "POST", "/appropriations", appropriation())
    preview = await walk(first, "POST", "/issuances", issuance())
    place = f"/issuances/{preview['issuance_id']}"
    await walk(second, "POST", f"{place}/decide", YES)
    await walk(second, "POST", f"{place}/issue")
    [voucher] = told(await (await walk.desks.teacher()).get("/me/vouchers"))
    for verb in ("freeze", "unfreeze"):
        await walk(first, "POST", f"/vouchers/{voucher['id']}/{verb}", {"reason": "核查"})
    account = told(await first.get("/books/account", params={"code": "fund:all_staff:2014"}))
    moved = {"source_id": account["id"], "target_id": voucher["id"], "amount_fen": 5, **REASON}
    adjusted = await walk(first, "POST", "/books/adjustments", moved)
    await walk(second, "POST", f"/books/corrections/{adjusted['id']}/decide", YES)
    of_document = {"document_id": adjusted["id"]}
    [transfer] = told(await first.get("/books/transfers", params=of_document))
    await walk(first, "POST", "/books/reversals", {"transfer_id": transfer["id"], **REASON})
    walk.learning.at(NOW.replace(year=2015, month=2))
    [found] = told(await first.get("/funds", params={"year": 2014}))
    await walk(first, "POST", f"/funds/{found['id']}/lapse")


async def market(walk: Walk) -> None:
    """A provider, a course, a run, seats taken and given back."""
    desks = walk.desks
    await desks.issue()
    provider, centre = await desks.at("provider"), await desks.at("training_centre")
    filed = await walk(provider, "POST", "/accreditations", ACCREDITATION)
    await walk(centre, "POST", f"/accreditations/{filed['id']}/decide", YES)
    course = (await walk(provider, "POST", "/courses", desks.course()))["id"]
    await walk(centre, "POST", f"/courses/{course}/review", YES)
    await walk(centre, "POST", f"/courses/{course}/publish")
    runs = [(await walk(provider, "POST", "/runs", run_of(course, day)))["id"] for day in (10, 14, 20)]
    teacher = await desks.teacher()
    booked = await walk(teacher, "POST", "/bookings", {"run_id": runs[0]})
    await walk(teacher, "POST", "/bookings/check-out", {"lines": [{"run_id": runs[1]}]})
    await walk(teacher, "POST", f"/bookings/{booked['booking_id']}/cancel", {"reason": "生病"})
    await sheets(walk, provider)
    await walk(centre, "POST", f"/courses/{course}/withdraw")
    await desks.issue("base_studio")
    sent = {"run_id": await desks.open_run(25, fund_lines=["base_studio"])}
    sent["person_id"] = str(walk.city.teacher(1).person_id)
    school = await desks.at("school_a")
    await walk(school, "POST", f"{desks.school()}/nominate", {"lines": [sent]})


async def sheets(walk: Walk, provider: Any) -> None:
    """A sheet of courses and one of runs, by a provider whose course is on the shelf."""
    bodies = told(await provider.get("/organisations", params={"kind": "training_centre"}))
    course = {"title": "阅读课", "organiser": bodies[0]["code"], "type": "in_post", "level": "市级"}
    course |= {"mode": "集中", "price": "180", "amount": "18", "unit": "学分", "fund_lines": "all_staff"}
    run = {"course": "高中语文新课堂", "place": "3 号楼", "meetings": "2014-05-28 09:00-12:00"}
    run |= {"books_from": "2014-03-05 08:00", "books_until": "2014-05-07 18:00", "capacity": "40"}
    for table, row in (("courses", course), ("runs", run)):
        await imported(walk, provider, table, written([row], list(row)))


async def imported(walk: Walk, client: Any, table: str, content: bytes) -> dict[str, Any]:
    """A sheet looked at, imported, and once more by a task; the task."""
    file = {"file": ("名册.csv", content)}
    for verb in ("preview", "apply"):
        await walk(client, "POST", f"/imports/{table}/{verb}", files=file)
    kept = await walk(client, "POST", "/files", params={"kind": "import"}, files=file)
    return await walk(client, "POST", f"/imports/{table}/tasks", {"file_id": kept["id"]})


async def sheet_of_run(walk: Walk, provider: Any) -> None:
    """A colleague taken down and reported by a sheet."""
    table = await walk(provider, "POST", f"/runs/{walk.learning.run_id}/sheet/export", WHY)
    rows = list(csv.reader(table.content.decode("utf-8-sig").splitlines()))
    [colleague] = [row for row in rows[1:] if not row[-1]]
    line = {"code": colleague[0], "name": colleague[1], "attended": "1|2|3|4", "evidence": "签到表"}
    sheet = {"file": ("签到.csv", written([line], list(line)))}
    for verb in ("preview", "apply"):
        await walk(provider, "POST", f"/runs/{walk.learning.run_id}/sheet/{verb}", files=sheet)


async def learning(walk: Walk) -> None:
    """Attendance, a report, a doubt, a word, a verification, credits reviewed and corrected."""
    desks, clock = walk.desks, walk.learning.at
    booking_id, _ = await walk.learning.enrol(2)
    provider, centre, teacher = (
        await desks.at("provider"),
        await desks.at("training_centre"),
        await desks.teacher(),
    )
    run = told(await provider.get(f"/runs/{walk.learning.run_id}"))
    present = {"present": {str(booking_id): True}}
    for meeting in run["meetings"]:
        await walk(provider, "PUT", f"/meetings/{meeting['id']}/attendance", present)
    clock(REPORTED)
    place = f"/runs/{walk.learning.run_id}/completions"
    reports = [{"booking_id": str(booking_id), "evidence": "签到表"}]
    [reported] = await walk(provider, "POST", place, {"reports": reports})
    completion = f"/completions/{reported['completion_id']}"
    await sheet_of_run(walk, provider)
    await walk(teacher, "POST", f"{completion}/contest", {"reason": "少记一次"})
    await walk(provider, "POST", f"{completion}/report", {"evidence": "已核对"})
    clock(CONFIRMED)
    await walk(teacher, "POST", f"{completion}/confirm")
    await walk(teacher, "POST", f"{completion}/rating", {"overall": 5})
    clock(VERIFIED)
    ids = {"completion_ids": [reported["completion_id"]]}
    await walk(centre, "POST", "/completions/verify", ids)
    reviewer, office = await desks.at("training_centre", 1), await desks.at("office_a")
    approve = {"decision": "approve", "reason": "材料齐全"}
    [entry] = told(await reviewer.get("/credits/awaiting"))
    await walk(reviewer, "POST", "/credits/decide", {"entry_ids": [entry["id"]], **approve})
    school_based = {
        "person_id": str(walk.city.teacher(1).person_id),
        "type": "school_based",
        "amount": "6",
        "unit": "credit",
        "earned_on": "2014-03-03",
        "evidence": "校内签到册第 3 页",
        "mode": "school_based",
        "level": "school",
    }
    returned = (await walk(office, "POST", "/credits/entries", school_based))["id"]
    word = {"decision": "return", "reason": "缺签到册"}
    told(await reviewer.post(f"/credits/entries/{returned}/decide", json=word))
    corrected = {name: school_based[name] for name in ("amount", "earned_on", "evidence", "mode")}
    fresh = (await walk(office, "POST", f"/credits/entries/{returned}/corrections", corrected))["id"]
    await walk(reviewer, "POST", f"/credits/entries/{fresh}/decide", approve)


async def money_out(walk: Walk) -> None:
    """A statement answered and settled, paid, and what is taken back."""
    desks = walk.desks
    first_id, second_id = await walk.learning.verify(2)
    walk.learning.at(DRAWN_UP)
    provider, centre, other = (
        await desks.at("provider"),
        await desks.at("training_centre"),
        await desks.at("training_centre", 1),
    )
    whose = {"provider_id": body_of(walk.city, "provider"), **PERIOD}
    statement = f"/statements/{(await walk(provider, 'POST', '/statements', whose))['id']}"
    lines = {one["completion_id"]: one["id"] for one in told(await provider.get(statement))["lines"]}
    doubted = [lines[str(second_id)]]
    doubt = {"line_ids": doubted, "response": "disputed", "reason": "少算"}
    told(await provider.post("/statement-lines/responses", json=doubt))
    await walk(centre, "POST", f"/statement-lines/{doubted[0]}/drop", {"reason": "下期再结"})
    accepted = {"line_ids": [lines[str(first_id)]], "response": "accepted"}
    await walk(provider, "POST", "/statement-lines/responses", accepted)
    walk.learning.at(SETTLED)
    office = await desks.at("teacher_office")
    await walk(office, "POST", f"{statement}/keys")
    await walk(office, "POST", f"{statement}/keys/withdraw")
    for desk in (office, centre):
        await walk(desk, "POST", f"{statement}/keys")
    finance, second = await desks.at("finance_office"), await desks.at("finance_office", 1)
    account = {"provider_id": whose["provider_id"], "gateway": "stripe", "account": "acct_9"}
    payee = await walk(finance, "POST", "/payees", account)
    await walk(second, "POST", f"/payees/{payee['id']}/decide", YES)
    payment = await walk(finance, "POST", f"{statement}/payments")
    await walk(second, "POST", f"/payments/{payment['id']}/failed", {"reason": "账号有误"})
    payment = await walk(finance, "POST", f"{statement}/payments/stripe")
    await walk(second, "POST", f"/payments/{payment['id']}/paid", {"reference": "tr_1"})
    back = {"amount_fen": 100, "reason": "多付"}
    reversal = await walk(finance, "POST", f"/payments/{payment['id']}/reversals", back)
    await walk(second, "POST", f"/reversals/{reversal['id']}/decide", YES)
    grounds = {"reason": "代签到", "document": "督查1号"}
    proposed = await walk(centre, "POST", f"/completions/{first_id}/revocations", grounds)
    await walk(other, "POST", f"/revocations/{proposed['id']}/decide", YES)


async def people(walk: Walk) -> None:
    """Bodies and people come, get seats, stand in for each other, move and go."""
    keeper, desks = await walk.desks.at("administrator"), walk.desks
    school = {"kind": "school", "code": "s77", "name": "十七中", "is_direct": True, "stage": "senior"}
    body = (await walk(keeper, "POST", "/organisations", school))["id"]
    person = {
        "code": "t77",
        "name": "李四",
        "sex": "male",
        "born_on": "1980-01-01",
        "joined_on": "2002-09-01",
    }
    person_id = (await walk(keeper, "POST", "/people", person))["id"]
    seat = {"person_id": person_id, "organisation_id": body, "role": "teacher", "from_on": "2014-01-01"}
    await walk(keeper, "POST", "/appointments", seat)
    post = {"word": "homeroom", "from_on": "2014-01-01"}
    await walk(keeper, "POST", f"/people/{person_id}/posts", post)
    await walk(keeper, "POST", f"/people/{person_id}/tiers", post | {"word": "backbone"})
    place = body_of(walk.city, "school_b")
    await walk(keeper, "POST", f"/people/{person_id}/move", {"organisation_id": place, "on": "2014-03-03"})
    clerk = {
        "person_id": person_id,
        "organisation_id": place,
        "role": "officer",
        "from_on": "2014-03-03",
    }
    seated = (await walk(keeper, "POST", "/appointments", clerk))["id"]
    await walk(keeper, "PUT", f"/appointments/{seated}/end", {"to_on": "2014-06-01"})
    acting = {
        "person_id": person_id,
        "acting_for": str(walk.city.officer("school_b").person_id),
        "organisation_id": place,
        "from_on": "2014-06-01",
        "to_on": "2014-07-01",
    }
    await walk(keeper, "POST", "/substitutions", acting)
    gone = {"gone_on": "2014-03-03", "reason": "调离"}
    office = await desks.at("teacher_office")
    spared = {"rule": "ZZ-A02", "from_on": "2014-03-03", "reason": "产假"}
    exempted = (await walk(office, "POST", f"/people/{person_id}/exemptions", spared))["id"]
    await walk(office, "PUT", f"/exemptions/{exempted}/end", {"to_on": "2014-06-01"})
    left = (await walk(keeper, "POST", f"/people/{person_id}/leave", gone))["id"]
    await walk(keeper, "POST", f"/departures/{left}/take-back")
    await walk(keeper, "POST", f"/people/{person_id}/death", {"died_on": "2014-03-03"})
    await rosters(walk, keeper)


async def rosters(walk: Walk, keeper: Any) -> None:
    """Sheets of bodies and people, a task cancelled, exports."""
    await walk(keeper, "POST", "/exports/people", WHY)
    office = await walk.desks.at("teacher_office")
    for table, content in (
        ("organisations", bodies_file([a_body("s78", is_direct="是", stage="高中")])),
        ("people", people_file([a_teacher(1, "s77")])),
    ):
        asked = await imported(walk, keeper, table, content)
    await walk(keeper, "POST", f"/tasks/{asked['id']}/cancel")
    await walk(office, "POST", "/books/transfers/export", PERIOD)


async def logins(walk: Walk) -> None:
    """Coming in and going out, passwords, tokens, a second factor, letters."""
    teacher, keeper = walk.city.teacher(), await walk.desks.at("administrator")
    place = f"/people/{teacher.person_id}"
    first = {"username": "zhangsan", "password": PASSWORD}
    await walk(keeper, "PUT", f"{place}/password", first)
    door, browser = walk.visit.stranger(), walk.visit.stranger()
    await walk(door, "POST", "/login", first)
    opened = await walk(browser, "POST", "/login", first)
    browser.headers["x-csrf-token"] = opened["csrf_token"]
    await walk(browser, "POST", "/logins/end-others")
    told(await walk.visit.stranger().post("/login", json=first))
    [elsewhere] = [one for one in told(await browser.get("/logins")) if not one["is_this"]]
    await walk(browser, "DELETE", f"/logins/{elsewhere['id']}")
    fresh = {"present": PASSWORD, "password": "correct horse battery"}
    walk.learning.at(NOW + timedelta(seconds=1))
    changed = await walk(browser, "POST", "/password", fresh)
    browser.headers["x-csrf-token"] = changed["csrf_token"]
    token = await walk(browser, "POST", "/tokens", {"label": "t"})
    await walk(browser, "DELETE", f"/tokens/{token['id']}")
    await mail(walk, browser)
    await walk(browser, "POST", "/logout")
    user = {"username": "zhangsan", "password": fresh["password"]}
    enrolled = await walk(walk.visit.stranger(), "POST", "/second-factor", user)
    telephone = pyotp.parse_uri(enrolled["address"])
    code = {"code": telephone.at(NOW)}
    await walk(walk.visit.stranger(), "POST", "/second-factor/confirm", user | code)
    await walk(keeper, "DELETE", f"{place}/second-factor")
    slip = await walk(keeper, "POST", f"{place}/sign-in-code")
    chosen = {"username": slip["username"], "code": slip["code"], "password": PASSWORD}
    walk.learning.at(NOW + timedelta(seconds=2))
    await walk(walk.visit.stranger(), "POST", "/sign-in-code", chosen)
    await walk(keeper, "POST", f"{place}/end-logins", {"disable": True})


async def mail(walk: Walk, client: Any) -> None:
    """An address entered, confirmed, changed, dropped."""
    await walk(client, "PUT", "/me/mail", {"address": "zhangsan@example.cn"})
    async with walk.database.registry() as session:
        [bureau] = [one for one in await queries.bureaus(session) if one.id == walk.city.bureau_id]
    async with sink_open() as sink:
        post = settings(smtp_url=Secret(sink.url), smtp_sender=SENDER, base_url=BASE)
        [job] = jobs_by_mail(post)
        await job.sweep(walk.database, bureau, NOW + timedelta(minutes=1))
        code = code_in(sink.letters[0])
    await walk(client, "POST", "/me/mail/confirm", {"code": code})
    await walk(client, "PATCH", "/me/mail", {"is_wanted": False, "language": "en"})
    told_ = told(await client.get("/me/notices"))
    await walk(client, "POST", "/me/notices/read", {"notice_ids": [told_["notices"][0]["id"]]})
    await walk(client, "DELETE", "/me/mail")


WALKS = (money_in, market, learning, money_out, people, logins)
# Those that begin under a policy in force; the first one brings its own.
UNDER_POLICY = {market, learning, money_out, people}
