"""Bodies, people, and who is asking."""

import enum
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from vouchermarket.kit.cipher import Cipher
from vouchermarket.kit.fields import Code, Line
from vouchermarket.kit.ids import BureauId, OrganisationId, PersonId


class OrganisationKind(enum.StrEnum):
    """The bodies of the documents, as the glossary names them."""

    BUREAU = "bureau"
    COUNTY_BUREAU = "county_bureau"
    TEACHER_OFFICE = "teacher_office"
    TRAINING_CENTRE = "training_centre"
    RESEARCH_INSTITUTE = "research_institute"
    SCHOOL = "school"
    SCHOOL_RESEARCH_OFFICE = "school_research_office"
    COUNTY_TRAINING_BODY = "county_training_body"
    PROVIDER = "provider"
    FINANCE_OFFICE = "finance_office"
    INSPECTORATE = "inspectorate"


class ProviderKind(enum.StrEnum):
    """What sort of provider; Table 1 names them in its column of organisers."""

    UNIVERSITY = "university"
    TRAINING_BODY = "training_body"
    BASE = "base"
    STUDIO = "studio"
    SCHOOL = "school"
    COMPANY = "company"


class SchoolStage(enum.StrEnum):
    """The stage a school teaches."""

    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"
    VOCATIONAL = "vocational"
    SPECIAL = "special"


class Role(enum.StrEnum):
    """What a person is in a body. An officer's desk is the kind of the body; a teacher's is the market."""

    TEACHER = "teacher"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"


class Bureau(msgspec.Struct, frozen=True):
    """A tenant: the jurisdiction root."""

    id: BureauId
    code: str
    name: str
    time_zone: str


class Organisation(msgspec.Struct, frozen=True):
    """One body of the bureau."""

    id: OrganisationId
    kind: OrganisationKind
    code: str
    name: str
    parent_id: OrganisationId | None
    is_direct: bool
    is_rural: bool
    stage: SchoolStage | None
    provider_kind: ProviderKind | None


class Person(msgspec.Struct, frozen=True):
    """One person as the roster knows him or her on a day."""

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


class Seat(msgspec.Struct, frozen=True):
    """One appointment in force: a desk at one body."""

    role: Role
    organisation_id: OrganisationId
    kind: OrganisationKind

    @property
    def desk(self) -> str:
        """The column of the matrix: `teacher`, `administrator`, or the kind of the officer's body."""
        return self.kind.value if self.role is Role.OFFICER else self.role.value


class Actor(msgspec.Struct, frozen=True):
    """Who is asking: a person and the seats he or she holds today."""

    bureau_id: BureauId
    person_id: PersonId
    seats: tuple[Seat, ...]


class Credential(msgspec.Struct, frozen=True):
    """How a person proves who he or she is. Disabled ones open no login."""

    person_id: PersonId
    username: str
    password_hash: str
    is_disabled: bool


class KnownLogin(msgspec.Struct, frozen=True):
    """A login in force and the one whose it is."""

    id: UUID
    seen_at: datetime
    actor: Actor


class Gate(msgspec.Struct, frozen=True):
    """How the door is set: the cipher of second factors, and whether desks that need one are held to it."""

    cipher: Cipher
    asks_second_factor: bool


class SecondFactorSecret(msgspec.Struct, frozen=True):
    """What the authenticator reads (`otpauth://…`), shown once."""

    address: str


class RecoveryCodes(msgspec.Struct, frozen=True):
    """Ten codes that each open one login without the authenticator, shown once."""

    codes: tuple[str, ...]


class OpenedLogin(msgspec.Struct, frozen=True):
    """A login just opened: the secret goes to the browser and is kept nowhere else."""

    id: UUID
    secret: str
    person_id: PersonId


class IssuedToken(msgspec.Struct, frozen=True):
    """A bearer token just made: `vm_{bureau code}_{secret}`, shown once."""

    id: UUID
    token: str
    expires_at: datetime


class Token(msgspec.Struct, frozen=True):
    """A bearer token as its owner sees it afterwards: everything but the token."""

    id: UUID
    label: str
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None


# --- commands: unknown fields are refused, so that a typing error is never silence ------------------------


class OpenBureau(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new tenant. The code stands in addresses and tokens, where `_` parts it from the secret."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,30}(?![\s\S])")]
    name: Line
    time_zone: str = "Asia/Shanghai"
    hosts: tuple[Line, ...] = ()


class AddOrganisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A body. `parent_id`: a county school's or county body's county bureau, a research office's school."""

    kind: OrganisationKind
    code: Code
    name: Line
    parent_id: OrganisationId | None = None
    is_direct: bool = False
    is_rural: bool = False
    stage: SchoolStage | None = None
    provider_kind: ProviderKind | None = None


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


Username = Annotated[str, msgspec.Meta(max_length=200)]
SecondCode = Annotated[str, msgspec.Meta(max_length=40)]
Password = Annotated[str, msgspec.Meta(max_length=1000)]


class SetPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A user name and a first password, given by the administrator."""

    person_id: PersonId
    username: Code
    password: Password


class ChangePassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One's own password, known by the present one."""

    present: Password
    password: Password


class LogIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is typed at the door."""

    username: Username
    password: Password
    # Of the authenticator, or a recovery code.
    code: SecondCode | None = None


class EnrolSecondFactor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who wants a second factor."""

    username: Username
    password: Password


class ConfirmSecondFactor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A first code of the authenticator."""

    username: Username
    password: Password
    code: SecondCode


class MakeToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A bearer token for oneself, good for some days."""

    label: Line
    days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 90
