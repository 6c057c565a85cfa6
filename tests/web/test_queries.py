"""A query is read as it is described, and a body is described as it is read."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from web.market import Desks, refused, told
from web.routes import describe

LAX = [
    "price_from_fen=null",
    "price_from_fen=1e3",
    "price_from_fen=-1",
    "price_from_fen=",
    "limit=1_0",
    "limit=%2B1",
    "limit=1&limit=2",
    "limit=0",
    "has_seats_left=1",
    "has_seats_left=null",
    "level=null",
    "level=",
    "subject=",
    "course_id=null",
    "from_on=0",
    "from_on=20140303",
    "from_on=2014-02-30",
    "colour=red",
]


@pytest.mark.parametrize("query", LAX)
async def test_a_value_that_is_written_otherwise_is_refused_by_name(desks: Desks, query: str) -> None:
    problem = refused(await (await desks.teacher()).get(f"/runs?{query}"), 400, "request_not_readable")
    assert problem["path"] == f"query:{query.partition('=')[0]}"


async def test_seconds_are_no_instant(desks: Desks) -> None:
    auditor = await desks.at("inspectorate")
    for value in ("0.5", "0", "2014-03-03", "2014-03-03T01:00:00", "2014-02-30T01:00:00Z"):
        refused(await auditor.get("/books/events", params={"to_at": value}), 400, "request_not_readable")
    for value in ("2014-03-03T01:00:00Z", "2014-03-03T09:00:00.5+08:00"):
        told(await auditor.get("/books/events", params={"to_at": value}))


async def test_what_fits_is_taken(desks: Desks) -> None:
    query = "price_from_fen=0&price_to_fen=1000&limit=200&has_seats_left=true&level=city&from_on=2014-03-03"
    told(await (await desks.teacher()).get(f"/runs?{query}"))


async def test_a_method_that_is_not_offered_is_told_which_are(desks: Desks) -> None:
    teacher = await desks.teacher()
    refused(answer := await teacher.delete("/me"), 405, "method_not_offered")
    assert set(answer.headers["allow"].split(", ")) >= {"GET"}


async def test_every_field_is_described_with_its_bounds(
    app: Litestar, transport: httpx.ASGITransport
) -> None:
    """No command takes an unknown field, and no answer has one; bounds stand on each side of a choice."""
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        schema: dict[str, Any] = (await client.get("/schema/openapi.json")).json()
    structs = schema["components"]["schemas"]
    open_ones = [name for name, one in structs.items() if one.get("additionalProperties") is True]
    assert open_ones == ["Problem"]
    parameters = {one["name"]: one["schema"] for one in schema["paths"]["/api/v1/runs"]["get"]["parameters"]}
    assert parameters["price_from_fen"] == {"type": "integer", "minimum": 0, "maximum": 10**12}
    assert structs["OpenRun"]["properties"]["price_fen"]["anyOf"][0]["minimum"] == 0
    for route in (await describe(app)).routes:
        assert route.body is None or route.body["additionalProperties"] is False, str(route)
