"""What booking takes and gives: choices, groups, the state they are decided on, outcomes.

Money is integer fen; instants are UTC; a person's or a school's id is the id of its vouchers' holder.
"""

import enum
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, field

from vouchermarket.catalogue.structs import Run
from vouchermarket.kit.fields import Prose
from vouchermarket.kit.ids import (
    AccountId,
    BookingId,
    CourseId,
    MeetingId,
    OrganisationId,
    PersonId,
    PolicyVersionId,
    RunId,
    VoucherId,
)
from vouchermarket.kit.refusal import Refusal
from vouchermarket.ledger.structs import Posting
from vouchermarket.policies.structs import Person
from vouchermarket.vouchers.structs import VoucherFacts

# --- commands ---------------------------------------------------------------------------------------------

CART_MAX = 50


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """A teacher's own choice of one run (ZZ-B02)."""

    run_id: RunId


class Nominee(Struct, frozen=True, forbid_unknown_fields=True):
    """One teacher a school sends to one run (ZZ-B03)."""

    run_id: RunId
    person_id: PersonId


class CheckOut(Struct, frozen=True, forbid_unknown_fields=True):
    """A cart: every line or none."""

    lines: Annotated[tuple[Choice, ...], Meta(min_length=1, max_length=CART_MAX)]


class Nominate(Struct, frozen=True, forbid_unknown_fields=True):
    """A school's list: each line for itself."""

    lines: Annotated[tuple[Nominee, ...], Meta(min_length=1, max_length=300)]


class Cancel(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a booking is given back."""

    reason: Prose


# --- what is decided --------------------------------------------------------------------------------------


class BookRun(Struct, frozen=True):
    """One seat for one person, once it is known who asks; `sent_by` is the school that pays for a nominee."""

    run_id: RunId
    person_id: PersonId
    booked_by: PersonId
    sent_by: OrganisationId | None = None

    @property
    def holder_id(self) -> UUID:
        """Whose vouchers pay: the sending school's, else the teacher's own."""
        return self.sent_by or self.person_id


class GroupKind(enum.StrEnum):
    """Whether the lines of a group stand and fall together."""

    ALL_OR_NOTHING = "all_or_nothing"
    EACH = "each"


class Group(Struct, frozen=True):
    """Commands that came together: a single booking, a cart, a school's list."""

    kind: GroupKind
    commands: tuple[BookRun, ...]


# --- what it is decided on --------------------------------------------------------------------------------


class Period(Struct, frozen=True):
    """[starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime


class Engagement(Struct, frozen=True):
    """A live booking of a person, as limits and clashes see it. `starts_on` is the run's first civil day."""

    run_id: RunId
    title: str
    starts_on: date
    meetings: tuple[Period, ...]


class PersonState(Struct, frozen=True):
    """A teacher of a school as the roster has it today, with the live bookings under the person's lock."""

    facts: Person
    school_id: OrganisationId
    engagements: tuple[Engagement, ...] = ()


class VoucherState(VoucherFacts, frozen=True, kw_only=True):
    """A voucher with what was free on its account under lock."""

    free_fen: int


class State(Struct, frozen=True):
    """Everything a batch is decided on. `people` are those who teach at a school today.

    `vouchers` by holder, a person or a school; `earned` by provider, the account it earns into. `gone` says
    from which day on somebody is no longer there.
    """

    runs: Mapping[RunId, Run]
    people: Mapping[PersonId, PersonState]
    vouchers: Mapping[UUID, tuple[VoucherState, ...]]
    earned: Mapping[OrganisationId, AccountId]
    time_zone: str
    gone: Mapping[PersonId, date] = field(default_factory=dict[PersonId, date])


# --- what comes out ---------------------------------------------------------------------------------------


class Payment(Struct, frozen=True):
    """What one voucher pays towards a booking."""

    voucher_id: VoucherId
    amount_fen: int


class Booked(Struct, frozen=True):
    """A seat taken, and the vouchers that are held for it, in the order in which they will be captured."""

    booking_id: BookingId
    run_id: RunId
    person_id: PersonId
    price_fen: int
    payments: tuple[Payment, ...]


class Refused(Struct, frozen=True):
    """Why a command was not carried out."""

    refusal: Refusal


class Withdrawn(Struct, frozen=True):
    """A line of a cart that could have stood, given up because another line of it could not."""


Outcome = Booked | Refused | Withdrawn


class NewBooking(Struct, frozen=True):
    """A booking to be written: the command it answers, what was booked, and its holds."""

    command: BookRun
    booked: Booked
    group_id: UUID | None
    holds: tuple[Posting, ...]


class Decision(Struct, frozen=True):
    """Outcomes group by group and line by line; what to write; the seats taken of each run that changed."""

    outcomes: tuple[tuple[Outcome, ...], ...]
    bookings: tuple[NewBooking, ...]
    taken: Mapping[RunId, int]


# --- read models ------------------------------------------------------------------------------------------


class Booking(Struct, frozen=True, kw_only=True):
    """One booking, with the run and the bodies that may look at it."""

    id: BookingId
    run_id: RunId
    course_id: CourseId
    title: str
    person_id: PersonId
    booked_by: PersonId
    sent_by: OrganisationId | None
    provider_id: OrganisationId
    price_fen: int
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime
    cancelled_at: datetime | None
    policy_version_id: PolicyVersionId

    @property
    def is_live(self) -> bool:
        """It has not been cancelled."""
        return self.cancelled_at is None


class OpenOfGone(Struct, frozen=True):
    """A live booking of somebody who is gone from a day on, with the school he or she taught at last."""

    booking: Booking
    code: str
    name: str
    gone_on: date
    school_id: OrganisationId | None


class RosterLine(Struct, frozen=True):
    """A participant of a run, as its provider sees the list."""

    booking_id: BookingId
    person_id: PersonId
    code: str
    name: str
    sent_by: OrganisationId | None
    booked_at: datetime


class Consequence(Struct, frozen=True):
    """What cancelling a booking does, in figures. `back` is what each voucher gets free again."""

    booking_id: BookingId
    released_fen: int
    back: tuple[Payment, ...]
    free_until_at: datetime


class Lesson(Struct, frozen=True):
    """One meeting somebody has a seat for."""

    meeting_id: MeetingId
    booking_id: BookingId
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
