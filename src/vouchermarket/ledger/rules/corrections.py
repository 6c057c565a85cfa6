"""Who may correct what: one person proposes, another approves."""

from collections.abc import Mapping
from uuid import UUID

from vouchermarket.kit.ids import AccountId, PersonId, TransferId
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.ledger.rules.chart import REVERSIBLE_BY_OFFICER
from vouchermarket.ledger.rules.postings import check_route, find_account
from vouchermarket.ledger.structs import Account, Adjust, Correction, Posting, Transfer, TransferCode


class TransferNotReversible(Refusal):
    code = "transfer_not_reversible"
    kind = Kind.CONFLICT
    zh = "“{transfer_code}”这笔转账不能冲正,或已冲正"
    en = "A transfer '{transfer_code}' cannot be reversed here, or has been"
    remedy_zh = "完成确认请在“撤销完成”中办理;其他请提出调整"
    remedy_en = "Revoke a completion where it was verified; for anything else propose an adjustment"


class TransferUnknown(Refusal):
    code = "transfer_unknown"
    kind = Kind.MISSING
    zh = "转账不存在"
    en = "There is no such transfer"
    remedy_zh = "请核对编号"
    remedy_en = "Check its number"


class SamePerson(Refusal):
    code = "same_person"
    kind = Kind.FORBIDDEN
    zh = "提出人和核准人不能是同一人"
    en = "Whoever proposes cannot approve as well"
    remedy_zh = "请由另一位经办人核准"
    remedy_en = "Ask a second person to approve"


class CorrectionDecided(Refusal):
    code = "correction_decided"
    kind = Kind.CONFLICT
    zh = "该更正已有决定"
    en = "This correction has been decided already"
    remedy_zh = "如仍需更正,请另行提出"
    remedy_en = "Propose another one if it is still needed"


class CorrectionUnknown(Refusal):
    code = "correction_unknown"
    kind = Kind.MISSING
    zh = "更正不存在"
    en = "There is no such correction"
    remedy_zh = "请核对编号"
    remedy_en = "Check its number"


def adjustable(adjust: Adjust, accounts: Mapping[AccountId, Account]) -> None:
    """Whether an adjustment may be proposed.

    Refuses `AccountUnknown`, `RouteNotInChart`, `AmountOutOfRange`.
    """
    source, target = (find_account({}, accounts, side) for side in (adjust.source_id, adjust.target_id))
    draft = Posting(
        id=TransferId(UUID(int=0)),
        code=TransferCode.ADJUST,
        source_id=source.id,
        target_id=target.id,
        amount_fen=adjust.amount_fen,
        key="",
        document_id=UUID(int=0),
    )
    check_route(draft, source, target)


def reversible(transfer: Transfer | None) -> Transfer:
    """Whether an officer may propose to mirror it. Refuses `TransferUnknown`, `TransferNotReversible`."""
    if transfer is None:
        raise TransferUnknown
    if transfer.is_reversed or transfer.code not in REVERSIBLE_BY_OFFICER:
        raise TransferNotReversible(transfer_code=transfer.code.value)
    return transfer


def decidable(correction: Correction | None, by: PersonId) -> Correction:
    """Whether this person may decide it. Refuses `CorrectionUnknown`, `CorrectionDecided`, `SamePerson`."""
    if correction is None:
        raise CorrectionUnknown
    if correction.approved is not None:
        raise CorrectionDecided
    if correction.proposed_by == by:
        raise SamePerson
    return correction
