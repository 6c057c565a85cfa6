"""Bookings over HTTP: a tale told by the interface alone, refusals as they are read, keys and crowds."""

import asyncio
from datetime import UTC, datetime

import pytest

from vouchermarket.kit.ids import new_id
from vouchermarket.web.api import bookings
from web.market import (
    HEAD_FEN,
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

BODIES = {
    "/bookings": {"run_id": NOBODYS},
    "/bookings/check-out": {"lines": [{"run_id": NOBODYS}]},
    f"/schools/{NOBODYS}/nominate": {"lines": [{"run_id": NOBODYS, "person_id": NOBODYS}]},
    f"/bookings/{NOBODYS}/cancel": {"reason": "与学校活动冲突"},
}


async def free(desks: Desks, which: int = 0) -> tuple[int, int]:
    """What a teacher's only voucher has free, and what is held of it."""
    [voucher] = told(await (await desks.teacher(which)).get("/me/vouchers"))
    return voucher["free_fen"], voucher["held_fen"]


async def seats_left(desks: Desks, run_id: str) -> int:
    return told(await (await desks.teacher()).get(f"/runs/{run_id}"))["seats_left"]


async def test_the_money_path_from_budget_to_a_seat_and_back(desks: Desks) -> None:
    await desks.issue()
    run_id = await desks.open_run()
    teacher, provider = await desks.teacher(), await desks.at("provider")
    assert await free(desks) == (HEAD_FEN, 0)
    booked = await desks.book(run_id)
    [payment] = booked["payments"]
    assert (booked["price_fen"], payment["amount_fen"]) == (PRICE_FEN, PRICE_FEN)
    assert await free(desks) == (HEAD_FEN - PRICE_FEN, PRICE_FEN)
    assert await seats_left(desks, run_id) == 9
    place = f"/bookings/{booked['booking_id']}"
    shown = told(await teacher.get(place))
    assert (shown["title"], shown["price_fen"], shown["cancelled_at"]) == ("高中语文新课堂", PRICE_FEN, None)
    assert told(await teacher.get("/me/bookings")) == [shown]
    [line] = told(await provider.get(f"/runs/{run_id}/roster"))
    assert (line["booking_id"], line["person_id"]) == (booked["booking_id"], shown["person_id"])
    before = await desks.rows()
    consequence = told(await teacher.get(f"{place}/cancel"))
    assert await desks.rows() == before
    assert (consequence["released_fen"], consequence["back"]) == (PRICE_FEN, booked["payments"])
    key = keyed()
    gone = await teacher.post(f"{place}/cancel", json={"reason": "与学校活动冲突"}, headers=key)
    assert told(gone) == consequence
    again = await teacher.post(f"{place}/cancel", json={"reason": "与学校活动冲突"}, headers=key)
    assert (again.content, again.headers["idempotent-replayed"]) == (gone.content, "true")
    refused(await teacher.get(f"{place}/cancel"), 409, "booking_not_live")
    assert await free(desks) == (HEAD_FEN, 0)
    assert await seats_left(desks, run_id) == 10
    assert told(await provider.get(f"/runs/{run_id}/roster")) == []
    assert told(await teacher.get(place))["cancelled_at"] == "2014-03-03T01:00:00Z"
    assert (await desks.book(run_id))["booking_id"] != booked["booking_id"]


async def test_a_booking_is_seen_by_those_whose_business_it_is(desks: Desks) -> None:
    await desks.issue()
    run_id = await desks.open_run()
    booking_id = (await desks.book(run_id))["booking_id"]
    place = f"/bookings/{booking_id}"
    for body in ("provider", "training_centre", "teacher_office", "inspectorate"):
        reader = await desks.at(body)
        assert told(await reader.get(place))["id"] == booking_id
        assert len(told(await reader.get(f"/runs/{run_id}/roster"))) == 1
    other = await desks.teacher(1)
    unknown = refused(await other.get(f"/bookings/{new_id()}"), 404, "not_found")
    strangers = [await desks.at(body) for body in ("rival", "school_a", "county", "finance_office")]
    for stranger in (other, *strangers):
        problem = refused(await stranger.get(place), 404, "not_found")
        assert problem | {"request_id": ""} == unknown | {"request_id": ""}
    refused(await other.get(f"{place}/cancel"), 404, "not_found")
    taken = await other.post(f"{place}/cancel", json={"reason": "换我来"}, headers=keyed())
    refused(taken, 404, "not_found")
    for reader in (await desks.at("rival"), await desks.at("finance_office")):
        refused(await reader.get(f"/runs/{run_id}/roster"), 404, "not_found")
    assert told(await other.get("/me/bookings")) == []
    assert told(await (await desks.teacher()).get(place))["cancelled_at"] is None


async def test_a_cart_is_booked_whole(desks: Desks) -> None:
    await desks.issue()
    runs = [await desks.open_run(10), await desks.open_run(11)]
    teacher = await desks.teacher()
    cart = {"lines": [{"run_id": run_id} for run_id in runs]}
    booked = told(await teacher.post("/bookings/check-out", json=cart, headers=keyed()), 201)
    assert [line["run_id"] for line in booked] == runs
    assert await free(desks) == (HEAD_FEN - 2 * PRICE_FEN, 2 * PRICE_FEN)
    newest = told(await teacher.get("/me/bookings", params={"limit": 1}))
    assert [booking["run_id"] for booking in newest] == runs[1:]
    rest = told(await teacher.get("/me/bookings", params={"offset": 1}))
    assert [booking["run_id"] for booking in rest] == runs[:1]


@pytest.mark.parametrize(
    ("language", "detail", "remedy"),
    [
        ("zh", "选课车未办理,2 行不能选:", "请选择价格不超过余额的班次"),
        ("en", "The cart was not booked, 2 of its lines could not be: ", "Choose a run within what is left"),
    ],
)
async def test_a_refused_cart_lists_every_line_and_books_none(
    desks: Desks, language: str, detail: str, remedy: str
) -> None:
    await desks.issue()
    good = await desks.open_run(10)
    dear, unknown = await desks.open_run(11, price_fen=HEAD_FEN), str(new_id())
    teacher, before = await desks.teacher(), await desks.rows()
    cart = {"lines": [{"run_id": run_id} for run_id in (good, dear, unknown)]}
    headers = keyed() | {"accept-language": language}
    problem = refused(
        await teacher.post("/bookings/check-out", json=cart, headers=headers), 409, "cart_refused"
    )
    assert problem["detail"].startswith(detail)
    first, second = problem["lines"]
    assert (first["run_id"], first["refusal"]["code"]) == (dear, "voucher_short")
    assert first["refusal"]["status"] == 402
    assert first["refusal"]["remedy"].startswith(remedy)
    assert (second["run_id"], second["refusal"]["code"]) == (unknown, "run_not_found")
    assert await desks.rows() == before


@pytest.mark.parametrize(("language", "detail"), [("zh", "贵校没有这位教师"), ("en", "Your school has no")])
async def test_a_schools_list_is_answered_line_by_line(desks: Desks, language: str, detail: str) -> None:
    await desks.issue("base_studio")
    run_id = await desks.open_run(fund_lines=["base_studio"])
    school, mine = await desks.at("school_a"), str(desks.city.teacher(0).person_id)
    foreign = str(desks.city.teacher(0, "school_b").person_id)
    lines = {"lines": [{"run_id": run_id, "person_id": person} for person in (mine, foreign, mine)]}
    key = keyed() | {"accept-language": language}
    sent = await school.post(f"{desks.school()}/nominate", json=lines, headers=key)
    seated, unknown, twice = told(sent)
    assert (seated["person_id"], seated["refusal"]) == (mine, None)
    assert seated["booked"]["payments"][0]["amount_fen"] == PRICE_FEN
    assert (unknown["booked"], unknown["refusal"]["clause"]) == (None, "ZZ-B03")
    assert unknown["refusal"]["detail"].startswith(detail)
    assert twice["refusal"]["code"] == "already_booked"
    again = await school.post(f"{desks.school()}/nominate", json=lines, headers=key)
    assert (again.content, again.headers["idempotent-replayed"]) == (sent.content, "true")
    [listed] = told(await school.get(f"{desks.school()}/bookings"))
    assert (listed["id"], listed["person_id"]) == (seated["booked"]["booking_id"], mine)
    assert told(await school.get(f"{desks.school()}/bookings", params={"offset": 1})) == []
    teacher = await desks.teacher()
    assert told(await teacher.get(f"/bookings/{listed['id']}")) == listed
    refused(await teacher.get(f"/bookings/{listed['id']}/cancel"), 403, "role_not_allowed")
    place = f"/bookings/{listed['id']}/cancel"
    back = told(await school.post(place, json={"reason": "另有安排"}, headers=keyed()))
    assert back["released_fen"] == PRICE_FEN


async def test_a_schools_list_and_bookings_are_its_own(desks: Desks) -> None:
    lines = {"lines": [{"run_id": NOBODYS, "person_id": str(desks.city.teacher().person_id)}]}
    other, before = await desks.at("school_b"), await desks.rows()
    for place in (desks.school(), f"/schools/{new_id()}"):
        refused(await other.post(f"{place}/nominate", json=lines, headers=keyed()), 404, "not_found")
        refused(await other.get(f"{place}/bookings"), 404, "not_found")
    assert await desks.rows() == before
    assert told(await (await desks.at("training_centre")).get(f"{desks.school()}/bookings")) == []


@pytest.mark.parametrize(
    ("language", "remedy"), [("zh-CN,zh;q=0.9", "请等待核发"), ("en-GB", "Wait for the next issuance")]
)
async def test_a_teacher_reads_why_not_and_what_would_help(desks: Desks, language: str, remedy: str) -> None:
    run_id = await desks.open_run()
    teacher, key = await desks.teacher(), keyed()
    answer = await teacher.post(
        "/bookings", json={"run_id": run_id}, headers=key | {"accept-language": language}
    )
    problem = refused(answer, 402, "voucher_missing")
    assert problem["type"] == "urn:vouchermarket:problem:voucher_missing"
    assert problem["remedy"].startswith(remedy)
    assert problem["lines"]
    # A refusal is not kept: the same key carries the request out once it can be.
    await desks.issue()
    told(await teacher.post("/bookings", json={"run_id": run_id}, headers=key), 201)


async def test_a_seat_is_given_back_in_time_or_not_at_all(desks: Desks, clock) -> None:
    await desks.issue()
    booked = await desks.book(await desks.open_run())
    place, teacher = f"/bookings/{booked['booking_id']}/cancel", await desks.teacher()
    free_until_at = told(await teacher.get(place))["free_until_at"]
    clock.now = datetime.fromisoformat(free_until_at).astimezone(UTC)
    refused(await teacher.get(place), 409, "cancellation_closed")
    late = await teacher.post(place, json={"reason": "生病"}, headers=keyed())
    assert refused(late, 409, "cancellation_closed")["clause"] is None
    assert await free(desks) == (HEAD_FEN - PRICE_FEN, PRICE_FEN)


async def test_the_same_key_books_once(desks: Desks) -> None:
    await desks.issue()
    run_id, other = await desks.open_run(10), await desks.open_run(11)
    teacher, key = await desks.teacher(), keyed()
    first = await teacher.post("/bookings", json={"run_id": run_id}, headers=key)
    again = await teacher.post("/bookings", json={"run_id": run_id}, headers=key)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    refused(await teacher.post("/bookings", json={"run_id": other}, headers=key), 422, "key_reused")
    refused(await teacher.post("/bookings", json={"run_id": run_id}, headers=keyed()), 409, "already_booked")
    assert len(told(await teacher.get("/me/bookings"))) == 1
    # A key is a person's own.
    neighbour = await desks.teacher(1)
    told(await neighbour.post("/bookings", json={"run_id": run_id}, headers=key), 201)


async def test_what_moves_seats_wants_a_key_and_holds_no_connection_without(desks: Desks, app) -> None:
    school, teacher = await desks.at("school_a"), await desks.teacher()
    before = await desks.rows()
    for path, body in BODIES.items():
        client = school if path.startswith("/schools") else teacher
        for headers in ({}, {"idempotency-key": ""}, {"idempotency-key": "a b"}, keyed("k" * 201)):
            refused(await client.post(path, json=body, headers=headers), 422, "key_missing")
            assert app.state.database._engine.pool.checkedout() == 0
    assert await desks.rows() == before


async def test_the_same_request_sent_twenty_times_at_once_is_one_booking(desks: Desks) -> None:
    await desks.issue()
    run_id, teacher, key = await desks.open_run(), await desks.teacher(), keyed()
    answers = await asyncio.gather(
        *(teacher.post("/bookings", json={"run_id": run_id}, headers=key) for _ in range(20))
    )
    made = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in made}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in made) == 1
    waiting = [answer for answer in answers if answer.status_code != 201]
    assert {refused(answer, 409, "key_in_flight")["code"] for answer in waiting} <= {"key_in_flight"}
    assert await free(desks) == (HEAD_FEN - PRICE_FEN, PRICE_FEN)
    assert await seats_left(desks, run_id) == 9


