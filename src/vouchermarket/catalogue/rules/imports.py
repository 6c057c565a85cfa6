"""A provider's sheets of courses and runs: their columns, and each row against what stands.

A row is judged by the very rules of filing a course and opening a run; what they refuse is the row's fault.
"""

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from vouchermarket.catalogue.rules.accreditations import accredited
from vouchermarket.catalogue.rules.courses import fileable, priced
from vouchermarket.catalogue.rules.runs import openable
from vouchermarket.catalogue.structs import Accreditation, FileCourse, MeetingTime, OpenRun
from vouchermarket.identity.structs import OrganisationKind
from vouchermarket.kit import tabular
from vouchermarket.kit.clock import civil_day
from vouchermarket.kit.ids import CourseId, OrganisationId
from vouchermarket.kit.refusal import Refusal
from vouchermarket.kit.tabular import Cell, Column, Compared, Fault, Record, Records, Table
from vouchermarket.policies.rules import Pack
from vouchermarket.policies.structs import Level, Mode, Unit


def _words(kind: type[enum.StrEnum], *written: str) -> dict[str, str]:
    return dict(zip((one.value for one in kind), written, strict=True))


_LEVELS = _words(Level, "国家级", "省级", "市级", "县级", "校级")
_MODES = _words(Mode, "集中", "远程", "基地", "研修", "校本", "混合", "线下")
_UNITS = _words(Unit, "学分", "学时", "次")

COURSES = Table(
    "courses",
    (
        Column("title", "课程名称", is_required=True),
        Column("organiser", "主办单位编号", Cell.CODE, is_required=True),
        Column("type", "培训类别", Cell.CODE, is_required=True),
        Column("level", "层次", Cell.CHOICE, is_required=True, choices=_LEVELS),
        Column("mode", "方式", Cell.CHOICE, is_required=True, choices=_MODES),
        Column("subject", "学科"),
        Column("stage", "学段"),
        Column("fund_lines", "经费额度", Cell.CODES),
        Column("price", "价格(元)", Cell.MONEY, is_required=True),
        Column("amount", "数量", Cell.AMOUNT, is_required=True),
        Column("unit", "单位", Cell.CHOICE, is_required=True, choices=_UNITS),
        Column("summary", "简介", Cell.PROSE),
    ),
)
RUNS = Table(
    "runs",
    (
        Column("course", "课程名称", is_required=True),
        Column("place", "地点", is_required=True),
        Column("meetings", "上课时间", Cell.SPANS, is_required=True),
        Column("capacity", "名额", Cell.WHOLE, is_required=True),
        Column("books_from", "选课开始", Cell.MOMENT, is_required=True),
        Column("books_until", "选课截止", Cell.MOMENT, is_required=True),
        Column("price", "价格(元)", Cell.MONEY),
    ),
    keys=3,
)
TABLES = {table.name: table for table in (COURSES, RUNS)}

# Which cell a rule speaks of; what speaks of none in particular is told at the row's first.
_PLACES = {
    "organiser_not_of_level": "organiser",
    "type_unknown": "type",
    "level_not_allowed": "level",
    "mode_not_allowed": "mode",
    "unit_not_allowed": "unit",
    "fund_line_unknown": "fund_lines",
    "fund_lines_missing": "fund_lines",
    "price_above_ceiling": "price",
    "instant_out_of_range": "meetings",
    "capacity_out_of_range": "capacity",
    "meeting_empty": "meetings",
    "meetings_overlap": "meetings",
    "booking_window_empty": "books_until",
    "booking_window_after_start": "books_until",
    "provider_not_accredited": "meetings",
}


class FaultKind(enum.StrEnum):
    """What can be wrong with a row beside what the rules of filing and opening refuse."""

    ORGANISER_UNKNOWN = "organiser_unknown"
    COURSE_UNKNOWN = "course_unknown"
    STANDS_OTHERWISE = "stands_otherwise"


class Offer(tabular.Change, frozen=True):
    """A row with the command that files or opens what is new; without one where it stands already."""

    command: FileCourse | OpenRun | None = None


class Standing(msgspec.Struct, frozen=True):
    """A course or run as it stands, in the cells of a file."""

    id: UUID
    values: dict[str, Any]


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """What rows are judged by: the pack, the instant, and what stands, by code, title or key.

    `courses` and `runs` are what stands, by the row's key; `published` the courses a run may be opened of,
    `fund_lines` and `type` of each among its values.
    """

    pack: Pack
    now: datetime
    zone: str
    provider_id: OrganisationId
    accreditations: Sequence[Accreditation]
    organisers: Mapping[str, tuple[OrganisationId, OrganisationKind]]
    courses: Mapping[str, Sequence[Standing]]
    published: Mapping[str, Standing]
    runs: Mapping[str, Sequence[Standing]]

    @property
    def today(self) -> date:
        """The civil day of the import."""
        return civil_day(self.now, self.zone)


