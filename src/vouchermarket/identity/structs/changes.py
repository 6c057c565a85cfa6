"""People over time: who moves to another school, leaves or dies, stands in for another, or is exempt."""

import enum
from datetime import date, datetime
from uuid import UUID

import msgspec

from vouchermarket.kit.fields import Code, Prose
from vouchermarket.kit.ids import OrganisationId, PersonId


class DepartureKind(enum.StrEnum):
    """Why a person is no longer there."""

    LEFT = "left"
    DIED = "died"


class Departure(msgspec.Struct, frozen=True):
    """A person who is gone from a day on; `taken_back_at` where that was wrong, or the person came back."""

    id: UUID
    person_id: PersonId
    code: str
    name: str
    kind: DepartureKind
    gone_on: date
    reason: str
    recorded_by: PersonId
    recorded_at: datetime
    taken_back_at: datetime | None


class Substitution(msgspec.Struct, frozen=True):
    """A desk that one person holds in another's place, in [from_on, to_on)."""

    appointment_id: UUID
    person_id: PersonId
    code: str
    acting_for: PersonId
    acting_for_code: str
    organisation_id: OrganisationId
    from_on: date
    to_on: date


class Exemption(msgspec.Struct, frozen=True):
    """A rule that does not bind a person in [from_on, to_on); no `to_on` = until it is ended."""

    id: UUID
    person_id: PersonId
    rule: str
    from_on: date
    to_on: date | None
    reason: str
    granted_by: PersonId
    granted_by_code: str
    granted_at: datetime


# --- commands ---------------------------------------------------------------------------------------------


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A teacher changes school: the seat at the present one ends on the day the one at the next begins."""

    person_id: PersonId
    organisation_id: OrganisationId
    on: date


class Leave(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person leaves; `gone_on` is the first day without him or her."""

    person_id: PersonId
    gone_on: date
    reason: Prose


class RecordDeath(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person has died, on a day that is not to come."""

    person_id: PersonId
    died_on: date


class Substitute(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person sits at an officer's desk in that officer's place, in [from_on, to_on)."""

    person_id: PersonId
    acting_for: PersonId
    organisation_id: OrganisationId
    from_on: date
    to_on: date


class Exempt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule shall not bind a person for a time: sick leave, parental leave, shortly before retirement.

    `rule` as the pack writes it, `ZZ-A02`.
    """

    person_id: PersonId
    rule: Code
    from_on: date
    to_on: date | None = None
    reason: Prose