async def test_eight_teachers_at_once_get_the_three_seats_there_are(desks: Desks) -> None:
    await desks.issue()
    run_id = await desks.open_run(capacity=3)
    crowd = [await desks.teacher(n, school) for school in ("school_a", "school_b") for n in range(4)]
    answers = await asyncio.gather(
        *(one.post("/bookings", json={"run_id": run_id}, headers=keyed()) for one in crowd)
    )
    full = [answer for answer in answers if answer.status_code != 201]
    assert len(full) == 5
    assert {refused(answer, 409, "run_full")["capacity"] for answer in full} == {3}
    assert await seats_left(desks, run_id) == 0
    assert len(told(await (await desks.at("provider")).get(f"/runs/{run_id}/roster"))) == 3


async def test_only_the_desks_of_the_matrix_get_in(desks: Desks) -> None:
    assert await assert_desks(desks, bookings.ROUTES) == {"read_own"}


async def test_what_is_not_there_is_not_found(desks: Desks) -> None:
    assert await assert_nobodys(desks, bookings.ROUTES, BODIES) == 6
    teacher = await desks.teacher()
    nowhere = await teacher.post("/bookings", json=BODIES["/bookings"], headers=keyed())
    refused(nowhere, 404, "run_not_found")


async def test_no_hostile_body_writes_a_row(desks: Desks) -> None:
    assert await assert_harmless(desks, bookings.ROUTES, BODIES) > 70


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/bookings", {"run_id": [NOBODYS]}),
        ("/bookings", {"run_id": NOBODYS, "price_fen": 0}),
        ("/bookings/check-out", {"lines": []}),
        ("/bookings/check-out", {"lines": [{"run_id": NOBODYS}] * 51}),
        ("/bookings/check-out", {"lines": [{"run_id": NOBODYS, "person_id": NOBODYS}]}),
        (f"/bookings/{NOBODYS}/cancel", {"reason": ""}),
        (f"/bookings/{NOBODYS}/cancel", {"reason": "x" * 2001}),
    ],
)
async def test_a_body_with_more_or_less_than_is_asked_is_told_where(
    desks: Desks, path: str, body: dict
) -> None:
    answer = await (await desks.teacher()).post(path, json=body, headers=keyed())
    assert refused(answer, 400, "request_not_readable")["path"].startswith("$")
