"""Whose address a request is for (trust 32): one of ours, or nobody's."""

import httpx
import pytest

from vouchermarket.app import create_app
from web.settings_of import settings


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("market.test", 204),
        ("MARKET.test:8443", 204),
        ("evil.test", 400),
        ("market.test.evil.test", 400),
        ("evilmarket.test", 400),
        ("market.test@evil.test", 400),
        ("127.0.0.1", 400),
    ],
)
async def test_a_host_that_is_not_ours_is_refused(host: str, status: int) -> None:
    app = create_app(settings(allowed_hosts=("market.test",)))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://market.test") as client:
        forged = {"host": host, "x-forwarded-host": "market.test"}
        answer = await client.get("/health/live", headers=forged)
    await app.state.database.close()
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["code"] == "host_not_accepted"
