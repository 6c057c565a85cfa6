"""Credits over HTTP: registered, returned, corrected, reviewed; each person reads the own."""

import pytest

from vouchermarket.kit.ids import new_id
from vouchermarket.web.api import credits as credit_entries
from web.learning import VERIFIED
from web.market import (
    NOBODYS,
    Desks,
    assert_desks,
    assert_harmless,
    assert_nobodys,
    keyed,
    refused,
    told,
)

CORRECTION = {
    "amount": "4.5",
    "earned_on": "2014-03-03",
    "evidence": "校内签到册第 4 页",
    "mode": "school_based",
}
APPROVE = {"decision": "approve", "reason": "材料齐全"}
RETURN = {"decision": "return", "reason": "缺签到册"}


def school_based(person_id: object, **changes: object) -> dict:
    return {
        "person_id": str(person_id),
        "type": "school_based",
        "amount": "6",
        "unit": "credit",
        "earned_on": "2014-03-03",
        "evidence": "校内签到册第 3 页",
        "mode": "school_based",
        "level": "school",
        **changes,
    }


BODIES = {
    "/credits/entries": school_based(NOBODYS),
    f"/credits/entries/{NOBODYS}/corrections": CORRECTION,
    f"/credits/entries/{NOBODYS}/decide": APPROVE,
    "/credits/decide": {"entry_ids": [NOBODYS], **APPROVE},
}


async def registered(desks: Desks, which: int = 0, **changes: object) -> str:
    """School-based training of a teacher of school a, registered by its research office."""
    office, body = await desks.at("office_a"), school_based(desks.city.teacher(which).person_id, **changes)
    return told(await office.post("/credits/entries", json=body, headers=keyed()), 201)["id"]


async def test_an_entry_is_registered_once_for_a_key(desks: Desks) -> None:
    office, body = await desks.at("office_a"), school_based(desks.city.teacher().person_id)
    refused(await office.post("/credits/entries", json=body), 422, "key_missing")
    key = keyed("entry-1")
    first = await office.post("/credits/entries", json=body, headers=key)
    second = await office.post("/credits/entries", json=body, headers=key)
    assert told(first, 201) == told(second, 201)
    assert second.headers["idempotent-replayed"] == "true"
    other = {**body, "amount": "7"}
    refused(await office.post("/credits/entries", json=other, headers=key), 422, "key_reused")
    assert (await desks.rows())["credit_entry"] == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": "6.125"}, 422, "amount_not_readable"),
        ({"amount": "-6"}, 422, "amount_not_readable"),
        ({"earned_on": "2014-03-04"}, 422, "date_after_today"),
        ({"earned_on": "0001-01-01"}, 404, "not_found"),
        ({"type": "no_such_type"}, 422, "type_unknown"),
        ({"mode": "online"}, 422, "mode_not_allowed"),
        ({"type": "degree", "level": None, "mode": None, "amount": "100"}, 422, "document_missing"),
    ],
)
async def test_what_the_pack_does_not_know_is_not_registered(desks, changes, status, code) -> None:
    office, body = await desks.at("office_a"), school_based(desks.city.teacher().person_id, **changes)
    before = await desks.rows()
    refused(await office.post("/credits/entries", json=body, headers=keyed()), status, code)
    assert await desks.rows() == before


async def test_an_entry_sent_back_is_corrected_and_approved(desks: Desks) -> None:
    office, centre = await desks.at("office_a"), await desks.at("training_centre")
    entry_id = await registered(desks)
    returned = told(await centre.post(f"/credits/entries/{entry_id}/decide", json=RETURN))
    assert returned == {"entry_id": entry_id, "status": "returned", "refusal": None}
    assert [one["id"] for one in told(await office.get("/credits/returned"))] == [entry_id]
    place, key = f"/credits/entries/{entry_id}/corrections", keyed("correction-1")
    corrected = told(await office.post(place, json=CORRECTION, headers=key), 201)["id"]
    assert told(await office.post(place, json=CORRECTION, headers=key), 201)["id"] == corrected
    refused(await office.post(place, json=CORRECTION, headers=keyed()), 409, "entry_not_returned")
    assert told(await office.get("/credits/returned")) == []
    told(await centre.post(f"/credits/entries/{corrected}/decide", json=APPROVE))
    opened = told(await centre.get(f"/credits/entries/{corrected}"))
    assert (opened["entry"]["amount"], opened["entry"]["status"]) == ("4.5", "approved")
    assert opened["entry"]["replaces_id"] == entry_id
    first = told(await office.get(f"/credits/entries/{entry_id}"))
    assert first["entry"]["is_replaced"]
    assert [(one["step"], one["decision"], one["reason"]) for one in first["decisions"]] == [
        (1, "return", "缺签到册")
    ]


