"""Bodies, people, and who is asking."""

import enum
from datetime import date, datetime
from uuid import UUID

import msgspec

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
