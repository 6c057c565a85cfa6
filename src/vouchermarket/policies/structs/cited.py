"""What every row of a pack carries: the words it rests on, or the open question it answers."""

from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

# Read from a decimal string ("49.5") into integer hundredths, "0.20" into an exact fraction: packs.reading.
HUNDREDTHS = Meta(title="hundredths", description="a decimal string with at most two decimals")
SHARE = Meta(title="share", description="a decimal string between 0 and 1 or above, held exactly")
Hundredths = Annotated[int, HUNDREDTHS]
Share = Annotated[Fraction, SHARE]

RuleId = Annotated[str, Meta(pattern=r"^[A-Z]{2}-[A-Z][0-9]{2}$")]
Code = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Words = Annotated[str, Meta(min_length=1)]
MonthDay = Annotated[str, Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
TermCode = Annotated[str, Meta(pattern=r"^[0-9]{4}-[12]$")]
Fen = Annotated[int, Meta(ge=0, le=10**15)]
Count = Annotated[int, Meta(ge=0, le=10**9)]

Post = Literal[
    "subject_teacher",
    "homeroom",
    "principal",
    "principal_new",
    "principal_prospective",
    "vice_principal",
    "mental_health_teacher",
]
Status = Literal["registered", "approved", "rejected", "reversed"]
Holder = Literal["teacher", "school"]
Body = Literal["school_research_office", "county_training_body", "training_centre", "none"]
Strength = Literal["must", "in_principle", "encouraged"]
Gate = Literal["graduation", "excellent_rating", "duty"]
Per = Literal["month", "term", "year", "cycle"]


class Level(StrEnum):
    """The five levels of training (ZZ-A25)."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    CITY = "city"
    COUNTY = "county"
    SCHOOL = "school"


class Mode(StrEnum):
    """How training is held."""

    FACE_TO_FACE = "face_to_face"
    ONLINE = "online"
    BASE = "base"
    STUDY = "study"
    SCHOOL_BASED = "school_based"
    BLENDED = "blended"
    OFFLINE = "offline"


class Unit(StrEnum):
    """学分, 学时, or 次 of an activity: never converted but by a dated row."""

    CREDIT = "credit"
    HOUR = "hour"
    ACTIVITY = "activity"


# Types every pack knows, whether or not it has a row for them.
SHARED_TYPES = frozenset(
    {
        "school_based",
        "in_post",
        "backbone",
        "master_teacher",
        "weak_subject",
        "out_of_field",
        "induction",
        "ed_tech",
        "mental_health_general",
        "mental_health_specialist",
        "safety",
        "homeroom",
        "principal_qualification",
        "principal_serving",
        "degree",
        "policy_award",
        "network_study",
        "workshop",
        "growth_plan",
        "publication",
        "research_project",
        "outreach",
    }
)


class Quote(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule and the words of the document, as printed there."""

    rule: RuleId
    quote: Words


class Cite(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Either `rule` and `quote`: law. Or `open` and `chosen_by`: the document is silent, somebody chose."""

    rule: RuleId | None = None
    quote: Words | None = None
    left_open: Words | None = field(name="open", default=None)
    chosen_by: Words | None = None

    def __post_init__(self) -> None:
        if (self.rule is None) == (self.left_open is None):
            raise ValueError("either rule and quote, or open and chosen_by")
        if (self.rule is None) != (self.quote is None):
            raise ValueError("a rule needs its quote, a quote its rule")
        if self.rule is not None and self.chosen_by is not None:
            raise ValueError("chosen_by belongs to an open choice, not to a rule")


class SetsAside(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rule a row does not follow where two contradict each other, and why."""

    rule: RuleId
    why: Words


class Row(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every row of a pack. `also` cites further rules the row carries."""

    cite: Cite
    also: tuple[Quote, ...] = ()
    strength: Strength = "must"

    @property
    def clause(self) -> str | None:
        """The rule the row rests on; None where the document leaves it open."""
        return self.cite.rule
