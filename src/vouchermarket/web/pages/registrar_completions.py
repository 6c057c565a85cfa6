"""The registrar's desk: completions that wait, run by run; what verifying does in figures, and verifying.

The same pages at the training centre, at a county's training body and at a school's research office: whose
queue a completion stands in is told by the authority row of the pack.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.structs import Run
from vouchermarket.completion import operations as completion
from vouchermarket.completion import queries
from vouchermarket.completion.structs import Standing, Verified, Verify
from vouchermarket.identity import queries as identity
from vouchermarket.identity.structs import Actor, Person
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CompletionId, RunId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import acting, queues
from vouchermarket.web.pages.forms import Form, FormNotRight
from vouchermarket.web.pages.queues import Waiting
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_

# As far as the desk looks into its queue; what is verified makes room for the rest.
SEEN_MAX = 2000
QUEUE = "/registrar/completions"


class Line(msgspec.Struct, frozen=True):
    """A participant who waits: the completion, and the person as of today."""

    standing: Standing
    person: Person | None
    outcome: Verified | None = None


class Listed(msgspec.Struct, frozen=True):
    """What became of a list: how many are verified, how many were refused."""

    verified: int
    refused: int


@get(QUEUE, verb="verify_completion")
async def queue(turn: given.Turn) -> Response[str]:
    """What waits for one's own office, by run, the longest waiting first."""
    async with turn.reading() as session:
        waiting = await waiting_runs(session, turn)
    empty = N_("没有待审核的完成情况。教师确认以后,或期限届满无异议的,会出现在这里。")
    return await queues.show(turn, N_("待审核完成情况"), waiting, empty=empty)


async def waiting_runs(session: Session, turn: Turn) -> list[Waiting]:
    """The runs in the queue of the actor's offices: how many wait, since when, and whose runs they are."""
    found = await queries.registrar_queue(session, turn.actor, at_most=SEEN_MAX)
    by_run = _by_run(found)
    runs = await catalogue.runs(session, turn.bureau.id, by_run)
    names = await identity.organisations(session, turn.bureau.id, {run.provider_id for run in runs.values()})
    waiting = [
        Waiting(
            f"{QUEUE}/runs/{run_id}",
            runs[run_id].title,
            about=turn.say("{count} 人待审核", count=len(standing)),
            owner=names[runs[run_id].provider_id].name,
            since_at=_since(standing),
        )
        for run_id, standing in by_run.items()
    ]
    return sorted(waiting, key=lambda one: one.since_at or turn.now)


def _by_run(found: Sequence[Standing]) -> dict[RunId, list[Standing]]:
    in_order = sorted(found, key=lambda one: one.run_id)
    return {run_id: list(group) for run_id, group in groupby(in_order, key=lambda one: one.run_id)}


def _since(standing: Sequence[Standing]) -> datetime:
    return min(one.completion.confirmed_at or one.completion.reported_at for one in standing)


@get(f"{QUEUE}/next", verb="verify_completion")
async def next_one(turn: given.Turn) -> Response[str]:
    """The run that waits longest; the queue when there is none."""
    async with turn.reading() as session:
        waiting = await waiting_runs(session, turn)
    return turn.go(waiting[0].path if waiting else QUEUE, done="verified")


@get(QUEUE + "/runs/{run_id:uuid}", verb="verify_completion")
async def one_run(turn: given.Turn, run_id: Id) -> Response[str]:
    """A run's participants who wait, with attendance and evidence, each with a tick."""
    return await _run(turn, run_id, None, None)


@post(QUEUE + "/runs/{run_id:uuid}/preview", verb="verify_completion")
async def preview(turn: given.Turn, run_id: Id) -> Response[str]:
    """What verifying the ticked ones would do, in figures, before the button."""
    typed = await turn.typed()
    try:
        asked = _form(turn).read(typed).completion_ids
    except FormNotRight as refusal:
        return await _run(turn, run_id, typed, refusal)
    return await _preview(turn, run_id, asked, None)


@post(QUEUE + "/runs/{run_id:uuid}/verify", verb="verify_completion")
async def verify(turn: given.Turn, run_id: Id) -> Response[Any]:
    """Verify them: money is captured and credits are registered; what is refused stays in the list."""
    typed = await turn.typed()

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _run(turn, run_id, typed, refusal)

    def then(result: dict[str, int]) -> str:
        return f"{QUEUE}/runs/{run_id}" if result["refused"] else f"{QUEUE}/next"

    form = _form(turn)
    return await acting.act(turn, _verify, form=form, typed=typed, then=then, again=again, done="verified")


async def _verify(session: Session, actor: Actor, command: Verify, *, now: datetime) -> Listed:
    told = await completion.verify(session, actor, command.completion_ids, now=now)
    refused = sum(one.refusal is not None for one in told)
    return Listed(len(told) - refused, refused)


def _form(turn: Turn) -> Form:
    return Form(Verify, turn.say, turn.bureau.time_zone)


async def _run(turn: Turn, run_id: UUID, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        run = await queries.run(session, turn.bureau.id, run_id)
        found = await queries.registrar_queue(session, turn.actor, at_most=SEEN_MAX)
        lines = await _lines(session, turn, [one for one in found if one.run_id == run_id])
    ticked = set(typed.all("completion_ids")) if typed else {str(one.standing.completion.id) for one in lines}
    return await turn.show(
        "registrar/run.html",
        run=run,
        lines=lines,
        ticked=ticked,
        nobody=isinstance(refusal, FormNotRight),
        **acting.told(refusal),
    )


async def _preview(
    turn: Turn, run_id: UUID, asked: Sequence[CompletionId], refusal: Refusal | None
) -> Response[str]:
    async with turn.reading() as session:
        run = await queries.run(session, turn.bureau.id, run_id)
        told = {one.completion_id: one for one in await completion.preview_verify(session, turn.actor, asked)}
        found = await queries.registrar_queue(session, turn.actor, at_most=SEEN_MAX)
        lines = await _lines(session, turn, [one for one in found if one.completion.id in told], told)
    good = [one for one in lines if one.outcome and one.outcome.refusal is None]
    return await turn.show(
        "registrar/preview.html",
        run=run,
        lines=lines,
        good=good,
        totals=_totals(run, good),
        **acting.told(refusal),
    )


def _totals(run: Run, good: Sequence[Line]) -> dict[str, int]:
    outcomes = [one.outcome for one in good if one.outcome]
    captured_fen = sum(one.captured_fen or 0 for one in outcomes)
    return {
        "captured_fen": captured_fen,
        "released_fen": run.price_fen * len(outcomes) - captured_fen,
        "amount_hundredths": sum(one.amount_hundredths or 0 for one in outcomes),
    }


async def _lines(
    session: Session,
    turn: Turn,
    found: Sequence[Standing],
    told: dict[CompletionId, Verified] | None = None,
) -> list[Line]:
    people = await identity.people(session, turn.bureau.id, {one.person_id for one in found}, turn.today)
    return [
        Line(one, people.get(one.person_id), told.get(one.completion.id) if told else None) for one in found
    ]


ROUTES = (queue, next_one, one_run, preview, verify)
