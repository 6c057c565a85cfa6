"""Who gets a voucher and of how much, from which fund and until when: pure decisions, and every "no"."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from vouchermarket.identity.structs import DepartureKind
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.ledger import rules as ledger
from vouchermarket.policies import rules as policies
from vouchermarket.policies.rules import Pack
from vouchermarket.policies.structs import Holder
from vouchermarket.vouchers.structs import Head, Issuance, ProposeIssuance, Share


class FundNotOpen(Refusal):
    code = "fund_not_open"
    kind = Kind.MISSING
    zh = "{year} 年“{line}”尚未安排经费"
    en = "Nothing has been appropriated to {line} of {year}"
    remedy_zh = "请先安排经费"
    remedy_en = "Appropriate money to it first"
    clause = "ZZ-A24"


class FundLapsed(Refusal):
    code = "fund_lapsed"
    kind = Kind.CONFLICT
    zh = "{year} 年“{line}”经费已于年终收回"
    en = "{line} of {year} has gone back to the treasury at the end of its year"
    remedy_zh = "请使用当年的经费"
    remedy_en = "Use the fund of the current year"


class FundYearNotOver(Refusal):
    code = "fund_year_not_over"
    kind = Kind.CONFLICT
    zh = "{year} 年尚未结束,经费不能收回"
    en = "{year} is not over: its fund does not lapse yet"
    remedy_zh = "请在 {year} 年之后办理"
    remedy_en = "Let it lapse once {year} is over"


class ValidityOutsideRule(Refusal):
    code = "validity_outside_rule"
    kind = Kind.INVALID
    zh = "有效期 {valid_from} 至 {valid_to}(不含)不在政策允许的范围内"
    en = "Validity from {valid_from} up to, not including, {valid_to} is outside the rule"
    remedy_zh = "有效期须在 {earliest} 至 {latest}(不含)之间,且截止晚于起始"
    remedy_en = "Choose days from {earliest} up to, not including, {latest}, the end after the beginning"


class CountedInFuture(Refusal):
    """Who will be entitled on a day to come is not known yet."""

    code = "counted_in_future"
    kind = Kind.INVALID
    zh = "统计日期 {counted_on} 在今天({today})之后"
    en = "{counted_on}, the day of counting, lies after today, {today}"
    remedy_zh = "请选用今天或更早的日期,在册人数以当日为准"
    remedy_en = "Choose today or an earlier day: heads are counted as the roster has them on that day"
    clause = "ZZ-A23"


class NothingToIssue(Refusal):
    code = "nothing_to_issue"
    kind = Kind.CONFLICT
    zh = "没有可核发的对象:有资格者均已持有,或人均额度为 0"
    en = "Nobody is left to issue to: all who are entitled hold one, or the per-capita amount is 0"
    remedy_zh = "请核对人员、统计日期和人均额度"
    remedy_en = "Check the roster, the day of counting and the per-capita amount"
    clause = "ZZ-A23"


class IssuanceAboveFund(Refusal):
    """No other envelope may fill the gap: money set aside for one purpose is spent on it alone."""

    code = "issuance_above_fund"
    kind = Kind.PAYMENT
    zh = "本批需 {total_fen} 分,经费仅余 {free_fen} 分"
    en = "This issuance needs {total_fen} fen, the fund has {free_fen} free"
    remedy_zh = "请先追加该项经费,专款不得互相挪用"
    remedy_en = "Appropriate more to this fund first; another line cannot pay for it"
    clause = "ZZ-A18"


class IssuanceDecided(Refusal):
    code = "issuance_decided"
    kind = Kind.CONFLICT
    zh = "该核发批次已有决定"
    en = "This issuance has been decided already"
    remedy_zh = "如需更改,请另行提出一批"
    remedy_en = "Propose another one if it is still needed"


class IssuanceNotApproved(Refusal):
    code = "issuance_not_approved"
    kind = Kind.CONFLICT
    zh = "该核发批次未经核准,不能核发"
    en = "This issuance has not been approved and cannot be issued"
    remedy_zh = "请先由另一位经办人核准"
    remedy_en = "Have a second person approve it first"


class VoucherAlreadyFrozen(Refusal):
    code = "voucher_already_frozen"
    kind = Kind.CONFLICT
    zh = "该培训券已冻结:{reason}"
    en = "This voucher is frozen already: {reason}"
    remedy_zh = "如需使用,请先解冻"
    remedy_en = "Unfreeze it first if it is to be used"


class VoucherNotFrozen(Refusal):
    code = "voucher_not_frozen"
    kind = Kind.CONFLICT
    zh = "该培训券未冻结"
    en = "This voucher is not frozen"
    remedy_zh = "无需办理"
    remedy_en = "There is nothing to do"


# What stands as the reason of a freeze that nobody ordered.
# More than so many days before a voucher ends, and at most so many: each holder is reminded twice in time.
REMINDERS = ((7, 30), (0, 7))

GONE: Mapping[DepartureKind, str] = {
    DepartureKind.LEFT: "持有人已离岗",
    DepartureKind.DIED: "持有人已去世",
}


def valid(pack: Pack, command: ProposeIssuance) -> None:
    """Whether the validity keeps to the pack's rule. Refuses `ValidityOutsideRule` with the rule's clause.

    A voucher ends with the year of its fund, or with the next one where the pack carries the rest over.
    """
    row = pack.voucher
    earliest = date(command.year, 1, 1)
    latest = date(command.year + (2 if row is not None and row.carry_over else 1), 1, 1)
    if not earliest <= command.valid_from < command.valid_to <= latest:
        raise ValidityOutsideRule(
            valid_from=command.valid_from,
            valid_to=command.valid_to,
            earliest=earliest,
            latest=latest,
            clause=row.clause if row else None,
        )


def countable(counted_on: date, today: date) -> None:
    """Whether heads can be counted on that day (ZZ-A23). Refuses `CountedInFuture`."""
    if counted_on > today:
        raise CountedInFuture(counted_on=counted_on, today=today)


def share_out(pack: Pack, line: str, heads: Sequence[Head], holding: Collection[UUID]) -> list[Share]:
    """What each holder gets of a line, by holder id: per-capita amount × heads (ZZ-A23).

    Only who the wallet entitles is counted (ZZ-A22), only heads of the line's tiers where it names any, and
    everybody once, however many schools he or she teaches at. Those `holding` one already are left out.
    Refuses `FundLineUnknown`, `HolderNotEntitled` when there are teachers but the wallet entitles none of
    them, `NothingToIssue`.
    """
    row = policies.fund_line(pack, line)
    counted = _once([head for head in heads if _entitled(pack, row.holder, head.is_direct)])
    if heads and not counted:
        policies.wallet(pack, row.holder, heads[0].is_direct)
    numbers: dict[UUID, int] = {}
    for head in counted:
        if row.tiers and not set(row.tiers) & set(head.tiers):
            continue
        holder_id = head.person_id if row.holder == "teacher" else head.school_id
        numbers[holder_id] = numbers.get(holder_id, 0) + 1
    shares = [
        Share(holder_id, number, number * row.per_capita_fen)
        for holder_id, number in sorted(numbers.items())
        if holder_id not in holding
    ]
    if not row.per_capita_fen or not shares:
        raise NothingToIssue
    return shares


def _entitled(pack: Pack, holder: Holder, is_direct: bool) -> bool:
    try:
        policies.wallet(pack, holder, is_direct)
    except policies.HolderNotEntitled:
        return False
    return True


def _once(heads: Iterable[Head]) -> list[Head]:
    # A head is counted at one school; of several, at the one with the lowest id, whatever order they come in.
    at: dict[PersonId, Head] = {}
    for head in sorted(heads, key=lambda head: (head.person_id, head.school_id)):
        at.setdefault(head.person_id, head)
    return list(at.values())


def covered(shares: Iterable[Share], free_fen: int) -> int:
    """The total of these shares in fen. Refuses `IssuanceAboveFund` when the fund has less free."""
    total_fen = sum(share.amount_fen for share in shares)
    if total_fen > free_fen:
        raise IssuanceAboveFund(total_fen=total_fen, free_fen=free_fen)
    return total_fen


def decidable(issuance: Issuance, by: PersonId) -> None:
    """Whether this person may decide it. Refuses `IssuanceDecided`, `SamePerson`."""
    if issuance.is_approved is not None:
        raise IssuanceDecided
    if issuance.proposed_by == by:
        raise ledger.SamePerson


def lapsable(line: str, year: int, today: date) -> None:
    """Whether the fund's year is over. Refuses `FundYearNotOver`."""
    if today < date(year + 1, 1, 1):
        raise FundYearNotOver(line=line, year=year)
