"""A provider's first screen: today's meetings, those of the next two weeks, and what waits for the desk."""

from collections.abc import Iterator
from datetime import date, timedelta

from litestar import Response, get

from vouchermarket.catalogue import queries as catalogue
from vouchermarket.catalogue.structs import Accreditation, Course, CourseState
from vouchermarket.completion import queries as completions
from vouchermarket.completion.structs import Standing, Unreported
from vouchermarket.identity import queries as identity
from vouchermarket.identity import rules as identity_rules
from vouchermarket.identity.structs import Actor
from vouchermarket.kit.clock import start_of_day
from vouchermarket.kit.db import Session
from vouchermarket.kit.ids import OrganisationId, PersonId, RunId
from vouchermarket.settlement import queries as settlement
from vouchermarket.settlement.structs import StatementRow
from vouchermarket.web import given
from vouchermarket.web.pages.queues import SHOWN, Waiting
from vouchermarket.web.pages.turn import Turn

AHEAD = timedelta(days=14)
# An accreditation that ends sooner is asked for anew: the centre needs time to decide.
RUNS_OUT = timedelta(days=60)


def own_providers(actor: Actor) -> list[OrganisationId]:
    """The providers somebody sits at, each once. Refuses `RoleNotAllowed`."""
    return list(dict.fromkeys(seat.organisation_id for seat in identity_rules.seats_for(actor, "open_run")))


def the_provider(actor: Actor) -> OrganisationId | None:
    """The only provider somebody sits at; None where there are several, which are then chosen from."""
    own = own_providers(actor)
    return own[0] if len(own) == 1 else None


async def names_of(session: Session, turn: Turn, ids: list[PersonId]) -> dict[PersonId, str]:
    """What these people are called."""
    found = await identity.people(session, turn.bureau.id, ids, turn.today)
    return {person_id: person.name for person_id, person in found.items()}


@get("/provider", verb="take_attendance")
async def today(turn: given.Turn) -> Response[str]:
    """Today's meetings first, then what waits, then the two weeks ahead."""
    begins = start_of_day(turn.today, turn.bureau.time_zone)
    tomorrow = start_of_day(turn.today + timedelta(days=1), turn.bureau.time_zone)
    ends = start_of_day(turn.today + AHEAD, turn.bureau.time_zone)
    async with turn.reading() as session:
        held = await catalogue.own_meetings(session, turn.actor, begins, tomorrow)
        ahead = await catalogue.own_meetings(session, turn.actor, tomorrow, ends)
        waiting = await _waiting(session, turn)
    return await turn.show(
        "provider/today.html",
        held=held,
        ahead=ahead,
        waiting=waiting[:SHOWN],
        has_more=len(waiting) > SHOWN,
    )


async def _waiting(session: Session, turn: Turn) -> list[Waiting]:
    """What only this desk can do: the oldest first, what has no age at the end."""
    actor = turn.actor
    contested = await completions.contested(session, actor)
    runs = await catalogue.runs(session, actor.bureau_id, {one.run_id for one in contested})
    names = await names_of(session, turn, [one.person_id for one in contested])
    statements = await settlement.statements_of(session, actor, the_provider(actor))
    waits = [
        *_contested(turn, contested, {run_id: run.title for run_id, run in runs.items()}, names),
        *_unreported(turn, await completions.unreported(session, actor, now=turn.now)),
        *_unanswered(turn, statements),
    ]
    waits.sort(key=lambda one: one.since_at or turn.now)
    returned = await catalogue.courses(
        session, actor, state=CourseState.RETURNED, provider_id=the_provider(actor)
    )
    waits += _returned(turn, returned)
    for provider_id in own_providers(actor):
        waits += _running_out(turn, await catalogue.accreditations(session, actor.bureau_id, provider_id))
    return waits


def _contested(
    turn: Turn, found: list[Standing], titles: dict[RunId, str], names: dict[PersonId, str]
) -> Iterator[Waiting]:
    for one in found:
        about = turn.say("{name} 对完成情况有异议:", name=names.get(one.person_id, ""))
        yield Waiting(
            f"/provider/completions/{one.completion.id}",
            titles[one.run_id],
            about + (one.completion.contest_reason or "")[:80],
            since_at=one.completion.contested_at,
        )


def _unreported(turn: Turn, found: list[Unreported]) -> Iterator[Waiting]:
    for one in found:
        about = turn.say("班次已结束,{count} 人尚未上报", count=one.seats)
        yield Waiting(f"/provider/runs/{one.run_id}", one.title, about, since_at=one.ends_at)


def _unanswered(turn: Turn, found: list[StatementRow]) -> Iterator[Waiting]:
    for row in found:
        if row.unanswered and row.statement.settled_at is None:
            yield Waiting(
                f"/provider/statements/{row.statement.id}",
                turn.say(
                    "结算单 {from_on} 至 {to_on}", from_on=row.statement.from_on, to_on=row.statement.to_on
                ),
                turn.say("{count} 行待答复", count=row.unanswered),
                since_at=row.statement.drawn_up_at,
            )


def _returned(turn: Turn, found: list[Course]) -> Iterator[Waiting]:
    for one in found:
        about = turn.say("课程被退回:{reason}", reason=(one.return_reason or "")[:80])
        yield Waiting(f"/provider/courses/{one.id}", one.title, about)


def _running_out(turn: Turn, found: list[Accreditation]) -> Iterator[Waiting]:
    ends_on = covered_until(found, turn.today)
    if ends_on is not None and ends_on > turn.today + RUNS_OUT:
        return
    if any(one.approved is None and one.to_on > (ends_on or turn.today) for one in found):
        # It has been asked for: now it waits for the centre.
        return
    about = (
        turn.say("资质 {day} 到期,请提前申请", day=turn.day(ends_on))
        if ends_on
        else turn.say("当前没有有效资质,不能申报课程和开班")
    )
    yield Waiting("/provider/accreditations", turn.say("资质"), about)


def covered_until(found: list[Accreditation], today: date) -> date | None:
    """The first day that approved accreditations, one after another from today, no longer cover."""
    until = today
    for one in sorted(found, key=lambda one: one.from_on):
        if one.approved and one.from_on <= until < one.to_on:
            until = one.to_on
    return until if until > today else None


ROUTES = (today,)
