"""Vouchers over HTTP: money set aside, given out by two persons, frozen, and given back."""

from datetime import UTC, datetime

import pytest

from vouchermarket.kit.ids import new_id
from vouchermarket.web.api import vouchers
from web.market import (
    BUDGET_FEN,
    HEAD_FEN,
    NOBODYS,
    PRICE_FEN,
    Desks,
    appropriation,
    assert_desks,
    assert_harmless,
    assert_nobodys,
    issuance,
    keyed,
    refused,
    told,
)

DIRECT_TEACHERS = 8
BODIES = {
    "/appropriations": appropriation(),
    "/issuances": issuance(),
    f"/issuances/{NOBODYS}/decide": {"approve": True},
    f"/vouchers/{NOBODYS}/freeze": {"reason": "核查"},
    f"/vouchers/{NOBODYS}/unfreeze": {"reason": "核查"},
}


async def test_money_becomes_vouchers_by_the_word_of_two_persons(desks: Desks) -> None:
    first, second = await desks.at("teacher_office"), await desks.at("teacher_office", 1)
    set_aside = told(await first.post("/appropriations", json=appropriation(), headers=keyed()), 201)
    assert set_aside["amount_fen"] == BUDGET_FEN
    preview = told(await first.post("/issuances", json=issuance()), 201)
    total_fen = DIRECT_TEACHERS * HEAD_FEN
    assert (preview["vouchers"], preview["total_fen"]) == (DIRECT_TEACHERS, total_fen)
    assert preview["fund_free_fen"] == BUDGET_FEN
    place = f"/issuances/{preview['issuance_id']}"
    refused(await first.post(f"{place}/decide", json={"approve": True}), 403, "same_person")
    refused(await second.post(f"{place}/issue", headers=keyed()), 409, "issuance_not_approved")
    told(await second.post(f"{place}/decide", json={"approve": True}), 204)
    refused(await second.post(f"{place}/decide", json={"approve": False}), 409, "issuance_decided")
    issued = told(await second.post(f"{place}/issue", headers=keyed()), 201)
    assert (issued["vouchers"], issued["total_fen"]) == (DIRECT_TEACHERS, total_fen)
    assert told(await first.post(f"{place}/issue", headers=keyed()), 201) == issued
    [fund] = told(await first.get("/funds", params={"year": 2014}))
    assert (fund["id"], fund["free_fen"]) == (set_aside["fund_id"], BUDGET_FEN - total_fen)
    [mine] = told(await (await desks.teacher()).get("/me/vouchers"))
    assert (mine["line"], mine["amount_fen"], mine["free_fen"]) == ("all_staff", HEAD_FEN, HEAD_FEN)
    assert told(await (await desks.teacher(school="school_c")).get("/me/vouchers")) == []


async def test_the_list_is_read_in_pages_and_its_end_is_no_missing_list(desks: Desks) -> None:
    issuance_id = await desks.issue()
    reader = await desks.at("finance_office")
    place = f"/issuances/{issuance_id}/lines"
    whole = told(await reader.get(place))
    assert [line["code"] for line in whole] == sorted(line["code"] for line in whole)
    assert {line["amount_fen"] for line in whole} == {HEAD_FEN}
    pages = [told(await reader.get(place, params={"limit": 3, "offset": offset})) for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 2, 0]
    assert [line for page in pages for line in page] == whole
    refused(await reader.get(f"/issuances/{new_id()}/lines"), 404, "not_found")
    shown = told(await reader.get(f"/issuances/{issuance_id}"))
    assert (shown["is_approved"], shown["vouchers"]) == (True, DIRECT_TEACHERS)
    assert shown["issued_at"] == "2014-03-03T01:00:00Z"
    [listed] = told(await reader.get("/issuances", params={"fund_id": shown["fund_id"]}))
    assert listed == shown
    assert told(await reader.get("/issuances", params={"fund_id": str(new_id())})) == []
    assert told(await reader.get("/funds", params={"year": 2015})) == []
    refused(await reader.get("/funds", params={"year": 1999}), 400, "request_not_readable")


async def test_a_rejected_issuance_gives_nothing_out(desks: Desks) -> None:
    first, second = await desks.at("teacher_office"), await desks.at("teacher_office", 1)
    told(await first.post("/appropriations", json=appropriation(), headers=keyed()), 201)
    preview = told(await first.post("/issuances", json=issuance()), 201)
    place = f"/issuances/{preview['issuance_id']}"
    told(await second.post(f"{place}/decide", json={"approve": False}), 204)
    refused(await second.post(f"{place}/issue", headers=keyed()), 409, "issuance_not_approved")
    assert told(await (await desks.teacher()).get("/me/vouchers")) == []


@pytest.mark.parametrize(
    ("language", "remedy"),
    [("zh", "请先追加该项经费,专款不得互相挪用"), ("en", "Appropriate more to this fund first")],
)
async def test_more_than_the_fund_has_is_refused_with_clause_and_remedy(
    desks: Desks, language: str, remedy: str
) -> None:
    officer = await desks.at("teacher_office")
    budget = appropriation(amount_fen=DIRECT_TEACHERS * HEAD_FEN - 1)
    told(await officer.post("/appropriations", json=budget, headers=keyed()), 201)
    before = await desks.rows()
    answer = await officer.post("/issuances", json=issuance(), headers={"accept-language": language})
    problem = refused(answer, 402, "issuance_above_fund")
    assert (problem["clause"], problem["free_fen"]) == ("ZZ-A18", DIRECT_TEACHERS * HEAD_FEN - 1)
    assert problem["remedy"].startswith(remedy)
    assert await desks.rows() == before


