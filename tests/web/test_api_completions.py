"""Completions over HTTP: attendance, the provider's report, the teacher's word, the registrar's queue."""

from vouchermarket.kit.ids import new_id
from vouchermarket.web.api import completions
from web.learning import CONFIRMED, ENDED, Learning
from web.market import (
    HOSTILE,
    NOBODYS,
    PRICE_FEN,
    Desks,
    assert_desks,
    assert_harmless,
    assert_nobodys,
    declared,
    keyed,
    refused,
    told,
    worse,
)
from world import OPENS, STARTS

ATTENDANCE = {"present": {NOBODYS: True}}
BODIES = {
    f"/runs/{NOBODYS}/completions": {"reports": [{"booking_id": NOBODYS, "evidence": "签到表"}]},
    f"/completions/{NOBODYS}/report": {"evidence": "签到表"},
    f"/completions/{NOBODYS}/contest": {"reason": "第二次课我到了"},
    "/completions/verify": {"completion_ids": [NOBODYS]},
}


def reports(*bookings: object) -> dict:
    return {"reports": [{"booking_id": str(booking_id), "evidence": "签到表"} for booking_id in bookings]}


async def meetings_of(desks: Desks, learning: Learning) -> list[str]:
    run = told(await (await desks.at("provider")).get(f"/runs/{learning.run_id}"))
    return [meeting["id"] for meeting in run["meetings"]]


async def test_attendance_is_taken_down_and_put_right_by_the_runs_provider(desks, learning) -> None:
    here, away = await learning.enrol(2)
    provider, place = await desks.at("provider"), f"/runs/{learning.run_id}/attendance"
    first = (await meetings_of(desks, learning))[0]
    taken = {"present": {str(here): True, str(away): False}}
    assert told(await provider.put(f"/meetings/{first}/attendance", json=taken)) == {"present": 1}
    put_right = {"present": {str(away): True}}
    assert told(await provider.put(f"/meetings/{first}/attendance", json=put_right)) == {"present": 1}
    for reader in (provider, await desks.at("training_centre")):
        rows = told(await reader.get(place))
        assert [(row["booking_id"], row["present"]) for row in rows] == [(str(here), True), (str(away), True)]
    rival = await desks.at("rival")
    # Who pays has no business with who sat in which class.
    for stranger in (rival, await desks.at("finance_office")):
        refused(await stranger.get(place), 404, "not_found")
    refused(await rival.put(f"/meetings/{first}/attendance", json=taken), 404, "not_found")


async def test_nobody_attends_before_it_begins_or_without_a_seat(desks, learning) -> None:
    [booking_id] = await learning.enrol()
    provider, first = await desks.at("provider"), (await meetings_of(desks, learning))[0]
    place, body = f"/meetings/{first}/attendance", {"present": {str(booking_id): True}}
    learning.at(OPENS)
    refused(await provider.put(place, json=body), 409, "meeting_not_begun")
    learning.at(STARTS)
    refused(await provider.put(place, json=ATTENDANCE), 422, "attendance_of_stranger")
    assert (await desks.rows())["attendance"] == 0


async def test_a_completion_is_reported_once_after_the_run_of_those_who_were_booked(desks, learning) -> None:
    """Issue: for a person not booked, before the run began, twice: a clear no each, and nothing written."""
    first, second = await learning.enrol(2)
    provider, rival = await desks.at("provider"), await desks.at("rival")
    place, before = f"/runs/{learning.run_id}/completions", await desks.rows()
    for early in (OPENS, STARTS):
        learning.at(early)
        refused(await provider.post(place, json=reports(first)), 409, "run_not_ended")
    learning.at(ENDED)
    stranger = refused(await provider.post(place, json=reports(first, new_id())), 422, "booking_not_of_run")
    assert (stranger["line"], stranger["clause"]) == (2, "ZZ-B04")
    refused(await provider.post(place, json=reports(first, first)), 409, "already_reported")
    refused(await rival.post(place, json=reports(first)), 404, "not_found")
    assert await desks.rows() == before

    [reported] = told(await provider.post(place, json=reports(first)), 201)
    assert (reported["booking_id"], reported["attended"], reported["meetings"]) == (str(first), 0, 4)
    again = refused(await provider.post(place, json=reports(second, first)), 409, "already_reported")
    assert again["line"] == 2
    assert (await desks.rows())["completion"] == 1


async def test_a_teacher_confirms_what_is_said_of_the_teacher_and_nobody_elses(desks, learning) -> None:
    mine, colleagues = await learning.report(2)
    teacher = await desks.teacher()
    assert [one["completion"]["id"] for one in told(await teacher.get("/me/completions"))] == [str(mine)]
    for verb, body in (("confirm", None), ("contest", {"reason": "不是我"})):
        answer = await teacher.post(f"/completions/{colleagues}/{verb}", json=body)
        refused(answer, 404, "not_found")
    told(await teacher.post(f"/completions/{mine}/confirm"), 204)
    refused(await teacher.post(f"/completions/{mine}/confirm"), 409, "already_confirmed")
    [own] = told(await teacher.get("/me/completions"))
    assert (own["state"], own["completion"]["confirmed_how"]) == ("confirmed", "teacher")
    assert (own["run_id"], own["person_id"]) == (
        str(learning.run_id),
        str(learning.city.teacher().person_id),
    )


