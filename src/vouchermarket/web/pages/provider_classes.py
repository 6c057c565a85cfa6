"""Attendance at a meeting, the report on those who have finished, and the answer to who contests it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post

from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.structs import Meeting
from vouchermarket.completion import operations as completion
from vouchermarket.completion import queries
from vouchermarket.completion.structs import Report, ReportAgain, Reported
from vouchermarket.identity.rules import NotFound
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.fields import Prose
from vouchermarket.kit.ids import BookingId, CompletionId, MeetingId, RunId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.web import given
from vouchermarket.web.fields import Id
from vouchermarket.web.pages.acting import act, said
from vouchermarket.web.pages.forms import Form
from vouchermarket.web.pages.provider_home import names_of
from vouchermarket.web.pages.provider_runs import Participation, RunInHand, run_in_hand
from vouchermarket.web.pages.tables import Column
from vouchermarket.web.pages.turn import Again, Turn, Typed
from vouchermarket.web.words import N_

MANY = msgspec.Meta(max_length=10_000)
FACTS = (
    Column(N_("上报时间"), lambda one: one.reported_at, "instant"),
    Column(N_("出勤"), lambda one: f"{one.attended}/{one.meetings}"),
    Column(N_("证明材料"), lambda one: one.evidence),
    Column(N_("异议时间"), lambda one: one.contested_at, "instant"),
    Column(N_("异议理由"), lambda one: one.contest_reason),
    Column(N_("确认时间"), lambda one: one.confirmed_at, "instant"),
    Column(N_("审核时间"), lambda one: one.verified_at, "instant"),
    Column(N_("结转金额"), lambda one: one.captured_fen, "money"),
    Column(N_("撤销时间"), lambda one: one.revoked_at, "instant"),
)


class Present(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who was there, of those whose attendance is still open."""

    booking_ids: Annotated[tuple[BookingId, ...], MANY] = ()


