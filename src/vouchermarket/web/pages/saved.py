"""Searches kept under a name, and runs side by side."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post

from vouchermarket.booking.queries import bookings_of
from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries, rules
from vouchermarket.catalogue.structs import RunPage, SaveSearch, SearchPage, SearchRuns
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.errors import status_of
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import asked
from vouchermarket.web.pages.forms import Form, FormNotRight, faults_of
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.problems import RequestNotReadable

COMPARED_MAX = 4


@get("/market/saved", verb="read_catalogue")
async def saved(turn: given.Turn) -> Response[str]:
    """The searches one keeps, and a name for the one the address holds."""
    return await _saved(turn)


@post("/market/saved", verb="read_catalogue")
async def save(turn: given.Turn) -> Response[Any]:
    """Keep the search the address holds."""
    typed = await turn.typed()

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _saved(turn, typed, refusal)

    def then(_: Any) -> Response[str]:
        return turn.go("/market/saved", done="saved")

    try:
        told = (_form(turn).read(typed).name, *_asked(turn))
    except FormNotRight as refusal:
        return await again(typed, refusal)
    return await turn.carry_out(catalogue.save_search, *told, typed=typed, then=then, again=again)


@post("/market/saved/{search_id:uuid}/delete", verb="read_catalogue")
async def forget(turn: given.Turn, search_id: Id) -> Response[Any]:
    """Delete one of them."""

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _saved(turn, refusal=refusal)

    def then(_: Any) -> Response[str]:
        return turn.go("/market/saved", done="decided")

    typed = await turn.typed()
    return await turn.carry_out(catalogue.forget_search, search_id, typed=typed, then=then, again=again)


@get("/market/compare", verb="read_catalogue")
async def compare(turn: given.Turn) -> Response[str]:
    """Up to four runs side by side; of more the first four."""
    ids = _runs_asked(turn)
    async with turn.reading() as session:
        runs = [await queries.run(session, turn.bureau.id, id_) for id_ in ids[:COMPARED_MAX]]
        taken = await bookings_of(session, turn.bureau.id, turn.actor.person_id, limit=200)
    booked = {one.run_id for one in taken if one.is_live}
    without = {run.id: _without(turn, runs, run) for run in runs}
    left_out = max(len(ids) - COMPARED_MAX, 0)
    return await turn.show(
        "market/compare.html", runs=runs, booked=booked, without=without, left_out=left_out
    )


def _runs_asked(turn: Turn) -> list[UUID]:
    """Each once, in the order in which they were chosen."""
    texts = dict.fromkeys(turn.request.query_params.getall("run", []))
    try:
        return [UUID(text) for text in texts]
    except ValueError as error:
        raise RequestNotReadable(path="query:run", problem="not the id of a run") from error


def _without(turn: Turn, runs: list[RunPage], run: RunPage) -> str:
    return turn.url("/market/compare", run=[str(other.id) for other in runs if other.id != run.id])


def _asked(turn: Turn) -> tuple[SearchRuns, SearchPage]:
    return asked.of(turn, SearchRuns), asked.of(turn, SearchPage)


def _form(turn: Turn) -> Form:
    return Form(SaveSearch, turn.say, turn.bureau.time_zone)


async def _saved(turn: Turn, typed: Typed | None = None, refusal: Refusal | None = None) -> Response[str]:
    wanted, page = _asked(turn)
    async with turn.reading() as session:
        found = await queries.saved_searches(session, turn.actor)
    return await turn.show(
        "market/saved.html",
        status=status_of(refusal) if refusal else 200,
        saved=found,
        query=rules.canonical(wanted, page),
        fields=_form(turn).fields(typed, faults_of(refusal), {"name": wanted.words}),
        refusal=None if isinstance(refusal, FormNotRight) else refusal,
    )


ROUTES = (saved, save, forget, compare)
