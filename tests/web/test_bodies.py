"""Routes that take no command: a body there would be read by nobody, and so it is refused."""

import pytest
from litestar import Litestar, delete, post

from factories import City
from vouchermarket.kit.ids import new_id

pytestmark = pytest.mark.own_app

JSON = "application/json"


@post("/api/v1/bare", verb="read_own", include_in_schema=False, status_code=200)
async def bare() -> str:
    return "done"


@delete("/api/v1/bare", verb="read_own", include_in_schema=False)
async def bared() -> None:
    return None


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"", "", ""),
        (b"", JSON, ""),
        (b"", "text/plain", ""),
        (b"{}", JSON, ""),
        (b"{}", "text/plain", "media_type_not_taken"),
        (b"a=1", "application/x-www-form-urlencoded", "media_type_not_taken"),
        (b"a", "", "media_type_not_taken"),
        (b'{"approve":true}', JSON, "request_not_readable"),
        (b"null", JSON, "request_not_readable"),
        (b"[]", JSON, "request_not_readable"),
        (b"{", JSON, "request_not_readable"),
        (b" " * 1_000_001, JSON, "body_too_large"),
    ],
)
async def test_a_route_without_a_command_takes_nothing_but_an_empty_body(
    app: Litestar, visit, city: City, method: str, body: bytes, content_type: str, code: str
) -> None:
    app.register(bare)
    app.register(bared)
    program = await visit.program(city.teacher())
    headers = {"content-type": content_type} if content_type else {}
    answer = await program.request(method, "/bare", content=body, headers=headers)
    if code:
        assert answer.json()["code"] == code
    else:
        assert answer.status_code == (200 if method == "POST" else 204)


async def test_a_stranger_learns_nothing_of_bodies(app: Litestar, visit) -> None:
    app.register(bare)
    answer = await visit.stranger().post("/bare", content=b"x" * 10)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")


async def test_a_command_sent_to_the_wrong_route_does_nothing(visit, city: City) -> None:
    """Publishing takes no word of approval; without one it looks for the course."""
    centre = await visit.program(city.officer("training_centre"))
    path = f"/courses/{new_id()}/publish"
    answer = await centre.post(path, json={"approve": False})
    assert (answer.status_code, answer.json()["path"]) == (400, "$")
    assert (await centre.post(path)).status_code == 404
