"""Statements over HTTP: drawn up, answered, settled by two keys of two offices; completions taken back."""

import asyncio
from typing import Any

import pytest

from vouchermarket.kit.ids import new_id
from vouchermarket.web.api import statements
from web.learning import body_of
from web.market import (
    NOBODYS,
    PRICE_FEN,
    Desks,
    assert_desks,
    assert_harmless,
    assert_nobodys,
    keyed,
    refused,
    told,
)

PERIOD = {"from_on": "2014-01-01", "to_on": "2014-06-01"}
GROUNDS = {"reason": "代签到", "document": "督查记录1号"}
ACCEPTED, DISPUTED = {"response": "accepted"}, {"response": "disputed", "reason": "少算一人"}
BODIES = {
    "/statements": {"provider_id": NOBODYS, **PERIOD},
    "/statement-lines/responses": {"line_ids": [NOBODYS], **ACCEPTED},
    f"/statement-lines/{NOBODYS}/drop": {"reason": "该行有误"},
    f"/completions/{NOBODYS}/revocations": GROUNDS,
    f"/revocations/{NOBODYS}/decide": {"approve": True},
}


async def opened(desks: Desks, statement_id: object) -> dict[str, Any]:
    return told(await (await desks.at("provider")).get(f"/statements/{statement_id}"))


async def lines(desks: Desks, statement_id: object) -> list[str]:
    return [line["id"] for line in (await opened(desks, statement_id))["lines"]]


async def respond(desks: Desks, line_ids: list[str], word: dict[str, Any] = ACCEPTED) -> None:
    answer = {"line_ids": line_ids, **word}
    told(await (await desks.at("provider")).post("/statement-lines/responses", json=answer))


async def test_a_statement_is_drawn_up_once_for_a_key(desks, learning) -> None:
    await learning.verify()
    provider = await desks.at("provider")
    body, key = {"provider_id": body_of(desks.city, "provider"), **PERIOD}, keyed("statement-1")
    refused(await provider.post("/statements", json=body), 422, "key_missing")
    first = told(await provider.post("/statements", json=body, headers=key), 201)
    assert told(await provider.post("/statements", json=body, headers=key), 201) == first
    shorter = {**body, "to_on": "2014-05-31"}
    refused(await provider.post("/statements", json=shorter, headers=key), 422, "key_reused")
    refused(await provider.post("/statements", json=body, headers=keyed()), 409, "nothing_earned")
    found = await opened(desks, first["id"])
    assert (found["statement"]["total_fen"], len(found["lines"]), found["keys"]) == (PRICE_FEN, 1, [])


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"to_on": "2014-01-01"}, 422, "statement_period_empty"),
        ({"from_on": "0001-01-01", "to_on": "0001-01-02"}, 409, "nothing_earned"),
        ({"from_on": "9999-12-30", "to_on": "9999-12-31"}, 409, "nothing_earned"),
        ({"from_on": "2014-02-30"}, 400, "request_not_readable"),
    ],
)
async def test_a_period_without_anything_makes_no_statement(desks, changes, status, code) -> None:
    body = {"provider_id": body_of(desks.city, "provider"), **PERIOD, **changes}
    refused(await (await desks.at("provider")).post("/statements", json=body, headers=keyed()), status, code)
    assert (await desks.rows())["statement"] == 0


async def test_another_providers_statement_is_not_there(desks, learning) -> None:
    """docs/trust.md 2, and 7: lists see no more than reading one by one."""
    statement_id = await learning.draw_up()
    [line] = await lines(desks, statement_id)
    rival, provider = await desks.at("rival"), body_of(desks.city, "provider")
    before = await desks.rows()
    refused(await rival.get(f"/statements/{statement_id}"), 404, "not_found")
    assert told(await rival.get("/statements")) == []
    assert told(await rival.get("/statements", params={"provider_id": provider})) == []
    answer = {"line_ids": [line], **ACCEPTED}
    refused(await rival.post("/statement-lines/responses", json=answer), 404, "not_found")
    drawn = {"provider_id": provider, **PERIOD}
    refused(await rival.post("/statements", json=drawn, headers=keyed()), 404, "not_found")
    assert await desks.rows() == before
    for reader in ("provider", "training_centre", "teacher_office", "finance_office", "inspectorate"):
        [row] = told(await (await desks.at(reader)).get("/statements", params={"provider_id": provider}))
        assert (row["statement"]["id"], row["unanswered"]) == (str(statement_id), 1)


async def test_two_keys_of_two_offices_settle_it(desks, learning, world) -> None:
    statement_id = await learning.draw_up(2)
    await respond(desks, await lines(desks, statement_id))
    office, centre = await desks.at("teacher_office"), await desks.at("training_centre")
    for desk in (office, centre):
        [row] = told(await desk.get("/statements/awaiting"))
        assert (row["statement"]["id"], row["lines"], row["unanswered"]) == (str(statement_id), 2, 0)
        assert told(await desk.get("/statements/awaiting", params={"after": str(statement_id)})) == []
    place, key = f"/statements/{statement_id}/keys", keyed("key-1")
    refused(await office.post(place), 422, "key_missing")
    first = await office.post(place, headers=key)
    assert told(first, 201) == {"office": "teacher_office", "settled": False}
    assert (await office.post(place, headers=key)).content == first.content
    refused(await (await desks.at("teacher_office", 1)).post(place, headers=keyed()), 409, "key_turned")
    assert told(await office.get("/statements/awaiting")) == []
    [row] = told(await centre.get("/statements/awaiting"))
    assert row["offices"] == ["teacher_office"]
    assert told(await centre.post(place, headers=keyed()), 201)["settled"]
    refused(await centre.post(place, headers=keyed()), 409, "statement_settled")
    assert (await world.figures()).payable_fen == 2 * PRICE_FEN


