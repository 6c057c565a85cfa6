"""The bureau and the bodies below it."""

import enum
from typing import Annotated

import msgspec

from vouchermarket.kit.fields import Code, Line
from vouchermarket.kit.ids import BureauId, OrganisationId


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
