"""People over time, over HTTP."""

from datetime import timedelta

from factories import NOW, City
from vouchermarket.identity import queries
from vouchermarket.kit.clock import civil_day
from web.market import refused, told

TODAY = civil_day(NOW, "Asia/Shanghai")
LATER = str(TODAY + timedelta(days=30))


async def test_a_teacher_moves_leaves_and_is_back(visit, city: City) -> None:
    keeper = await visit.program(city.officer("administrator"))
    teacher = city.teacher().person_id
    moved = {"organisation_id": str(city.bodies["school_b"]), "on": LATER}
    told(await keeper.post(f"/people/{teacher}/move", json=moved), 201)
    gone = {"gone_on": str(TODAY + timedelta(days=60)), "reason": "退休"}
    departure = told(await keeper.post(f"/people/{teacher}/leave", json=gone), 201)["id"]
    [listed] = told(await keeper.get("/departures"))
    assert (listed["id"], listed["kind"], listed["taken_back_at"]) == (departure, "left", None)
    taken_back = await keeper.post(f"/departures/{departure}/take-back")
    assert taken_back.status_code == 204
    refused(await keeper.post(f"/departures/{departure}/take-back"), 404, "not_found")


async def test_a_death_ends_the_login_at_once(visit, city: City) -> None:
    keeper = await visit.program(city.officer("administrator"))
    browser = await visit.browser(city.teacher())
    assert (await browser.get("/me")).status_code == 200
    died = {"died_on": str(TODAY)}
    told(await keeper.post(f"/people/{city.teacher().person_id}/death", json=died), 201)
    assert (await browser.get("/me")).status_code == 401
    again = {"username": "zhangsan", "password": "春天里的第一场雨"}
    assert (await visit.stranger().post("/login", json=again)).json()["code"] == "login_refused"
    school = await visit.program(city.officer("school_a"))
    assert told(await school.get("/bookings/of-the-gone")) == []


async def test_the_trail_says_in_whose_place_a_substitute_acted(visit, city: City) -> None:
    keeper = await visit.program(city.officer("administrator"))
    officer = city.officer("teacher_office").person_id
    stand_in = city.officer("provider").person_id
    seat = {
        "person_id": str(stand_in),
        "acting_for": str(officer),
        "organisation_id": str(city.bodies["teacher_office"]),
        "from_on": str(TODAY),
        "to_on": LATER,
    }
    named = told(await keeper.post("/substitutions", json=seat), 201)["id"]
    [listed] = told(await keeper.get("/substitutions"))
    assert listed["appointment_id"] == named
    async with visit.database.transaction(city.bureau_id) as session:
        actor = await queries.actor(session, city.bureau_id, stand_in, TODAY)
    acting = await visit.program(actor)
    assert [one["acting_for"] for one in told(await acting.get("/me"))["seats"]] == [None, str(officer)]
    spared = {"rule": "ZZ-A02", "from_on": str(TODAY), "reason": "产假"}
    teacher = city.teacher()
    made = told(await acting.post(f"/people/{teacher.person_id}/exemptions", json=spared), 201)["id"]
    auditor = await visit.program(city.officer("inspectorate"))
    [event] = told(await auditor.get("/books/events", params={"subject_id": made}))
    assert (event["actor_id"], event["facts"]["acting_for"]) == (str(stand_in), str(officer))
    assert [one["rule"] for one in told(await (await visit.program(teacher)).get("/me/exemptions"))] == [
        "ZZ-A02"
    ]
    ended = await acting.put(f"/exemptions/{made}/end", json={"to_on": LATER})
    assert ended.status_code == 204
    [kept] = told(await acting.get(f"/people/{teacher.person_id}/exemptions"))
    assert kept["to_on"] == LATER
