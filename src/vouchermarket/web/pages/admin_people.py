"""One person of the roster: seats, posts and tiers, and what the administrator does, consequence first."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from vouchermarket.booking import queries as bookings
from vouchermarket.identity import operations as identity
from vouchermarket.identity import queries
from vouchermarket.identity.rules import NotFound, Seated
from vouchermarket.identity.structs import Actor, Person, SetPassword
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.vouchers import queries as vouchers
from vouchermarket.web import given
from vouchermarket.web.api.roster import Ending
from vouchermarket.web.fields import Id
from vouchermarket.web.guards import visitors_of
from vouchermarket.web.pages.acting import act, said
from vouchermarket.web.pages.admin_deeds import DEEDS, Deed
from vouchermarket.web.pages.admin_roster import PEOPLE, body_options
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.labels import options
from vouchermarket.web.pages.tables import Column, Table
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_

BOOKINGS_MAX = 200


class Chair(msgspec.Struct, frozen=True):
    """A seat as it is shown: with the body's name, and whether it is in force."""

    seat: Seated
    body: str
    state: str


SEATS = (
    Column(N_("单位"), lambda one: one.body),
    Column(N_("角色"), lambda one: one.seat.role, "label", "role"),
    Column(N_("自"), lambda one: one.seat.from_on, "day"),
    Column(N_("至(不含)"), lambda one: one.seat.to_on, "day"),
    Column(N_("状态"), lambda one: one.state, "state", "seat"),
)


@get("/admin/people/{person_id:uuid}", verb="change_roster")
async def one(turn: given.Turn, person_id: Id) -> Response[str]:
    """A person with every seat, past ones too."""
    async with turn.reading() as session:
        person = await _person(turn, session, person_id)
        chairs = await _chairs(turn, session, person_id)
        gone = await queries.gone_from(session, turn.bureau.id, [person.id])
    table = Table(SEATS, chairs, N_("还没有任职。可以在下面任职。"))
    return await turn.show(
        "admin/person.html",
        person=person,
        columns=PEOPLE,
        table=table,
        deeds=DEEDS,
        gone_on=gone.get(person.id),
    )


@get("/admin/people/{person_id:uuid}/password", verb="change_roster")
async def new_password(turn: given.Turn, person_id: Id) -> Response[str]:
    """The form for a user name and a first password."""
    return await _password(turn, person_id, None, None)


@post("/admin/people/{person_id:uuid}/password", verb="change_roster")
async def set_password(turn: given.Turn, person_id: Id) -> Response[Any]:
    """Give them. The password is hashed while no transaction is open, so no key guards it: twice is once."""
    typed = await turn.typed()
    try:
        command = _password_form(turn, person_id).read(typed)
        await identity.set_password(turn.database, turn.actor, command, now=turn.now)
    except Refusal as refusal:
        return await _password(turn, person_id, typed, refusal)
    visitors_of(turn.request).forget()
    return turn.go(f"/admin/people/{person_id}", done="saved")


@get("/admin/people/{person_id:uuid}/{name:str}", verb="change_roster")
async def before(turn: given.Turn, person_id: Id, name: FromPath[str]) -> Response[str]:
    """The form of a deed, with what follows from it."""
    return await _before(turn, person_id, name, None, None)


@post("/admin/people/{person_id:uuid}/{name:str}", verb="change_roster")
async def do(turn: given.Turn, person_id: Id, name: FromPath[str]) -> Response[Any]:
    """Carry a deed out."""
    deed = _deed(name)

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _before(turn, person_id, name, typed, refusal)

    here, form = f"/admin/people/{person_id}", await _form(turn, person_id, deed)
    answer = await act(turn, deed.verb, then=here, again=again, form=form, done="saved")
    # Who lost a seat or a login is asked for anew at once.
    visitors_of(turn.request).forget()
    return answer


@get("/admin/seats/{seat_id:uuid}/end", verb="change_roster")
async def before_ending(turn: given.Turn, seat_id: Id) -> Response[str]:
    """On which day a seat shall end."""
    return await _ending(turn, seat_id, None, None)


