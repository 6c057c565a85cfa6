"""The books over HTTP: the line, a trace, the promises, the audit trail, corrections by two persons."""

from typing import Any

import pytest
from sqlalchemy import text

from vouchermarket.kit.ids import new_id
from vouchermarket.web.api import books
from web.learning import PAID
from web.market import (
    BUDGET_FEN,
    NOBODYS,
    PRICE_FEN,
    Desks,
    appropriation,
    assert_desks,
    assert_harmless,
    declared,
    keyed,
    refused,
    told,
)

REASON = {"reason": "keyed_wrong", "text": "金额多录一位"}
BODIES: dict[str, dict[str, Any]] = {
    "/books/adjustments": {"source_id": NOBODYS, "target_id": NOBODYS, "amount_fen": 100, **REASON},
    "/books/reversals": {"transfer_id": NOBODYS, **REASON},
    f"/books/corrections/{NOBODYS}/decide": {"approve": True},
}


async def appropriated(desks: Desks) -> str:
    """Money set aside for the all-staff line; gives the id of the appropriation."""
    office = await desks.at("teacher_office")
    return told(await office.post("/appropriations", json=appropriation(), headers=keyed()), 201)["id"]


async def account(desks: Desks, code: str) -> dict[str, Any]:
    return told(await (await desks.at("finance_office")).get("/books/account", params={"code": code}))


# --- reading ----------------------------------------------------------------------------------------------


async def test_the_line_in_figures_adds_up(desks, learning) -> None:
    await learning.settle()
    for reader in ("teacher_office", "training_centre", "finance_office", "inspectorate"):
        line = told(await (await desks.at(reader)).get("/books/line"))
        assert line["balanced"]
        assert (line["figures"]["appropriated_fen"], line["figures"]["payable_fen"]) == (
            BUDGET_FEN,
            PRICE_FEN,
        )


async def test_a_bookings_money_is_traced_station_by_station(desks, learning) -> None:
    await learning.settle()
    [booking_id] = learning.bookings
    auditor = await desks.at("inspectorate")
    steps = told(await auditor.get(f"/books/trace/{booking_id}"))
    assert [step["code"] for step in steps] == ["appropriate", "issue", "hold", "capture", "settle"]
    assert {step["amount_fen"] for step in steps[2:]} == {PRICE_FEN}
    assert all(step["event"] for step in steps)
    refused(await auditor.get(f"/books/trace/{new_id()}"), 404, "not_found")


async def test_the_promises_are_told_and_a_broken_one_stands_out(desks, learning) -> None:
    await learning.enrol()
    auditor = await desks.at("inspectorate")
    found = told(await auditor.get("/books/invariants"))
    assert [one["code"] for one in found] == [f"I{number}" for number in range(1, 13)]
    assert {one["broken"] for one in found} == {0}
    spoil = text("UPDATE run SET taken = taken + 1 WHERE bureau_id = :bureau")
    async with desks.database.transaction(desks.city.bureau_id) as session:
        await session.execute(spoil, {"bureau": desks.city.bureau_id})
    found = told(await auditor.get("/books/invariants"))
    assert [one["code"] for one in found if one["broken"]] == ["I5"]


async def test_the_audit_trail_is_read_by_subject_by_time_and_in_pages(desks, learning) -> None:
    [booking_id] = await learning.enrol()
    auditor, officer = await desks.at("inspectorate"), learning.city.teacher()
    of_booking = told(await auditor.get("/books/events", params={"subject_id": str(booking_id)}))
    assert [(one["kind"], one["actor_id"]) for one in of_booking] == [
        ("booking.booked", str(officer.person_id))
    ]
    every, after = [], {}
    while page := told(await auditor.get("/books/events", params={"limit": 7, **after})):
        every += page
        after = {"after": page[-1]["id"]}
    assert len(every) == (await desks.rows())["event"]
    assert [one["at"] for one in every] == sorted(one["at"] for one in every)
    day = {"from_at": "2014-03-10T01:00:00Z", "to_at": "2014-03-10T01:00:01Z"}
    in_time = told(await auditor.get("/books/events", params=day))
    assert [one["id"] for one in in_time] == [
        one["id"] for one in every if one["at"] == "2014-03-10T01:00:00Z"
    ]
    nothing = {"from_at": day["to_at"], "to_at": day["from_at"]}
    assert told(await auditor.get("/books/events", params=nothing)) == []


@pytest.mark.parametrize(
    "query",
    ["after=1", "subject_id=%00", "from_at=now", "from_at=99999-01-01T00:00:00Z", "limit=201", "limit=0"],
)
async def test_a_trail_asked_for_badly_is_refused(desks: Desks, query: str) -> None:
    refused(await (await desks.at("inspectorate")).get(f"/books/events?{query}"), 400, "request_not_readable")


async def test_the_ends_of_the_calendar_are_times_like_others(desks: Desks) -> None:
    auditor = await desks.at("inspectorate")
    params = {"from_at": "0001-01-01T00:00:00+08:00", "to_at": "9999-12-31T23:59:59-08:00"}
    assert told(await auditor.get("/books/events", params=params))


async def test_an_account_is_found_by_its_code(desks: Desks) -> None:
    await appropriated(desks)
    assert (await account(desks, "fund:all_staff:2014"))["balance_fen"] == BUDGET_FEN
    finance = await desks.at("finance_office")
    refused(await finance.get("/books/account", params={"code": "fund:none:2014"}), 404, "not_found")
    for bad in ("", "x" * 101, "\0", "a b", "fund:all_staff:2014\n"):
        answer = await finance.get("/books/account", params={"code": bad})
        refused(answer, 400, "request_not_readable")