class Finished(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who has finished, and the papers that show it."""

    booking_ids: Annotated[tuple[BookingId, ...], msgspec.Meta(min_length=1, max_length=10_000)]
    evidence: Prose


# --- attendance -------------------------------------------------------------------------------------------


@get("/provider/runs/{run_id:uuid}/meetings/{meeting_id:uuid}", verb="take_attendance")
async def attendance(turn: given.Turn, run_id: Id, meeting_id: Id) -> Response[str]:
    """The tick list of one meeting."""
    return await _attendance(turn, run_id, meeting_id, None, None)


@post("/provider/runs/{run_id:uuid}/meetings/{meeting_id:uuid}", verb="take_attendance")
async def take_attendance(turn: given.Turn, run_id: Id, meeting_id: Id) -> Response[Any]:
    """Write down who was there; whoever is not ticked counts as absent."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _attendance(turn, run_id, meeting_id, typed, refusal)

    then = f"/provider/runs/{run_id}"
    form = Form(Present, turn.say, turn.bureau.time_zone, options={"booking_ids": ()})
    return await act(turn, _take, turn, run_id, meeting_id, form=form, then=then, again=again, done="saved")


async def _take(
    session: Session,
    actor: Actor,
    turn: Turn,
    run_id: UUID,
    meeting_id: UUID,
    told: Present,
    *,
    now: datetime,
) -> int:
    """Everybody whose attendance is open, present or absent; the rules refuse a stranger among them."""
    hand = await run_in_hand(session, turn, run_id)
    _meeting_of(hand, meeting_id)
    listed = [one.line.booking_id for one in hand.people if one.is_open]
    present = {booking_id: booking_id in told.booking_ids for booking_id in (*listed, *told.booking_ids)}
    return await completion.take_attendance(session, actor, MeetingId(meeting_id), present, now=now)


async def _attendance(
    turn: Turn, run_id: UUID, meeting_id: UUID, typed: Typed | None, refusal: Refusal | None
) -> Response[str]:
    async with turn.reading() as session:
        hand = await run_in_hand(session, turn, run_id)
    meeting = _meeting_of(hand, meeting_id)
    there = hand.present[meeting.id]
    people = [one for one in hand.people if one.is_open]
    form = Form(Present, turn.say, turn.bureau.time_zone, options={"booking_ids": _ticks(people)})
    closed = [(one.line, one.line.booking_id in there) for one in hand.people if not one.is_open]
    first = "\n".join(str(one.line.booking_id) for one in people if one.line.booking_id in there)
    return await turn.show(
        "provider/attendance.html",
        run=hand.run,
        meeting=meeting,
        closed=closed,
        has_open=bool(people),
        **said(form, typed, refusal, {"booking_ids": first}),
    )


def _meeting_of(hand: RunInHand, meeting_id: UUID) -> Meeting:
    found = next((one for one in hand.run.meetings if one.id == meeting_id), None)
    if found is None:
        raise NotFound
    return found


def _ticks(people: list[Participation], meetings: int | None = None) -> list[tuple[str, str]]:
    return [
        (
            str(one.line.booking_id),
            f"{one.line.code} {one.line.name}"
            + (f" · {one.attended}/{meetings}" if meetings is not None else ""),
        )
        for one in people
    ]


# --- the report -------------------------------------------------------------------------------------------


@get("/provider/runs/{run_id:uuid}/report", verb="report_completion")
async def reporting(turn: given.Turn, run_id: Id) -> Response[str]:
    """Who has finished, with the attendance of each; what it may come to stands before the button."""
    return await _reporting(turn, run_id, None, None)


@post("/provider/runs/{run_id:uuid}/report", verb="report_completion")
async def report(turn: given.Turn, run_id: Id) -> Response[Any]:
    """Report those who are ticked: all of them or none."""

    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _reporting(turn, run_id, typed, refusal)

    then = f"/provider/runs/{run_id}"
    form = Form(Finished, turn.say, turn.bureau.time_zone, options={"booking_ids": ()})
    return await act(turn, _report, RunId(run_id), form=form, then=then, again=again, done="reported")


async def _report(
    session: Session, actor: Actor, run_id: RunId, told: Finished, *, now: datetime
) -> list[Reported]:
    reports = [Report(booking_id, told.evidence) for booking_id in told.booking_ids]
    return await completion.report(session, actor, run_id, reports, now=now)


async def _reporting(turn: Turn, run_id: UUID, typed: Typed | None, refusal: Refusal | None) -> Response[str]:
    async with turn.reading() as session:
        hand = await run_in_hand(session, turn, run_id)
    options = {"booking_ids": _ticks(hand.unreported, len(hand.run.meetings))}
    form = Form(Finished, turn.say, turn.bureau.time_zone, options=options)
    first = "\n".join(str(one.line.booking_id) for one in hand.unreported if one.attended)
    return await turn.show(
        "provider/report.html",
        run=hand.run,
        count=len(hand.unreported),
        at_most_fen=hand.run.price_fen * len(hand.unreported),
        **said(form, typed, refusal, {"booking_ids": first}),
    )


# --- what became of it ------------------------------------------------------------------------------------


@get("/provider/completions/{completion_id:uuid}", verb="report_completion")
async def one(turn: given.Turn, completion_id: Id) -> Response[str]:
    """One report and what became of it; a contested one is answered here."""
    return await _one(turn, completion_id, None, None)


@post("/provider/completions/{completion_id:uuid}", verb="report_completion")
async def report_again(turn: given.Turn, completion_id: Id) -> Response[Any]:
    """Report once more, on the attendance as it now stands."""
    return await act(
        turn,
        _again,
        CompletionId(completion_id),
        form=_again_form(turn),
        then=f"/provider/completions/{completion_id}",
        again=_once_more(turn, completion_id),
        done="reported",
    )


async def _again(
    session: Session, actor: Actor, completion_id: CompletionId, told: ReportAgain, *, now: datetime
) -> Reported:
    return await completion.report_again(session, actor, completion_id, told.evidence, now=now)


def _once_more(turn: Turn, completion_id: UUID) -> Again:
    async def again(typed: Typed, refusal: Refusal) -> Response[str]:
        return await _one(turn, completion_id, typed, refusal)

    return again


def _again_form(turn: Turn) -> Form:
    return Form(ReportAgain, turn.say, turn.bureau.time_zone)


async def _one(
    turn: Turn, completion_id: UUID, typed: Typed | None, refusal: Refusal | None
) -> Response[str]:
    async with turn.reading() as session:
        found = await queries.completion(session, turn.actor, completion_id)
        run = await catalogue.run(session, turn.bureau.id, found.run_id)
        names = await names_of(session, turn, [found.person_id])
    return await turn.show(
        "provider/completion.html",
        standing=found,
        run=run,
        name=names.get(found.person_id, ""),
        columns=FACTS,
        **said(_again_form(turn), typed, refusal, {"evidence": found.completion.evidence}),
    )


ROUTES = (attendance, take_attendance, reporting, report, one, report_again)
