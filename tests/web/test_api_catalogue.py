"""The catalogue over HTTP: from a filing to the shelf, and the market's list."""

import pytest

from vouchermarket.kit.ids import new_id
from vouchermarket.web.api import catalogue
from web.market import (
    ACCREDITATION,
    NOBODYS,
    Desks,
    assert_desks,
    assert_harmless,
    assert_nobodys,
    keyed,
    refused,
    run_of,
    told,
)


def bodies(desks: Desks) -> dict[str, dict]:
    """A good body for each POST that takes one."""
    return {
        "/accreditations": ACCREDITATION,
        f"/accreditations/{NOBODYS}/decide": {"approve": True},
        "/courses": desks.course(),
        f"/courses/{NOBODYS}/review": {"approve": False, "reason": "请写明课次"},
        "/runs": run_of(NOBODYS),
    }


async def test_a_course_goes_from_its_provider_to_the_shelf_and_off_it(desks: Desks) -> None:
    provider, centre = await desks.at("provider"), await desks.at("training_centre")
    teacher = await desks.teacher()
    course_id = await desks.file(amount="49.5")
    place = f"/courses/{course_id}"
    assert told(await provider.get(place))["state"] == "filed"
    told(await centre.post(f"{place}/review", json={"approve": True}), 204)
    told(await centre.post(f"{place}/publish"), 204)
    shown = told(await teacher.get(place))
    assert (shown["state"], shown["amount"], shown["provider_name"][:4]) == ("published", "49.5", "测试单位")
    opened = told(await provider.post("/runs", json=run_of(course_id), headers=keyed()), 201)
    page = told(await teacher.get(f"/runs/{opened['id']}"))
    assert (page["seats_left"], page["is_offered"], len(page["meetings"])) == (10, True, 1)
    assert page["meetings"][0]["starts_at"] == "2014-05-10T01:00:00Z"
    told(await provider.post(f"{place}/withdraw"), 204)
    assert told(await teacher.get("/runs")) == {"runs": [], "total": 0, "capped": False}
    assert not told(await teacher.get(f"/runs/{opened['id']}"))["is_offered"]
    refused(await teacher.get(place), 404, "not_found")
    again = await provider.post("/runs", json=run_of(course_id), headers=keyed())
    assert refused(again, 409, "course_not_in_state")["state"] == "withdrawn"


async def test_a_course_is_returned_with_a_reason_its_provider_reads(desks: Desks) -> None:
    course_id = await desks.file()
    centre, provider = await desks.at("training_centre"), await desks.at("provider")
    silent = await centre.post(f"/courses/{course_id}/review", json={"approve": False})
    refused(silent, 422, "return_reason_missing")
    back = {"approve": False, "reason": "请写明课次"}
    told(await centre.post(f"/courses/{course_id}/review", json=back), 204)
    [found] = told(await provider.get("/courses", params={"state": "returned"}))
    assert (found["id"], found["return_reason"]) == (course_id, "请写明课次")
    assert told(await provider.get("/courses", params={"state": "published"})) == []
    refused(await centre.post(f"/courses/{course_id}/publish"), 409, "course_not_in_state")


async def test_the_queue_holds_what_the_centre_has_yet_to_review(desks: Desks) -> None:
    first, second = await desks.file(title="甲"), await desks.file(title="乙")
    centre = await desks.at("training_centre")
    queue = told(await centre.get("/courses/to-review"))
    assert [course["id"] for course in queue] == [first, second]
    rest = told(await centre.get("/courses/to-review", params={"limit": 1, "offset": 1}))
    assert [course["id"] for course in rest] == [second]
    told(await centre.post(f"/courses/{first}/review", json={"approve": True}), 204)
    assert [course["id"] for course in told(await centre.get("/courses/to-review"))] == [second]


async def test_what_is_not_on_the_shelf_is_its_providers_and_the_offices(desks: Desks) -> None:
    course_id = await desks.file()
    rival, teacher = await desks.at("rival"), await desks.teacher()
    unknown = told(await rival.get(f"/courses/{new_id()}"), 404)
    for stranger in (rival, teacher):
        other = refused(await stranger.get(f"/courses/{course_id}"), 404, "not_found")
        assert other | {"request_id": ""} == unknown | {"request_id": ""}
    for listed in ({}, {"provider_id": str(desks.city.bodies["provider"])}):
        assert told(await rival.get("/courses", params=listed)) == []
    for office in ("training_centre", "teacher_office", "inspectorate", "finance_office"):
        reader = await desks.at(office)
        assert told(await reader.get(f"/courses/{course_id}"))["id"] == course_id
        assert [course["id"] for course in told(await reader.get("/courses"))] == [course_id]
    refused(await rival.post(f"/courses/{course_id}/withdraw"), 404, "not_found")
    assert told(await (await desks.at("provider")).get(f"/courses/{course_id}"))["state"] == "filed"


async def test_an_accreditation_is_asked_for_and_decided_once(desks: Desks) -> None:
    provider, centre = await desks.at("provider"), await desks.at("training_centre")
    filed = told(await provider.post("/accreditations", json=ACCREDITATION), 201)
    [waiting] = told(await centre.get("/accreditations", params={"undecided": "true"}))
    assert (waiting["id"], waiting["approved"]) == (filed["id"], None)
    place = f"/accreditations/{filed['id']}/decide"
    told(await centre.post(place, json={"approve": False}), 204)
    refused(await centre.post(place, json={"approve": True}), 409, "accreditation_decided")
    assert told(await centre.get("/accreditations", params={"undecided": "true"})) == []
    [own] = told(await provider.get("/accreditations"))
    assert own["approved"] is False
    assert told(await (await desks.at("rival")).get("/accreditations")) == []
    course = await provider.post("/courses", json=desks.course())
    refused(course, 403, "provider_not_accredited")


