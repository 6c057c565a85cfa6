"""A page's turn: who asks and in which language, what is read, what is carried out, and how it is answered.

A page reads in a short transaction of its own and is drawn after it: whoever draws holds no connection, for
the surroundings of the page (name, notices, cart) are read in a second one.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from litestar import Request, Response
from litestar.datastructures import UploadFile

from vouchermarket.identity.rules import NotFound, SignInNeeded, matrix
from vouchermarket.identity.structs import Actor, Bureau
from vouchermarket.kit import keys
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Database, Session
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web.errors import language_of, status_of
from vouchermarket.web.guards import CSRF_FIELD, Place
from vouchermarket.web.pages import shown, surroundings
from vouchermarket.web.pages.done import DONE
from vouchermarket.web.visitors import Visitor
from vouchermarket.web.words import LANGUAGES, words

HTML = "text/html"
LANGUAGE_COOKIE = "vm_language"
KEY_FIELD = "key"
# What a form carries besides what was typed.
OF_THE_FORM = frozenset({CSRF_FIELD, KEY_FIELD})

Again = Callable[["Typed", Refusal], Awaitable[Response[Any]]]


class Typed:
    """What was typed into a form: texts by field, in the order in which they were sent."""

    def __init__(self, pairs: list[tuple[str, str]], key: str = "") -> None:
        self.pairs = pairs
        self.key = key

    def one(self, name: str) -> str:
        """The text of a field, empty when it was not sent."""
        return next((text for field, text in self.pairs if field == name), "")

    def all(self, name: str) -> list[str]:
        """Every text sent under a name: ticked boxes, lines of a list."""
        return [text for field, text in self.pairs if field == name]

    def names(self) -> set[str]:
        """The fields that were sent."""
        return {field for field, _ in self.pairs}


class Bare:
    """What a page knows without asking anybody: its language, its addresses."""

    def __init__(self, request: Request[Any, Any, Any]) -> None:
        self.request = request
        self.language = language_chosen(request)
        self.say = words(self.language)
        self.prefix = prefix_of(request)
        self.csrf = ""

    def url(self, path: str, **asked: Any) -> str:
        """An address of ours: under the bureau's code where that parts bureaus; empty answers left out."""
        told = [(name, text) for name, text in asked.items() if text not in (None, "", [], ())]
        question = f"?{urlencode(told, doseq=True)}" if told else ""
        return self.prefix + quote(path, safe="/:@-._~") + question

    def here(self, **other: Any) -> str:
        """This page's address with some of its questions answered otherwise; None takes one away."""
        asked: dict[str, Any] = {}
        for name, text in self.request.query_params.multi_items():
            asked.setdefault(name, []).append(text)
        # What was done is told once.
        asked.pop("done", None)
        return self.url(self.request.scope["path"], **(asked | other))

    def asset(self, name: str) -> str:
        """The address of one of the browser's files, which changes when the file does."""
        return f"/assets/{name}?v={self.request.app.state.assets[f'/{name}'].version}"

    def told_by(self, refusal: Refusal) -> tuple[str, str]:
        """What a refusal says, and what would remedy it."""
        return refusal.text(self.language), refusal.remedy(self.language)

    def done(self) -> str:
        """What was just done, where the address says so; of the things that are ever said there."""
        text = DONE.get(self.request.query_params.get("done", ""))
        return self.say(text) if text else ""

    @property
    def is_demo(self) -> bool:
        """An invented city, where one may enter as anybody."""
        return self.request.app.state.settings.demo_entrance


