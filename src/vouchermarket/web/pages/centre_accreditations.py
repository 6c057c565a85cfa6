"""Providers ask to be accredited; the centre decides, the oldest filing first."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.catalogue import operations as catalogue
from vouchermarket.catalogue import queries
from vouchermarket.catalogue.structs import Accreditation
from vouchermarket.identity import queries as bodies
from vouchermarket.kit.db import Session
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, queues, tables
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_


class Filing(msgspec.Struct, frozen=True):
    """An accreditation with its provider's name."""

    accreditation: Accreditation
    provider_name: str

    @property
    def state(self) -> str:
        """`waiting`, `approved` or `rejected`."""
        approved = self.accreditation.approved
        return "waiting" if approved is None else "approved" if approved else "rejected"


FACTS = (
    Column(N_("承担单位"), lambda one: one.provider_name),
    Column(N_("依据文件"), lambda one: one.accreditation.document),
    Column(N_("自"), lambda one: one.accreditation.from_on, "day"),
    Column(N_("至(不含)"), lambda one: one.accreditation.to_on, "day"),
    Column(N_("申报时间"), lambda one: one.accreditation.filed_at, "instant"),
    Column(N_("状态"), lambda one: one.state, "state", "accreditation"),
)
COLUMNS = (
    Column(
        N_("承担单位"),
        lambda one: one.provider_name,
        link=lambda one: f"/centre/accreditations/{one.accreditation.id}",
    ),
    *FACTS[1:],
)


@get("/centre/accreditations", verb="decide_accreditation")
async def every(turn: given.Turn) -> Response[Any]:
    """All that were filed, as a table and as a file."""

    async def read(limit: int, offset: int) -> list[Filing]:
        async with turn.reading() as session:
            found = await queries.accreditations_open_to(session, turn.actor, limit=limit, offset=offset)
            return await _named(session, turn, found)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "accreditations")
    table = await tables.read_page(turn, read, COLUMNS, N_("还没有承担单位申报认定。"))
    return await turn.show("table.html", title=N_("承担单位认定"), table=table)


@get("/centre/accreditations/to-decide", verb="decide_accreditation")
async def to_decide(turn: given.Turn) -> Response[str]:
    """Those nobody has decided, oldest filing first."""
    async with turn.reading() as session:
        waiting = await waiting_filings(session, turn)
    return await queues.show(turn, N_("待认定承担单位"), waiting, empty=N_("所有认定申请都已办理。"))


async def waiting_filings(session: Session, turn: Turn) -> list[Waiting]:
    """The accreditations that wait."""
    found = await queries.accreditations_open_to(session, turn.actor, undecided=True, limit=SHOWN + 1)
    return [
        Waiting(
            f"/centre/accreditations/{one.accreditation.id}",
            one.provider_name,
            about=one.accreditation.document,
            since_at=one.accreditation.filed_at,
        )
        for one in await _named(session, turn, found)
    ]


@get("/centre/accreditations/next", verb="decide_accreditation")
async def next_one(turn: given.Turn) -> Response[str]:
    """The oldest that waits; the queue when there is none."""
    async with turn.reading() as session:
        found = await queries.accreditations_open_to(session, turn.actor, undecided=True, limit=1)
    place = found[0].id if found else "to-decide"
    return turn.go(f"/centre/accreditations/{place}", done="decided")


@get("/centre/accreditations/{accreditation_id:uuid}", verb="decide_accreditation")
async def one(turn: given.Turn, accreditation_id: Id) -> Response[str]:
    """One filing, with the provider's others beside it."""
    return await _one(turn, accreditation_id, None)


@post("/centre/accreditations/{accreditation_id:uuid}/decide", verb="decide_accreditation")
async def decide(turn: given.Turn, accreditation_id: Id) -> Response[Any]:
    """Approve it or turn it down."""
    typed = await turn.typed()

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _one(turn, accreditation_id, refusal)

    approve = typed.one("approve") == "yes"
    then = "/centre/accreditations/next"
    verb = catalogue.decide_accreditation
    return await acting.act(
        turn, verb, accreditation_id, then=then, again=again, typed=typed, approve=approve
    )


async def _one(turn: Turn, accreditation_id: UUID, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.accreditation_open_to(session, turn.actor, accreditation_id)
        filed = await queries.accreditations(session, turn.bureau.id, found.provider_id)
        named = await _named(session, turn, filed)
    return await turn.show(
        "centre/accreditation.html",
        filing=next(one for one in named if one.accreditation.id == found.id),
        others=tables.Table(COLUMNS, [one for one in named if one.accreditation.id != found.id], ""),
        columns=FACTS,
        **acting.told(refusal),
    )


async def _named(session: Session, turn: Turn, found: list[Accreditation]) -> list[Filing]:
    names = await bodies.organisations(session, turn.bureau.id, {one.provider_id for one in found})
    return [Filing(one, names[one.provider_id].name) for one in found]


ROUTES = (every, to_decide, next_one, one, decide)