@pytest.mark.parametrize("amount_fen", [0, -1, 10**12 + 1])
async def test_an_amount_out_of_range_is_not_set_aside(desks: Desks, amount_fen: int) -> None:
    officer, before = await desks.at("teacher_office"), await desks.rows()
    answer = await officer.post("/appropriations", json=appropriation(amount_fen=amount_fen), headers=keyed())
    refused(answer, 422, "amount_out_of_range")
    assert await desks.rows() == before


async def test_a_schools_vouchers_are_its_own_and_the_offices_to_read(desks: Desks) -> None:
    await desks.issue("base_studio")
    school = await desks.at("school_a")
    [held] = told(await school.get(f"{desks.school()}/vouchers"))
    assert held["line"] == "base_studio"
    for office in ("training_centre", "teacher_office", "inspectorate"):
        assert told(await (await desks.at(office)).get(f"{desks.school()}/vouchers")) == [held]
    unknown = refused(await school.get(f"/schools/{new_id()}/vouchers"), 404, "not_found")
    for other, place in (
        (await desks.at("school_b"), desks.school()),
        (await desks.at("office_a"), desks.school()),
        (await desks.at("county"), desks.school()),
        (await desks.at("teacher_office"), f"/schools/{desks.city.bodies['provider']}"),
        (await desks.at("inspectorate"), f"/schools/{new_id()}"),
    ):
        problem = refused(await other.get(f"{place}/vouchers"), 404, "not_found")
        assert problem | {"request_id": ""} == unknown | {"request_id": ""}


async def test_a_frozen_voucher_pays_for_nothing_until_it_is_let_go(desks: Desks) -> None:
    await desks.issue()
    run_id = await desks.open_run()
    office, teacher = await desks.at("teacher_office"), await desks.teacher()
    [found] = told(await office.get(f"/people/{desks.city.teacher().person_id}/vouchers"))
    place = f"/vouchers/{found['id']}"
    refused(await office.post(f"{place}/unfreeze", json={"reason": "核查"}), 409, "voucher_not_frozen")
    told(await office.post(f"{place}/freeze", json={"reason": "核查代签"}), 204)
    again = await office.post(f"{place}/freeze", json={"reason": "核查"})
    assert refused(again, 409, "voucher_already_frozen")["reason"] == "核查代签"
    [mine] = told(await teacher.get("/me/vouchers"))
    assert (mine["is_frozen"], mine["frozen_reason"]) == (True, "核查代签")
    booked = await teacher.post("/bookings", json={"run_id": run_id}, headers=keyed())
    refused(booked, 402, "vouchers_frozen")
    told(await office.post(f"{place}/unfreeze", json={"reason": "已查清"}), 204)
    assert (await desks.book(run_id))["price_fen"] == PRICE_FEN
    stranger = desks.city.officer("school_a").person_id
    refused(await office.get(f"/people/{stranger}/vouchers"), 404, "not_found")


async def test_a_fund_lapses_once_its_year_is_over_and_once_a_key(desks: Desks, clock) -> None:
    await desks.issue()
    office = await desks.at("teacher_office")
    [fund] = told(await office.get("/funds"))
    place = f"/funds/{fund['id']}/lapse"
    refused(await office.post(place, headers=keyed()), 409, "fund_year_not_over")
    due = {"to_lapse": "true"}
    assert told(await office.get("/funds", params=due)) == []
    clock.now = datetime(2015, 1, 2, 1, tzinfo=UTC)
    assert told(await office.get("/funds", params=due)) == [fund]
    assert told(await office.get("/funds", params={**due, "year": 2013})) == []
    key = keyed()
    lapsed = await office.post(place, headers=key)
    assert told(lapsed) == {"accounts": 1, "amount_fen": BUDGET_FEN - DIRECT_TEACHERS * HEAD_FEN}
    again = await office.post(place, headers=key)
    assert (again.content, again.headers["idempotent-replayed"]) == (lapsed.content, "true")
    assert told(await office.post(place, headers=keyed())) == {"accounts": 0, "amount_fen": 0}
    assert told(await office.get("/funds", params=due)) == []
    [fund] = told(await office.get("/funds"))
    assert (fund["balance_fen"], fund["lapsed_at"]) == (0, "2015-01-02T01:00:00Z")


async def test_the_same_key_sets_money_aside_once(desks: Desks) -> None:
    office, other = await desks.at("teacher_office"), await desks.at("teacher_office", 1)
    key = keyed()
    first = await office.post("/appropriations", json=appropriation(), headers=key)
    again = await office.post("/appropriations", json=appropriation(), headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    more = await office.post("/appropriations", json=appropriation(amount_fen=2), headers=key)
    refused(more, 422, "key_reused")
    [fund] = told(await office.get("/funds"))
    assert fund["balance_fen"] == BUDGET_FEN
    told(await other.post("/appropriations", json=appropriation(), headers=key), 201)
    [fund] = told(await office.get("/funds"))
    assert fund["balance_fen"] == 2 * BUDGET_FEN


async def test_what_moves_money_wants_a_key(desks: Desks) -> None:
    office = await desks.at("teacher_office")
    before = await desks.rows()
    for path in ("/appropriations", f"/funds/{NOBODYS}/lapse", f"/issuances/{NOBODYS}/issue"):
        refused(await office.post(path, json=BODIES.get(path)), 422, "key_missing")
    assert await desks.rows() == before


async def test_only_the_desks_of_the_matrix_get_in(desks: Desks) -> None:
    assert await assert_desks(desks, vouchers.ROUTES) == {"read_own"}


async def test_what_is_not_there_is_not_found(desks: Desks) -> None:
    assert await assert_nobodys(desks, vouchers.ROUTES, BODIES) == 9


async def test_no_hostile_body_writes_a_row(desks: Desks) -> None:
    assert await assert_harmless(desks, vouchers.ROUTES, BODIES) > 130
