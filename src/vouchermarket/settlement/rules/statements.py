"""Statements: what goes on them, who answers, and the two keys that settle them (ZZ-B04)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from vouchermarket.identity.structs import OrganisationKind
from vouchermarket.kit.ids import PersonId
from vouchermarket.kit.refusal import Kind, Refusal
from vouchermarket.settlement.structs import (
    EarnedCompletion,
    Response,
    Statement,
    StatementKey,
    StatementLine,
)


class StatementPeriodEmpty(Refusal):
    code = "statement_period_empty"
    kind = Kind.INVALID
    zh = "结算期间 {from_on} 至 {to_on}(不含)没有一天"
    en = "The period from {from_on} up to {to_on} has no day in it"
    remedy_zh = "截止日期须晚于起始日期"
    remedy_en = "End it on a day after its first"


class NothingEarned(Refusal):
    code = "nothing_earned"
    kind = Kind.CONFLICT
    zh = "该承担单位在此期间没有待结算的已核实培训"
    en = "This provider has no verified completion of the period that waits for a statement"
    remedy_zh = "请核对期间,或等待培训完成核实"
    remedy_en = "Check the period, or wait until completions are verified"
    clause = "ZZ-B04"


class StatementSettled(Refusal):
    code = "statement_settled"
    kind = Kind.CONFLICT
    zh = "结算单已核定,不能再改"
    en = "This statement is settled and stands as it is"
    remedy_zh = "如依据有误,请提出撤销完成"
    remedy_en = "If a completion on it was wrong, propose to revoke it"
    clause = "ZZ-B04"


class LineDropped(Refusal):
    code = "line_dropped"
    kind = Kind.CONFLICT
    zh = "该行已从结算单中移出"
    en = "This line has been taken off its statement"
    remedy_zh = "请在下一张结算单中办理"
    remedy_en = "Answer it on the next statement"


class ReasonMissing(Refusal):
    code = "reason_missing"
    kind = Kind.INVALID
    zh = "须写明理由"
    en = "A reason is needed"
    remedy_zh = "请填写理由,供对方和审计查看"
    remedy_en = "Write it down for the other side and for the audit"


class LineNotDisputed(Refusal):
    code = "line_not_disputed"
    kind = Kind.CONFLICT
    zh = "只有承担单位提出异议的行可以移出"
    en = "Only a line its provider disputes can be taken off"
    remedy_zh = "请由承担单位先提出异议;完成有误的,请提出撤销完成"
    remedy_en = "Let the provider dispute it, or propose to revoke its completion"


class LinesOpen(Refusal):
    code = "lines_open"
    kind = Kind.CONFLICT
    zh = "还有 {unanswered} 行未答复、{disputed} 行有异议"
    en = "{unanswered} lines are unanswered and {disputed} are disputed"
    remedy_zh = "请由承担单位答复,有异议的行由教培中心移出或由承担单位撤回异议"
    remedy_en = "Let the provider answer; take disputed lines off or have the dispute withdrawn"
    clause = "ZZ-B04"


class EmptyStatement(Refusal):
    code = "empty_statement"
    kind = Kind.CONFLICT
    zh = "结算单上没有可核定的行"
    en = "Nothing is left on this statement to settle"
    remedy_zh = "请另立结算单"
    remedy_en = "Draw up another one"
    clause = "ZZ-B04"


class KeyTurned(Refusal):
    code = "key_turned"
    kind = Kind.CONFLICT
    zh = "本部门已核定过此结算单,须由另一部门核定"
    en = "Your office has turned its key: the other office has the second one"
    remedy_zh = "请由教师科与市教培中心各核定一次"
    remedy_en = "One key is the teacher office's, the other the training centre's"
    clause = "ZZ-B04"


class SamePersonTwice(Refusal):
    code = "same_person_twice"
    kind = Kind.FORBIDDEN
    zh = "同一人不能代表两个部门核定"
    en = "One person cannot turn both keys, whatever his or her offices"
    remedy_zh = "请由另一部门的另一人核定"
    remedy_en = "Ask another person of the other office"
    clause = "ZZ-B04"


class TurnedByMaker(Refusal):
    code = "turned_by_maker"
    kind = Kind.FORBIDDEN
    zh = "制单人不能核定自己编制的结算单"
    en = "Whoever drew a statement up cannot turn a key of it"
    remedy_zh = "请由本部门另一位经办人核定"
    remedy_en = "Ask another officer of your office"
    clause = "ZZ-B04"


class KeyNotTurned(Refusal):
    code = "key_not_turned"
    kind = Kind.CONFLICT
    zh = "本部门尚未核定,无可撤回"
    en = "Your office has turned no key that could be withdrawn"
    remedy_zh = "请刷新后查看核定情况"
    remedy_en = "Load it anew to see whose keys are turned"


def period(from_on: date, to_on: date) -> None:
    """Whether a half-open period holds a day. Refuses `StatementPeriodEmpty`."""
    if from_on >= to_on:
        raise StatementPeriodEmpty(from_on=from_on, to_on=to_on)


def to_state(earned: Sequence[EarnedCompletion]) -> int:
    """The total in fen of what goes on a statement. Refuses `NothingEarned`."""
    if not earned:
        raise NothingEarned
    return sum(completion.captured_fen for completion in earned)


def still_open(statement: Statement) -> None:
    """Whether a statement can still change. Refuses `StatementSettled`."""
    if statement.settled_at is not None:
        raise StatementSettled


def reasoned(reason: str) -> str:
    """The reason without spaces around it. Refuses `ReasonMissing`."""
    stripped = reason.strip()
    if not stripped:
        raise ReasonMissing
    return stripped


def answerable(statements: Iterable[Statement], lines: Iterable[StatementLine]) -> None:
    """Whether these lines can be answered now. Refuses `StatementSettled`, `LineDropped`."""
    for statement in statements:
        still_open(statement)
    if not all(line.is_live for line in lines):
        raise LineDropped


def droppable(statement: Statement, line: StatementLine) -> None:
    """Whether the centre may take this line off.

    Refuses `StatementSettled`, `LineDropped`, `LineNotDisputed`: what a provider has earned is not taken
    from it against its word.
    """
    answerable([statement], [line])
    if line.response is not Response.DISPUTED:
        raise LineNotDisputed


def turnable(
    statement: Statement,
    lines: Sequence[StatementLine],
    keys: Collection[StatementKey],
    by: PersonId,
    offices: Sequence[OrganisationKind],
) -> OrganisationKind:
    """The office whose key this person turns now, of those he or she sits in.

    Refuses `StatementSettled`, `SamePersonTwice`, `KeyTurned`, `TurnedByMaker`, `EmptyStatement`,
    `LinesOpen`, in this order.
    """
    still_open(statement)
    if any(key.person_id == by for key in keys):
        raise SamePersonTwice
    turned = {key.office for key in keys}
    office = next((office for office in offices if office not in turned), None)
    if office is None:
        raise KeyTurned
    if statement.drawn_up_by == by:
        raise TurnedByMaker
    live = [line for line in lines if line.is_live]
    if not live:
        raise EmptyStatement
    unanswered = sum(line.response is None for line in live)
    disputed = sum(line.response is Response.DISPUTED for line in live)
    if unanswered or disputed:
        raise LinesOpen(unanswered=unanswered, disputed=disputed)
    return office


def withdrawable(
    statement: Statement, keys: Iterable[StatementKey], offices: Collection[OrganisationKind]
) -> StatementKey:
    """The key of one of these offices, while the second has not been turned.

    Refuses `StatementSettled`, `KeyNotTurned`.
    """
    still_open(statement)
    for key in keys:
        if key.office in offices:
            return key
    raise KeyNotTurned
