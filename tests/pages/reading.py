"""Reading a page the way a browser does: its title, its words, its links, its forms."""

from html.parser import HTMLParser
from typing import Any

import msgspec


class Form(msgspec.Struct):
    """A form: where it goes, what stands in it, what its buttons say."""

    action: str
    method: str
    fields: dict[str, Any] = {}
    buttons: list[str] = []


class Sheet(msgspec.Struct):
    """A page as it reads."""

    title: str = ""
    text: str = ""
    links: dict[str, str] = {}
    forms: list[Form] = []
    faults: list[str] = []

    def form_with(self, button: str) -> Form:
        """The first form with a button that says this."""
        found = [form for form in self.forms if any(button in said for said in form.buttons)]
        assert found, f"no button says {button!r}: {[form.buttons for form in self.forms]}"
        return found[0]


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheet = Sheet()
        self._form: Form | None = None
        self._within: list[str] = []
        self._words: list[str] = []
        self._caught: list[str] | None = None
        self._name = self._href = ""
        self._choice = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(told.get("action", ""), told.get("method", "get"))
            self.sheet.forms.append(self._form)
        elif tag in {"title", "a", "button", "textarea"}:
            self._caught, self._href, self._name = [], told.get("href", ""), told.get("name", "")
        elif tag == "select":
            self._name, self._choice = told.get("name", ""), True
        elif self._form is not None and tag == "input":
            ticked = told.get("type") not in {"checkbox", "radio"} or "checked" in told
            if ticked and told.get("name"):
                self._put(told["name"], told.get("value", ""))
        elif self._form is not None and tag == "option" and "selected" in told:
            self._put(self._name, told.get("value", ""))
        if "-fault" in told.get("id", ""):
            self.sheet.faults.append(told["id"])
        if tag in {"script", "style"}:
            self._within.append(tag)

    def _put(self, name: str, value: str) -> None:
        assert self._form is not None
        before = self._form.fields.get(name)
        self._form.fields[name] = (
            value if before is None else [*(before if isinstance(before, list) else [before]), value]
        )

    def handle_endtag(self, tag: str) -> None:
        said = "".join(self._caught or []).strip()
        if tag == "title":
            self.sheet.title = said
        elif tag == "a" and self._caught is not None:
            self.sheet.links[said] = self._href
        elif tag == "button" and self._form is not None:
            self._form.buttons.append(said)
        elif tag == "textarea" and self._form is not None:
            self._put(self._name, "".join(self._caught or []))
        elif tag == "form":
            self._form = None
        if tag in {"title", "a", "button", "textarea"}:
            self._caught = None
        if self._within and tag == self._within[-1]:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if self._caught is not None:
            self._caught.append(data)
        if not self._within:
            self._words.append(data)


def read(html: str) -> Sheet:
    """A page read whole."""
    reading = _Reading()
    reading.feed(html)
    reading.sheet.text = " ".join(" ".join(reading._words).split())
    return reading.sheet
