"""Revoking a verified completion: who may, and which way the captured value goes back."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from vouchermarket.kit.ids import AccountId, FundId, PersonId
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.ledger.structs import Transfer, TransferCode
from vouchermarket.settlement.structs import Revocation


class RevocationPending(Refusal):
    code = "revocation_pending"
    kind = Kind.CONFLICT
    zh = "该项完成已有待决定的撤销申请"
    en = "A revocation of this completion waits for a decision already"
    remedy_zh = "请由第二人对该申请作出决定"
    remedy_en = "Let a second person decide it"


class RevocationDecided(Refusal):
    code = "revocation_decided"
    kind = Kind.CONFLICT
    zh = "该撤销申请已有决定"
    en = "This revocation has been decided already"
    remedy_zh = "如仍需撤销,请另行提出"
    remedy_en = "Propose another one if it is still needed"


class RevokedByProposer(Refusal):
    code = "revoked_by_proposer"
    kind = Kind.FORBIDDEN
    zh = "撤销的提出人不能自行决定"
    en = "Whoever proposed a revocation cannot decide it as well"
    remedy_zh = "请由另一位经办人决定"
    remedy_en = "Ask a second person to decide"


class Way(msgspec.Struct, frozen=True):
    """One movement back: the capture it answers, its code, and its two accounts."""

    capture: Transfer
    code: TransferCode
    source_id: AccountId
    target_id: AccountId


def none_pending(pending: Sequence[Revocation]) -> None:
    """Whether no other revocation of the completion waits for a decision. Refuses `RevocationPending`."""
    if pending:
        raise RevocationPending


def decidable(revocation: Revocation, by: PersonId) -> None:
    """Whether this person may decide it. Refuses `RevocationDecided`, `RevokedByProposer`."""
    if revocation.approved is not None:
        raise RevocationDecided
    if revocation.proposed_by == by:
        raise RevokedByProposer


def taken_back(
    captures: Sequence[Transfer],
    funds: Mapping[UUID, FundId],
    payable_id: AccountId,
    *,
    is_settled: bool,
) -> list[Way]:
    """How the captures of a completion go back.

    Before its statement is settled each is mirrored: to the voucher, expired or not, or to the co-pay. After
    that the provider's payable gives the value back, to the voucher's fund or to the co-pay, even below zero.
    `funds` names the fund of each voucher among the sources.
    """
    open_ones = [capture for capture in captures if not capture.is_reversed]
    if is_settled:
        return [
            Way(
                capture,
                TransferCode.CLAW_BACK,
                payable_id,
                AccountId(funds.get(capture.source_id, capture.source_id)),
            )
            for capture in open_ones
        ]
    return [Way(capture, TransferCode.REVERSE, capture.target_id, capture.source_id) for capture in open_ones]
