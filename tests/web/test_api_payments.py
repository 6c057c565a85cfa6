"""Payments over HTTP, and the second half of the money path through nothing but the interface."""

import asyncio
from typing import Any

import httpx

from vouchermarket.web.api import payments
from web.learning import CONFIRMED, DRAWN_UP, PAID, REPORTED, SETTLED, VERIFIED, Learning, body_of
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

RECEIPT = {"reference": "ICBC20140509001"}
BODIES = {
    f"/payments/{NOBODYS}/paid": RECEIPT,
    f"/payments/{NOBODYS}/failed": {"reason": "账号有误"},
    f"/payees/{NOBODYS}/decide": {"approve": True},
    f"/payments/{NOBODYS}/reversals": {"amount_fen": 1, "reason": "多付"},
    f"/reversals/{NOBODYS}/decide": {"approve": True},
    "/payees": {"provider_id": str(NOBODYS), "gateway": "stripe", "account": "acct_9"},
}
PERIOD = {"from_on": "2014-01-01", "to_on": "2014-06-01"}


async def money(desks: Desks) -> dict[str, int]:
    provider = body_of(desks.city, "provider")
    return told(await (await desks.at("provider")).get(f"/providers/{provider}/money"))


async def post(desk: httpx.AsyncClient, place: str, status: int = 200, **body: Any) -> Any:
    return told(await desk.post(place, json=body or None, headers=keyed()), status)


async def learn(desks: Desks, learning: Learning) -> int:
    """From the last class to reviewed credits, each step by its person; gives what was earned in fen."""
    provider, centre = await desks.at("provider"), await desks.at("training_centre")
    run = told(await provider.get(f"/runs/{learning.run_id}"))
    mine, colleagues = learning.bookings
    for number, meeting in enumerate(run["meetings"]):
        # The colleague comes to two of four classes: half the price is earned, by the pack's tier.
        present = {"present": {str(mine): True, str(colleagues): number < 2}}
        told(await provider.put(f"/meetings/{meeting['id']}/attendance", json=present))
    learning.at(REPORTED)
    lines = [{"booking_id": str(booking_id), "evidence": "签到表"} for booking_id in (mine, colleagues)]
    reported = await post(provider, f"/runs/{learning.run_id}/completions", 201, reports=lines)
    assert [line["attended"] for line in reported] == [4, 2]
    learning.at(CONFIRMED)
    for which, line in enumerate(reported):
        await post(await desks.teacher(which), f"/completions/{line['completion_id']}/confirm", 204)
    learning.at(VERIFIED)
    ids = [one["completion"]["id"] for one in told(await centre.get("/completions/awaiting"))]
    verified = await post(centre, "/completions/verify", completion_ids=ids)
    assert sorted(line["amount"] for line in verified) == ["18", "9"]
    reviewer = await desks.at("training_centre", 1)
    queue = [entry["id"] for entry in told(await reviewer.get("/credits/awaiting"))]
    await post(reviewer, "/credits/decide", entry_ids=queue, decision="approve", reason="材料齐全")
    transcript = told(await (await desks.teacher()).get("/me/transcript"))
    assert [(row["counted"], row["why"]) for row in transcript["entries"]] == [("18", None)]
    return sum(line["captured_fen"] for line in verified)


async def settle(desks: Desks, learning: Learning) -> dict[str, Any]:
    """A statement drawn up, accepted and settled by its two keys; gives it as it was drawn up."""
    provider, asked = await desks.at("provider"), {"provider_id": body_of(desks.city, "provider"), **PERIOD}
    learning.at(DRAWN_UP)
    statement_id = (await post(provider, "/statements", 201, **asked))["id"]
    opened = told(await provider.get(f"/statements/{statement_id}"))
    line_ids = [line["id"] for line in opened["lines"]]
    await post(provider, "/statement-lines/responses", line_ids=line_ids, response="accepted")
    learning.at(SETTLED)
    for office, settled in (("teacher_office", False), ("training_centre", True)):
        turned = await post(await desks.at(office), f"/statements/{statement_id}/keys", 201)
        assert turned == {"office": office, "settled": settled}
    return opened["statement"]


