"""Registering by hand: one entry for one teacher, and putting right what a reviewer sent back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, get, post

from vouchermarket.credits import operations as register
from vouchermarket.credits import queries
from vouchermarket.credits.structs import CorrectEntry, EntryCard, OpenedEntry, RegisterEntry
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import EntryId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.commands import Made
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, labels, queues
from vouchermarket.web.pages.forms import Form, Options
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.registrar_credits import named
from vouchermarket.web.pages.registrar_scope import person_within, schools_within
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_

RETURNED = "/registrar/entries/returned"


@get("/registrar/entries", verb="register_credit")
async def find(turn: given.Turn) -> Response[str]:
    """Whose entry it is to be: asked for by the teacher's code, or a list for a whole school."""
    code = turn.request.query_params.get("code", "").strip()
    async with turn.reading() as session:
        found = await person_within(session, turn, code) if code else None
        schools = await schools_within(session, turn)
    if found is not None:
        return turn.go(f"/registrar/entries/of/{found.id}")
    return await turn.show(
        "registrar/find.html", status=404 if code else 200, code=code, schools=schools[:SHOWN]
    )


@get("/registrar/entries/of/{person_id:uuid}", verb="register_credit")
async def before(turn: given.Turn, person_id: Id) -> Response[str]:
    """The form of an entry."""
    return await _form_of(turn, person_id, None, None)


@post("/registrar/entries/of/{person_id:uuid}", verb="register_credit")
async def register_one(turn: given.Turn, person_id: Id) -> Response[Any]:
    """Put it into the register, for another person to review."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _form_of(turn, person_id, typed, refusal)

    def then(made: dict[str, str]) -> str:
        return f"/registrar/credits/{made['id']}"

    form = _register_form(turn, person_id)
    return await acting.act(turn, _register, form=form, then=then, again=again, done="saved")


async def _register(session: Session, actor: Actor, command: RegisterEntry, *, now: datetime) -> Made:
    return Made(await register.register_by_hand(session, actor, command, now=now))


def _register_form(turn: Turn, person_id: UUID) -> Form:
    known = {"person_id": person_id, "organiser_id": None}
    return Form(RegisterEntry, turn.say, turn.bureau.time_zone, options=choices(turn), known=known)


def choices(turn: Turn) -> Mapping[str, Options]:
    """What the coded fields of an entry may be."""
    return {name: labels.options(name, turn.say) for name in ("type", "unit", "mode", "level")}


async def _form_of(
    turn: Turn, person_id: UUID, typed: Typed | None, refusal: Refusal | None
) -> Response[str]:
    async with turn.reading() as session:
        person = await person_within(session, turn, person_id)
    form = _register_form(turn, person_id)
    first = {"unit": "credit", "earned_on": turn.today.isoformat()}
    said = acting.said(form, typed, refusal, first)
    return await turn.show("registrar/register.html", person=person, **said)


@get(RETURNED, verb="register_credit")
async def returned(turn: given.Turn) -> Response[str]:
    """What reviewers sent back and nobody has put right yet, oldest first."""
    async with turn.reading() as session:
        waiting = await waiting_returned(session, turn)
    return await queues.show(turn, N_("退回补正"), waiting, empty=N_("没有被退回的登记。"))


async def waiting_returned(session: Session, turn: Turn) -> list[Waiting]:
    """The entries sent back to the actor's offices."""
    found = await queries.returned_to(session, turn.actor)
    return [
        Waiting(
            f"/registrar/entries/{line.entry.id}/correct",
            f"{line.person.name if line.person else ''} {labels.label_of(line.entry.type, 'type', turn.say)}",
            about=line.entry.evidence[:80],
            owner=line.office,
            since_at=line.entry.at,
        )
        for line in await named(session, turn, found)
    ]


@get("/registrar/entries/{entry_id:uuid}/correct", verb="register_credit")
async def before_correcting(turn: given.Turn, entry_id: Id) -> Response[str]:
    """The returned entry, filled in as it was registered, with the reviewer's reason."""
    return await _correcting(turn, entry_id, None, None)


@post("/registrar/entries/{entry_id:uuid}/correct", verb="register_credit")
async def correct(turn: given.Turn, entry_id: Id) -> Response[Any]:
    """A new entry takes its place, for the same reviewers."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _correcting(turn, entry_id, typed, refusal)

    form = _correct_form(turn)
    return await acting.act(turn, _correct, entry_id, form=form, then=RETURNED, again=again, done="sent")


async def _correct(
    session: Session, actor: Actor, entry_id: UUID, command: CorrectEntry, *, now: datetime
) -> Made:
    return Made(await register.correct(session, actor, entry_id, command, now=now))


def _correct_form(turn: Turn) -> Form:
    return Form(CorrectEntry, turn.say, turn.bureau.time_zone, options={"mode": choices(turn)["mode"]})


async def _correcting(
    turn: Turn, entry_id: UUID, typed: Typed | None, refusal: Refusal | None
) -> Response[str]:
    async with turn.reading() as session:
        opened = await queries.open_entry(session, turn.actor, EntryId(entry_id))
        [line] = await named(session, turn, [opened.entry])
    return await turn.show(
        "registrar/correct.html",
        line=line,
        reason=_why(opened),
        **acting.said(_correct_form(turn), typed, refusal, _as_registered(opened.entry)),
    )


def _why(opened: OpenedEntry) -> str:
    return opened.decisions[-1].reason if opened.decisions else ""


def _as_registered(entry: EntryCard) -> dict[str, str]:
    return {
        "amount": entry.amount,
        "earned_on": entry.earned_on.isoformat(),
        "evidence": entry.evidence,
        "term": entry.term or "",
        "mode": entry.mode.value if entry.mode else "",
        "document": entry.document or "",
        "evidence_complete": "yes" if entry.evidence_complete else "",
    }


ROUTES = (find, before, register_one, returned, before_correcting, correct)
