"""Ratings over HTTP: given once by who took part, read by everybody without a name."""

from vouchermarket.web.api import ratings
from web.learning import VERIFIED
from web.market import NOBODYS, assert_desks, assert_harmless, assert_nobodys, refused, told

GOOD = {"overall": 5, "teaching": 4, "comment": "讲得清楚"}
BODIES = {f"/completions/{NOBODYS}/rating": GOOD}


async def test_a_teacher_rates_what_was_completed_and_the_market_shows_it_once_verified(
    desks, learning
) -> None:
    first, second = await learning.confirm(2)
    teacher, provider, centre = (
        await desks.teacher(),
        await desks.at("provider"),
        await desks.at("training_centre"),
    )
    place, of_run = f"/completions/{first}/rating", f"/runs/{learning.run_id}/ratings"
    course_id = told(await teacher.get(f"/runs/{learning.run_id}"))["course_id"]
    of_course = f"/courses/{course_id}/ratings"
    refused(await teacher.post(f"/completions/{second}/rating", json=GOOD), 404, "not_found")
    assert told(await teacher.get("/me/ratings")) == []
    told(await teacher.post(place, json=GOOD), 204)
    refused(await teacher.post(place, json=GOOD), 409, "already_rated")
    [own] = told(await teacher.get("/me/ratings"))
    assert (own["completion_id"], own["run_id"]) == (str(first), str(learning.run_id))
    given = own["rating"]
    assert given == {**GOOD, "content": None, "usefulness": None, "rated_on": "2014-05-05"}
    for reader, where in ((teacher, of_course), (provider, of_run)):
        assert told(await reader.get(where)) == {"ratings": [], "total": 0}
    verify = {"completion_ids": [str(first)]}
    learning.at(VERIFIED)
    told(await centre.post("/completions/verify", json=verify, headers={"idempotency-key": "a"}))
    for reader, where in ((teacher, of_course), (provider, of_course), (provider, of_run), (centre, of_run)):
        # Nothing in it names the teacher, the booking or the completion.
        assert told(await reader.get(where)) == {"ratings": [given], "total": 1}
    refused(await (await desks.at("rival")).get(of_run), 404, "not_found")


async def test_stars_are_whole_and_from_one_to_five_and_a_comment_is_short(desks, learning) -> None:
    [completion_id] = await learning.confirm()
    teacher, place = await desks.teacher(), f"/completions/{completion_id}/rating"
    for name, value in {
        "overall": 0,
        "content": 6,
        "teaching": 4.5,
        "usefulness": "5",
        "comment": "字" * 1001,
    }.items():
        problem = refused(await teacher.post(place, json={**GOOD, name: value}), 400, "request_not_readable")
        assert problem["path"] == f"$.{name}", problem
    told(await teacher.post(place, json={**GOOD, "comment": "字" * 1000}), 204)


async def test_every_route_of_ratings_is_guarded_and_harmless(desks) -> None:
    await assert_desks(desks, ratings.ROUTES)
    assert await assert_nobodys(desks, ratings.ROUTES, BODIES) == len(ratings.ROUTES) - 1
    assert await assert_harmless(desks, ratings.ROUTES, BODIES) > 20
