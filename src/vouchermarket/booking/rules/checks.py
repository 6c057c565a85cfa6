"""The checks before money, in the order in which a teacher reads them.

Each takes one case and raises the refusal it stands for. The order is promised: `CHECKS` is that promise.
"""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from vouchermarket.booking.rules import refusals
from vouchermarket.booking.rules.draft import Draft
from vouchermarket.booking.structs import BookRun, Engagement, PersonState
from vouchermarket.catalogue.structs import CourseState, Run
from vouchermarket.identity import rules as identity
from vouchermarket.kit.clock import civil_day
from vouchermarket.policies import rules as policies
from vouchermarket.policies.rules import Pack


class Case(Struct, frozen=True):
    """One command before the judge: the run, the person where the roster has one, and the batch so far."""

    command: BookRun
    run: Run
    person: PersonState | None
    draft: Draft
    pack: Pack
    now: datetime
    time_zone: str
    gone_on: date | None = None

    @property
    def today(self) -> date:
        """The civil day of the bureau on which it is booked."""
        return civil_day(self.now, self.time_zone)

    @property
    def starts_on(self) -> date:
        """The civil day on which the run starts: year and term of a booking are those of its run."""
        return civil_day(self.run.starts_at, self.time_zone)

    @property
    def engagements(self) -> tuple[Engagement, ...]:
        """What the person has booked, counting what came before in this batch."""
        return self.draft.engagements.get(self.command.person_id, ())


def run_is_open(case: Case) -> None:
    """Refuses `RunCancelled`, `RunClosed` (its course is not on the shelf, or it is over)."""
    if case.run.cancelled_at is not None:
        raise refusals.RunCancelled(title=case.run.title)
    if case.run.state is not CourseState.PUBLISHED or case.run.ends_at <= case.now:
        raise refusals.RunClosed(title=case.run.title)


def window_is_open(case: Case) -> None:
    """Refuses `WindowNotOpen`, `WindowClosed`: the window is [books_from_at, books_until_at)."""
    run = case.run
    if case.now < run.books_from_at:
        shown = shown_at(run.books_from_at, case.time_zone)
        raise refusals.WindowNotOpen(title=run.title, books_from_at=shown)
    if case.now >= run.books_until_at:
        shown = shown_at(run.books_until_at, case.time_zone)
        raise refusals.WindowClosed(title=run.title, books_until_at=shown)


def person_is_eligible(case: Case) -> None:
    """Refuses `NomineeNotOfSchool`, `PersonGone`, `PersonNotEligible`, and as `policies.admit` and
    `policies.wallet` do.

    Who stands outside the voucher scope (ZZ-A22) may still take a run without a price: credits, no wallet.
    """
    command, run, person = case.command, case.run, case.person
    if command.sent_by is not None and (person is None or person.school_id != command.sent_by):
        raise refusals.NomineeNotOfSchool
    if case.gone_on is not None and case.gone_on <= max(case.today, case.starts_on):
        raise identity.PersonGone(gone_on=case.gone_on)
    if person is None:
        raise refusals.PersonNotEligible
    policies.admit(case.pack, run.type, run.level, run.mode, run.unit, person.facts, case.today)
    if run.price_fen:
        holder = "teacher" if command.sent_by is None else "school"
        policies.wallet(case.pack, holder, person.facts.school.is_direct)


def not_booked_already(case: Case) -> None:
    """Refuses `AlreadyBooked`."""
    if any(engagement.run_id == case.run.id for engagement in case.engagements):
        raise refusals.AlreadyBooked(title=case.run.title)


def no_clash_in_time(case: Case) -> None:
    """Refuses `MeetingsClash` with the first meeting in the way, unless the pack lets meetings overlap."""
    row = case.pack.booking
    if row is not None and row.clash == "allowed":
        return
    for engagement in case.engagements:
        for taken in engagement.meetings:
            # One that begins as the other ends is in nobody's way.
            if any(
                taken.starts_at < meeting.ends_at and meeting.starts_at < taken.ends_at
                for meeting in case.run.meetings
            ):
                raise refusals.MeetingsClash(
                    other=engagement.title,
                    starts_at=shown_at(taken.starts_at, case.time_zone),
                    ends_at=shown_at(taken.ends_at, case.time_zone),
                    clause=row.clause if row else None,
                )


def within_limits(case: Case) -> None:
    """Refuses `YearLimitReached`, then `TermLimitReached`; a pack without the number sets no limit."""
    row = case.pack.booking
    if row is None:
        return
    year, at_most = case.starts_on.year, row.per_year_at_most
    booked = sum(engagement.starts_on.year == year for engagement in case.engagements)
    if at_most is not None and booked >= at_most:
        raise refusals.YearLimitReached(year=year, booked=booked, at_most=at_most, clause=row.clause)
    if row.per_term_at_most is None:
        return
    term, at_most = policies.term_on(case.pack, case.starts_on), row.per_term_at_most
    booked = sum(policies.term_on(case.pack, one.starts_on) == term for one in case.engagements)
    if booked >= at_most:
        raise refusals.TermLimitReached(term=term, booked=booked, at_most=at_most, clause=row.clause)


def seat_is_left(case: Case) -> None:
    """Refuses `RunFull`, `RunHasWaitingList`: while seats are offered to those who wait, nobody goes past."""
    run, taken = case.run, case.draft.taken[case.run.id]
    if taken + run.offered >= run.capacity:
        raise refusals.RunFull(title=run.title, capacity=run.capacity)
    if run.offered:
        raise refusals.RunHasWaitingList(title=run.title)


CHECKS: tuple[Callable[[Case], None], ...] = (
    run_is_open,
    window_is_open,
    person_is_eligible,
    not_booked_already,
    no_clash_in_time,
    within_limits,
    seat_is_left,
)


def shown_at(at: datetime, time_zone: str) -> str:
    """An instant as the bureau's clocks show it: `2014-03-03 09:00`."""
    return f"{at.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"