async def test_the_second_half_of_the_path_goes_through_the_interface(desks, learning, world) -> None:
    """From the last class to the bank's receipt, each step by the person whose desk it is."""
    [mine, _] = await learning.enrol(2)
    total_fen = await learn(desks, learning)
    assert total_fen == PRICE_FEN + PRICE_FEN // 2
    statement = await settle(desks, learning)
    assert statement["total_fen"] == total_fen

    first, second = await desks.at("finance_office"), await desks.at("finance_office", 1)
    assert [one["id"] for one in told(await first.get("/payments/to-approve"))] == [statement["id"]]
    await post(first, f"/statements/{statement['id']}/payments", 201)
    learning.at(PAID)
    [payment] = told(await second.get("/payments/to-record"))
    assert (await post(second, f"/payments/{payment['id']}/paid", **RECEIPT))["state"] == "paid"

    nothing = {"earned_fen": 0, "payable_fen": 0, "held_fen": 0}
    assert await money(desks) == {**nothing, "paid_fen": total_fen}
    auditor = await desks.at("inspectorate")
    stations = [step["code"] for step in told(await auditor.get(f"/books/trace/{mine}"))]
    assert stations == ["appropriate", "issue", "hold", "capture", "settle", "pay_out", "paid"]
    assert {one["broken"] for one in told(await auditor.get("/books/invariants"))} == {0}
    assert (await world.figures()).paid_fen == total_fen


async def test_a_payment_is_approved_once_for_a_key(desks, learning) -> None:
    statement_id = await learning.settle()
    finance, place, key = (
        await desks.at("finance_office"),
        f"/statements/{statement_id}/payments",
        keyed("p-1"),
    )
    refused(await finance.post(place), 422, "key_missing")
    first = await finance.post(place, headers=key)
    again = await finance.post(place, headers=key)
    assert told(first, 201)["amount_fen"] == PRICE_FEN
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    refused(await finance.post(f"/statements/{NOBODYS}/payments", headers=key), 422, "key_reused")
    refused(await finance.post(place, headers=keyed()), 409, "payment_exists")
    assert (await desks.rows())["payment"] == 1


async def test_a_statement_approved_twice_at_once_has_one_payment(desks, learning, world) -> None:
    """Issue: a statement approved twice at once; and the same again with one key from one person."""
    statement_id = await learning.settle()
    place = f"/statements/{statement_id}/payments"
    both = [await desks.at("finance_office"), await desks.at("finance_office", 1)]
    answers = await asyncio.gather(*(desk.post(place, headers=keyed()) for desk in both * 3))
    done = [answer for answer in answers if answer.status_code == 201]
    assert len(done) == 1
    for answer in answers:
        if answer not in done:
            refused(answer, 409, "payment_exists")
    assert (await desks.rows())["payment"] == 1
    assert (await money(desks))["held_fen"] == PRICE_FEN
    assert (await world.figures()).payable_fen == PRICE_FEN


