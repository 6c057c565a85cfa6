"""The anticipated "no": a class with a stable code, a kind, two texts, a clause and a remedy.

A refusal is declared in the `rules.py` that raises it. Anything else that goes wrong is a bug and a 500.
"""

import enum
import string
from typing import Any, ClassVar


class Kind(enum.Enum):
    """What sort of "no" it is. `web.errors` maps each to one HTTP status."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    CONFLICT = "conflict"
    PAYMENT = "payment"
    BUSY = "busy"
    SLOWED = "slowed"


class Refusal(Exception):
    """Base of all refusals.

    `zh`, `en`, `remedy_zh`, `remedy_en` are format strings over the facts given as keywords.
    `clause` is the rule it rests on (`"ZZ-A22"`), or None where it is plain housekeeping; a raiser that
    knows the clause only from the policy passes `clause=` and it stands over the class's own.
    """

    code: ClassVar[str] = ""
    kind: ClassVar[Kind] = Kind.INVALID
    zh: ClassVar[str] = ""
    en: ClassVar[str] = ""
    remedy_zh: ClassVar[str] = ""
    remedy_en: ClassVar[str] = ""
    clause: str | None = None

    def __init__(self, *, clause: str | None = None, **facts: Any) -> None:
        self.facts = facts
        if clause is not None:
            self.clause = clause
        super().__init__(self.code)

    def text(self, language: str = "zh") -> str:
        """What happened and why, in `zh` or `en`."""
        return _fill(self.zh if language == "zh" else self.en, self.facts)

    def remedy(self, language: str = "zh") -> str:
        """What would change the answer, in `zh` or `en`."""
        return _fill(self.remedy_zh if language == "zh" else self.remedy_en, self.facts)

    def __str__(self) -> str:
        return f"{self.code}: {self.text('en')}"


class _Facts(dict[str, Any]):
    # An absent fact shows as its name, so that a refusal never fails while it is being told.
    def __missing__(self, key: str) -> str:
        return f"<{key}>"


def _fill(text: str, facts: dict[str, Any]) -> str:
    return text.format_map(_Facts(facts))


def placeholders(text: str) -> set[str]:
    """The names of facts a text speaks of: the two languages must speak of the same."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def every_refusal(base: type[Refusal] = Refusal) -> list[type[Refusal]]:
    """All refusals that have been imported, by code."""
    found: list[type[Refusal]] = []
    for child in base.__subclasses__():
        found += ([child] if child.code else []) + every_refusal(child)
    return sorted(found, key=lambda refusal: refusal.code)
