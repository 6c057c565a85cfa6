"""What goes with every answer, and what no page holds (trust 33, 76)."""

import re
from collections.abc import Iterator

import httpx
import pytest
from litestar import Litestar

from factories import City
from pages.conftest import Arrive
from vouchermarket.app import create_app
from vouchermarket.web.files import ASSETS, FOLDERS
from vouchermarket.web.guards import handlers
from vouchermarket.web.middleware import POLICY
from vouchermarket.web.pages.shown import TEMPLATES
from web.conftest import HandClock
from web.settings_of import SAFE, settings

pytestmark = pytest.mark.database

# Markup that a policy without `unsafe-inline` would stop, so that a page relying on it is a broken page.
INLINE = re.compile(
    r"<script(?![^>]*\ssrc=)[^>]*>|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style|javascript:", re.IGNORECASE
)
ELSEWHERE = re.compile(r"(?:src|href|action|url)\s*[=(]\s*[\"']?(?:https?:)?//", re.IGNORECASE)


def reading_pages(app: Litestar) -> Iterator[str]:
    """Every page that is read without an id in its address."""
    for path, handler in handlers(app):
        if handler.opt.get("page") and "GET" in handler.http_methods and "{" not in path:
            yield path


def test_no_template_holds_what_the_policy_stops_or_asks_another_host() -> None:
    pages = sorted(TEMPLATES.rglob("*.html"))
    assert len(pages) > 10
    for path in pages:
        text = path.read_text()
        assert not INLINE.search(text), path.name
        assert not ELSEWHERE.search(text), path.name


@pytest.mark.parametrize(
    "text", ["<p style='a'>", "<script>1</script>", '<a onclick="x()">', "<style>", "javascript:0"]
)
def test_the_check_of_templates_can_fail(text: str) -> None:
    assert INLINE.search(text)


def test_the_policy_is_strict() -> None:
    assert "unsafe" not in POLICY
    assert "default-src 'none'" in POLICY
    assert "frame-ancestors 'none'" in POLICY


@pytest.mark.usefixtures("policy")
async def test_every_page_goes_out_with_its_headers_and_is_kept_by_no_cache(
    app: Litestar,
    city: City,
    arrive: Arrive,
) -> None:
    read = 0
    for actor in (city.teacher(), city.officer("provider"), city.officer("training_centre")):
        reader = await arrive(actor)
        for path in reading_pages(app):
            answer = await reader.client.get(f"/{reader.code}{path}")
            assert answer.status_code < 500, path
            assert answer.headers["content-security-policy"] == POLICY, path
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert answer.headers["cache-control"] == "no-store", path
            assert not INLINE.search(answer.text), path
            read += answer.status_code == 200
    assert read > 10


async def test_production_serves_no_description_and_every_file_is_ours() -> None:
    app = create_app(settings(**SAFE), HandClock())
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://market.test") as client:
        for path in ("/schema", "/schema/openapi.json", "/schema/swagger", "/docs", "/openapi.json"):
            assert (await client.get(path)).status_code == 404, path
    await app.state.database.close()
    ours = [path for folder in FOLDERS for path in (ASSETS / folder).rglob("*") if path.is_file()]
    assert set(app.state.assets) == {
        f"/{path.relative_to(ASSETS).as_posix()}" for path in ours if not path.name.startswith(".")
    }
    for path in (ASSETS / "own").iterdir():
        assert not ELSEWHERE.search(path.read_text()), path.name
