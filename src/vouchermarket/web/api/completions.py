"""Completions: attendance, the provider's report, the teacher's word, the registrar's verification."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import FromQuery, JSONBody

from vouchermarket.completion import operations as completion
from vouchermarket.completion import queries
from vouchermarket.completion.structs import (
    AttendanceRow,
    Contest,
    ReportAgain,
    Reported,
    ReportRun,
    Standing,
    TakeAttendance,
    Verify,
)
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import CompletionId, EntryId, MeetingId, RunId
from vouchermarket.kit.money import decimal_text
from vouchermarket.web import given
from vouchermarket.web.errors import language_of, problem
from vouchermarket.web.fields import Id, Limit

TAGS = ["completions"]


class Present(msgspec.Struct, frozen=True):
    """How many were there."""

    present: int


class VerifiedLine(msgspec.Struct, frozen=True):
    """One line of a list: what was captured and registered, or the problem that kept it as it was.

    `amount` is a decimal string in the unit of the course.
    """

    completion_id: CompletionId
    captured_fen: int | None
    entry_id: EntryId | None
    amount: str | None
    refusal: dict[str, Any] | None


@put("/meetings/{meeting_id:uuid}/attendance", verb="take_attendance", tags=TAGS)
async def take_attendance(
    meeting_id: Id,
    data: JSONBody[TakeAttendance],
    session: given.Session,
    actor: given.Actor,
    now: given.Now,
) -> Present:
    """Write down who was at a meeting; it may be put right until the booking is reported."""
    return Present(
        await completion.take_attendance(session, actor, MeetingId(meeting_id), data.present, now=now)
    )


@get("/runs/{run_id:uuid}/attendance", verb="read_provider", tags=TAGS)
async def attendance(run_id: Id, session: given.Session, actor: given.Actor) -> list[AttendanceRow]:
    """The attendance of a run, by meeting and booking."""
    return await queries.run_attendance(session, actor, run_id)


@post("/runs/{run_id:uuid}/completions", verb="report_completion", tags=TAGS)
async def report(
    run_id: Id, data: JSONBody[ReportRun], session: given.Session, actor: given.Actor, now: given.Now
) -> list[Reported]:
    """Report who has finished a run: every line or none."""
    return await completion.report(session, actor, RunId(run_id), data.reports, now=now)


@get("/runs/{run_id:uuid}/completions", verb="read_provider", tags=TAGS)
async def completions_of_run(run_id: Id, session: given.Session, actor: given.Actor) -> list[Standing]:
    """What has been reported of a run, in the order of its bookings."""
    return await queries.run_completions(session, actor, run_id)


@post("/completions/{completion_id:uuid}/report", verb="report_completion", tags=TAGS, status_code=200)
async def report_again(
    completion_id: Id, data: JSONBody[ReportAgain], session: given.Session, actor: given.Actor, now: given.Now
) -> Reported:
    """Report once more after the teacher contested it, on the attendance as it now stands."""
    return await completion.report_again(session, actor, CompletionId(completion_id), data.evidence, now=now)


@get("/me/completions", verb="read_own", tags=TAGS)
async def own_completions(session: given.Session, actor: given.Actor) -> list[Standing]:
    """One's own completions, newest report first."""
    return await queries.own_completions(session, actor)


@post("/completions/{completion_id:uuid}/confirm", verb="confirm_completion", tags=TAGS, status_code=204)
async def confirm(completion_id: Id, session: given.Session, actor: given.Actor, now: given.Now) -> None:
    """Say of a report on oneself that it was so."""
    await completion.confirm(session, actor, CompletionId(completion_id), now=now)


@post("/completions/{completion_id:uuid}/contest", verb="confirm_completion", tags=TAGS, status_code=204)
async def contest(
    completion_id: Id, data: JSONBody[Contest], session: given.Session, actor: given.Actor, now: given.Now
) -> None:
    """Say of a report on oneself that it was not so, and why: the provider has to report again."""
    await completion.contest(session, actor, CompletionId(completion_id), data.reason, now=now)


@get("/completions/awaiting", verb="verify_completion", tags=TAGS)
async def awaiting(
    session: given.Session, actor: given.Actor, limit: Limit = 50, after: FromQuery[UUID | None] = None
) -> list[Standing]:
    """What waits for one's own office to verify, oldest report first; `after` is the last completion seen."""
    last = CompletionId(after) if after else None
    return await queries.registrar_queue(session, actor, after=last, at_most=limit)


@post("/completions/verify", verb="verify_completion", tags=TAGS, status_code=200)
async def verify(
    data: JSONBody[Verify], once: given.Once, request: Request[Any, Any, Any]
) -> Response[list[VerifiedLine]]:
    """Verify confirmed completions, one outcome each: holds are captured and credits registered."""
    language = language_of(request.headers.get("accept-language", ""))
    return await once(_verified, data.completion_ids, status=200, language=language)


async def _verified(
    session: Session, actor: Actor, asked: Sequence[CompletionId], *, language: str, now: datetime
) -> list[VerifiedLine]:
    return [
        VerifiedLine(
            one.completion_id,
            one.captured_fen,
            one.entry_id,
            None if one.amount_hundredths is None else decimal_text(one.amount_hundredths),
            None if one.refusal is None else problem(one.refusal, language),
        )
        for one in await completion.verify(session, actor, asked, now=now)
    ]


ROUTES = (
    take_attendance,
    attendance,
    report,
    completions_of_run,
    report_again,
    own_completions,
    confirm,
    contest,
    awaiting,
    verify,
)
