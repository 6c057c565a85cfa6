"""The one function that decides whether postings may stand.

Pure: accounts as they stood under lock and postings in, accounts as they will stand out, or a refusal.
"""

from collections.abc import Iterable, Mapping

import msgspec

from vouchermarket.kit.ids import AccountId, TransferId
from vouchermarket.kit.money import FEN_MAX
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.ledger.rules.chart import CHART, COVERED, LOCKED, Effect
from vouchermarket.ledger.structs import Account, AccountKind, Hold, Posting, TransferCode


class AmountOutOfRange(Refusal):
    code = "amount_out_of_range"
    kind = Kind.INVALID
    zh = "金额须为 1 至 {most_fen} 分之间的整数,收到 {amount_fen}"
    en = "An amount is a whole number of fen between 1 and {most_fen}, not {amount_fen}"
    remedy_zh = "请检查金额和单位(分)"
    remedy_en = "Check the amount and its unit, fen"


class RouteNotInChart(Refusal):
    code = "route_not_in_chart"
    kind = Kind.INVALID
    zh = "“{transfer_code}”不得从 {source} 账户转入 {target} 账户"
    en = "'{transfer_code}' never moves value from {source} to {target}"
    remedy_zh = "请按科目表选择转出与转入账户"
    remedy_en = "Choose source and target by the chart of accounts"


class AccountUnknown(Refusal):
    code = "account_unknown"
    kind = Kind.MISSING
    zh = "账户不存在"
    en = "There is no such account"
    remedy_zh = "请核对账户"
    remedy_en = "Check the account"


class BalanceNotEnough(Refusal):
    code = "balance_not_enough"
    kind = Kind.PAYMENT
    zh = "{account} 可用 {free_fen} 分,不足 {needed_fen} 分"
    en = "{account} has {free_fen} fen free, {needed_fen} are needed"
    remedy_zh = "请减少金额,或先补足该账户"
    remedy_en = "Ask for less, or add to the account first"


class HoldNotOpen(Refusal):
    code = "hold_not_open"
    kind = Kind.CONFLICT
    zh = "该笔冻结已经了结或不存在"
    en = "This hold is resolved already, or there is none"
    remedy_zh = "请刷新后查看其结果"
    remedy_en = "Load it anew to see how it ended"


class CaptureAboveHold(Refusal):
    code = "capture_above_hold"
    kind = Kind.INVALID
    zh = "冻结金额为 {held_fen} 分,不能支用 {amount_fen} 分"
    en = "{held_fen} fen are held: {amount_fen} cannot be captured"
    remedy_zh = "支用额不得超过冻结额"
    remedy_en = "Capture at most what is held"


def apply(
    accounts: Mapping[AccountId, Account], holds: Mapping[TransferId, Hold], postings: Iterable[Posting]
) -> dict[AccountId, Account]:
    """The accounts after these postings, in their order; only those that changed.

    Refuses `AmountOutOfRange`, `AccountUnknown`, `RouteNotInChart`, `BalanceNotEnough`, `HoldNotOpen`,
    `CaptureAboveHold`. Nothing is written by it: one refusal undoes them all.
    """
    changed: dict[AccountId, Account] = {}
    resolved: set[TransferId] = set()
    for posting in postings:
        source, target = (
            find_account(changed, accounts, side) for side in (posting.source_id, posting.target_id)
        )
        check_route(posting, source, target)
        line = CHART[posting.code]
        if line.resolves is not None:
            hold = _open_hold(posting, holds, line.resolves, resolved)
            source = _with(source, held_fen=-hold.amount_fen)
        if line.effect is Effect.RESERVES:
            source = _with(_spendable(source, posting.amount_fen), held_fen=posting.amount_fen)
        elif line.effect is not Effect.LETS_GO:
            source = _with(
                _spendable(source, posting.amount_fen, posting.code), balance_fen=-posting.amount_fen
            )
            target = _with(target, balance_fen=posting.amount_fen)
        changed[source.id], changed[target.id] = source, target
    return {id_: account for id_, account in changed.items() if account != accounts[id_]}


def find_account(
    changed: Mapping[AccountId, Account], accounts: Mapping[AccountId, Account], id_: AccountId
) -> Account:
    found = changed.get(id_) or accounts.get(id_)
    if found is None:
        raise AccountUnknown
    return found


def check_route(posting: Posting, source: Account, target: Account) -> None:
    """Whether the chart knows this way. Refuses `AmountOutOfRange`, `RouteNotInChart`."""
    if not 0 < posting.amount_fen <= FEN_MAX:
        raise AmountOutOfRange(amount_fen=posting.amount_fen, most_fen=FEN_MAX)
    line = CHART[posting.code]
    mirrors = posting.code is not TransferCode.REVERSE or posting.reverses_id is not None
    if (
        source.id == target.id
        or source.kind not in line.sources
        or target.kind not in line.targets
        or not mirrors
    ):
        raise RouteNotInChart(transfer_code=posting.code.value, source=source.code, target=target.code)


def _open_hold(
    posting: Posting, holds: Mapping[TransferId, Hold], code: TransferCode, resolved: set[TransferId]
) -> Hold:
    hold = holds.get(posting.resolves_id) if posting.resolves_id else None
    if hold is None or not hold.is_open or hold.id in resolved or hold.code is not code:
        raise HoldNotOpen
    if (hold.source_id, hold.target_id) != (posting.source_id, posting.target_id):
        raise HoldNotOpen
    lets_go = CHART[posting.code].effect is Effect.LETS_GO
    if posting.amount_fen > hold.amount_fen or (lets_go and posting.amount_fen != hold.amount_fen):
        raise CaptureAboveHold(held_fen=hold.amount_fen, amount_fen=posting.amount_fen)
    resolved.add(hold.id)
    return hold


def _spendable(source: Account, amount_fen: int, code: TransferCode | None = None) -> Account:
    # A claw-back may take payable below zero: the next statements of that provider work it off. What the
    # bank has paid is paid, even if a claw-back came between its hold and its answer.
    may_overdraw = code in {TransferCode.CLAW_BACK, TransferCode.PAID}
    must_cover = source.kind in COVERED or (source.kind is AccountKind.PAYABLE and not may_overdraw)
    if must_cover and source.free_fen < amount_fen:
        raise BalanceNotEnough(account=source.code, free_fen=source.free_fen, needed_fen=amount_fen)
    return source


def _with(account: Account, *, balance_fen: int = 0, held_fen: int = 0) -> Account:
    if account.kind not in LOCKED:
        return account
    return msgspec.structs.replace(
        account, balance_fen=account.balance_fen + balance_fen, held_fen=account.held_fen + held_fen
    )
