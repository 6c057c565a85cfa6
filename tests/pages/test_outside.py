"""Coming in by an identity provider, as a browser does: out, back once, and not with another's errand."""

import pytest
from litestar import Litestar

from pages.conftest import Arrive
from vouchermarket.identity.oidc import Errand
from vouchermarket.web.pages.outside import COOKIE
from world import World

pytestmark = pytest.mark.database


async def test_there_is_no_way_out_where_none_is_connected(world: World, arrive: Arrive) -> None:
    teacher = await arrive(world.city.teacher())
    assert "没有接入统一身份认证" in (await teacher.see("/outside", 404)).text
    program = await teacher.client.get(f"/{teacher.code}/outside", headers={"accept": "application/json"})
    assert program.json()["code"] == "outside_not_offered"


class Answering:
    """In a provider's place: every code is somebody's."""

    claim = "code"

    def __init__(self, claims: dict[str, str]) -> None:
        self.claims, self.finished = claims, 0

    async def set_out(self, back: str, wanted: str, now: int):
        return f"http://id.test/?back={back}", Errand("s", "n", "v", wanted, now)

    async def finish(self, code: str, errand: object, back: str) -> dict[str, str]:
        self.finished += 1
        return self.claims


async def test_an_answer_without_this_browsers_errand_opens_nothing(
    world: World, arrive: Arrive, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = await arrive(world.city.teacher())
    answering = Answering({"code": "nobody"})
    monkeypatch.setitem(app.state._state, "outside", answering)
    prefix = f"/{teacher.code}"
    out = await teacher.client.get(f"{prefix}/outside?next=//evil.example")
    assert out.headers["location"] == f"http://id.test/?back=http://market.test{prefix}/outside/back"
    sealed = teacher.client.cookies[COOKIE]
    for state, cookie in (("forged", sealed), ("s", ""), ("s", "00"), ("s", sealed[:-2] + "00")):
        teacher.client.cookies.set(COOKIE, cookie)
        refused = await teacher.client.get(f"{prefix}/outside/back?state={state}&code=c")
        assert refused.status_code == 401
    assert answering.finished == 0
    teacher.client.cookies.set(COOKIE, sealed)
    unknown = await teacher.client.get(f"{prefix}/outside/back?state=s&code=c")
    assert (unknown.status_code, "名册" in unknown.text) == (401, True)
