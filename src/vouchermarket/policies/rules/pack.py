"""A pack: every table a bureau's document may have. The set is closed; a new kind is a struct here."""

from datetime import date

from msgspec import Struct, field

from vouchermarket.policies.rules.kinds.bodies import (
    AuthorityRow,
    Copay,
    FactTrigger,
    Funding,
    Settlement,
    ShareTrigger,
)
from vouchermarket.policies.rules.kinds.credit import (
    Cap,
    Conversion,
    CreditRow,
    CreditTable,
    Evidence,
    Prerequisite,
    Term,
    TrainingType,
    Window,
)
from vouchermarket.policies.rules.kinds.duty import PartPeriod, Requirement, RuleExemption
from vouchermarket.policies.rules.kinds.filters import Cycle
from vouchermarket.policies.rules.kinds.market import (
    AttendanceTier,
    Booking,
    Cancellation,
    Confirmation,
    FundLine,
    PriceCeiling,
    Voucher,
    Wallet,
)
from vouchermarket.policies.rules.kinds.plan import (
    Appraisal,
    Award,
    Burden,
    Deadline,
    Indicator,
    Membership,
    OpenQuestion,
    Priority,
    Rhythm,
    Sanctions,
    Shape,
    Target,
)
from vouchermarket.policies.structs.cited import Code, Count, Level, Quote, Words


class Header(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The document the pack carries, in force in [effective_from, effective_to).

    `levels` maps the bureau's own names of levels to the shared codes (S23); `tiers` of its administration.
    """

    code: Code
    bureau: Words
    document: Words
    effective_from: date
    effective_to: date | None = None
    levels: dict[str, Level] = field(default_factory=dict)
    administration: tuple[Code, ...] = ()
    horizon: tuple[Count, ...] = ()
    also: tuple[Quote, ...] = ()

    def __post_init__(self) -> None:
        if self.effective_to is not None and self.effective_to <= self.effective_from:
            raise ValueError("effective_to: must be after effective_from")


class Pack(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A bureau's document as data. Rows stand in the order of the file, which decides where order matters."""

    header: Header = field(name="pack")
    cycles: tuple[Cycle, ...] = field(name="cycle", default=())
    terms: Term | None = field(name="term", default=None)
    types: tuple[TrainingType, ...] = field(name="training_type", default=())
    requirements: tuple[Requirement, ...] = field(name="requirement", default=())
    caps: tuple[Cap, ...] = field(name="cap", default=())
    conversions: tuple[Conversion, ...] = field(name="conversion", default=())
    evidence: tuple[Evidence, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = field(name="prerequisite", default=())
    part_period: PartPeriod | None = None
    exemptions: tuple[RuleExemption, ...] = field(name="exemption", default=())
    authorities: tuple[AuthorityRow, ...] = field(name="authority", default=())
    share_triggers: tuple[ShareTrigger, ...] = field(name="share_trigger", default=())
    fact_triggers: tuple[FactTrigger, ...] = field(name="fact_trigger", default=())
    sanctions: Sanctions | None = None
    funding: tuple[Funding, ...] = ()
    targets: tuple[Target, ...] = field(name="target", default=())
    deadlines: tuple[Deadline, ...] = field(name="deadline", default=())
    rhythms: tuple[Rhythm, ...] = field(name="rhythm", default=())
    windows: tuple[Window, ...] = field(name="window", default=())
    memberships: tuple[Membership, ...] = field(name="membership", default=())
    shapes: tuple[Shape, ...] = field(name="shape", default=())
    appraisals: tuple[Appraisal, ...] = field(name="appraisal", default=())
    priorities: tuple[Priority, ...] = field(name="priority", default=())
    indicators: tuple[Indicator, ...] = field(name="indicator", default=())
    awards: tuple[Award, ...] = field(name="award", default=())
    burdens: tuple[Burden, ...] = field(name="burden", default=())
    copays: tuple[Copay, ...] = field(name="copay", default=())
    wallet: Wallet | None = None
    fund_lines: tuple[FundLine, ...] = field(name="fund_line", default=())
    voucher: Voucher | None = None
    booking: Booking | None = None
    cancellation: Cancellation | None = None
    attendance_tiers: tuple[AttendanceTier, ...] = field(name="attendance_tier", default=())
    confirmation: Confirmation | None = None
    settlement: Settlement | None = None
    price_ceilings: tuple[PriceCeiling, ...] = field(name="price_ceiling", default=())
    credit_table: CreditTable | None = None
    credit_rows: tuple[CreditRow, ...] = field(name="credit_row", default=())
    questions: tuple[OpenQuestion, ...] = field(name="open_question", default=())

    def training_type(self, code: str) -> TrainingType | None:
        """The row of a type; None where the pack has none."""
        return next((row for row in self.types if row.code == code), None)

    def requirement(self, code: str) -> Requirement | None:
        """The row of a requirement."""
        return next((row for row in self.requirements if row.code == code), None)

    def cycle_on(self, on: date) -> Cycle | None:
        """The cycle a day lies in."""
        return next((row for row in self.cycles if row.holds(on)), None)
