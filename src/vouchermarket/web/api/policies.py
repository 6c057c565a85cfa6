"""Policies: versions of the bureau's pack, proposed and decided, and what is in force with its citations."""

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromQuery, JSONBody

from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.ids import PolicyVersionId
from vouchermarket.policies import operations as policies
from vouchermarket.policies import queries
from vouchermarket.policies.packs import shown
from vouchermarket.policies.queries import InForce, Version
from vouchermarket.web import given
from vouchermarket.web.commands import Decide, Made
from vouchermarket.web.fields import Id

TAGS = ["policies"]


class Propose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The text of a `pack.toml`."""

    content: Annotated[str, msgspec.Meta(min_length=1)]


class ShownPack(msgspec.Struct, frozen=True):
    """A version as people read it.

    `rows` are those of `policy show`: path, the rule it rests on or the open question it answers, the quoted
    words, what it sets aside, its fields. `credit_table` is the document's table, head first, cell by cell.
    """

    version_id: PolicyVersionId
    code: str
    bureau: str
    document: str
    effective_from: date
    effective_to: date | None
    rows: list[dict[str, Any]]
    credit_table: list[list[str]]


@post("/policies", verb="propose_policy", tags=TAGS)
async def propose(
    data: JSONBody[Propose], session: given.Session, actor: given.Actor, now: given.Now
) -> Made:
    """Hand in a pack as a new version; it binds nobody until a second person approves it."""
    return Made(await policies.propose(session, actor, data.content, now=now))


@get("/policies", verb="read_catalogue", tags=TAGS)
async def versions(session: given.Session, actor: given.Actor) -> list[Version]:
    """The versions of the pack, the newest first; those not approved only for the desks they lie on."""
    return await queries.versions_open_to(session, actor)


@get("/policies/in-force", verb="read_catalogue", tags=TAGS)
async def in_force(
    session: given.Session,
    actor: given.Actor,
    place: given.Place,
    now: given.Now,
    on: FromQuery[date | None] = None,
) -> ShownPack:
    """The pack in force on a day, today's by itself, row by row with its citations."""
    asked = on or civil_day(now, place.bureau.time_zone)
    return _shown(await queries.in_force(session, actor.bureau_id, asked))


@get("/policies/{version_id:uuid}", verb="read_catalogue", tags=TAGS)
async def version(version_id: Id, session: given.Session, actor: given.Actor) -> ShownPack:
    """One version, row by row with its citations."""
    return _shown(await queries.open_version(session, actor, PolicyVersionId(version_id)))


@post("/policies/{version_id:uuid}/decide", verb="decide_policy", tags=TAGS, status_code=204)
async def decide(
    version_id: Id, data: JSONBody[Decide], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Approve or reject a version, as a second person; an approved one is in force from its day."""
    await policies.decide(session, actor, version_id, approve=data.approve, now=now)


def _shown(found: InForce) -> ShownPack:
    header = found.pack.header
    return ShownPack(
        version_id=found.version_id,
        code=header.code,
        bureau=header.bureau,
        document=header.document,
        effective_from=header.effective_from,
        effective_to=header.effective_to,
        rows=shown.listing(found.pack),
        credit_table=shown.credit_table(found.pack),
    )


ROUTES = (propose, versions, in_force, version, decide)
