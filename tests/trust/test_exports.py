"""What names people leaves the building for a reason only, and never unseen (docs/trust.md 48)."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import select

from vouchermarket.identity.rules import matrix
from vouchermarket.kit import tabular
from vouchermarket.kit.events import event
from web.market import Desks, refused
from web.routes import describe, none

PEOPLE = ("administrator", "/exports/people", "identity.people_exported")
SHEET = ("provider", "/runs/{}/sheet/export", "completion.sheet_exported")


@pytest.fixture
async def running(learning: Any) -> Any:
    """A run with two participants, whose sheet names them."""
    await learning.enrol(2)
    return learning


async def exported(desks: Desks, kind: str) -> list[Any]:
    """What the audit trail has of exports of one kind."""
    async with desks.database.transaction(desks.city.bureau_id) as session:
        found = select(event).where(event.c.bureau_id == desks.city.bureau_id, event.c.kind == kind)
        return list(await session.execute(found))


@pytest.mark.parametrize(("desk", "place", "kind"), [PEOPLE, SHEET])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_an_export_of_names_leaves_its_reason_count_and_digest(
    desks: Desks, running: Any, desk: str, place: str, kind: str, form: str
) -> None:
    client, place = await desks.at(desk), place.format(running.run_id)
    answer = await client.post(place, json={"reason": "年度核对", "format": form})
    assert answer.status_code == 200, answer.text
    rows = len(tabular.read(answer.content).rows) - 1
    [told] = await exported(desks, kind)
    assert told.facts == {
        "reason": "年度核对",
        "format": form,
        "rows": rows,
        "sha256": hashlib.sha256(answer.content).hexdigest(),
    }
    assert (told.actor_id, told.address) == (desks.city.officer(desk).person_id, "127.0.0.1")
    assert told.request_id == answer.headers["x-request-id"]
    assert rows >= 2


@pytest.mark.parametrize(("desk", "place", "kind"), [PEOPLE, SHEET])
async def test_without_a_reason_or_the_right_no_name_goes_out(
    desks: Desks, running: Any, desk: str, place: str, kind: str
) -> None:
    place = place.format(running.run_id)
    for body in ({}, {"reason": ""}, {"reason": "  \u3000"}, {"reason": "两\n行"}, {"reason": None}):
        refused(await (await desks.at(desk)).post(place, json=body), 400, "request_not_readable")
    why = {"reason": "年度核对"}
    for other in ("inspectorate", "teacher_office", "provider" if desk != "provider" else "administrator"):
        refused(await (await desks.at(other)).post(place, json=why), 403, "role_not_allowed")
    if desk == "provider":
        refused(await (await desks.at("rival")).post(place, json=why), 404, "not_found")
    assert await exported(desks, kind) == []


async def test_no_table_that_names_people_goes_out_by_a_reading(app: Any) -> None:
    """A file that is only read for is one of what stands on no person, or one's own."""
    routes = (await describe(app)).routes
    files = {"/exports/organisations", "/exports/courses", "/exports/runs", "/files/{file_id}"}
    reading = {route.path for route in routes if route.is_reading and hands_out(route.path)}
    assert reading == files
    none([verb for verb in ("export_people", "export_participants") if len(matrix()[verb]) != 1])


def hands_out(path: str) -> bool:
    """Whether a path is one of files."""
    return path.startswith(("/exports", "/files")) or "sheet" in path
