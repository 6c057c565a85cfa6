"""Accreditations, courses and runs as they stand."""

import enum
from datetime import date, datetime
from uuid import UUID

import msgspec

from vouchermarket.kit.ids import CourseId, MeetingId, OrganisationId, PersonId, PolicyVersionId, RunId
from vouchermarket.policies.structs import Level, Mode, Unit


class CourseState(enum.StrEnum):
    """Filed by the provider, reviewed by the centre, published; or returned with a reason; or withdrawn."""

    FILED = "filed"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Accreditation(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's accreditation in [from_on, to_on); `approved` None = not decided yet."""

    id: UUID
    provider_id: OrganisationId
    from_on: date
    to_on: date
    document: str
    filed_by: PersonId
    filed_at: datetime
    approved: bool | None


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A course as it stands; `completions` counts what stands verified.

    `rating`: the average of its shown ratings as a decimal string ("4.67"), None where there are none.
    """

    id: CourseId
    provider_id: OrganisationId
    provider_name: str
    organiser_id: OrganisationId
    title: str
    summary: str
    type: str
    level: Level
    mode: Mode
    subject: str | None
    stage: str | None
    fund_lines: tuple[str, ...]
    price_fen: int
    amount: str
    unit: Unit
    state: CourseState
    policy_version_id: PolicyVersionId
    filed_by: PersonId
    filed_at: datetime
    reviewed_at: datetime | None
    return_reason: str | None
    completions: int
    ratings: int
    rating: str | None


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """One class of a run, numbered from 1 in the order in which they are held."""

    id: MeetingId
    number: int
    starts_at: datetime
    ends_at: datetime
    place: str


class MeetingAhead(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting as its provider's calendar shows it, with the seats taken of its run."""

    run_id: RunId
    title: str
    taken: int
    capacity: int
    meeting: Meeting


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run with the facts of its course: what booking and completion decide on. The price is the run's."""

    id: RunId
    course_id: CourseId
    provider_id: OrganisationId
    organiser_id: OrganisationId
    title: str
    type: str
    level: Level
    mode: Mode
    unit: Unit
    amount_hundredths: int
    fund_lines: tuple[str, ...]
    price_fen: int
    capacity: int
    taken: int
    offered: int
    books_from_at: datetime
    books_until_at: datetime
    starts_at: datetime
    ends_at: datetime
    place: str
    state: CourseState
    cancelled_at: datetime | None
    meetings: tuple[Meeting, ...]

    @property
    def is_offered(self) -> bool:
        """The course is published and the run has not been cancelled."""
        return self.state is CourseState.PUBLISHED and self.cancelled_at is None