class Turn(Bare):
    """One request for a page."""

    def __init__(
        self, request: Request[Any, Any, Any], place: Place, visitor: Visitor | None, now: datetime
    ) -> None:
        super().__init__(request)
        self.place, self.visitor, self.now = place, visitor, now
        self.csrf = (visitor.csrf or "") if visitor else ""
        self.database: Database = request.app.state.database

    @property
    def bureau(self) -> Bureau:
        """The bureau this page belongs to."""
        return self.place.bureau

    @property
    def actor(self) -> Actor:
        """Who is asking. Refuses `SignInNeeded`."""
        if self.visitor is None:
            raise SignInNeeded
        return self.visitor.actor

    @property
    def today(self) -> date:
        """The bureau's civil day."""
        return civil_day(self.now, self.bureau.time_zone)

    def may(self, verb: str) -> bool:
        """Does a desk of the visitor's do this? What is not offered is refused all the same."""
        desks = {seat.desk for seat in self.visitor.actor.seats} if self.visitor else set()
        return bool(desks & matrix()[verb])

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Session]:
        """A transaction of the bureau, for what a page shows."""
        async with self.database.transaction(self.bureau.id) as session:
            yield session

    # --- answering ----------------------------------------------------------------------------------------

    async def show(self, template: str, *, status: int = 200, **context: Any) -> Response[str]:
        """A whole page. Called when no transaction is open."""
        around = await surroundings.read(self)
        return self._html(shown.draw(template, around=around, **self._known(), **context), status)

    def piece(self, template: str, **context: Any) -> Response[str]:
        """A part of a page, for one that changes in place."""
        return self._html(shown.draw(template, **self._known(), **context), 200)

    def _known(self) -> dict[str, Any]:
        return {"turn": self, "_": self.say}

    def _html(self, text: str, status: int) -> Response[str]:
        headers = {"Content-Language": self.language, "Vary": "Accept-Language, Cookie"}
        return Response(text, status_code=status, media_type=HTML, headers=headers)

    def go(self, path: str, **asked: Any) -> Response[str]:
        """On to another page after something was done, so that loading it anew does nothing twice."""
        return Response("", status_code=303, media_type=HTML, headers={"Location": self.url(path, **asked)})

    def back(self, address: str, **asked: Any) -> Response[str]:
        """On to an address a page of ours gave, prefix, questions and all; without one to the first page."""
        if not address:
            return self.go("/", **asked)
        path, _, question = address.partition("?")
        told = [(name, text) for name, text in parse_qsl(question) if name not in asked]
        question = urlencode([*told, *asked.items()])
        return Response("", status_code=303, media_type=HTML, headers={"Location": _safe(path, question)})

    # --- being told ---------------------------------------------------------------------------------------

    async def typed(self) -> Typed:
        """What was typed; files are read by the pages that ask for one."""
        form = await self.request.form()
        pairs = [(name, text) for name, text in form.multi_items() if not isinstance(text, UploadFile)]
        told = [(name, str(text).replace("\r\n", "\n")) for name, text in pairs if name not in OF_THE_FORM]
        return Typed(told, str(form.get(KEY_FIELD, "")))

    async def carry_out(
        self,
        verb: Callable[..., Awaitable[Any]],
        *told: Any,
        typed: Typed,
        then: Callable[[Any], Response[Any]],
        again: Again,
        **more: Any,
    ) -> Response[Any]:
        """`verb(session, actor, *told, now=now)` once for this form, however often its button is pressed.

        `then` answers from the result in builtins (it may be one that was stored); a refusal undoes
        everything and goes to `again`, which shows the form as it was typed.
        """
        asked = keys.body_hash(self.request.method, self.request.scope["path"], typed.pairs)
        try:
            async with self.reading() as session:
                result = await self._once(session, verb, told, more, typed.key, asked)
        except Refusal as refusal:
            return await again(typed, refusal)
        return then(result)

    async def _once(
        self,
        session: Session,
        verb: Callable[..., Awaitable[Any]],
        told: tuple[Any, ...],
        more: Mapping[str, Any],
        form_key: str,
        asked: bytes,
    ) -> Any:
        if not form_key.isalnum() or len(form_key) > 64:
            raise keys.KeyMissing
        key = self._key(form_key)
        kept = await keys.claim(session, self.bureau.id, key, asked)
        if kept is None:
            result = await verb(session, self.actor, *told, now=self.now, **more)
            kept = keys.Answer(303, msgspec.json.encode(result))
            await keys.store(session, self.bureau.id, key, asked, kept, self.now)
        return msgspec.json.decode(kept.body)

    async def answered(self, form_key: str) -> Any:
        """What a form of the visitor's own came to, for as long as its key is kept. Refuses `NotFound`."""
        if not form_key.isalnum() or len(form_key) > 64:
            raise NotFound
        async with self.reading() as session:
            kept = await keys.find(session, self.bureau.id, self._key(form_key))
        if kept is None:
            raise NotFound
        return msgspec.json.decode(kept.body)

    def _key(self, form_key: str) -> str:
        # Beside the keys of the interface, which are their person's own too, never among them.
        return f"page:{self.actor.person_id}:{form_key}"

    # --- looks --------------------------------------------------------------------------------------------

    def at(self, instant: datetime) -> str:
        """An instant in the bureau's time."""
        return shown.instant(instant, self.bureau.time_zone, self.language)

    def span(self, begins_at: datetime, ends_at: datetime) -> str:
        """From one instant to another."""
        return shown.span(begins_at, ends_at, self.bureau.time_zone, self.language)

    def day(self, on: date) -> str:
        """A civil day."""
        return shown.day(on, self.language)


def _safe(path: str, question: str) -> str:
    # Headers carry ASCII; what is quoted already stays as it is.
    return quote(path, safe="/:@-._~%") + (f"?{question}" if question else "")


def language_chosen(request: Request[Any, Any, Any]) -> str:
    """What the visitor chose, else what the browser asks for, else Chinese."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else language_of(request.headers.get("accept-language", ""))


def prefix_of(request: Request[Any, Any, Any]) -> str:
    """`/zhuzhou` where the path named the bureau, else nothing."""
    code = request.scope["state"].get("bureau_code")
    return f"/{code}" if code else ""


async def refused(turn: Turn, refusal: Refusal, back: str = "/") -> Response[str]:
    """A refusal as a page of its own, for what has no form to go back to."""
    return await turn.show("refused.html", status=status_of(refusal), refusal=refusal, back=back)
