"""What the market shows: runs in lists, on their own pages, and as they are found by words."""

import enum
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from vouchermarket.catalogue.structs.shelf import Meeting
from vouchermarket.kit.fields import Asked, Fen, Line
from vouchermarket.kit.ids import CourseId, OrganisationId, RunId
from vouchermarket.policies.structs import Level, Mode, Unit

PAGE_MAX = 200
# A list that is longer is said to have that many and more; no city has ever offered as many runs at a time.
COUNTED_MAX = 10_000


class RunCard(msgspec.Struct, frozen=True, kw_only=True):
    """A run in the list of the market.

    `completions`, `ratings` and `rating` are its course's; without a rating the average is None, never 0.
    """

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
    ratings: int
    rating: str | None


class RunPage(RunCard, frozen=True, kw_only=True):
    """A run on its own page: with its summary and meetings."""

    organiser_id: OrganisationId
    summary: str
    is_offered: bool
    meetings: tuple[Meeting, ...]


class When(enum.StrEnum):
    """Which runs are meant by what one may do with them now.

    Bookable: booking is open, and a run that is full stands among them as full. Coming: it opens later.
    Past: it has closed, or the run has begun.
    """

    BOOKABLE = "bookable"
    COMING = "coming"
    PAST = "past"
    ANY = "any"


# By title is by its pinyin; by rating, what nobody has rated stands last in either direction.
Sort = Literal["starts_at", "price_fen", "seats_left", "rating", "title", "completions", "opened_at"]


class RunFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the market shows: what can be booked now, where nothing else is asked for by `when`.

    Absent = any; days are the bureau's, [from_on, to_on) by the first meeting.
    """

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
    when: When = When.BOOKABLE


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which part of a list; equal rows stand in the order of their ids."""

    descending: bool = False
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


class Page(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which part of the market's list, and in what order."""

    sort: Sort = "starts_at"


class RunList(msgspec.Struct, frozen=True):
    """One page of runs and how many there are in all; `capped`: that many, and perhaps more."""

    runs: tuple[RunCard, ...]
    total: int
    capped: bool


SearchSort = Literal["relevance", "starts_at", "price_fen", "seats_left", "rating", "title", "completions"]


class SearchRuns(RunFilter, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a teacher types, and the market's filters; without a word in it, all that pass the filters."""

    words: Asked = ""


class SearchPage(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which part of what is found, and in what order.

    By relevance the best stands first, whichever way is asked for, and without words what begins soonest.
    """

    sort: SearchSort = "relevance"


class Tally(msgspec.Struct, frozen=True):
    """How many of the found runs have this value; `name` where the value is an id."""

    value: str
    runs: int
    name: str | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One page of found runs, how many runs and pages there are, and the found runs by value, most first.

    `capped`: that many, and perhaps more; those that begin first are counted.
    `facets`: type, level, mode, subject, stage, fund_line, provider_id, the names of the filters.
    `guessed`: nothing has these words; what sounds the same or has one other character is shown instead.
    `query`: the search as a query of an address, one text for all ways to ask the same; to keep and send on.
    """

    runs: tuple[RunCard, ...]
    total: int
    capped: bool
    pages: int
    facets: dict[str, tuple[Tally, ...]]
    guessed: bool
    query: str


# Enough for anybody; a list that grows without end is no help.
SAVED_MAX = 30


class SaveSearch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keep a search under a name; one that has the name already is replaced."""

    name: Line


class SavedSearch(msgspec.Struct, frozen=True):
    """A search somebody kept; `query` asks it again."""

    id: UUID
    name: str
    query: str
    saved_at: datetime
