"""One act of a desk: a form read, its verb carried out once, on to the next page; or the form again."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import Response

from vouchermarket.kit.refusal import Refusal
from vouchermarket.web.errors import status_of
from vouchermarket.web.pages.forms import Form, FormNotRight, faults_of
from vouchermarket.web.pages.turn import Again, Turn, Typed

Draw = Callable[..., Awaitable[Response[str]]]


async def act(
    turn: Turn,
    verb: Callable[..., Awaitable[Any]],
    *told: Any,
    then: str | Callable[[Any], str],
    again: Again,
    form: Form | None = None,
    typed: Typed | None = None,
    done: str = "decided",
    **more: Any,
) -> Response[Any]:
    """`verb(session, actor, *told, command)` once; `then` is the page to go on to, or tells it by the result.

    The command comes from the form where there is one. What cannot be read, and what is refused, goes to
    `again`.
    """
    typed = typed or await turn.typed()
    try:
        command = [form.read(typed)] if form else []
    except FormNotRight as refusal:
        return await again(typed, refusal)

    def onward(result: Any) -> Response[Any]:
        return turn.go(then if isinstance(then, str) else then(result), done=done)

    return await turn.carry_out(verb, *told, *command, typed=typed, then=onward, again=again, **more)


def said(
    form: Form, typed: Typed | None, refusal: Refusal | None, first: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What a page with one form is drawn with: its fields as typed, the faults, the refusal, the status.

    `first`: what stands in fields nobody has typed in yet.
    """
    faults = faults_of(refusal)
    return {**told(refusal), "fields": form.fields(typed, faults, first), "faults": faults}


def told(refusal: Refusal | None) -> dict[str, Any]:
    """The status of a page that tells a refusal; faults of fields are told at the fields."""
    return {
        "status": status_of(refusal) if refusal else 200,
        "refusal": None if isinstance(refusal, FormNotRight) else refusal,
    }
