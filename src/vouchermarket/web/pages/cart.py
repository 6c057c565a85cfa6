"""The cart: put in, look over on one screen, check out all together or not at all."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post

from vouchermarket.booking import operations as booking
from vouchermarket.booking import queries
from vouchermarket.booking.rules import CartRefused
from vouchermarket.booking.structs import Choice
from vouchermarket.kit.ids import RunId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.vouchers import queries as vouchers
from vouchermarket.web import given
from vouchermarket.web.errors import status_of
from vouchermarket.web.fields import Id
from vouchermarket.web.pages.signing_in import local
from vouchermarket.web.pages.turn import Turn, Typed, refused


@get("/cart", verb="book")
async def cart(turn: given.Turn) -> Response[str]:
    """What is in the cart, what it costs, and what is left on each voucher."""
    return await _cart(turn, None)


@post("/cart/runs/{run_id:uuid}", verb="book")
async def put_in(turn: given.Turn, run_id: Id) -> Response[Any]:
    """Put a run into the cart, and go on where one was."""
    typed = await turn.typed()

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await refused(turn, refusal, "/market")

    def then(_: Any) -> Response[str]:
        return turn.back(local(typed.one("back")), done="in_cart")

    return await turn.carry_out(booking.put_in, run_id, typed=typed, then=then, again=again)


@post("/cart/runs/{run_id:uuid}/out", verb="book")
async def take_out(turn: given.Turn, run_id: Id) -> Response[Any]:
    """Take a run out of the cart."""
    typed = await turn.typed()

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _cart(turn, refusal)

    def then(_: Any) -> Response[str]:
        return turn.go("/cart", done="out_of_cart")

    return await turn.carry_out(booking.take_out, [run_id], typed=typed, then=then, again=again)


@post("/cart/check-out", verb="book")
async def check_out(turn: given.Turn) -> Response[Any]:
    """Book the lines that were shown, all or none; what could not be says why beside its line."""
    typed = await turn.typed()
    lines = [Choice(RunId(UUID(text))) for text in typed.all("run_id") if _is_id(text)]
    if not lines:
        return turn.go("/cart")

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _cart(turn, refusal)

    def then(_: Any) -> Response[str]:
        return turn.go("/bookings", done="booked")

    return await turn.carry_out(booking.check_out, lines, typed=typed, then=then, again=again)


async def _cart(turn: Turn, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        runs = await queries.cart(session, turn.bureau.id, turn.actor.person_id)
        held = await vouchers.vouchers_of(session, turn.bureau.id, turn.actor.person_id)
        lines = [Choice(run.id) for run in runs]
        foreseen = await booking.preview_check_out(session, turn.actor, lines, now=turn.now) if lines else ()
    return await turn.show(
        "market/cart.html",
        status=status_of(refusal) if refusal else 200,
        runs=runs,
        held=held,
        total_fen=sum(run.price_fen for run in runs),
        refusal=None if isinstance(refusal, CartRefused) else refusal,
        lines_of={one.id: one.line for one in held},
        why=dict(refusal.lines) if isinstance(refusal, CartRefused) else {},
        stands=dict(zip((run.id for run in runs), foreseen, strict=True)),
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


ROUTES = (cart, put_in, take_out, check_out)
