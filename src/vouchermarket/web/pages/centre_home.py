"""The first screen of a desk that works through queues: each with its count, its age and its owner.

The centre's is `/centre`; a county's training body and a school's research office see theirs at `/registrar`.
"""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from litestar import Response, get

from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.structs import CourseState
from vouchermarket.credits import queries as credits_
from vouchermarket.kit.db import Session
from vouchermarket.web import given
from vouchermarket.web.pages import centre_accreditations as accreditations
from vouchermarket.web.pages import centre_courses as courses
from vouchermarket.web.pages import labels
from vouchermarket.web.pages.centre_revocations import waiting_revocations
from vouchermarket.web.pages.centre_statements import waiting_statements
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.registrar_completions import waiting_runs
from vouchermarket.web.pages.registrar_credits import named
from vouchermarket.web.pages.registrar_entries import waiting_returned
from vouchermarket.web.pages.turn import Turn
from vouchermarket.web.words import N_

Read = Callable[[Session, Turn], Awaitable[Sequence[Waiting]]]


class Queue(msgspec.Struct, frozen=True):
    """One queue: where it opens, what it is called, the verb one needs for it, and what waits in it."""

    path: str
    name: str
    verb: str
    read: Read


class Standing(msgspec.Struct, frozen=True):
    """How a queue stands: how many wait, and which one longest."""

    path: str
    name: str
    count: int
    has_more: bool
    oldest: Waiting | None


async def _to_review(session: Session, turn: Turn) -> list[Waiting]:
    found = await catalogue.courses_to_review(session, turn.actor, limit=SHOWN + 1)
    return [courses.waiting_of(one) for one in found]


async def _to_publish(session: Session, turn: Turn) -> list[Waiting]:
    found = await catalogue.courses(session, turn.actor, state=CourseState.REVIEWED, limit=SHOWN + 1)
    return [courses.waiting_of(one) for one in found]


async def _credits(session: Session, turn: Turn) -> list[Waiting]:
    found = await credits_.review_queue(session, turn.actor, at_most=SHOWN + 1)
    return [
        Waiting(
            f"/registrar/credits/{line.entry.id}",
            f"{line.person.name if line.person else ''} {labels.label_of(line.entry.type, 'type', turn.say)}",
            owner=line.office,
            since_at=line.entry.at,
        )
        for line in await named(session, turn, found)
    ]


CENTRE = (
    Queue(
        "/centre/accreditations/to-decide",
        N_("待认定承担单位"),
        "decide_accreditation",
        accreditations.waiting_filings,
    ),
    Queue("/centre/courses/to-review", N_("待评审课程"), "review_course", _to_review),
    Queue("/centre/courses/to-publish", N_("待上架课程"), "publish_course", _to_publish),
    Queue("/registrar/completions", N_("待审核完成情况"), "verify_completion", waiting_runs),
    Queue("/registrar/credits", N_("待复核学分"), "decide_credit", _credits),
    Queue("/registrar/entries/returned", N_("退回补正"), "register_credit", waiting_returned),
    Queue("/centre/statements/awaiting", N_("待核定结算单"), "turn_key", waiting_statements),
    Queue("/centre/revocations", N_("待决定的撤销"), "decide_revocation", waiting_revocations),
)


@get("/centre", verb="decide_accreditation")
async def centre(turn: given.Turn) -> Response[str]:
    """The centre's queues."""
    return await _home(turn)


@get("/registrar", verb="register_credit")
async def registrar(turn: given.Turn) -> Response[str]:
    """The queues of whoever registers or reviews."""
    return await _home(turn)


async def _home(turn: Turn) -> Response[str]:
    async with turn.reading() as session:
        standing = [await _standing(session, turn, one) for one in CENTRE if turn.may(one.verb)]
    # What waits longest is worked on first; empty queues come last, in their own order.
    standing.sort(key=lambda one: (one.oldest and one.oldest.since_at) or turn.now)
    total = sum(one.count for one in standing)
    return await turn.show("centre/home.html", queues=standing, total=total)


async def _standing(session: Session, turn: Turn, queue: Queue) -> Standing:
    waiting = await queue.read(session, turn)
    oldest = min(waiting, key=lambda one: one.since_at or turn.now, default=None)
    has_more = len(waiting) > SHOWN
    return Standing(queue.path, queue.name, min(len(waiting), SHOWN), has_more, oldest)


ROUTES = (centre, registrar)
