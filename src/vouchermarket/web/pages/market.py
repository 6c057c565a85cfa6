"""The market: found by words and filters, looked at, compared; what one still needs stands above it."""

from typing import Any

import msgspec
from litestar import Response, get

from vouchermarket.booking.queries import bookings_of
from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.structs import Found, SearchPage, SearchRuns, When
from vouchermarket.credits import queries as credit_entries
from vouchermarket.kit.db import Session
from vouchermarket.vouchers import queries as vouchers
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import asked
from vouchermarket.web.pages.labels import LABELS
from vouchermarket.web.pages.progress import missing
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.words import N_

RUNS_A_PAGE = 24
# The facets in the order in which people ask: what pays, what it is, where and how.
FACETS = {
    "fund_line": N_("可用经费"),
    "type": N_("培训类型"),
    "subject": N_("学科"),
    "stage": N_("学段"),
    "mode": N_("研修方式"),
    "level": N_("级别"),
    "provider_id": N_("承担单位"),
}
SORTS = {
    "relevance": N_("最相关"),
    "starts_at": N_("最早开班"),
    "price_fen": N_("价格从低到高"),
    "seats_left": N_("余位"),
    "completions": N_("完成人数"),
}


@get("/market", verb="read_catalogue")
async def market(turn: given.Turn) -> Response[str]:
    """The shelf: search box, facets with counts, cards; "what I still need" above it."""
    told = await _shelf(turn)
    if turn.request.headers.get("hx-target") == "found":
        return turn.piece("market/found.html", **told)
    return await turn.show("market/market.html", **told)


@get("/market/runs/{run_id:uuid}", verb="read_catalogue")
async def run(turn: given.Turn, run_id: Id) -> Response[str]:
    """A run on its own page: its meetings, what it costs, what it counts for."""
    async with turn.reading() as session:
        found = await catalogue.run(session, turn.bureau.id, run_id)
        taken = await bookings_of(session, turn.bureau.id, turn.actor.person_id, limit=200)
    booking = next((one for one in taken if one.run_id == run_id and one.is_live), None)
    return await turn.show("market/run.html", run=found, booking=booking)


@get("/market/runs/{run_id:uuid}/seats", verb="read_catalogue")
async def seats(turn: given.Turn, run_id: Id) -> Response[str]:
    """The seats left, asked again while somebody looks."""
    async with turn.reading() as session:
        found = await catalogue.run(session, turn.bureau.id, run_id)
    return turn.piece("market/seats.html", run=found)


async def _shelf(turn: Turn) -> dict[str, Any]:
    """Everything the shelf shows: what is found, and what the reader has and lacks."""
    wanted, page = asked.of(turn, SearchRuns), asked.of(turn, SearchPage, limit=RUNS_A_PAGE)
    async with turn.reading() as session:
        found = await catalogue.search(session, turn.bureau.id, wanted, page, now=turn.now)
        held = await vouchers.vouchers_of(session, turn.bureau.id, turn.actor.person_id)
        needs = await _needs(turn, session)
        taken = await bookings_of(session, turn.bureau.id, turn.actor.person_id, limit=200)
    return {
        "found": found,
        "wanted": wanted,
        "page": page,
        "facets": FACETS,
        "sorts": SORTS,
        "whens": list(When),
        "chips": _chips(turn, wanted, found),
        "held": held,
        "needs": needs,
        "booked": {one.run_id for one in taken if one.is_live},
    }


async def _needs(turn: Turn, session: Session) -> list[dict[str, Any]]:
    """What the policy finds missing for somebody who teaches, in the reader's words."""
    if not any(seat.desk == "teacher" for seat in turn.actor.seats):
        return []
    judged = await credit_entries.evaluation_of(session, turn.bureau.id, turn.actor.person_id, turn.today)
    return missing(judged, turn)


def _chips(turn: Turn, wanted: SearchRuns, found: Found) -> list[tuple[str, str]]:
    """Each filter that is set, with the address that takes it off."""
    names = {tally.value: tally.name for tally in found.facets["provider_id"]}
    chips: list[tuple[str, str]] = []
    for name, value in msgspec.to_builtins(wanted).items():
        if name in FACETS and value is not None:
            listed = LABELS.get(name, {}).get(value)
            text = turn.say(listed) if listed else (names.get(value) or value)
            chips.append((text, turn.here(**{name: None, "offset": None})))
    return chips


ROUTES = (market, run, seats)
