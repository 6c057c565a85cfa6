"""What a run must be to be opened: its seats, its meetings, its booking window."""

from collections.abc import Sequence
from datetime import datetime

from vouchermarket.catalogue.structs import CAPACITY_MAX, MeetingTime, OpenRun
from vouchermarket.kit.refusal import Kind, Refusal

# The same years that a fund may be of.
YEARS = range(2000, 2101)


class InstantOutOfRange(Refusal):
    """A year at the edge of the calendar has no civil day in every time zone."""

    code = "instant_out_of_range"
    kind = Kind.INVALID
    zh = "时间 {at} 不在 {earliest} 年至 {latest} 年之间"
    en = "{at} is not between the years {earliest} and {latest}"
    remedy_zh = "请改正该时间"
    remedy_en = "Correct that time"


class CapacityOutOfRange(Refusal):
    code = "capacity_out_of_range"
    kind = Kind.INVALID
    zh = "名额须为 1 至 {most} 之间的整数,收到 {capacity}"
    en = "A run has between 1 and {most} seats, not {capacity}"
    remedy_zh = "请检查名额"
    remedy_en = "Check the number of seats"


class MeetingsMissing(Refusal):
    code = "meetings_missing"
    kind = Kind.INVALID
    zh = "班次没有课次"
    en = "The run has no meeting"
    remedy_zh = "请至少安排一次课"
    remedy_en = "Plan at least one meeting"


class MeetingEmpty(Refusal):
    code = "meeting_empty"
    kind = Kind.INVALID
    zh = "第 {number} 次课的结束时间不晚于开始时间"
    en = "Meeting {number} does not end after it starts"
    remedy_zh = "请改正该次课的时间"
    remedy_en = "Correct the times of that meeting"


class MeetingsOverlap(Refusal):
    code = "meetings_overlap"
    kind = Kind.INVALID
    zh = "第 {number} 次课在前一次课结束之前开始"
    en = "Meeting {number} starts before the one listed before it has ended"
    remedy_zh = "请按时间先后排列课次,且互不重叠"
    remedy_en = "List the meetings in the order of time, none within another"


class BookingWindowEmpty(Refusal):
    code = "booking_window_empty"
    kind = Kind.INVALID
    zh = "选课截止时间不晚于开始时间,或已经过去"
    en = "Booking would end before it begins, or has ended already"
    remedy_zh = "请改正选课的起止时间"
    remedy_en = "Correct when booking begins and ends"


class BookingWindowAfterStart(Refusal):
    code = "booking_window_after_start"
    kind = Kind.INVALID
    zh = "选课截止时间晚于第一次课"
    en = "Booking would still be open when the first meeting starts"
    remedy_zh = "请使选课在第一次课开始之前截止"
    remedy_en = "Let booking end by the start of the first meeting"


def openable(command: OpenRun, now: datetime) -> None:
    """Whether a run may be opened so: its times and seats, then its meetings, then its booking window.

    Refuses `InstantOutOfRange`, `CapacityOutOfRange`, `MeetingsMissing`, `MeetingEmpty`, `MeetingsOverlap`,
    `BookingWindowEmpty`, `BookingWindowAfterStart`.
    """
    told = [command.books_from_at, command.books_until_at]
    for at in [*told, *(at for meeting in command.meetings for at in (meeting.starts_at, meeting.ends_at))]:
        if at.year not in YEARS:
            raise InstantOutOfRange(at=at.isoformat(), earliest=YEARS[0], latest=YEARS[-1])
    if not 1 <= command.capacity <= CAPACITY_MAX:
        raise CapacityOutOfRange(most=CAPACITY_MAX, capacity=command.capacity)
    in_sequence(command.meetings)
    if command.books_until_at <= max(command.books_from_at, now):
        raise BookingWindowEmpty
    if command.books_until_at > command.meetings[0].starts_at:
        raise BookingWindowAfterStart


def in_sequence(meetings: Sequence[MeetingTime]) -> None:
    """Whether there are meetings and each begins when the one before is over."""
    if not meetings:
        raise MeetingsMissing
    over_at = meetings[0].starts_at
    for number, meeting in enumerate(meetings, start=1):
        if meeting.ends_at <= meeting.starts_at:
            raise MeetingEmpty(number=number)
        if meeting.starts_at < over_at:
            raise MeetingsOverlap(number=number)
        over_at = meeting.ends_at
