"""Policies: versions, each row with its citation, what a version changes, and a page for every clause."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PolicyVersionId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.policies import operations, queries
from vouchermarket.policies.packs import PackNotReadable, checks, shown
from vouchermarket.policies.packs.compared import compare
from vouchermarket.policies.queries import InForce, Version
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, tables
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_


class ProposePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The text of a `pack.toml`."""

    content: Annotated[str, msgspec.Meta(min_length=1, max_length=500_000)]


def _state(one: Version) -> str:
    return {None: "waiting", True: "approved", False: "rejected"}[one.approved]


COLUMNS = (
    Column(N_("政策版本"), lambda one: one.code, link=lambda one: f"/policies/{one.id}"),
    Column(N_("生效日"), lambda one: one.effective_from, "day"),
    Column(N_("提出时间"), lambda one: one.proposed_at, "instant"),
    Column(N_("核准时间"), lambda one: one.decided_at, "instant"),
    Column(N_("状态"), _state, "state", "proposal"),
)


@get("/policies", verb="read_catalogue")
async def versions(turn: given.Turn) -> Response[Any]:
    """The versions one may read, the newest first."""

    async def read(limit: int, offset: int) -> list[Version]:
        async with turn.reading() as session:
            return (await queries.versions_open_to(session, turn.actor))[offset : offset + limit]

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "policies")
    table = await tables.read_page(turn, read, COLUMNS, N_("还没有政策。请由教师工作科提出第一个版本。"))
    return await turn.show("policies/versions.html", table=table)


@get("/policies/propose", verb="propose_policy")
async def before_proposing(turn: given.Turn) -> Response[str]:
    """The form of a new version; nothing binds before a second person approves."""
    return await _proposing(turn, None, None)


@post("/policies/propose", verb="propose_policy")
async def propose(turn: given.Turn) -> Response[Any]:
    """Hand in the text of a pack."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _proposing(turn, typed, refusal)

    return await acting.act(
        turn, _propose, form=_form(turn), then=lambda id_: f"/policies/{id_}", again=again, done="sent"
    )


async def _propose(session: Session, actor: Actor, command: ProposePolicy, *, now: datetime) -> UUID:
    return await operations.propose(session, actor, command.content, now=now)


def _form(turn: Turn) -> Form:
    return Form(ProposePolicy, turn.say, turn.bureau.time_zone)


async def _proposing(turn: Turn, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    wrong = [str(fault) for fault in refusal.faults][:50] if isinstance(refusal, PackNotReadable) else []
    drawn = acting.said(_form(turn), typed, refusal)
    return await turn.show("policies/propose.html", wrong=wrong, **drawn)


@get("/policies/{version_id:uuid}", verb="read_catalogue")
async def one(turn: given.Turn, version_id: Id) -> Response[str]:
    """One version: every row with the words it rests on; a second person decides here."""
    return await _version(turn, version_id, None)


@post("/policies/{version_id:uuid}/decide", verb="decide_policy")
async def decide(turn: given.Turn, version_id: Id) -> Response[Any]:
    """Approve a version, and it binds from its day, or reject it."""
    typed = await turn.typed()

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _version(turn, version_id, refusal)

    return await acting.act(
        turn,
        operations.decide,
        version_id,
        then=f"/policies/{version_id}",
        again=again,
        typed=typed,
        approve=typed.one("approve") == "yes",
    )


@get("/policies/{version_id:uuid}/against/{other_id:uuid}", verb="read_catalogue")
async def against(turn: given.Turn, version_id: Id, other_id: Id) -> Response[str]:
    """What this version changes of another one."""
    async with turn.reading() as session:
        new = await queries.open_version(session, turn.actor, PolicyVersionId(version_id))
        old = await queries.open_version(session, turn.actor, PolicyVersionId(other_id))
        known = {one.id: one for one in await queries.versions_open_to(session, turn.actor)}
    return await turn.show(
        "policies/against.html",
        new=known[new.version_id],
        old=known[old.version_id],
        changes=compare(old.pack, new.pack),
        flat=flat,
    )


@get("/policy/clauses/{rule:str}", verb="read_catalogue")
async def clause(turn: given.Turn, rule: FromPath[str]) -> Response[str]:
    """A clause as refusals cite it: the words of the document, and the rows that rest on it."""
    async with turn.reading() as session:
        found = await queries.in_force(session, turn.bureau.id, turn.today)
    quotes, rows = _cited(found, rule)
    return await turn.show(
        "policies/clause.html",
        rule=rule,
        header=found.pack.header,
        version_id=found.version_id,
        quotes=quotes,
        rows=rows,
        flat=flat,
    )


def _cited(found: InForce, rule: str) -> tuple[list[str], list[dict[str, Any]]]:
    """The words of a clause, and the rows that cite it. Refuses `NotFound`."""
    cited = [(path, quote) for path, named, quote in checks.citations(found.pack) if named == rule]
    if not cited:
        raise NotFound
    at = {path.split(".")[0] for path, _ in cited}
    rows = [row for row in shown.listing(found.pack) if row["path"] in at]
    return list(dict.fromkeys(quote for _, quote in cited if quote)), rows


async def _version(turn: Turn, version_id: UUID, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.open_version(session, turn.actor, PolicyVersionId(version_id))
        known = await queries.versions_open_to(session, turn.actor)
        this = next(one for one in known if one.id == version_id)
        people = await identity.people(
            session, turn.bureau.id, [id_ for id_ in (this.proposed_by, this.decided_by) if id_], turn.today
        )
    return await turn.show(
        "policies/version.html",
        version=this,
        state=_state(this),
        others=[one for one in known if one.id != version_id],
        names={id_: person.name for id_, person in people.items()},
        header=found.pack.header,
        rows=shown.listing(found.pack),
        credit_table=shown.credit_table(found.pack),
        flat=flat,
        **acting.told(refusal),
    )


def flat(value: Any) -> str:
    """A field of a row as one reads it; what has parts of its own in the notation of programs."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "、".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


ROUTES = (versions, before_proposing, propose, one, decide, against, clause)
