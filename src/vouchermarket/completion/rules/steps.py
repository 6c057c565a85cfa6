"""From attendance to the teacher's word: what may be taken down when, and by whom. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from vouchermarket.catalogue.structs import Run
from vouchermarket.completion.rules import refusals
from vouchermarket.completion.structs import Completion, Participant, Report, State
from vouchermarket.identity.rules import NotFound
from vouchermarket.kit.ids import BookingId, MeetingId, PersonId, RunId
from vouchermarket.policies.rules import Pack

# Nothing is added to what has been reported, unless the teacher has said that it is wrong.
_OPEN = {State.CONTESTED}


def refuse_attendance(
    run: Run,
    meeting_id: MeetingId,
    listed: Collection[BookingId],
    participants: Mapping[BookingId, Participant],
    reported: Mapping[BookingId, Completion],
    now: datetime,
) -> None:
    """Whether attendance of these bookings may be taken down now.

    Refuses `MeetingNotBegun`, `AttendanceOfStranger`, `AttendanceClosed`.
    """
    meeting = next(meeting for meeting in run.meetings if meeting.id == meeting_id)
    if now < meeting.starts_at:
        raise refusals.MeetingNotBegun(number=meeting.number)
    strangers = sum(not _is_live(participants.get(booking_id), run.id) for booking_id in listed)
    if strangers:
        raise refusals.AttendanceOfStranger(strangers=strangers)
    closed = sum(booking_id in reported and reported[booking_id].state not in _OPEN for booking_id in listed)
    if closed:
        raise refusals.AttendanceClosed(reported=closed)


def _is_live(participant: Participant | None, run_id: RunId) -> bool:
    return participant is not None and participant.run_id == run_id and not participant.is_cancelled


def refuse_reports(
    run: Run,
    reports: Sequence[Report],
    participants: Mapping[BookingId, Participant],
    reported: Collection[BookingId],
    now: datetime,
) -> None:
    """Whether a provider's report may stand, line by line, counted from 1.

    Refuses `RunCalledOff`, `RunNotEnded`, `BookingNotOfRun`, `BookingCancelled`, `AlreadyReported`.
    """
    if run.cancelled_at is not None:
        raise refusals.RunCalledOff(title=run.title)
    if now < run.ends_at:
        raise refusals.RunNotEnded(ends_at=run.ends_at.isoformat())
    seen = set(reported)
    for line, report in enumerate(reports, start=1):
        participant = participants.get(report.booking_id)
        if participant is None or participant.run_id != run.id:
            raise refusals.BookingNotOfRun(line=line)
        if participant.is_cancelled:
            raise refusals.BookingCancelled(line=line)
        if report.booking_id in seen:
            raise refusals.AlreadyReported(line=line)
        seen.add(report.booking_id)


def answerable(completion: Completion | None, participant: Participant | None, by: PersonId) -> Completion:
    """The completion, if this person may confirm or contest it: the own one, while it waits for a word.

    Refuses `NotFound` for anybody else's, `CompletionContested`, `AlreadyConfirmed`.
    """
    if completion is None or participant is None or participant.person_id != by:
        raise NotFound
    if completion.state is State.CONTESTED:
        raise refusals.CompletionContested
    if completion.state is not State.REPORTED:
        raise refusals.AlreadyConfirmed
    return completion


def refuse_second_report(completion: Completion) -> None:
    """A report is made again only after it was contested. Refuses `NotContested`."""
    if completion.state is not State.CONTESTED:
        raise refusals.NotContested


def silent_since(pack: Pack, now: datetime) -> datetime | None:
    """Reports made by this instant are confirmed by silence; None where the pack takes no silence for it."""
    row = pack.confirmation
    return None if row is None else now - timedelta(days=row.silence_days)


def refuse_revocation(completion: Completion | None) -> None:
    """Whether a completion may be marked revoked. Refuses `NotFound`, `NotVerified`, `CompletionRevoked`."""
    if completion is None:
        raise NotFound
    if completion.state is State.REVOKED:
        raise refusals.CompletionRevoked
    if completion.state is not State.VERIFIED:
        raise refusals.NotVerified
