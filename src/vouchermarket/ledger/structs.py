"""What the ledger takes and gives: accounts, postings, holds. All amounts are integer fen."""

import enum
from datetime import datetime
from uuid import UUID

import msgspec

from vouchermarket.kit.fields import Prose
from vouchermarket.kit.ids import AccountId, PersonId, TransferId


class TransferCode(enum.StrEnum):
    """The line: every way in which value moves. README.md shows it as a table and a test compares them."""

    APPROPRIATE = "appropriate"
    ISSUE = "issue"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    USE = "use"
    SETTLE = "settle"
    PAY_OUT = "pay_out"
    PAID = "paid"
    PAY_OUT_FAILED = "pay_out_failed"
    COPAY = "copay"
    REFUND = "refund"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    EXPIRE = "expire"
    LAPSE = "lapse"
    REVERSE = "reverse"
    CLAW_BACK = "claw_back"
    ADJUST = "adjust"


class AccountKind(enum.StrEnum):
    """What an account stands for; the chart says what may flow between which kinds."""

    TREASURY = "treasury"
    FUND = "fund"
    VOUCHER = "voucher"
    COPAY = "copay"
    EARNED = "earned"
    PAYABLE = "payable"
    OUTSIDE = "outside"


class Account(msgspec.Struct, frozen=True):
    """One account as it stood under lock. Open kinds carry 0 and 0: they are read from transfers."""

    id: AccountId
    kind: AccountKind
    code: str
    balance_fen: int = 0
    held_fen: int = 0

    @property
    def free_fen(self) -> int:
        """What is there and not reserved."""
        return self.balance_fen - self.held_fen


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One transfer to be written.

    `key` is made of facts and unique in the bureau; `document_id` is the booking, statement or issuance it
    belongs to; `resolves_id` names the hold it ends, `reverses_id` the transfer it mirrors.
    """

    id: TransferId
    code: TransferCode
    source_id: AccountId
    target_id: AccountId
    amount_fen: int
    key: str
    document_id: UUID
    resolves_id: TransferId | None = None
    reverses_id: TransferId | None = None


class Hold(msgspec.Struct, frozen=True):
    """A reservation at its source account, and whether another transfer has resolved it."""

    id: TransferId
    code: TransferCode
    source_id: AccountId
    target_id: AccountId
    amount_fen: int
    document_id: UUID
    is_open: bool


class Transfer(msgspec.Struct, frozen=True):
    """A transfer as written: immutable."""

    id: TransferId
    code: TransferCode
    source_id: AccountId
    target_id: AccountId
    amount_fen: int
    document_id: UUID
    is_reversed: bool = False


class Movement(msgspec.Struct, frozen=True):
    """A transfer as one of its two accounts sees it: `is_in` where the value comes to it."""

    id: TransferId
    at: datetime
    code: TransferCode
    amount_fen: int
    document_id: UUID
    is_in: bool


class Reason(enum.StrEnum):
    """Why value is corrected: a closed list, so that corrections can be counted by cause."""

    KEYED_WRONG = "keyed_wrong"
    BANK_RETURNED = "bank_returned"
    AUDIT_FINDING = "audit_finding"
    COURT_RULING = "court_ruling"


class Adjust(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Proposal to move value between two named accounts (fund, voucher, payable)."""

    source_id: AccountId
    target_id: AccountId
    amount_fen: int
    reason: Reason
    text: Prose


class Reverse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Proposal to mirror one transfer (an appropriation, an issue, an adjustment)."""

    transfer_id: TransferId
    reason: Reason
    text: Prose


class Correction(msgspec.Struct, frozen=True):
    """A proposed correction: nothing moves until a second person approves."""

    id: UUID
    code: TransferCode
    source_id: AccountId
    target_id: AccountId
    amount_fen: int
    reverses_id: TransferId | None
    reason: Reason
    text: str
    proposed_by: PersonId
    decided_by: PersonId | None
    approved: bool | None
