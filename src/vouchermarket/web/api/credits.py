"""Credits: the registrar's entries, the reviewer's decisions, a person's own transcript and evaluation."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromQuery, JSONBody

from vouchermarket.credits import operations as register
from vouchermarket.credits import queries
from vouchermarket.credits.structs import (
    CorrectEntry,
    DecideEntry,
    EntryCard,
    EntryStatus,
    OpenedEntry,
    PersonTranscript,
    RegisterEntry,
)
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import EntryId
from vouchermarket.kit.money import decimal_text
from vouchermarket.policies import rules as judge
from vouchermarket.policies.packs.reading import FIRST_DAY, LAST_DAY
from vouchermarket.web import given
from vouchermarket.web.commands import Made
from vouchermarket.web.errors import language_of, problem
from vouchermarket.web.fields import Id, Limit
from vouchermarket.web.problems import RequestNotReadable

TAGS = ["credits"]


class DecideEntries(DecideEntry, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same word on many entries of a queue."""

    entry_ids: Annotated[tuple[EntryId, ...], msgspec.Meta(min_length=1, max_length=10_000)]


class DecidedEntry(msgspec.Struct, frozen=True):
    """The outcome of one entry: where it stands now, or the problem that kept it as it was."""

    entry_id: EntryId
    status: EntryStatus | None
    refusal: dict[str, Any] | None


class CountedEntry(msgspec.Struct, frozen=True):
    """An entry with what of it counts, a decimal string, and why not all; null once it was corrected."""

    entry: EntryCard
    counted: str | None
    why: str | None


class Transcript(msgspec.Struct, frozen=True):
    """All entries of a person, oldest day first, and the evaluation they give."""

    entries: list[CountedEntry]
    evaluation: dict[str, Any]


@post("/credits/entries", verb="register_credit", tags=TAGS)
async def register_entry(data: JSONBody[RegisterEntry], once: given.Once) -> Response[Made]:
    """Register school-based training, a diploma or an award."""
    return await once(_registered, data)


@post("/credits/entries/{entry_id:uuid}/corrections", verb="register_credit", tags=TAGS)
async def correct_entry(entry_id: Id, data: JSONBody[CorrectEntry], once: given.Once) -> Response[Made]:
    """Put right what a reviewer sent back: a new entry takes its place."""
    return await once(_corrected, entry_id, data)


@get("/credits/entries/{entry_id:uuid}", verb="read_own", tags=TAGS)
async def entry(entry_id: Id, session: given.Session, actor: given.Actor) -> OpenedEntry:
    """An entry with its decisions: for its person, its two offices, the inspectorate."""
    return await queries.open_entry(session, actor, EntryId(entry_id))


@get("/credits/awaiting", verb="decide_credit", tags=TAGS)
async def awaiting_review(
    session: given.Session, actor: given.Actor, limit: Limit = 50, after: FromQuery[UUID | None] = None
) -> list[EntryCard]:
    """What waits for one's own office to review, oldest first; `after` is the last entry seen."""
    last = EntryId(after) if after else None
    return await queries.review_queue(session, actor, after=last, at_most=limit)


@get("/credits/returned", verb="register_credit", tags=TAGS)
async def returned(session: given.Session, actor: given.Actor) -> list[EntryCard]:
    """What reviewers sent back to one's own office and nobody has corrected yet, oldest first."""
    return await queries.returned_to(session, actor)


@post("/credits/entries/{entry_id:uuid}/decide", verb="decide_credit", tags=TAGS, status_code=200)
async def decide_entry(
    entry_id: Id, data: JSONBody[DecideEntry], session: given.Session, actor: given.Actor, now: given.Now
) -> DecidedEntry:
    """Approve, return or reject an entry, as another person than its registrar."""
    decided = await register.decide(session, actor, entry_id, data, now=now)
    return DecidedEntry(decided.entry_id, decided.status, None)


@post("/credits/decide", verb="decide_credit", tags=TAGS, status_code=200)
async def decide_entries(
    data: JSONBody[DecideEntries],
    session: given.Session,
    actor: given.Actor,
    now: given.Now,
    request: Request[Any, Any, Any],
) -> list[DecidedEntry]:
    """The same word on many entries, one outcome each."""
    language = language_of(request.headers.get("accept-language", ""))
    return [
        DecidedEntry(one.entry_id, one.status, one.refusal and problem(one.refusal, language))
        for one in await register.decide_all(session, actor, data.entry_ids, data, now=now)
    ]


@get("/me/transcript", verb="read_own", tags=TAGS)
async def transcript(
    session: given.Session,
    actor: given.Actor,
    place: given.Place,
    now: given.Now,
    request: Request[Any, Any, Any],
    as_of: FromQuery[date | None] = None,
) -> Transcript:
    """One's own entries with what each counts, judged by the pack in force on a day; today's by itself."""
    on = _day_of_judging(as_of) or civil_day(now, place.bureau.time_zone)
    found = await queries.transcript(session, actor.bureau_id, actor.person_id, on)
    return _told(found, language_of(request.headers.get("accept-language", "")))


@get("/me/evaluation", verb="read_own", tags=TAGS)
async def evaluation(
    session: given.Session,
    actor: given.Actor,
    place: given.Place,
    now: given.Now,
    request: Request[Any, Any, Any],
    as_of: FromQuery[date | None] = None,
) -> dict[str, Any]:
    """What one has fulfilled by the pack: years, cycles, duties and graduation."""
    on = _day_of_judging(as_of) or civil_day(now, place.bureau.time_zone)
    found = await queries.evaluation_of(session, actor.bureau_id, actor.person_id, on)
    return judge.shown.evaluation(found, language_of(request.headers.get("accept-language", "")))


def _day_of_judging(as_of: date | None) -> date | None:
    if as_of is not None and not FIRST_DAY <= as_of <= LAST_DAY:
        raise RequestNotReadable(path="query:as_of", problem=f"not between {FIRST_DAY} and {LAST_DAY}")
    return as_of


def _told(found: PersonTranscript, language: str) -> Transcript:
    rows = [
        CountedEntry(
            queries.card_of(row.entry),
            row.counted and decimal_text(row.counted.counted_hundredths),
            row.counted and row.counted.why,
        )
        for row in found.rows
    ]
    return Transcript(rows, judge.shown.evaluation(found.evaluation, language))


async def _registered(session: Session, actor: Actor, command: RegisterEntry, *, now: datetime) -> Made:
    return Made(await register.register_by_hand(session, actor, command, now=now))


async def _corrected(
    session: Session, actor: Actor, entry_id: UUID, command: CorrectEntry, *, now: datetime
) -> Made:
    return Made(await register.correct(session, actor, entry_id, command, now=now))


ROUTES = (
    register_entry,
    correct_entry,
    entry,
    awaiting_review,
    returned,
    decide_entry,
    decide_entries,
    transcript,
    evaluation,
)
