"""The description of the interface and the assets its page needs."""

import httpx
import pytest
from litestar import Litestar

from vouchermarket.app import create_app
from vouchermarket.web import guards
from web.settings_of import SAFE, settings


@pytest.fixture
def client(transport: httpx.ASGITransport) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport, base_url="http://market.test")


async def test_every_route_stands_in_the_description_with_its_statuses(app: Litestar, client) -> None:
    schema = (await client.get("/schema/openapi.json")).json()
    described = {
        (path, method.upper())
        for path, operations in schema["paths"].items()
        for method in operations
        if method in {"get", "put", "post", "patch", "delete"}
    }
    ours = {
        (path.replace(":uuid", ""), method)
        for path, handler in guards.handlers(app)
        if path.startswith("/api/")
        for method in handler.http_methods
    }
    assert described == ours
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            statuses = set(operation["responses"])
            assert {"400", "401", "403", "404", "503"} <= statuses
            assert ("422" in statuses) is (method != "get")
            assert any(status.startswith("2") for status in statuses)
    twice = (await client.get("/schema/openapi.json")).json()
    assert twice == schema


async def test_a_key_is_described_as_required(client) -> None:
    schema = (await client.get("/schema/openapi.json")).json()
    parameters = {each["name"]: each for each in schema["paths"]["/api/v1/bookings"]["post"]["parameters"]}
    assert parameters["Idempotency-Key"]["required"] is True
    assert parameters["x-csrf-token"]["required"] is False


async def test_the_page_asks_for_nothing_from_elsewhere(client) -> None:
    page = await client.get("/schema")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text
    assert "https://" not in page.text
    for asset in ("/assets/own/openapi.js", "/assets/own/openapi.css"):
        assert asset in page.text
        answer = await client.get(asset)
        assert answer.status_code == 200
        again = await client.get(asset, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/build_hook.py",
        "/assets/package.json",
        "/assets/own/../package.json",
        "/assets/own/%2e%2e/package.json",
        "/assets/own/..%2fpackage.json",
        "/assets/own//etc/passwd",
        "/assets/own/openapi.js%00.css",
        "/assets/own/" + "x" * 3000,
    ],
)
async def test_nothing_beside_the_assets_is_served(client, path: str) -> None:
    answer = await client.get(httpx.URL("http://market.test").copy_with(raw_path=path.encode()))
    assert (answer.status_code, answer.json()["code"]) == (404, "route_not_found")


async def test_production_describes_nothing() -> None:
    """docs/trust.md 76."""
    app = create_app(settings(**SAFE))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        assert (await client.get("/schema/openapi.json")).status_code == 404
        live = await client.get("/health/live")
        assert live.headers["strict-transport-security"].startswith("max-age=")
        foreign = await client.get("/health/live", headers={"host": "evil.test"})
        assert (foreign.status_code, foreign.json()["code"]) == (400, "host_not_accepted")
    await app.state.database.close()


async def test_health_is_told(client) -> None:
    assert (await client.get("/health/live")).status_code == 204
    assert (await client.get("/health/ready")).status_code == 204


async def test_ready_is_no_while_the_database_is_away() -> None:
    """docs/trust.md 78, the answer."""
    app = create_app(settings(database_url="postgresql+psycopg://nobody@/nothing?host=/nowhere"))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert (await client.get("/health/live")).status_code == 204
    await app.state.database.close()
