"""A list for a school: the same training for its teachers, an amount for each, registered all or none."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.credits import operations as register
from vouchermarket.credits.structs import RegisterEntry
from vouchermarket.identity import queries as identity
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor, Organisation, Person
from vouchermarket.kit.db import Session
from vouchermarket.kit.fields import Line, Prose
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.policies.structs import Level, Mode, Unit
from vouchermarket.policies.structs.cited import TermCode
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting
from vouchermarket.web.pages.forms import Field, Form, FormNotRight, faults_of
from vouchermarket.web.pages.registrar_entries import choices
from vouchermarket.web.pages.registrar_scope import schools_within
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_

AMOUNT = "amount."
# Refused as typed: whatever is longer is no amount.
AMOUNT_LENGTH_MAX = 10
NOBODY = N_("请至少为一位教师填写数量")


class RegisterList(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the entries of a list have in common; each teacher's amount is typed beside the name."""

    type: Line
    unit: Unit
    earned_on: date
    evidence: Prose
    term: TermCode | None = None
    mode: Mode | None = None
    level: Level | None = None


class ListMade(msgspec.Struct, frozen=True):
    """How many entries were registered."""

    registered: int


@get("/registrar/entries/school/{school_id:uuid}", verb="register_credit")
async def before(turn: given.Turn, school_id: Id) -> Response[str]:
    """The form: what is common, and the school's teachers with an amount each."""
    return await _list(turn, school_id, None, None)


@post("/registrar/entries/school/{school_id:uuid}", verb="register_credit")
async def register_list(turn: given.Turn, school_id: Id) -> Response[Any]:
    """Register every line with an amount, or none at all: a line that cannot stand is told beside it."""
    typed = await turn.typed()
    async with turn.reading() as session:
        _, teachers = await _school(session, turn, school_id)
    amounts = {person.id: typed.one(f"{AMOUNT}{person.id}").strip() for person in teachers}
    told = {person_id: amount for person_id, amount in amounts.items() if amount}

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _list(turn, school_id, typed, refusal)

    form, then = _form(turn), "/registrar/entries"
    return await acting.act(
        turn, _register, turn, told, form=form, typed=typed, then=then, again=again, done="saved"
    )


async def _register(
    session: Session,
    actor: Actor,
    turn: Turn,
    amounts: Mapping[PersonId, str],
    common: RegisterList,
    *,
    now: datetime,
) -> ListMade:
    if not amounts:
        raise FormNotRight({"": turn.say(NOBODY)})
    shared = msgspec.structs.asdict(common)
    commands = [
        RegisterEntry(person_id=person_id, amount=amount, **shared) for person_id, amount in amounts.items()
    ]
    told = await register.register_list(session, actor, commands, now=now)
    faults = {f"{AMOUNT}{one.person_id}": _why(one.refusal, turn) for one in told if one.refusal}
    if faults:
        raise FormNotRight(faults)
    return ListMade(len(told))


def _why(refusal: Refusal, turn: Turn) -> str:
    clause = f"({refusal.clause})" if refusal.clause else ""
    what, remedy = turn.told_by(refusal)
    return f"{what}{clause} {remedy}".strip()


def _form(turn: Turn) -> Form:
    return Form(RegisterList, turn.say, turn.bureau.time_zone, options=choices(turn))


async def _school(session: Session, turn: Turn, school_id: UUID) -> tuple[Organisation, list[Person]]:
    """A school of the desk's and who teaches there today, by code. Refuses `RoleNotAllowed`, `NotFound`."""
    school = next((one for one in await schools_within(session, turn) if one.id == school_id), None)
    if school is None:
        raise NotFound
    ids = await identity.teachers_of(session, turn.bureau.id, [school.id], turn.today)
    people = await identity.people(session, turn.bureau.id, ids.get(school.id, []), turn.today)
    return school, sorted(people.values(), key=lambda one: one.code)


async def _list(turn: Turn, school_id: UUID, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        school, teachers = await _school(session, turn, school_id)
    first = {
        "type": "school_based",
        "unit": "credit",
        "mode": "school_based",
        "level": "school",
        "earned_on": turn.today.isoformat(),
    }
    return await turn.show(
        "registrar/list.html",
        school=school,
        teachers=teachers,
        amounts=_amounts(turn, teachers, typed, refusal),
        **acting.said(_form(turn), typed, refusal, first),
    )


def _amounts(
    turn: Turn, teachers: Sequence[Person], typed: Typed | None, refusal: Refusal | None
) -> list[Field]:
    faults = faults_of(refusal)
    return [
        Field(
            name=f"{AMOUNT}{person.id}",
            label=turn.say("{name}({code})的数量", name=person.name, code=person.code),
            kind="text",
            is_required=False,
            value=typed.one(f"{AMOUNT}{person.id}") if typed else "",
            length_max=AMOUNT_LENGTH_MAX,
            fault=faults.get(f"{AMOUNT}{person.id}", ""),
        )
        for person in teachers
    ]


ROUTES = (before, register_list)
