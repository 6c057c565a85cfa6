"""What completion takes and gives: attendance, reports, confirmations, verifications.

Money is integer fen, credits integer hundredths, instants UTC.
"""

import enum
from datetime import date, datetime
from typing import Annotated

import msgspec

from vouchermarket.catalogue.structs import Run
from vouchermarket.credits.structs import NewEntry
from vouchermarket.identity.structs import Person
from vouchermarket.kit.fields import Prose, Remark
from vouchermarket.kit.ids import (
    BookingId,
    CompletionId,
    EntryId,
    MeetingId,
    OrganisationId,
    PersonId,
    PolicyVersionId,
    RunId,
)
from vouchermarket.kit.refusal import Refusal
from vouchermarket.ledger.structs import Hold
from vouchermarket.policies.rules import Pack


class State(enum.StrEnum):
    """Where a completion stands; contested = reported, and the teacher has said that it is not so."""

    REPORTED = "reported"
    CONTESTED = "contested"
    CONFIRMED = "confirmed"
    VERIFIED = "verified"
    REVOKED = "revoked"


class Confirmed(enum.StrEnum):
    """Whose word stands beside the provider's: the teacher's own, or silence for the days the pack names."""

    TEACHER = "teacher"
    SILENCE = "silence"


# --- commands ---------------------------------------------------------------------------------------------


class TakeAttendance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who was there at one meeting, by booking."""

    present: Annotated[dict[BookingId, bool], msgspec.Meta(min_length=1, max_length=10_000)]


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One participant who has finished; `evidence` names the papers the provider keeps."""

    booking_id: BookingId
    evidence: Prose


class ReportRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider's report on a run: every line or none."""

    reports: Annotated[tuple[Report, ...], msgspec.Meta(min_length=1, max_length=10_000)]


class ReportAgain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The report anew after a teacher contested it, on the attendance as it now stands."""

    evidence: Prose


class Contest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the teacher says it was not so."""

    reason: Prose


class Verify(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Completions a registrar verifies in one command: each line for itself."""

    completion_ids: Annotated[tuple[CompletionId, ...], msgspec.Meta(min_length=1, max_length=10_000)]


Stars = Annotated[int, msgspec.Meta(ge=1, le=5)]


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A teacher's word on a run completed, in stars from 1 to 5: in all, and of what one wishes to tell."""

    overall: Stars
    content: Stars | None = None
    teaching: Stars | None = None
    usefulness: Stars | None = None
    comment: Remark = ""


# --- what is decided on -----------------------------------------------------------------------------------


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """A completion as it stands. `captured_fen` and `entry_id` come with verification."""

    id: CompletionId
    booking_id: BookingId
    provider_id: OrganisationId
    attended: int
    meetings: int
    evidence: str
    reported_by: PersonId
    reported_at: datetime
    contested_at: datetime | None
    contest_reason: str | None
    confirmed_at: datetime | None
    confirmed_how: Confirmed | None
    verified_at: datetime | None
    verified_by: PersonId | None
    captured_fen: int | None
    entry_id: EntryId | None
    policy_version_id: PolicyVersionId
    revoked_at: datetime | None

    @property
    def state(self) -> State:
        """The last of its steps."""
        if self.revoked_at is not None:
            return State.REVOKED
        if self.verified_at is not None:
            return State.VERIFIED
        if self.confirmed_at is not None:
            return State.CONFIRMED
        return State.REPORTED if self.contested_at is None else State.CONTESTED


class Standing(msgspec.Struct, frozen=True):
    """A completion as a desk reads it: whose it is, on which run, and where it stands."""

    completion: Completion
    state: State
    run_id: RunId
    person_id: PersonId


class Unreported(msgspec.Struct, frozen=True):
    """A run that is over, and how many of its seats nobody has reported yet."""

    run_id: RunId
    title: str
    ends_at: datetime
    seats: int


class Participant(msgspec.Struct, frozen=True):
    """A booking as completion sees it: a seat somebody took at a price, cancelled or not."""

    booking_id: BookingId
    run_id: RunId
    person_id: PersonId
    price_fen: int
    is_cancelled: bool


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a verification is judged on. `person` is the teacher as of the day the run ended, `ends_on`;
    `holds` are the open holds of the booking in the order in which they were taken."""

    completion: Completion
    participant: Participant
    run: Run
    ends_on: date
    person: Person | None
    pack: Pack
    holds: tuple[Hold, ...]


class Settling(msgspec.Struct, frozen=True):
    """What becomes of one hold: `captured_fen` of it is earned, the rest is free again."""

    hold: Hold
    captured_fen: int


class Judged(msgspec.Struct, frozen=True):
    """What a verification does: the holds it settles and the entry it registers."""

    settled: tuple[Settling, ...]
    entry: NewEntry

    @property
    def captured_fen(self) -> int:
        """What the provider earns by it."""
        return sum(one.captured_fen for one in self.settled)


# --- what comes out ---------------------------------------------------------------------------------------


class Reported(msgspec.Struct, frozen=True):
    """A report as it was taken down."""

    completion_id: CompletionId
    booking_id: BookingId
    attended: int
    meetings: int


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one completion of a set: what it captured and registered, or why it did not."""

    completion_id: CompletionId
    captured_fen: int | None = None
    entry_id: EntryId | None = None
    amount_hundredths: int | None = None
    refusal: Refusal | None = None


class AttendanceRow(msgspec.Struct, frozen=True):
    """One participant at one meeting."""

    meeting_id: MeetingId
    booking_id: BookingId
    present: bool
    recorded_by: PersonId
    at: datetime


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """A rating as it is shown: without a name, and with the bureau's day on which it was given."""

    overall: int
    content: int | None
    teaching: int | None
    usefulness: int | None
    comment: str
    rated_on: date


class OwnRating(msgspec.Struct, frozen=True):
    """What one has said oneself, and of what."""

    completion_id: CompletionId
    run_id: RunId
    rating: Rating


class RatingList(msgspec.Struct, frozen=True):
    """One page of shown ratings, newest first, and how many there are in all."""

    ratings: tuple[Rating, ...]
    total: int


class Stand(msgspec.Struct, frozen=True):
    """How many ratings of a course are shown, and their average; None where there are none."""

    ratings: int
    rating_hundredths: int | None