async def test_another_providers_name_and_course_are_not_used(desks: Desks) -> None:
    course_id = await desks.publish()
    await desks.accredit("rival")
    rival = await desks.at("rival")
    other = str(desks.city.bodies["provider"])
    for path, body in (
        ("/accreditations", ACCREDITATION | {"provider_id": other}),
        ("/courses", desks.course(provider_id=other)),
        ("/runs", run_of(course_id)),
    ):
        refused(await rival.post(path, json=body, headers=keyed()), 404, "not_found")


async def test_the_market_is_filtered_sorted_and_paged_with_its_total(desks: Desks) -> None:
    early = await desks.open_run(10, title="甲 阅读", price_fen=20_000)
    late = await desks.open_run(20, title="乙 写作", price_fen=10_000, subject="history")
    teacher = await desks.teacher()

    async def found(**asked: object) -> list[str]:
        listed = told(await teacher.get("/runs", params=asked))
        assert listed["total"] >= len(listed["runs"])
        return [run["id"] for run in listed["runs"]]

    assert await found() == [early, late]
    assert await found(sort="price_fen") == [late, early]
    assert await found(sort="starts_at", descending="true") == [late, early]
    assert await found(limit=1, offset=1) == [late]
    assert told(await teacher.get("/runs", params={"limit": 1}))["total"] == 2
    for asked, wanted in (
        ({"title": "阅读"}, [early]),
        ({"title": "%"}, []),
        ({"subject": "history"}, [late]),
        ({"price_to_fen": 10_000}, [late]),
        ({"price_from_fen": 10_001, "fund_line": "all_staff"}, [early]),
        ({"from_on": "2014-05-11"}, [late]),
        ({"to_on": "2014-05-11", "level": "city", "mode": "face_to_face"}, [early]),
        ({"from_on": "0001-01-01", "to_on": "9999-12-31"}, [early, late]),
        ({"type": "homeroom"}, []),
        ({"provider_id": str(desks.city.bodies["rival"])}, []),
        ({"has_seats_left": "true"}, [early, late]),
    ):
        assert await found(**asked) == wanted, asked


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=201", "limit=-1", "limit=1_0", "limit=%D9%A3", "limit=9223372036854775808",
        "offset=-1", "offset=1000001", "sort=amount_hundredths", "sort=title;--", "descending=maybe",
        "levle=city", "request=1", "level=galactic", "mode=", "title=", "title=a%00b", "title=" + "a" * 201,
        "price_from_fen=-1", "price_to_fen=" + "9" * 30, "provider_id=1", "from_on=2014-02-30",
    ],
)  # fmt: skip
async def test_a_filter_that_means_nothing_is_refused_by_its_name(desks: Desks, query: str) -> None:
    answer = await (await desks.teacher()).get(f"/runs?{query}")
    problem = refused(answer, 400, "request_not_readable")
    assert problem["path"] == f"query:{query.partition('=')[0]}"


async def test_every_filter_is_described_with_its_bounds(app) -> None:
    described = app.openapi_schema.to_schema()["paths"]["/api/v1/runs"]["get"]["parameters"]
    by_name = {parameter["name"]: parameter for parameter in described}
    assert len(by_name) == len(described) == 19
    assert not any(parameter["required"] for parameter in described)
    assert (by_name["limit"]["schema"]["minimum"], by_name["limit"]["schema"]["maximum"]) == (1, 200)
    assert "completions" in by_name["sort"]["schema"]["enum"]


async def test_the_same_key_opens_one_run(desks: Desks) -> None:
    course_id, provider = await desks.publish(), await desks.at("provider")
    key = keyed()
    first = await provider.post("/runs", json=run_of(course_id), headers=key)
    again = await provider.post("/runs", json=run_of(course_id), headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    other = await provider.post("/runs", json=run_of(course_id, 11), headers=key)
    refused(other, 422, "key_reused")
    refused(await provider.post("/runs", json=run_of(course_id)), 422, "key_missing")
    assert told(await provider.get("/runs"))["total"] == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"capacity": 0}, "capacity_out_of_range"),
        ({"meetings": []}, "meetings_missing"),
        ({"books_from_at": "0001-01-01T00:00:00+14:00"}, "instant_out_of_range"),
        (
            {"meetings": [{"starts_at": "2014-05-10T09:00:00Z", "ends_at": "9999-12-31T23:59:59Z"}]},
            "instant_out_of_range",
        ),
        ({"price_fen": 10**12}, "price_above_ceiling"),
    ],
)
async def test_a_run_that_cannot_be_held_is_refused_with_its_remedy(
    desks: Desks, changes: dict, code: str
) -> None:
    course_id, provider = await desks.publish(), await desks.at("provider")
    before = await desks.rows()
    for language in ("zh", "en"):
        headers = keyed() | {"accept-language": language}
        answer = await provider.post("/runs", json=run_of(course_id, **changes), headers=headers)
        problem = refused(answer, 422, code)
        assert answer.headers["content-language"] == language
        assert problem["remedy"].isascii() == (language == "en")
    assert await desks.rows() == before


async def test_only_the_desks_of_the_matrix_get_in(desks: Desks) -> None:
    assert await assert_desks(desks, catalogue.ROUTES) == {"read_catalogue"}


async def test_what_is_not_there_is_not_found(desks: Desks) -> None:
    assert await assert_nobodys(desks, catalogue.ROUTES, bodies(desks)) == 6


async def test_no_hostile_body_writes_a_row(desks: Desks) -> None:
    assert await assert_harmless(desks, catalogue.ROUTES, bodies(desks)) > 150
