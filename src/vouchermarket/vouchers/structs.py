"""What vouchers take and give: funds, issuances, the vouchers themselves. Amounts are integer fen.

Validity is half-open: a voucher is good on every day of [valid_from, valid_to).
"""

from datetime import date, datetime
from uuid import UUID

import msgspec

from vouchermarket.kit.fields import Line, Year
from vouchermarket.kit.ids import FundId, IssuanceId, OrganisationId, PersonId, PolicyVersionId, VoucherId
from vouchermarket.policies.structs import Holder

PAGE_MAX = 200


# --- commands ---------------------------------------------------------------------------------------------


class Appropriate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Money set aside for one envelope of one year (ZZ-A24); `document` is the paper it rests on."""

    line: Line
    year: Year
    amount_fen: int
    document: Line


class ProposeIssuance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Vouchers for everybody who is entitled on `counted_on`, good in [valid_from, valid_to)."""

    line: Line
    year: Year
    counted_on: date
    valid_from: date
    valid_to: date


class Freeze(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Stop a voucher from being spent, or let it go again; the reason stands in the audit trail."""

    voucher_id: VoucherId
    reason: Line


# --- what rules decide on ---------------------------------------------------------------------------------


class Head(msgspec.Struct, frozen=True):
    """One post of a teacher at a school on the day of counting; the tiers are the person's on that day."""

    person_id: PersonId
    school_id: OrganisationId
    is_direct: bool
    tiers: tuple[str, ...] = ()


class Share(msgspec.Struct, frozen=True):
    """What one holder gets: a teacher for one head, a school for all of its own."""

    holder_id: UUID
    heads: int
    amount_fen: int


class VoucherFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher as booking judges it. `id` is its ledger account; `holder_id` a person or an organisation."""

    id: VoucherId
    holder_id: UUID
    line: str
    valid_from: date
    valid_to: date
    is_frozen: bool


# --- what is shown ----------------------------------------------------------------------------------------


class Fund(msgspec.Struct, frozen=True, kw_only=True):
    """One envelope of one year with what is left in it."""

    id: FundId
    line: str
    year: int
    balance_fen: int
    held_fen: int
    free_fen: int
    lapsed_at: datetime | None


class Appropriation(msgspec.Struct, frozen=True, kw_only=True):
    """An appropriation just made."""

    id: UUID
    fund_id: FundId
    amount_fen: int


class IssuanceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One holder of an issuance, by the code and name the second person reads."""

    holder_id: UUID
    code: str
    name: str
    heads: int
    amount_fen: int


class Issuance(msgspec.Struct, frozen=True, kw_only=True):
    """An issuance: frozen at its preview, decided by a second person, then issued.

    `is_approved` None = not decided yet.
    """

    id: IssuanceId
    fund_id: FundId
    line: str
    year: int
    holder: Holder
    counted_on: date
    valid_from: date
    valid_to: date
    vouchers: int
    total_fen: int
    policy_version_id: PolicyVersionId
    proposed_by: PersonId
    proposed_at: datetime
    decided_by: PersonId | None
    is_approved: bool | None
    issued_at: datetime | None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an issuance would give out, beside what the fund has free; `lines` is the first page of it."""

    issuance_id: IssuanceId
    vouchers: int
    heads: int
    total_fen: int
    fund_free_fen: int
    lines: tuple[IssuanceLine, ...]


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """What an issuance has given out: the same figures however often it is asked to."""

    issuance_id: IssuanceId
    vouchers: int
    total_fen: int


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep or a year end moved: how many accounts gave how much."""

    accounts: int
    amount_fen: int


class Voucher(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher as its holder sees it. `amount_fen` was issued; `free_fen` may still be spent."""

    id: VoucherId
    line: str
    year: int
    amount_fen: int
    balance_fen: int
    held_fen: int
    free_fen: int
    valid_from: date
    valid_to: date
    is_frozen: bool
    frozen_reason: str | None
