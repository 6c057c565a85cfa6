"""What one has completed: confirm a report or say why it was not so, and rate the run."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.structs import Run
from vouchermarket.completion import operations as completion
from vouchermarket.completion import queries
from vouchermarket.completion.structs import Completion, Contest, OwnRating, Rate, State
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.ids import CompletionId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.errors import status_of
from vouchermarket.web.fields import Id
from vouchermarket.web.pages import tables
from vouchermarket.web.pages.forms import Form, FormNotRight, Options, faults_of
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Turn, Typed
from vouchermarket.web.words import N_

STARS = [(str(stars), "★" * stars) for stars in range(5, 0, -1)]
STARRED: dict[str, Options] = dict.fromkeys(("overall", "content", "teaching", "usefulness"), STARS)


class Learned(msgspec.Struct, frozen=True):
    """A completion with its run, and what one has said of it."""

    completion: Completion
    run: Run
    rating: OwnRating | None

    @property
    def is_answerable(self) -> bool:
        """It waits for the teacher's word."""
        return self.completion.state is State.REPORTED

    @property
    def is_rateable(self) -> bool:
        """It was so, and nothing has been said of it yet."""
        return self.rating is None and self.completion.state in {State.CONFIRMED, State.VERIFIED}


def _attended(one: Learned) -> str:
    return f"{one.completion.attended}/{one.completion.meetings}"


COLUMNS = (
    Column(N_("课程"), lambda one: one.run.title, link=lambda one: f"/completions/{one.completion.id}"),
    Column(N_("结束"), lambda one: one.run.ends_at, "instant"),
    Column(N_("出勤"), _attended),
    Column(N_("可得"), lambda one: one.run.amount_hundredths, "credits"),
    Column(N_("单位"), lambda one: one.run.unit, "label", "unit"),
    Column(N_("状态"), lambda one: one.completion.state, "state", "completion"),
    Column(N_("上报时间"), lambda one: one.completion.reported_at, "instant"),
)


@get("/completions", verb="read_own")
async def own(turn: given.Turn) -> Response[Any]:
    """What has been reported of oneself, the newest first."""

    async def read(limit: int, offset: int) -> list[Learned]:
        return (await _learned(turn))[offset : offset + limit]

    if tables.file_asked(turn):
        return await tables.as_file(turn, read, COLUMNS, "completions")
    empty = N_("还没有上报的完成情况。课程结束后由承担单位上报,再请您确认。")
    table = await tables.read_page(turn, read, COLUMNS, empty)
    return await turn.show("table.html", title=N_("完成确认"), table=table)


@get("/completions/{completion_id:uuid}", verb="read_own")
async def one(turn: given.Turn, completion_id: Id) -> Response[str]:
    """One of them, with what can be said of it."""
    return await _one(turn, completion_id)


@post("/completions/{completion_id:uuid}/confirm", verb="confirm_completion")
async def confirm(turn: given.Turn, completion_id: Id) -> Response[Any]:
    """Say that it was so."""
    typed = await turn.typed()

    async def again(_: Typed, refusal: Refusal) -> Response[str]:
        return await _one(turn, completion_id, refusal=refusal)

    def then(_: Any) -> Response[str]:
        return turn.go(f"/completions/{completion_id}", done="confirmed")

    told = CompletionId(completion_id)
    return await turn.carry_out(completion.confirm, told, typed=typed, then=then, again=again)


@post("/completions/{completion_id:uuid}/contest", verb="confirm_completion")
async def contest(turn: given.Turn, completion_id: Id) -> Response[Any]:
    """Say that it was not so, and why."""
    typed = await turn.typed()

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _one(turn, completion_id, contested=typed, refusal=refusal)

    def then(_: Any) -> Response[str]:
        return turn.go(f"/completions/{completion_id}", done="contested")

    try:
        told = (CompletionId(completion_id), _contest_form(turn).read(typed).reason)
    except FormNotRight as refusal:
        return await again(typed, refusal)
    return await turn.carry_out(completion.contest, *told, typed=typed, then=then, again=again)


@post("/completions/{completion_id:uuid}/rating", verb="rate_completion")
async def rate(turn: given.Turn, completion_id: Id) -> Response[Any]:
    """Rate the run, once and for good."""
    typed = await turn.typed()

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _one(turn, completion_id, rated=typed, refusal=refusal)

    def then(_: Any) -> Response[str]:
        return turn.go(f"/completions/{completion_id}", done="rated")

    try:
        told = (CompletionId(completion_id), _rating_form(turn).read(typed))
    except FormNotRight as refusal:
        return await again(typed, refusal)
    return await turn.carry_out(completion.rate, *told, typed=typed, then=then, again=again)


def _contest_form(turn: Turn) -> Form:
    return Form(Contest, turn.say, turn.bureau.time_zone)


def _rating_form(turn: Turn) -> Form:
    return Form(Rate, turn.say, turn.bureau.time_zone, options=STARRED, kinds={"comment": "long"})


async def _learned(turn: Turn) -> list[Learned]:
    async with turn.reading() as session:
        found = await queries.own_completions(session, turn.actor)
        runs = await catalogue.runs(session, turn.bureau.id, {each.run_id for each in found})
        # One rating a completion, so there are no more of them.
        said = await queries.own_ratings(session, turn.actor, limit=len(found))
    ratings = {each.completion_id: each for each in said}
    return [Learned(each.completion, runs[each.run_id], ratings.get(each.completion.id)) for each in found]


async def _one(
    turn: Turn,
    completion_id: UUID,
    *,
    contested: Typed | None = None,
    rated: Typed | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    found = next((each for each in await _learned(turn) if each.completion.id == completion_id), None)
    if found is None:
        raise NotFound
    faults = faults_of(refusal)
    return await turn.show(
        "teacher/completion.html",
        status=status_of(refusal) if refusal else 200,
        found=found,
        columns=COLUMNS[1:],
        contest_fields=_contest_form(turn).fields(contested, faults if contested else None),
        rating_fields=_rating_form(turn).fields(rated, faults if rated else None),
        contested=contested,
        refusal=None if isinstance(refusal, FormNotRight) else refusal,
    )


ROUTES = (own, one, confirm, contest, rate)