async def test_a_contested_report_is_made_again_by_its_provider(desks, learning) -> None:
    [completion_id] = await learning.report(present=2)
    provider, teacher = await desks.at("provider"), await desks.teacher()
    again = f"/completions/{completion_id}/report"
    refused(await provider.post(again, json={"evidence": "签到表"}), 409, "not_contested")
    told(await teacher.post(f"/completions/{completion_id}/contest", json={"reason": "第三次课我到了"}), 204)
    [standing] = told(await provider.get(f"/runs/{learning.run_id}/completions"))
    assert (standing["state"], standing["completion"]["contest_reason"]) == ("contested", "第三次课我到了")
    third = (await meetings_of(desks, learning))[2]
    present = {"present": {str(learning.bookings[0]): True}}
    told(await provider.put(f"/meetings/{third}/attendance", json=present))
    refused(await (await desks.at("rival")).post(again, json={"evidence": "无"}), 404, "not_found")
    assert told(await provider.post(again, json={"evidence": "已核对"}))["attended"] == 3
    refused(await (await desks.at("rival")).get(f"/runs/{learning.run_id}/completions"), 404, "not_found")


async def test_what_is_confirmed_waits_in_pages_at_the_desk_of_its_registrar(desks, learning) -> None:
    ids = [str(one) for one in await learning.confirm(3)]
    centre = await desks.at("training_centre")
    first = told(await centre.get("/completions/awaiting", params={"limit": 2}))
    last = first[-1]["completion"]["id"]
    rest = told(await centre.get("/completions/awaiting", params={"limit": 2, "after": last}))
    assert sorted(one["completion"]["id"] for one in first + rest) == sorted(ids)
    assert (len(first), len(rest)) == (2, 1)
    assert told(await (await desks.at("county_body")).get("/completions/awaiting")) == []
    told(await centre.post("/completions/verify", json={"completion_ids": ids}, headers=keyed()))
    assert told(await centre.get("/completions/awaiting")) == []


async def test_verifying_has_one_outcome_a_line_and_its_effect_once(desks, learning, world) -> None:
    [completion_id] = await learning.confirm(present=4)
    centre, body = await desks.at("training_centre"), {"completion_ids": [str(completion_id), NOBODYS]}
    refused(await centre.post("/completions/verify", json=body), 422, "key_missing")
    key = keyed("verify-1") | {"accept-language": "en"}
    answer = await centre.post("/completions/verify", json=body, headers=key)
    done, unknown = told(answer)
    assert (done["captured_fen"], done["amount"], done["refusal"]) == (PRICE_FEN, "18", None)
    assert (unknown["entry_id"], unknown["refusal"]["code"]) == (None, "not_found")
    assert unknown["refusal"]["detail"] == "Not found"
    again = await centre.post("/completions/verify", json=body, headers=key)
    assert (again.content, again.headers["idempotent-replayed"]) == (answer.content, "true")
    other = {"completion_ids": [str(completion_id)]}
    refused(await centre.post("/completions/verify", json=other, headers=key), 422, "key_reused")
    [refusal] = told(await centre.post("/completions/verify", json=other, headers=keyed()))
    assert refusal["refusal"]["code"] == "already_verified"
    assert (await world.figures()).earned_fen == PRICE_FEN
    assert (await desks.rows())["credit_entry"] == 1


async def test_another_body_cannot_verify_and_is_told_the_clause(desks, learning) -> None:
    [completion_id] = await learning.confirm()
    body = {"completion_ids": [str(completion_id)]}
    answer = await (await desks.at("county_body")).post("/completions/verify", json=body, headers=keyed())
    [line] = told(answer)
    assert line["refusal"]["code"] == "not_the_registrar"
    assert line["refusal"]["clause"]
    assert (await desks.rows())["credit_entry"] == 0


async def test_each_route_is_for_its_desks_only(desks: Desks) -> None:
    assert await assert_desks(desks, completions.ROUTES) == {"read_own"}


async def test_what_is_not_there_is_not_found(desks: Desks) -> None:
    found = BODIES | {f"/meetings/{NOBODYS}/attendance": ATTENDANCE}
    assert await assert_nobodys(desks, completions.ROUTES, found) == 7


async def test_no_hostile_body_does_harm(desks: Desks, learning) -> None:
    learning.at(CONFIRMED)
    assert await assert_harmless(desks, completions.ROUTES, BODIES) >= 60
    [place] = {path for method, path, _ in declared(completions.ROUTES) if method == "PUT"}
    provider, before = await desks.at("provider"), await desks.rows()
    keys = [b'{"present": {"x": true}}', b'{"present": {"\\u0000": true}}', b'{"present": {}}']
    mine = [(content, "application/json") for content in [*worse(ATTENDANCE), *keys]]
    for content, kind in [*HOSTILE, *mine]:
        answer = await provider.put(place, content=content, headers={"content-type": kind})
        assert 400 <= answer.status_code < 500, (content[:80], answer.text[:300])
        assert answer.json()["code"]
    assert await desks.rows() == before