# --- corrections ------------------------------------------------------------------------------------------


async def test_an_appropriation_is_mirrored_by_two_persons(desks: Desks, world) -> None:
    appropriation_id = await appropriated(desks)
    first, second = await desks.at("finance_office"), await desks.at("finance_office", 1)
    of_document = {"document_id": appropriation_id}
    [transfer] = told(await first.get("/books/transfers", params=of_document))
    assert (transfer["code"], transfer["is_reversed"]) == ("appropriate", False)
    last = {**of_document, "after": transfer["id"]}
    assert told(await first.get("/books/transfers", params=last)) == []
    body, key = {"transfer_id": transfer["id"], **REASON}, keyed("mirror-1")
    refused(await first.post("/books/reversals", json=body), 422, "key_missing")
    proposed = told(await first.post("/books/reversals", json=body, headers=key), 201)["id"]
    assert told(await first.post("/books/reversals", json=body, headers=key), 201)["id"] == proposed
    [pending] = told(await second.get("/books/corrections"))
    assert (pending["id"], pending["amount_fen"], pending["text"]) == (proposed, BUDGET_FEN, REASON["text"])
    assert (await world.figures()).funds_fen == BUDGET_FEN

    place, word = f"/books/corrections/{proposed}/decide", {"approve": True}
    refused(await first.post(place, json=word, headers=keyed()), 403, "same_person")
    decided = await second.post(place, json=word, headers=(key := keyed("decide-1")))
    assert (await second.post(place, json=word, headers=key)).content == decided.content
    [moved] = told(await first.get("/books/transfers", params={"document_id": proposed}))
    assert told(decided) == {"id": proposed, "approved": True, "transfer_id": moved["id"]}
    refused(await second.post(place, json=word, headers=keyed()), 409, "correction_decided")
    refused(await first.post("/books/reversals", json=body, headers=keyed()), 409, "transfer_not_reversible")
    assert told(await second.get("/books/corrections")) == []
    assert (await world.figures()).funds_fen == 0


async def test_value_is_adjusted_between_two_accounts_or_left_where_it_is(desks: Desks, world) -> None:
    await world.issue(amount_fen=BUDGET_FEN)
    fund = await account(desks, "fund:all_staff:2014")
    [mine] = told(await (await desks.teacher()).get("/me/vouchers"))
    first, second = await desks.at("teacher_office"), await desks.at("finance_office")
    body = {"source_id": fund["id"], "target_id": mine["id"], "amount_fen": 500, **REASON}
    before = await world.figures()
    for approve, arrived_fen in ((False, 0), (True, 500)):
        proposed = told(await first.post("/books/adjustments", json=body, headers=keyed()), 201)["id"]
        place = f"/books/corrections/{proposed}/decide"
        told(await second.post(place, json={"approve": approve}, headers=keyed()))
        assert (await world.figures()).vouchers_fen - before.vouchers_fen == arrived_fen


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount_fen": 0}, 422, "amount_out_of_range"),
        ({"amount_fen": -500}, 422, "amount_out_of_range"),
        ({"amount_fen": 10**13}, 422, "amount_out_of_range"),
        ({"source_id": NOBODYS}, 404, "account_unknown"),
        ({"text": ""}, 400, "request_not_readable"),
        ({"text": "长" * 2001}, 400, "request_not_readable"),
        ({"reason": "because"}, 400, "request_not_readable"),
    ],
)
async def test_an_adjustment_that_could_not_stand_is_not_proposed(desks, changes, status, code) -> None:
    await appropriated(desks)
    fund = await account(desks, "fund:all_staff:2014")
    body = {"source_id": fund["id"], "target_id": fund["id"], "amount_fen": 500, **REASON, **changes}
    finance, before = await desks.at("finance_office"), await desks.rows()
    refused(await finance.post("/books/adjustments", json=body, headers=keyed()), status, code)
    assert await desks.rows() == before


# --- at the door ------------------------------------------------------------------------------------------


async def test_each_route_is_for_its_desks_only(desks: Desks) -> None:
    assert await assert_desks(desks, books.ROUTES) == set()


async def test_only_the_inspectorate_reads_the_trail_and_the_promises(desks: Desks) -> None:
    """docs/trust.md 14: whoever keeps the system reads no audit trail, no officer of the market either."""
    for place in ("/books/events", "/books/invariants"):
        for name in ("administrator", "teacher_office", "training_centre", "finance_office", "provider"):
            refused(await (await desks.at(name)).get(place), 403, "role_not_allowed")


async def test_what_is_not_there_is_not_found(desks: Desks) -> None:
    unknown = {"correction": "correction_unknown", "trace": "not_found"}
    named = [each for each in declared(books.ROUTES) if NOBODYS in each[1]]
    assert len(named) == 2
    for method, path, verb in named:
        [code] = [code for word, code in unknown.items() if word in path]
        client = await desks.inside(verb)
        answer = await client.request(method, path, headers=keyed(), json=BODIES.get(path))
        refused(answer, 404, code)
    mirror = await (await desks.at("finance_office")).post(
        "/books/reversals", json=BODIES["/books/reversals"], headers=keyed()
    )
    refused(mirror, 404, "transfer_unknown")


async def test_no_hostile_body_does_harm(desks: Desks, learning) -> None:
    learning.at(PAID)
    assert await assert_harmless(desks, books.ROUTES, BODIES) >= 70