async def test_two_second_keys_at_once_settle_it_once(desks, learning, world) -> None:
    statement_id = await learning.draw_up()
    await respond(desks, await lines(desks, statement_id))
    place = f"/statements/{statement_id}/keys"
    told(await (await desks.at("teacher_office")).post(place, headers=keyed()), 201)
    both = [await desks.at("training_centre"), await desks.at("training_centre", 1)]
    answers = await asyncio.gather(*(desk.post(place, headers=keyed()) for desk in both))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert (await world.figures()).payable_fen == PRICE_FEN


async def test_a_key_goes_back_until_the_second_is_turned(desks, learning) -> None:
    statement_id = await learning.draw_up()
    await respond(desks, await lines(desks, statement_id))
    office, place = await desks.at("teacher_office"), f"/statements/{statement_id}/keys"
    refused(await office.post(f"{place}/withdraw", headers=keyed()), 409, "key_not_turned")
    told(await office.post(place, headers=keyed()), 201)
    taken = told(await office.post(f"{place}/withdraw", headers=keyed()))
    assert taken["office"] == "teacher_office"
    assert (await opened(desks, statement_id))["keys"] == []


async def test_a_disputed_line_is_taken_off_by_the_centre(desks, learning) -> None:
    statement_id = await learning.draw_up(2)
    first, second = await lines(desks, statement_id)
    centre, office = await desks.at("training_centre"), await desks.at("teacher_office")
    drop, body = f"/statement-lines/{first}/drop", {"reason": "核对后另行结算"}
    refused(await centre.post(drop, json=body, headers=keyed()), 409, "line_not_disputed")
    unexplained = {"line_ids": [first], "response": "disputed"}
    provider = await desks.at("provider")
    refused(await provider.post("/statement-lines/responses", json=unexplained), 422, "reason_missing")
    await respond(desks, [first], DISPUTED)
    await respond(desks, [second])
    waits = refused(await office.post(f"/statements/{statement_id}/keys", headers=keyed()), 409, "lines_open")
    assert (waits["unanswered"], waits["disputed"]) == (0, 1)
    refused(await office.post(drop, json=body, headers=keyed()), 403, "role_not_allowed")
    key = keyed("drop-1")
    assert told(await centre.post(drop, json=body, headers=key)) == {"total_fen": PRICE_FEN}
    assert told(await centre.post(drop, json=body, headers=key)) == {"total_fen": PRICE_FEN}
    refused(await centre.post(drop, json=body, headers=keyed()), 409, "line_dropped")
    told(await office.post(f"/statements/{statement_id}/keys", headers=keyed()), 201)


async def test_a_completion_is_taken_back_by_two_persons(desks, learning, world) -> None:
    [completion_id] = await learning.verify()
    first, second = await desks.at("training_centre"), await desks.at("training_centre", 1)
    place, key = f"/completions/{completion_id}/revocations", keyed("revocation-1")
    refused(await first.post(place, json=GROUNDS), 422, "key_missing")
    proposed = told(await first.post(place, json=GROUNDS, headers=key), 201)["id"]
    assert told(await first.post(place, json=GROUNDS, headers=key), 201)["id"] == proposed
    refused(await second.post(place, json=GROUNDS, headers=keyed()), 409, "revocation_pending")
    decide, word = f"/revocations/{proposed}/decide", {"approve": True}
    refused(await first.post(decide, json=word, headers=keyed()), 403, "revoked_by_proposer")
    [pending] = told(await second.get("/revocations"))
    assert (pending["id"], pending["document"]) == (proposed, GROUNDS["document"])
    answer = {"id": proposed, "approved": True}
    key = keyed("revocation-2")
    for _ in range(2):
        assert told(await second.post(decide, json=word, headers=key)) == answer
    refused(await second.post(decide, json=word, headers=keyed()), 409, "revocation_decided")
    assert told(await second.get("/revocations")) == []
    assert (await world.figures()).earned_fen == 0
    [own] = told(await (await desks.teacher()).get("/me/completions"))
    assert own["state"] == "revoked"
    assert await world.statuses(desks.city.teacher()) == ["reversed"]


async def test_a_revocation_that_is_rejected_moves_nothing(desks, learning, world) -> None:
    [completion_id] = await learning.verify()
    first, second = await desks.at("training_centre"), await desks.at("training_centre", 1)
    place = f"/completions/{completion_id}/revocations"
    proposed = told(await first.post(place, json=GROUNDS, headers=keyed()), 201)["id"]
    decide = f"/revocations/{proposed}/decide"
    told(await second.post(decide, json={"approve": False}, headers=keyed()))
    assert (await world.figures()).earned_fen == PRICE_FEN


async def test_each_route_is_for_its_desks_only(desks: Desks) -> None:
    assert await assert_desks(desks, statements.ROUTES) == set()


async def test_what_is_not_there_is_not_found(desks: Desks) -> None:
    assert await assert_nobodys(desks, statements.ROUTES, BODIES) == 6
    unknown = {"line_ids": [str(new_id())], **ACCEPTED}
    answer = await (await desks.at("provider")).post("/statement-lines/responses", json=unknown)
    refused(answer, 404, "not_found")


async def test_no_hostile_body_does_harm(desks: Desks) -> None:
    assert await assert_harmless(desks, statements.ROUTES, BODIES) >= 130
