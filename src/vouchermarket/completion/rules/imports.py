"""A provider's sheet on one run: who was at which meetings, and who has finished on what evidence.

A row is judged by the very rules of taking attendance and reporting; what they refuse is the row's fault.
"""

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from vouchermarket.catalogue.structs import Run
from vouchermarket.completion.rules.steps import refuse_attendance, refuse_reports
from vouchermarket.completion.structs import Completion, Participant, Report, State
from vouchermarket.kit import tabular
from vouchermarket.kit.ids import CompletionId, MeetingId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.kit.tabular import Cell, Column, Compared, Fault, Record, Records, Table

EVIDENCE_MAX = 2000
COMPLETIONS = Table(
    "completions",
    (
        Column("code", "工号", Cell.CODE, is_required=True),
        Column("name", "姓名"),
        Column("attended", "到课次序", Cell.WHOLES),
        Column("evidence", "证明材料", Cell.PROSE),
    ),
)


class FaultKind(enum.StrEnum):
    """What can be wrong with a row beside what the rules of attendance and report refuse."""

    PARTICIPANT_UNKNOWN = "participant_unknown"
    NAME_NOT_OF_CODE = "name_not_of_code"
    MEETING_UNKNOWN = "meeting_unknown"
    EVIDENCE_TOO_LONG = "evidence_too_long"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One who holds a seat of the run, as things stand: `attended` are the numbers of meetings."""

    participant: Participant
    name: str
    attended: tuple[int, ...]
    completion: Completion | None

    @property
    def evidence(self) -> str | None:
        """What the report names, as a cell holds it."""
        return tabular.prose(self.completion.evidence) if self.completion else None


class Outcome(tabular.Change, frozen=True, kw_only=True):
    """What a row does: attendance put down at meetings (`present`), a report, or one made again (`again`)."""

    present: Mapping[MeetingId, bool] = {}
    report: Report | None = None
    again: CompletionId | None = None


def completions(records: Records, run: Run, lines: Mapping[str, Line], now: datetime) -> Compared[Outcome]:
    """Rows by the code of the person. An empty evidence reports nothing; attendance left out stays as it is.

    Refuses, for the file as a whole, `RunCalledOff` and `RunNotEnded` where a row reports.
    """
    if any(record.values.get("evidence") for record in records.rows):
        refuse_reports(run, (), {}, {}, now)

    def judged(record: Record) -> Outcome | Sequence[Fault]:
        line = lines.get(record.code)
        faults = _unfit(record, line, run)
        if faults or line is None:
            return faults
        outcome = _outcome(record, line, run)
        return _ruled(record, line, outcome, run, now) or outcome

    return tabular.compared(records, judged)


def _unfit(record: Record, line: Line | None, run: Run) -> list[Fault]:
    if line is None:
        wanted = ("本班次有效选课人员的工号", "the code of somebody who holds a seat of this run")
        return [tabular.fault_of(record, FaultKind.PARTICIPANT_UNKNOWN, "code", *wanted)]
    faults: list[Fault] = []
    name, evidence = record.values.get("name"), record.values.get("evidence") or ""
    if name is not None and name != line.name:
        wanted = ("与工号相符的姓名,或留空", "the name of that person, or nothing")
        faults.append(tabular.fault_of(record, FaultKind.NAME_NOT_OF_CODE, "name", *wanted))
    if set(record.values.get("attended") or ()) - {meeting.number for meeting in run.meetings}:
        most = len(run.meetings)
        wanted = (f"1 至 {most} 的课次序号", f"numbers of meetings from 1 to {most}")
        faults.append(tabular.fault_of(record, FaultKind.MEETING_UNKNOWN, "attended", *wanted))
    if len(evidence) > EVIDENCE_MAX:
        wanted = (f"最多 {EVIDENCE_MAX} 个字符", f"at most {EVIDENCE_MAX} characters")
        faults.append(tabular.fault_of(record, FaultKind.EVIDENCE_TOO_LONG, "evidence", *wanted))
    return faults


def _outcome(record: Record, line: Line, run: Run) -> Outcome:
    attended = record.values.get("attended")
    told = set(line.attended if attended is None else attended)
    differing = told ^ set(line.attended)
    present = {meeting.id: meeting.number in told for meeting in run.meetings if meeting.number in differing}
    evidence = record.values.get("evidence")
    is_new = evidence is not None and evidence != line.evidence
    standing = line.completion
    is_contested = standing is not None and standing.state is State.CONTESTED
    # A contested report is made again as soon as anything in it becomes another.
    again = standing.id if standing and is_contested and evidence and (is_new or present) else None
    booking_id = line.participant.booking_id
    report = Report(booking_id, evidence) if evidence and (is_new or again) else None
    fields = [name for name, is_so in (("attended", present), ("evidence", report)) if is_so]
    return Outcome(
        record.row, record.code, booking_id, tuple(fields), present=present, report=report, again=again
    )


def _ruled(record: Record, line: Line, outcome: Outcome, run: Run, now: datetime) -> list[Fault]:
    booking_id = line.participant.booking_id
    participants = {booking_id: line.participant}
    reported = {booking_id: line.completion} if line.completion else {}

    def attendance() -> None:
        for meeting_id in outcome.present:
            refuse_attendance(run, meeting_id, [booking_id], participants, reported, now)

    def report() -> None:
        if outcome.report and not outcome.again:
            refuse_reports(run, [outcome.report], participants, reported, now)

    return [*_refused(record, "attended", attendance), *_refused(record, "evidence", report)]


def _refused(record: Record, field: str, rule: Callable[[], None]) -> list[Fault]:
    try:
        rule()
    except Refusal as refusal:
        zh, en = (f"{refusal.text(language)} {refusal.remedy(language)}" for language in ("zh", "en"))
        return [tabular.fault_of(record, refusal.code, field, zh, en)]
    return []