@post("/admin/seats/{seat_id:uuid}/end", verb="change_roster")
async def end_seat(turn: given.Turn, seat_id: Id) -> Response[Any]:
    """End it; who sits there in its holder's place ends with it."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _ending(turn, seat_id, typed, refusal)

    async with turn.reading() as session:
        seat = await _seat(turn, session, seat_id)
    here, form = f"/admin/people/{seat.person_id}", _ending_form(turn)
    answer = await act(turn, _end, seat_id, then=here, again=again, form=form, done="saved")
    visitors_of(turn.request).forget()
    return answer


async def _end(session: Session, actor: Actor, seat_id: Id, command: Ending, *, now: datetime) -> None:
    await identity.end_appointment(session, actor, seat_id, command.to_on, now=now)


def _deed(name: str) -> Deed:
    if name not in DEEDS:
        raise NotFound
    return DEEDS[name]


async def _form(turn: Turn, person_id: Id, deed: Deed) -> Form:
    chosen = {name: options(name, turn.say) for name in ("role", "post", "tier")}
    fields = {field.name for field in msgspec.structs.fields(deed.command)}
    if "organisation_id" in fields:
        chosen["organisation_id"] = list(await body_options(turn, *deed.bodies))
    known = {"person_id": person_id}
    return Form(deed.command, turn.say, turn.bureau.time_zone, options=chosen, known=known)


async def _before(
    turn: Turn, person_id: Id, name: str, typed: Typed | None, refusal: Refusal | None
) -> Response[str]:
    deed = _deed(name)
    form, hangs_on_it = await _form(turn, person_id, deed), None
    async with turn.reading() as session:
        person = await _person(turn, session, person_id)
        if deed.is_grave:
            hangs_on_it = await _hanging(turn, session, person_id)
    context = {"person": person, "deed": deed, "name": name, "hanging": hangs_on_it}
    return await turn.show("admin/deed.html", **context, **said(form, typed, refusal))


async def _hanging(turn: Turn, session: Session, person_id: Id) -> dict[str, Any]:
    """What ends or stays behind with a person, in figures."""
    chairs = await _chairs(turn, session, person_id)
    taken = await bookings.bookings_of(session, turn.bureau.id, person_id, limit=BOOKINGS_MAX)
    held = await vouchers.vouchers_of(session, turn.bureau.id, person_id)
    return {
        "seats": [one for one in chairs if one.state != "past" and one.seat.person_id == person_id],
        "bookings": sum(one.is_live and one.ends_at > turn.now for one in taken),
        "free_fen": sum(one.free_fen for one in held),
    }


async def _person(turn: Turn, session: Session, person_id: Id) -> Person:
    found = await queries.person_on(session, turn.bureau.id, person_id, turn.today)
    if found is None:
        raise NotFound
    return found


async def _chairs(turn: Turn, session: Session, person_id: Id) -> list[Chair]:
    seats = await queries.seats_of(session, turn.bureau.id, person_id)
    ids = {seat.organisation_id for seat in seats}
    bodies = await queries.organisations(session, turn.bureau.id, ids)
    shown = [Chair(seat, bodies[seat.organisation_id].name, _state(seat, turn.today)) for seat in seats]
    return shown[::-1]


def _state(seat: Seated, today: date) -> str:
    if seat.to_on is not None and seat.to_on <= today:
        return "past"
    return "live" if seat.from_on <= today else "coming"


async def _seat(turn: Turn, session: Session, seat_id: Id) -> Seated:
    found = await queries.seat(session, turn.bureau.id, seat_id)
    if found is None:
        raise NotFound
    return found


def _ending_form(turn: Turn) -> Form:
    return Form(Ending, turn.say, turn.bureau.time_zone)


async def _ending(turn: Turn, seat_id: Id, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        seat = await _seat(turn, session, seat_id)
        person = await _person(turn, session, seat.person_id)
        chairs = await _chairs(turn, session, seat.person_id)
    chair = next(one for one in chairs if one.seat.id == seat.id)
    form = said(_ending_form(turn), typed, refusal)
    return await turn.show("admin/ending.html", person=person, chair=chair, columns=SEATS, **form)


def _password_form(turn: Turn, person_id: Id) -> Form:
    known, kinds = {"person_id": PersonId(person_id)}, {"password": "password"}
    return Form(SetPassword, turn.say, turn.bureau.time_zone, known=known, kinds=kinds)


async def _password(turn: Turn, person_id: Id, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        person = await _person(turn, session, person_id)
    form = said(_password_form(turn, person_id), typed, refusal)
    return await turn.show("admin/password.html", person=person, **form)


ROUTES = (one, new_password, set_password, before, do, before_ending, end_seat)
