"""A first password, or a new one, by a code on paper; and the slip itself, for whoever hands it out."""

from typing import Any

from litestar import Response, get, post

from vouchermarket.identity import operations as identity
from vouchermarket.identity.structs import UseCode
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.errors import status_of
from vouchermarket.web.fields import Id
from vouchermarket.web.pages.forms import Form, FormNotRight, faults_of
from vouchermarket.web.pages.turn import Turn, Typed, refused


@get("/first", verb=None)
async def choose(turn: given.Turn) -> Response[str]:
    """The form: user name, code, the password one wants."""
    return await _chosen(turn, None, None)


@post("/first", verb=None)
async def chosen(turn: given.Turn) -> Response[Any]:
    """Set the password; then one signs in with it."""
    typed = await turn.typed()
    try:
        command = _form(turn).read(typed)
        await identity.use_code(turn.database, turn.bureau.id, command, now=turn.now)
    except Refusal as refusal:
        return await _chosen(turn, typed, refusal)
    return turn.go("/login", done="chosen")


@post("/people/{person_id:uuid}/slip", verb="hand_out_code")
async def slip(turn: given.Turn, person_id: Id) -> Response[Any]:
    """Make a code and show its slip, this once: it is for printing, and stands nowhere else."""
    try:
        async with turn.reading() as session:
            handed = await identity.hand_out_code(session, turn.actor, PersonId(person_id), now=turn.now)
    except Refusal as refusal:
        return await refused(turn, refusal)
    return await turn.show("logins/slip.html", handed=handed)


def _form(turn: Turn) -> Form:
    return Form(UseCode, turn.say, turn.bureau.time_zone, kinds={"password": "password"})


async def _chosen(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    return await turn.show(
        "logins/first.html",
        status=status_of(refusal) if refusal else 200,
        fields=_form(turn).fields(typed, faults_of(refusal)),
        refusal=None if isinstance(refusal, FormNotRight) else refusal,
    )


ROUTES = (choose, chosen, slip)