async def test_one_key_sent_many_times_at_once_has_one_payment(desks, learning) -> None:
    statement_id = await learning.settle()
    finance, key = await desks.at("finance_office"), keyed("p-1")
    place = f"/statements/{statement_id}/payments"
    answers = await asyncio.gather(*(finance.post(place, headers=key) for _ in range(5)))
    done = {answer.content for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    for answer in answers:
        if answer.status_code != 201:
            refused(answer, 409, "key_in_flight")
    assert (await desks.rows())["payment"] == 1


async def test_what_is_not_settled_is_not_paid(desks, learning) -> None:
    statement_id = await learning.draw_up()
    answer = await (await desks.at("finance_office")).post(
        f"/statements/{statement_id}/payments", headers=keyed()
    )
    refused(answer, 409, "statement_not_settled")
    assert told(await (await desks.at("finance_office")).get("/payments/to-approve")) == []


async def test_the_banks_answer_is_recorded_by_a_second_person_once(desks, learning) -> None:
    payment_id = await learning.approve()
    first, second = await desks.at("finance_office"), await desks.at("finance_office", 1)
    place, key = f"/payments/{payment_id}/paid", keyed("paid-1")
    refused(await first.post(place, json=RECEIPT, headers=keyed()), 403, "recorded_by_approver")
    refused(await second.post(place, json=RECEIPT), 422, "key_missing")
    blank = {"reference": " ICBC "}
    refused(await second.post(place, json=blank, headers=keyed()), 422, "reference_not_readable")
    done = {"payment_id": str(payment_id), "state": "paid"}
    for _ in range(2):
        assert told(await second.post(place, json=RECEIPT, headers=key)) == done
    other = {"reference": "ICBC20140509002"}
    refused(await second.post(place, json=other, headers=key), 422, "key_reused")
    refused(await second.post(place, json=other, headers=keyed()), 409, "payment_ended")
    assert (await money(desks))["paid_fen"] == PRICE_FEN


async def test_a_failed_payment_gives_back_what_was_held(desks, learning) -> None:
    payment_id = await learning.approve()
    second = await desks.at("finance_office", 1)
    failed = {"reason": "账号有误"}
    told(await second.post(f"/payments/{payment_id}/failed", json=failed, headers=keyed()))
    refused(
        await second.post(f"/payments/{payment_id}/paid", json=RECEIPT, headers=keyed()),
        409,
        "payment_ended",
    )
    standing = await money(desks)
    assert (standing["payable_fen"], standing["held_fen"], standing["paid_fen"]) == (PRICE_FEN, 0, 0)
    assert len(told(await second.get("/payments/to-approve"))) == 1


async def test_a_providers_money_is_its_own(desks, learning) -> None:
    await learning.verify()
    provider = body_of(desks.city, "provider")
    assert (await money(desks))["earned_fen"] == PRICE_FEN
    refused(await (await desks.at("rival")).get(f"/providers/{provider}/money"), 404, "not_found")
    assert told(await (await desks.at("inspectorate")).get(f"/providers/{provider}/money"))["earned_fen"]
    # A body that is no provider looks like none at all.
    school = body_of(desks.city, "school_a")
    refused(await (await desks.at("inspectorate")).get(f"/providers/{school}/money"), 404, "not_found")


async def test_each_route_is_for_its_desks_only(desks: Desks) -> None:
    assert await assert_desks(desks, payments.ROUTES) == set()


async def test_what_is_not_there_is_not_found(desks: Desks) -> None:
    assert await assert_nobodys(desks, payments.ROUTES, BODIES) == 8


async def test_no_hostile_body_does_harm(desks: Desks) -> None:
    assert await assert_harmless(desks, payments.ROUTES, BODIES) >= 40


async def test_stripe_pays_into_the_account_two_officers_stand_for(desks, learning) -> None:
    statement_id = await learning.settle()
    first, second = await desks.at("finance_office"), await desks.at("finance_office", 1)
    place = f"/statements/{statement_id}/payments/stripe"
    refused(await first.post(place, headers=keyed()), 409, "payee_missing")
    entered = {"provider_id": str(body_of(desks.city, "provider")), "gateway": "stripe", "account": "acct_9"}
    wrong = entered | {"account": "9"}
    refused(await first.post("/payees", json=wrong, headers=keyed()), 422, "payee_account_not_readable")
    payee = await post(first, "/payees", 201, **entered)
    assert [one["id"] for one in told(await second.get("/payees/to-decide"))] == [payee["id"]]
    decide, approve = f"/payees/{payee['id']}/decide", {"approve": True}
    refused(await first.post(decide, json=approve, headers=keyed()), 403, "payee_decided_by_proposer")
    assert await post(second, decide, **approve) == {"id": payee["id"], "approved": True}
    refused(await second.post(decide, json=approve, headers=keyed()), 409, "payee_decided")
    payment = await post(first, place, 201)
    assert (payment["gateway"], payment["destination"]) == ("stripe", "acct_9")
    assert (await money(desks))["held_fen"] == PRICE_FEN


async def test_two_officers_ask_a_payment_back(desks, learning) -> None:
    statement_id = await learning.settle()
    first, second = await desks.at("finance_office"), await desks.at("finance_office", 1)
    entered = {"provider_id": str(body_of(desks.city, "provider")), "gateway": "stripe", "account": "acct_9"}
    payee = await post(first, "/payees", 201, **entered)
    await post(second, f"/payees/{payee['id']}/decide", approve=True)
    payment = await post(first, f"/statements/{statement_id}/payments/stripe", 201)
    place, ask = f"/payments/{payment['id']}/reversals", {"amount_fen": PRICE_FEN, "reason": "付错单位"}
    refused(await first.post(place, json=ask, headers=keyed()), 409, "payment_not_paid")
    await post(second, f"/payments/{payment['id']}/paid", reference="tr_1")
    above = ask | {"amount_fen": PRICE_FEN + 1}
    refused(await first.post(place, json=above, headers=keyed()), 409, "reversal_above_rest")
    reversal = await post(first, place, 201, **ask)
    assert (reversal["state"], reversal["amount_fen"]) == ("proposed", PRICE_FEN)
    refused(await second.post(place, json=ask, headers=keyed()), 409, "reversal_under_way")
    assert [one["id"] for one in told(await second.get("/reversals/to-decide"))] == [reversal["id"]]
    decide, approve = f"/reversals/{reversal['id']}/decide", {"approve": True}
    refused(await first.post(decide, json=approve, headers=keyed()), 403, "reversal_decided_by_proposer")
    assert await post(second, decide, **approve) == {"id": reversal["id"], "approved": True}
    refused(await second.post(decide, json=approve, headers=keyed()), 409, "reversal_decided")
    assert told(await second.get("/reversals/to-decide")) == []