def courses(records: Records, shelf: Shelf) -> Compared[Offer]:
    """Courses by their title. One that stands as told is unchanged; one that stands otherwise is a fault."""

    def judged(record: Record) -> Offer | Sequence[Fault]:
        if (verdict := _standing(COURSES, record, shelf.courses)) is not None:
            return verdict
        organiser = shelf.organisers.get(record.values["organiser"])
        if organiser is None:
            known = ("本局已有的单位编号", "the code of a body of this bureau")
            return [tabular.fault_of(record, FaultKind.ORGANISER_UNKNOWN, "organiser", *known)]
        values, (organiser_id, kind) = record.values, organiser
        command = FileCourse(
            organiser_id=organiser_id,
            title=values["title"],
            summary=values.get("summary") or "",
            type=values["type"],
            level=Level(values["level"]),
            mode=Mode(values["mode"]),
            subject=values.get("subject"),
            stage=values.get("stage"),
            fund_lines=values.get("fund_lines") or (),
            price_fen=values["price"],
            amount=values["amount"],
            unit=Unit(values["unit"]),
            provider_id=shelf.provider_id,
        )
        return _ruled(record, command, lambda: fileable(shelf.pack, command, kind, shelf.today))

    return tabular.compared(records, judged)


def runs(records: Records, shelf: Shelf) -> Compared[Offer]:
    """Runs by course, place and times, of courses that are on the shelf."""

    def judged(record: Record) -> Offer | Sequence[Fault]:
        if (verdict := _standing(RUNS, record, shelf.runs)) is not None:
            return verdict
        course = shelf.published.get(record.values["course"])
        if course is None:
            wanted = ("本单位已上架课程的名称", "the title of a published course of one's own")
            return [tabular.fault_of(record, FaultKind.COURSE_UNKNOWN, "course", *wanted)]
        values = record.values
        command = OpenRun(
            course_id=CourseId(course.id),
            capacity=values["capacity"],
            books_from_at=_instant(values["books_from"], shelf.zone),
            books_until_at=_instant(values["books_until"], shelf.zone),
            place=values["place"],
            meetings=tuple(
                MeetingTime(starts_at=_instant(begins, shelf.zone), ends_at=_instant(ends, shelf.zone))
                for begins, ends in values["meetings"]
            ),
            price_fen=values.get("price"),
        )
        return _ruled(record, command, lambda: _openable(shelf, course, command))

    return tabular.compared(records, judged)


def _openable(shelf: Shelf, course: Standing, command: OpenRun) -> None:
    openable(command, shelf.now)
    days = [civil_day(at, shelf.zone) for at in (command.meetings[0].starts_at, command.meetings[-1].ends_at)]
    accredited(shelf.accreditations, *days)
    price_fen = course.values["price"] if command.price_fen is None else command.price_fen
    priced(shelf.pack, course.values["type"], course.values["fund_lines"], price_fen)


def _standing(
    table: Table, record: Record, known: Mapping[str, Sequence[Standing]]
) -> Offer | Sequence[Fault] | None:
    """Unchanged where one of the same key stands as told, the first difference where none does."""
    found = known.get(record.code, ())
    told = [column for column in table.columns if record.values.get(column.field) is not None]
    otherwise: list[Fault] = []
    for one in found:
        differing = [column for column in told if record.values[column.field] != one.values[column.field]]
        if not differing:
            return Offer(record.row, record.code, one.id, ())
        shown = str(tabular.shown_cell(differing[0], one.values[differing[0].field]) or "")
        zh, en = f"“{shown}”,或另起一行新内容", f"'{shown}', as it stands"
        fault = tabular.fault_of(record, FaultKind.STANDS_OTHERWISE, differing[0].field, zh, en)
        otherwise = otherwise or [fault]
    return otherwise or None


def _ruled(record: Record, command: FileCourse | OpenRun, rule: Callable[[], None]) -> Offer | list[Fault]:
    try:
        rule()
    except Refusal as refusal:
        zh, en = (f"{refusal.text(language)} {refusal.remedy(language)}" for language in ("zh", "en"))
        field = _PLACES.get(refusal.code, next(iter(record.values)))
        return [tabular.fault_of(record, refusal.code, field, zh, en)]
    fields = tuple(name for name, value in record.values.items() if value not in {None, ()})
    return Offer(record.row, record.code, None, fields, command)


def _instant(told: datetime, zone: str) -> datetime:
    return told.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
