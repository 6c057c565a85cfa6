"""Pages as a browser without scripts sees them: links followed, forms filled in and sent."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from factories import City
from pages.reading import Form, Sheet, read
from vouchermarket.identity.structs import Actor
from web.conftest import *  # noqa: F403 - the application, its clock, the ways to come in
from web.conftest import PASSWORD, Visit


class Reader:
    """Somebody with a browser: `see` a page, `send` one of its forms."""

    def __init__(self, client: httpx.AsyncClient, code: str) -> None:
        self.client, self.code = client, code
        self.sheet = Sheet()
        self.answer: httpx.Response | None = None

    async def see(self, path: str, status: int = 200, **headers: str) -> Sheet:
        """A page by its address within the bureau."""
        return await self._shown(await self.client.get(f"/{self.code}{path}", headers=headers), status)

    async def send(self, button: str, status: int = 200, **typed: str | list[str]) -> Sheet:
        """Press a button of the page in sight, with what is typed besides what stands in its form."""
        form = self.sheet.form_with(button)
        return await self.send_form(form, status, **typed)

    async def send_form(self, form: Form, status: int = 200, **typed: str | list[str]) -> Sheet:
        """Send a form; the page it leads to comes into sight."""
        told = {**form.fields, **typed}
        return await self._shown(await self.client.post(form.action, data=told), status)

    async def _shown(self, answer: httpx.Response, status: int) -> Sheet:
        while answer.status_code == 303:
            answer = await self.client.get(answer.headers["location"])
        assert answer.status_code == status, (
            f"{answer.request.url}: {answer.status_code}\n{answer.text[:2000]}"
        )
        self.answer = answer
        self.sheet = read(answer.text) if "html" in answer.headers["content-type"] else Sheet()
        return self.sheet


Arrive = Callable[[Actor], Awaitable[Reader]]


@pytest.fixture
async def arrive(visit: Visit, city: City, transport: httpx.ASGITransport) -> AsyncIterator[Arrive]:
    """Sign in at the door as somebody, on the pages' own form."""
    opened: list[httpx.AsyncClient] = []

    async def as_(actor: Actor) -> Reader:
        username = f"user{len(opened)}"
        await visit.give_password(actor, username)
        client = httpx.AsyncClient(
            transport=transport,
            base_url="http://market.test",
            headers={"accept": "text/html", "accept-language": "zh"},
        )
        opened.append(client)
        reader = Reader(client, visit.code)
        await reader.see("/login")
        await reader.send("登录", username=username, password=PASSWORD)
        return reader

    yield as_
    for client in opened:
        await client.aclose()
