"""Who left or died, and is perhaps back; who sits at a desk in another officer's place."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor, Departure, Substitute, Substitution
from vouchermarket.kit.db import Session
from vouchermarket.kit.fields import Code
from vouchermarket.kit.ids import OrganisationId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.acting import act, said
from vouchermarket.web.pages.admin_roster import body_options
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed, refused
from vouchermarket.web.words import N_

DEPARTURES = (
    Column(N_("工号"), lambda one: one.code, link=lambda one: f"/admin/people/{one.person_id}"),
    Column(N_("姓名"), lambda one: one.name, "name"),
    Column(N_("情形"), lambda one: one.kind, "label", "departure"),
    Column(N_("不在岗自"), lambda one: one.gone_on, "day"),
    Column(N_("理由"), lambda one: one.reason),
    Column(N_("登记时间"), lambda one: one.recorded_at, "instant"),
    Column(N_("撤回时间"), lambda one: one.taken_back_at, "instant"),
)
SUBSTITUTIONS = (
    Column(N_("代办人工号"), lambda one: one.code, link=lambda one: f"/admin/people/{one.person_id}"),
    Column(N_("被代办人工号"), lambda one: one.acting_for_code),
    Column(N_("自"), lambda one: one.from_on, "day"),
    Column(N_("至(不含)"), lambda one: one.to_on, "day"),
)


class NameSubstitute(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who sits where in whose place, by the codes people know."""

    person: Code
    acting_for: Code
    organisation_id: OrganisationId
    from_on: date
    to_on: date


@get("/admin/departures", verb="change_roster")
async def departures(turn: given.Turn) -> Response[Any]:
    """Everybody who left or died, those taken back too."""

    async def read(limit: int, offset: int) -> list[Departure]:
        async with turn.reading() as session:
            return await queries.departures(session, turn.bureau.id, limit=limit, offset=offset)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, DEPARTURES, "departures")
    empty = N_("没有离岗登记。离岗在人员的页面上登记。")
    table = await tables.read_page(turn, read, DEPARTURES, empty)
    return await turn.show("admin/departures.html", table=table)


@post("/admin/departures/{departure_id:uuid}/take-back", verb="change_roster")
async def take_back(turn: given.Turn, departure_id: Id) -> Response[Any]:
    """Take a departure back."""

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await refused(turn, refusal, "/admin/departures")

    verb, onward = identity.take_back_departure, "/admin/departures"
    return await act(turn, verb, departure_id, then=onward, again=again, done="saved")


@get("/admin/substitutions", verb="change_roster")
async def substitutions(turn: given.Turn) -> Response[Any]:
    """Who sits in whose place, past ones too."""

    async def read(limit: int, offset: int) -> list[Substitution]:
        async with turn.reading() as session:
            return await queries.substitutions(session, turn.bureau.id, limit=limit, offset=offset)

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, SUBSTITUTIONS, "substitutions")
    empty = N_("没有代办安排。经办人请假时可在此指定代办人。")
    table = await tables.read_page(turn, read, SUBSTITUTIONS, empty)
    return await turn.show("admin/substitutions.html", table=table)


@get("/admin/substitutions/new", verb="change_roster")
async def new_substitute(turn: given.Turn) -> Response[str]:
    """The form for a substitute."""
    return await _new(turn, await _form(turn), None, None)


@post("/admin/substitutions/new", verb="change_roster")
async def name_substitute(turn: given.Turn) -> Response[Any]:
    """Let somebody sit at an officer's desk for a time."""
    form = await _form(turn)

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _new(turn, form, typed, refusal)

    onward = "/admin/substitutions"
    return await act(turn, _substitute, then=onward, again=again, form=form, done="saved")


async def _substitute(session: Session, actor: Actor, command: NameSubstitute, *, now: datetime) -> UUID:
    codes = (command.person, command.acting_for)
    ids = await queries.person_ids_by_code(session, actor.bureau_id, codes)
    if set(ids) != set(codes):
        raise NotFound
    named = Substitute(
        person_id=ids[command.person],
        acting_for=ids[command.acting_for],
        organisation_id=command.organisation_id,
        from_on=command.from_on,
        to_on=command.to_on,
    )
    return await identity.substitute(session, actor, named, now=now)


async def _form(turn: Turn) -> Form:
    chosen = {"organisation_id": await body_options(turn)}
    return Form(NameSubstitute, turn.say, turn.bureau.time_zone, options=chosen)


async def _new(turn: Turn, form: Form, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    return await turn.show("admin/substitute.html", **said(form, typed, refusal))


ROUTES = (departures, take_back, substitutions, new_substitute, name_substitute)