async def test_the_reviewers_queue_is_read_in_pages_and_decided_line_by_line(desks, learning) -> None:
    await learning.verify(2)
    registrar, reviewer = await desks.at("training_centre"), await desks.at("training_centre", 1)
    [first] = told(await reviewer.get("/credits/awaiting", params={"limit": 1}))
    [second] = told(await reviewer.get("/credits/awaiting", params={"limit": 9, "after": first["id"]}))
    assert {first["amount"], second["amount"]} == {"18"}
    place = f"/credits/entries/{first['id']}/decide"
    refused(await registrar.post(place, json=APPROVE), 403, "registrar_cannot_review")
    refused(await (await desks.at("county_body")).post(place, json=APPROVE), 404, "not_found")
    asked = {"entry_ids": [first["id"], NOBODYS, second["id"]], **APPROVE}
    outcomes = told(await reviewer.post("/credits/decide", json=asked))
    assert [(one["status"], one["refusal"] and one["refusal"]["code"]) for one in outcomes] == [
        ("approved", None),
        (None, "not_found"),
        ("approved", None),
    ]
    refused(await reviewer.post(place, json=APPROVE), 409, "entry_decided")
    assert told(await reviewer.get("/credits/awaiting")) == []
    assert (await desks.rows())["credit_decision"] == 2


async def test_an_entry_is_read_by_its_person_its_offices_and_the_inspectorate_only(desks: Desks) -> None:
    """docs/trust.md 2: another teacher's credits are 404, word for word as an id that nobody has."""
    entry_id = await registered(desks)
    readers = [await desks.teacher(), *[await desks.at(name) for name in ("office_a", "training_centre")]]
    for reader in (*readers, await desks.at("inspectorate")):
        assert told(await reader.get(f"/credits/entries/{entry_id}"))["entry"]["id"] == entry_id
    strangers = ("school_a", "office_c", "county_body", "provider", "finance_office", "administrator")
    for stranger in (await desks.teacher(1), *[await desks.at(name) for name in strangers]):
        mine = refused(await stranger.get(f"/credits/entries/{entry_id}"), 404, "not_found")
        nobodys = refused(await stranger.get(f"/credits/entries/{new_id()}"), 404, "not_found")
        assert mine | {"request_id": ""} == nobodys | {"request_id": ""}


async def test_a_teacher_reads_the_own_transcript_and_what_it_counts(desks: Desks) -> None:
    entry_id = await registered(desks, amount="12")
    teacher, centre = await desks.teacher(), await desks.at("training_centre")
    [row] = told(await teacher.get("/me/transcript"))["entries"]
    assert (row["entry"]["id"], row["counted"], row["why"]) == (entry_id, "0", "not_approved")
    told(await centre.post(f"/credits/entries/{entry_id}/decide", json=APPROVE))
    transcript = told(await teacher.get("/me/transcript"))
    [row] = transcript["entries"]
    assert (row["entry"]["amount"], row["counted"], row["why"]) == ("12", "12", None)
    assert transcript["evaluation"] == told(await teacher.get("/me/evaluation"))
    assert told(await (await desks.teacher(1)).get("/me/transcript"))["entries"] == []


async def test_the_evaluation_has_the_shape_of_the_command_line(desks: Desks) -> None:
    teacher, centre = await desks.teacher(), await desks.at("training_centre")
    told(await centre.post(f"/credits/entries/{await registered(desks)}/decide", json=APPROVE))
    at_year_end = {"params": {"as_of": "2014-12-31"}, "headers": {"accept-language": "en"}}
    judged = told(await teacher.get("/me/evaluation", **at_year_end))
    assert list(judged) == [
        "person",
        "as_of",
        "years",
        "cycles",
        "obligations",
        "entries",
        "may_graduate",
        "findings",
    ]
    [year] = [row for row in judged["years"] if row["year"] == 2014]
    assert (year["counted"], year["at_least"], year["met"], year["rule"]) == ("6", "72", False, "ZZ-A19")
    [missing] = [one for one in judged["findings"] if one["rule"] == "ZZ-A19" and "2014" in one["text"]]
    assert "66" in missing["remedy"]
    in_chinese = told(await teacher.get("/me/evaluation", params={"as_of": "2014-12-31"}))
    assert in_chinese["findings"] != judged["findings"]


@pytest.mark.parametrize(
    "as_of", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", "now", "2014-13-01"]
)
async def test_a_day_no_pack_can_name_is_refused(desks: Desks, as_of: str) -> None:
    for place in ("/me/evaluation", "/me/transcript"):
        answer = await (await desks.teacher()).get(place, params={"as_of": as_of})
        assert "as_of" in refused(answer, 400, "request_not_readable")["path"]


async def test_who_is_no_teacher_has_no_transcript(desks: Desks) -> None:
    refused(await (await desks.at("provider")).get("/me/transcript"), 404, "not_found")


async def test_before_any_policy_nobody_is_judged(desks: Desks) -> None:
    answer = await (await desks.teacher()).get("/me/evaluation", params={"as_of": "2014-02-25"})
    refused(answer, 409, "no_policy_in_force")


async def test_each_route_is_for_its_desks_only(desks: Desks) -> None:
    assert await assert_desks(desks, credit_entries.ROUTES) == {"read_own"}


async def test_what_is_not_there_is_not_found(desks: Desks) -> None:
    assert await assert_nobodys(desks, credit_entries.ROUTES, BODIES) == 3


async def test_no_hostile_body_does_harm(desks: Desks, learning) -> None:
    learning.at(VERIFIED)
    assert await assert_harmless(desks, credit_entries.ROUTES, BODIES) >= 100
