"""A real browser against the demo city: nothing asked from elsewhere, nothing broken, nothing out of reach.

Debian's Chromium, driven by Playwright. Where it is missing the tests fail and say what to install: a
suite that is silently left out proves nothing.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
# Without these Chromium looks for its maker's hosts at every start.
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENS = Path(__file__).parent / "screens"
TEACHERS = 60
PHONE, DESK = 390, 1280
READY_SECONDS = 240


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The demo as `make run` serves it, on a port of its own."""
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing: apt-get install chromium"
    port = _free_port()
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="vouchermarket-browser-") as folder:
        Path(folder).chmod(0o755)
        told = {**os.environ, "VOUCHERMARKET_DATA_DIR": folder, "VOUCHERMARKET_PORT": str(port)}
        told.pop("DATABASE_URL", None)
        log = (Path(folder) / "log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "vouchermarket.cli", "serve", "--demo", "--teachers", str(TEACHERS)],
            env=told,
            stdout=log,
            stderr=log,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _until_ready(process, address, Path(folder) / "log")
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            log.close()


def _until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(READY_SECONDS):
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            if httpx.get(f"{address}/health/ready", timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(1)
    raise AssertionError(log.read_text()[-3000:])


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all; each visitor gets a profile of his or her own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        await browser.close()


class Visitor:
    """Somebody at a browser. What goes wrong on the way is kept and held against the test at its end."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.wrong: list[str] = []
        self.requests = 0
        page.on("request", self._asked)
        page.on(
            "response",
            lambda answer: answer.status >= 500 and self.wrong.append(f"{answer.status} {answer.url}"),
        )
        page.on("console", lambda line: line.type == "error" and self._said(line.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _asked(self, request) -> None:
        self.requests += 1
        if not request.url.startswith((self.address, "data:")):
            self.wrong.append(f"asked elsewhere: {request.url}")

    def _answered(self, answer) -> None:
        if answer.status >= 500:
            self.wrong.append(f"{answer.status} {answer.url}")

    def _said(self, text: str) -> None:
        # A refusal is an answer like any other: the browser calls each status above 399 an error.
        if not re.search(r"status of 4\d\d", text):
            self.wrong.append(text)

    async def see(self, path: str) -> Page:
        """A page of ours."""
        await self.page.goto(self.address + path)
        return self.page

    async def press(self, name: str, which: int = 0) -> None:
        """A button or link by its words, and whatever page it leads to."""
        found = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
        async with self.page.expect_navigation():
            await found.nth(which).click()

    async def enter(self, code: str) -> None:
        """Come in as one of the demo's people, by the entrance."""
        await self.see("/enter")
        async with self.page.expect_navigation():
            await self.page.locator(f"form:has(input[name=code][value={code}]) button").first.click()

    async def accessible(self) -> None:
        """No serious fault by the rules of WCAG 2.2 AA, as axe finds them."""
        found = await Axe().run(self.page)
        serious = [
            f"{one['id']} at {one['nodes'][0]['target']}: {one['help']}"
            for one in found.response["violations"]
            if one["impact"] in {"serious", "critical"}
        ]
        assert serious == [], self.page.url

    async def kept(self, name: str) -> None:
        """The page as a picture at both widths, kept for whoever looks through a run; it must fit."""
        SCREENS.mkdir(exist_ok=True)
        for width in (PHONE, DESK):
            await self.page.set_viewport_size({"width": width, "height": 844})
            await self.page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=True)
            reach = await self.page.evaluate("document.documentElement.scrollWidth")
            assert reach <= width, f"{self.page.url} is {reach} wide at {width}"


async def _visitor(context: BrowserContext, address: str) -> Visitor:
    return Visitor(await context.new_page(), address)


@pytest.fixture
async def visitor(chromium: Browser, server: str) -> AsyncIterator[Visitor]:
    """Somebody with a wide screen, in Chinese."""
    context = await chromium.new_context(locale="zh-CN", viewport={"width": DESK, "height": 900})
    someone = await _visitor(context, server)
    yield someone
    assert someone.wrong == []
    await context.close()


@pytest.fixture
async def phone(chromium: Browser, server: str) -> AsyncIterator[Visitor]:
    """Somebody on a phone, in Chinese."""
    context = await chromium.new_context(locale="zh-CN", viewport={"width": PHONE, "height": 844})
    someone = await _visitor(context, server)
    yield someone
    assert someone.wrong == []
    await context.close()


@pytest.fixture
async def plain(chromium: Browser, server: str) -> AsyncIterator[Visitor]:
    """Somebody whose browser runs no scripts."""
    context = await chromium.new_context(
        locale="zh-CN", viewport={"width": DESK, "height": 900}, java_script_enabled=False
    )
    someone = await _visitor(context, server)
    yield someone
    assert someone.wrong == []
    await context.close()
