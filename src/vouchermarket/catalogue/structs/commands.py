"""What providers and the centre ask of the catalogue."""

from datetime import date
from typing import Annotated

import msgspec

from vouchermarket.kit.fields import Fen, Instant, Line, Text
from vouchermarket.kit.ids import CourseId, OrganisationId
from vouchermarket.policies.structs import Level, Mode, Unit

CAPACITY_MAX = 10_000
# One for every day of a year: what a booking reads of a run stays small.
MEETINGS_MAX = 366


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
