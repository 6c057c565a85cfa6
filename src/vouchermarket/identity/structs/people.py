"""People on the roster: what they are called, where they sit, which posts and tiers they hold."""

import enum
from datetime import date
from typing import Literal

import msgspec

from vouchermarket.identity.structs.bodies import Organisation
from vouchermarket.kit.fields import Code, Line
from vouchermarket.kit.ids import OrganisationId, PersonId


class Role(enum.StrEnum):
    """What a person is in a body. An officer's desk is the kind of the body; a teacher's is the market."""

    TEACHER = "teacher"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"


class Person(msgspec.Struct, frozen=True):
    """One person as the roster knows him or her on a day; `appointed_on` a principal to the present post."""

    id: PersonId
    code: str
    name: str
    sex: str
    born_on: date
    joined_on: date
    registered: bool
    subject: str | None
    posts: tuple[str, ...]
    tiers: tuple[str, ...]
    school: Organisation | None
    appointed_on: date | None = None


class AddPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person on the roster. `registered` = of the established staff (在编在册)."""

    code: Code
    name: Line
    sex: Literal["female", "male"]
    born_on: date
    joined_on: date
    registered: bool = True
    subject: Code | None = None


class Appoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person takes a seat at a body, from a day on, up to and not including another."""

    person_id: PersonId
    organisation_id: OrganisationId
    role: Role
    from_on: date
    to_on: date | None = None


class GivePost(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A post such as `homeroom` or `principal`, as the policy pack names posts."""

    person_id: PersonId
    post: Code
    from_on: date
    to_on: date | None = None


class GiveTier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A tier such as `backbone`, as the policy pack names tiers."""

    person_id: PersonId
    tier: Code
    from_on: date
    to_on: date | None = None
