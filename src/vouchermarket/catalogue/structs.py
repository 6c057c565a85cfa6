"""Courses, base placements and runs, as filed and as shown.

Credits and hours come in and go out as decimal strings ("12", "49.5"); `Run`, which the booking engine
judges, carries them in integer hundredths. Prices are integer fen.
"""

import enum
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from vouchermarket.kit.fields import Asked, Fen, Instant, Line, Text
from vouchermarket.kit.ids import CourseId, MeetingId, OrganisationId, PersonId, PolicyVersionId, RunId
from vouchermarket.policies.structs import Level, Mode, Unit

CAPACITY_MAX = 10_000
# One for every day of a year: what a booking reads of a run stays small.
MEETINGS_MAX = 366
PAGE_MAX = 200


class CourseState(enum.StrEnum):
    """Filed by the provider, reviewed by the centre, published; or returned with a reason; or withdrawn."""

    FILED = "filed"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


# --- commands ---------------------------------------------------------------------------------------------


class FileAccreditation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A provider asks to be accredited in [from_on, to_on); `document` is the paper it rests on.

    `provider_id` may be left out by a person who sits at one provider only.
    """

    from_on: date
    to_on: date
    document: Line
    provider_id: OrganisationId | None = None


class FileCourse(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A course or base placement as its provider files it.

    `organiser_id` is the body whose training it is: by it and the level Table 1 names who registers.
    """

    organiser_id: OrganisationId
    title: Line
    summary: Text
    type: Line
    level: Level
    mode: Mode
    fund_lines: Annotated[tuple[Line, ...], msgspec.Meta(max_length=50)]
    price_fen: Fen
    amount: str
    unit: Unit
    subject: Line | None = None
    stage: Line | None = None
    provider_id: OrganisationId | None = None


class ReviewCourse(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The centre's word on a filed course; a return says why."""

    course_id: CourseId
    approve: bool
    reason: Text = ""


class MeetingTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One class of a run: [starts_at, ends_at). Without a place of its own it is held at the run's."""

    starts_at: Instant
    ends_at: Instant
    place: Line | None = None


class OpenRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A run of a published course, booked in [books_from_at, books_until_at).

    Without a price of its own it costs what the course costs.
    """

    course_id: CourseId
    capacity: int
    books_from_at: Instant
    books_until_at: Instant
    place: Line
    meetings: Annotated[tuple[MeetingTime, ...], msgspec.Meta(max_length=MEETINGS_MAX)]
    price_fen: Fen | None = None


# --- what is shown ----------------------------------------------------------------------------------------


class Accreditation(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's accreditation in [from_on, to_on); `approved` None = not decided yet."""

    id: UUID
    provider_id: OrganisationId
    from_on: date
    to_on: date
    document: str
    filed_by: PersonId
    approved: bool | None


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A course as it stands; `completions` counts what was verified so far."""

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
    return_reason: str | None
    completions: int


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """One class of a run, numbered from 1 in the order in which they are held."""

    id: MeetingId
    number: int
    starts_at: datetime
    ends_at: datetime
    place: str


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


class RunCard(msgspec.Struct, frozen=True, kw_only=True):
    """A run in the list of the market."""

    id: RunId
    course_id: CourseId
    title: str
    provider_id: OrganisationId
    provider_name: str
    type: str
    level: Level
    mode: Mode
    subject: str | None
    stage: str | None
    fund_lines: tuple[str, ...]
    price_fen: int
    amount: str
    unit: Unit
    capacity: int
    seats_left: int
    books_from_at: datetime
    books_until_at: datetime
    starts_at: datetime
    ends_at: datetime
    place: str
    completions: int


class RunPage(RunCard, frozen=True, kw_only=True):
    """A run on its own page: with its summary and meetings."""

    organiser_id: OrganisationId
    summary: str
    is_offered: bool
    meetings: tuple[Meeting, ...]


Sort = Literal["starts_at", "price_fen", "title", "completions", "opened_at"]


class RunFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the market shows. Absent = any; days are the bureau's, [from_on, to_on) by the first meeting."""

    type: Line | None = None
    level: Level | None = None
    mode: Mode | None = None
    subject: Line | None = None
    stage: Line | None = None
    fund_line: Line | None = None
    provider_id: OrganisationId | None = None
    course_id: CourseId | None = None
    price_from_fen: Fen | None = None
    price_to_fen: Fen | None = None
    from_on: date | None = None
    to_on: date | None = None
    title: Line | None = None
    has_seats_left: bool = False


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which part of a list; equal rows stand in the order of their ids."""

    descending: bool = False
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


class Page(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which part of the market's list, and in what order."""

    sort: Sort = "starts_at"


class RunList(msgspec.Struct, frozen=True):
    """One page of runs and how many there are in all."""

    runs: tuple[RunCard, ...]
    total: int


SearchSort = Literal["relevance", "starts_at", "price_fen", "seats_left", "completions", "title"]


class SearchRuns(RunFilter, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a teacher types, and the market's filters; without a word in it, all that pass the filters."""

    words: Asked = ""


class SearchPage(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which part of what is found. By relevance the best stands first, whichever way is asked for."""

    sort: SearchSort = "relevance"


class Tally(msgspec.Struct, frozen=True):
    """How many of the found runs have this value; `name` where the value is an id."""

    value: str
    runs: int
    name: str | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One page of found runs, how many runs and pages there are, and the found runs by value, most first.

    `facets`: type, level, mode, subject, stage, fund_line, provider_id, the names of the filters.
    `guessed`: nothing has these words; what sounds the same or has one other character is shown instead.
    """

    runs: tuple[RunCard, ...]
    total: int
    pages: int
    facets: dict[str, tuple[Tally, ...]]
    guessed: bool
